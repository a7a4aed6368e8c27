"""Checkout Sessions through the real library: made, listed, unfolded, changed, expired, and refused."""

import time

import pytest
import stripe

DAY = 24 * 3600


def refused(call, *arguments, **named):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        call(*arguments, **named)
    return caught.value.http_status, caught.value.code, caught.value.param


def test_a_session_holds_what_was_asked_for(stand):
    session = stand.open()
    assert session.id.startswith("cs_test_")
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert (session.amount_subtotal, session.amount_total, session.currency) == (9980, 10470, "eur")
    assert session.total_details.amount_shipping == 490
    assert session.shipping_cost.amount_total == 490
    assert session.shipping_cost.shipping_rate == session.shipping_options[0].shipping_rate
    assert session.metadata.to_dict() == {"order": "R7K2", "attempt": "1"}
    assert session.client_reference_id == "R7K2"
    assert session.expires_at == session.created + DAY
    assert session.url == f"{stand.url}/c/pay/{session.id}"
    assert session.ui_mode == "hosted_page"
    assert "line_items" not in session


def test_every_answer_names_its_request(stand):
    session = stand.open()
    assert session.last_response.headers["Request-Id"].startswith("req_")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stand.sessions.retrieve("cs_test_unknown")
    assert caught.value.request_id.startswith("req_")


def test_two_shipping_options_the_first_counts_until_another_is_chosen(stand):
    session = stand.open(shipping_options=[stand.shipping(490), stand.shipping(0, name="Pick up")])
    assert session.amount_total == 10470
    chosen = session.shipping_options[1].shipping_rate
    assert stand.pay(session).status_code == 422
    assert stand.pay(session, shipping=chosen).status_code == 303
    paid = stand.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (paid.amount_total, paid.payment_intent.amount) == (9980, 9980)


@pytest.mark.parametrize(
    ("more", "code", "param"),
    [
        ({"hue": "red"}, "parameter_unknown", "hue"),
        ({"payment_method_types": ["card"]}, "parameter_unknown", "payment_method_types"),
        ({"ui_mode": "hosted"}, "parameter_invalid_enum", "ui_mode"),
        ({"expires_at": "soon"}, "parameter_invalid_integer", "expires_at"),
        ({"success_url": None}, "parameter_missing", "success_url"),
        ({"line_items": None}, "parameter_missing", "line_items"),
        ({"mode": None}, "parameter_missing", "mode"),
        ({"success_url": "/checkout/return"}, "url_invalid", "success_url"),
        ({"cancel_url": "javascript:alert(1)"}, "url_invalid", "cancel_url"),
        ({"customer_email": "nobody"}, "email_invalid", "customer_email"),
        ({"client_reference_id": "x" * 201}, None, "client_reference_id"),
        ({"payment_intent_data": {"statement_descriptor_suffix": "x" * 23}}, None, None),
        ({"metadata": {f"k{n}": "v" for n in range(51)}}, None, "metadata"),
    ],
)
def test_what_stripe_would_refuse(stand, more, code, param):
    status, its_code, its_param = refused(stand.open, **more)
    assert (status, its_code) == (400, code)
    assert param in (None, its_param)
    assert stand.state["sessions"] == []


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([(49, 1, "eur")], "amount_too_small"),
        ([(49, 1, "usd")], "amount_too_small"),
        ([(49, 1, "gbp")], "amount_too_small"),
        ([(-1, 1, "eur")], "parameter_invalid_integer"),
        ([(100_000_000, 1, "eur")], "amount_too_large"),
        ([(100, 0, "eur")], "parameter_invalid_integer"),
        ([(100, 1, "eur"), (100, 1, "usd")], None),
        ([(100, 1, "eux")], "parameter_invalid_enum"),
        ([(100, 1, "EUR")], "parameter_invalid_enum"),
        ([(150, 1, "isk")], None),
        ([(1234, 1, "kwd")], None),
        ([(100, 1, "eur")] * 101, None),
    ],
)
def test_amounts_that_cannot_be_charged(stand, lines, code):
    asked = [stand.line(amount, quantity=quantity, currency=currency) for amount, quantity, currency in lines]
    status, its_code, _ = refused(stand.open, line_items=asked, shipping_options=None)
    assert (status, its_code) == (400, code)


def test_amounts_at_their_limits(stand):
    for amount, currency in ((0, "eur"), (50, "eur"), (1, "jpy"), (1230, "kwd"), (1500, "isk")):
        session = stand.open(line_items=[stand.line(amount, currency=currency)], shipping_options=None)
        assert session.amount_total == amount
    assert stand.open(line_items=[stand.line(100)] * 100, shipping_options=None).amount_total == 10_000


def test_shipping_has_limits_too(stand):
    assert refused(stand.open, shipping_options=[stand.shipping(1)] * 6)[2] == "shipping_options"
    assert refused(stand.open, shipping_options=[stand.shipping(1, "usd")])[0] == 400
    nameless = stand.shipping(1)
    del nameless["shipping_rate_data"]["display_name"]
    assert refused(stand.open, shipping_options=[nameless])[1] == "parameter_missing"


def test_names_of_lines(stand):
    stand.open(line_items=[stand.line(100, name="Blüte & <b>🌸" + "x" * 4000)])
    assert refused(stand.open, line_items=[stand.line(100, name="x" * 5001)])[0] == 400
    assert refused(stand.open, line_items=[stand.line(100, name="   ")])[1] == "parameter_invalid_string_blank"


def test_expiry_is_between_half_an_hour_and_a_day(stand):
    now = int(time.time())
    assert stand.open(expires_at=now + 31 * 60).expires_at == now + 31 * 60
    for wrong in (now + 29 * 60, now + DAY + 60, now - 60):
        assert refused(stand.open, expires_at=wrong)[2] == "expires_at"
    stand.emu("clock", advance=3600)
    assert refused(stand.open, expires_at=now + 31 * 60)[2] == "expires_at"


@pytest.mark.parametrize(
    "more",
    [
        {"mode": "subscription"},
        {"ui_mode": "embedded_page"},
        {"automatic_tax": {"enabled": True}},
        {"adaptive_pricing": {"enabled": True}},
        {"discounts": [{"coupon": "c"}]},
        {"shipping_address_collection": {"allowed_countries": ["DE"]}},
        {"allowed_payment_method_types": ["card", "paypal"]},
        {"payment_intent_data": {"capture_method": "manual"}},
        {"customer": "cus_1"},
    ],
)
def test_what_is_valid_and_not_emulated_is_said_to_be_so(stand, more):
    with pytest.raises(stripe.APIError) as caught:
        stand.open(**more)
    assert caught.value.http_status == 501
    assert caught.value.user_message.endswith("not emulated.")


def test_what_is_switched_off_is_accepted(stand):
    session = stand.open(
        adaptive_pricing={"enabled": False},
        after_expiration={"recovery": {"enabled": False}},
        automatic_tax={"enabled": False},
        allow_promotion_codes=False,
        allowed_payment_method_types=["card"],
    )
    assert session.status == "open"


def test_unknown_addresses_are_501(stand):
    for path in ("/v1/products", "/v1/checkout/sessions/cs_1/refund", "/v1/refunds/re_1/cancel", "/v1"):
        answer = stand.post(path, "name=x")
        assert (answer.status_code, answer.json()["error"]["code"]) == (501, "not_emulated")
    with pytest.raises(stripe.APIError):
        stand.stripe.v1.customers.create({"email": "a@example.org"})


@pytest.mark.parametrize("key", ["sk_live_x", "pk_test_x", "sk_test_", "rk_live_1"])
def test_only_keys_of_test_mode(stand, key):
    answer = stand.post("/v1/refunds", key=key)
    assert answer.status_code == 401
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert key[8:] == "" or key not in answer.text


def test_keys_by_basic_authorization(stand):
    answer = stand.browser.get(stand.url + "/v1/events", auth=("sk_test_x", ""))
    assert (answer.status_code, answer.json()["data"]) == (200, [])
    assert stand.browser.get(stand.url + "/v1/events").status_code == 401


def test_the_library_understands_a_wrong_key(stand):
    client = stripe.StripeClient(
        "sk_live_x", base_addresses={"api": stand.url}, http_client=stand.stripe._requestor._client
    )
    with pytest.raises(stripe.AuthenticationError):
        client.v1.events.list()


def test_bodies_are_forms(stand):
    answer = stand.post("/v1/refunds", '{"amount": 1}', **{"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert stand.post("/v1/refunds?amount=1").status_code == 400


def test_another_version_of_the_api_is_not_emulated(stand):
    assert stand.post("/v1/refunds", **{"Stripe-Version": "2020-08-27"}).status_code == 501


def test_lines_page_by_page(stand):
    session = stand.open(line_items=[stand.line(100 + n, name=f"No. {n}") for n in range(12)])
    unfolded = stand.sessions.retrieve(session.id, {"expand": ["line_items"]})
    assert (len(unfolded.line_items.data), unfolded.line_items.has_more) == (10, True)
    first = stand.sessions.line_items.list(session.id, {"limit": 100})
    assert [line.description for line in first.data] == [f"No. {n}" for n in range(12)]
    assert first.data[0].price.unit_amount == 100
    rest = stand.sessions.line_items.list(session.id, {"starting_after": first.data[9].id})
    assert [line.description for line in rest.data] == ["No. 10", "No. 11"]


def test_metadata_can_be_changed(stand):
    session = stand.open()
    changed = stand.sessions.update(session.id, {"metadata": {"attempt": "2", "order": "", "new": "1"}})
    assert changed.metadata.to_dict() == {"attempt": "2", "new": "1"}
    with pytest.raises(stripe.APIError) as caught:
        stand.sessions.update(session.id, {"shipping_options": [stand.shipping(1)]})
    assert caught.value.http_status == 501


def test_only_an_open_session_expires(stand):
    session = stand.open()
    assert stand.sessions.expire(session.id).status == "expired"
    assert refused(stand.sessions.expire, session.id)[0] == 400
    assert refused(stand.sessions.expire, stand.paid().id)[0] == 400
    assert refused(stand.sessions.expire, "cs_test_unknown")[:2] == (404, "resource_missing")


def test_a_session_expires_by_the_emulators_clock(stand):
    session = stand.open(expires_at=int(time.time()) + 35 * 60)
    stand.emu("clock", advance=34 * 60)
    assert stand.sessions.retrieve(session.id).status == "open"
    stand.emu("clock", advance=61)
    expired = stand.sessions.retrieve(session.id)
    assert (expired.status, expired.url, expired.payment_intent) == ("expired", None, None)
    [event] = stand.stripe.v1.events.list().data
    assert (event.type, event.created) == ("checkout.session.expired", session.expires_at)


def test_a_paid_session_does_not_expire(stand):
    session = stand.paid()
    stand.emu("clock", advance=2 * DAY)
    assert stand.sessions.retrieve(session.id).status == "complete"
