"""Lists honour every filter; expansions unfold what is emulated and refuse the rest."""

import pytest
import stripe


def ids(found):
    return [one.id for one in found.data]


def test_the_newest_comes_first(stand):
    made = [stand.open().id for _ in range(3)]
    assert ids(stand.sessions.list()) == made[::-1]


def test_pages_of_a_list(stand):
    made = [stand.open().id for _ in range(12)][::-1]
    first = stand.sessions.list()
    assert (ids(first), first.has_more) == (made[:10], True)
    rest = stand.sessions.list({"starting_after": made[9]})
    assert (ids(rest), rest.has_more) == (made[10:], False)
    before = stand.sessions.list({"ending_before": made[5], "limit": 2})
    assert (ids(before), before.has_more) == (made[3:5], True)
    assert [one.id for one in stand.sessions.list({"limit": 5}).auto_paging_iter()] == made


@pytest.mark.parametrize("limit", [0, 101, -1])
def test_limits_have_limits(stand, limit):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stand.sessions.list({"limit": limit})
    assert caught.value.param == "limit"


def test_a_cursor_that_does_not_exist(stand):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stand.sessions.list({"starting_after": "cs_test_unknown"})
    assert caught.value.code == "resource_missing"


def test_created_before_and_after(stand):
    early = stand.open()
    stand.emu("clock", advance=100)
    late = stand.open()
    for bounds, found in (
        ({"gte": late.created}, [late.id]),
        ({"gt": late.created}, []),
        ({"lt": late.created}, [early.id]),
        ({"lte": late.created, "gt": early.created}, [late.id]),
        ({"gte": early.created, "lte": late.created}, [late.id, early.id]),
    ):
        assert ids(stand.sessions.list({"created": bounds})) == found
    answer = stand.browser.get(f"{stand.url}/v1/checkout/sessions?created={early.created}", auth=("sk_test_x", ""))
    assert [one["id"] for one in answer.json()["data"]] == [early.id]


def test_sessions_by_what_became_of_them(stand):
    open_one, expired, paid = stand.open(), stand.open(customer_email="b@example.org"), stand.paid()
    stand.sessions.expire(expired.id)
    assert ids(stand.sessions.list({"status": "open"})) == [open_one.id]
    assert ids(stand.sessions.list({"status": "expired"})) == [expired.id]
    assert ids(stand.sessions.list({"status": "complete"})) == [paid.id]
    assert ids(stand.sessions.list({"payment_intent": paid.payment_intent.id})) == [paid.id]
    assert ids(stand.sessions.list({"payment_intent": "pi_unknown"})) == []
    assert ids(stand.sessions.list({"customer_details": {"email": "b@example.org"}})) == [expired.id]
    assert ids(stand.sessions.list({"customer": "cus_1"})) == []


def test_refunds_by_payment(stand):
    one, two = stand.paid(), stand.paid()
    of_one = stand.refunds.create({"payment_intent": one.payment_intent.id, "amount": 100}).id
    of_two = stand.refunds.create({"payment_intent": two.payment_intent.id, "amount": 100}).id
    assert ids(stand.refunds.list()) == [of_two, of_one]
    assert ids(stand.refunds.list({"payment_intent": one.payment_intent.id})) == [of_one]
    assert ids(stand.refunds.list({"charge": two.payment_intent.latest_charge.id})) == [of_two]
    assert ids(stand.refunds.list({"created": {"gt": stand.state["now"] + 1}})) == []


def test_events_by_type_time_and_delivery(stand):
    stand.emu("webhooks", drop=3)
    stand.paid()
    stand.emu("clock", advance=60)
    stand.sessions.expire(stand.open().id)
    stand.wait_until(lambda: stand.state["events"][-1]["pending_webhooks"] == 0)
    events = stand.stripe.v1.events

    def types(**asked):
        return [event.type for event in events.list(asked).data]

    whole = ["checkout.session.expired", "checkout.session.completed", "payment_intent.succeeded", "charge.succeeded"]
    assert types() == whole
    assert types(type="checkout.session.*") == whole[:2]
    assert types(type="charge.succeeded") == whole[3:]
    assert types(types=["charge.succeeded", "checkout.session.expired"]) == [whole[0], whole[3]]
    assert types(created={"gte": stand.state["now"] - 30}) == whole[:1]
    assert types(delivery_success=False) == whole[1:]
    assert types(delivery_success=True) == whole[:1]
    with pytest.raises(stripe.InvalidRequestError):
        types(type="a", types=["b"])
    first = events.list().data[0]
    assert events.retrieve(first.id).data.object.id == first.data.object.id


def test_events_are_kept_for_thirty_days(stand):
    session = stand.open()
    stand.sessions.expire(session.id)
    [event] = stand.stripe.v1.events.list().data
    stand.emu("clock", advance=31 * 24 * 3600)
    assert stand.stripe.v1.events.list().data == []
    with pytest.raises(stripe.InvalidRequestError):
        stand.stripe.v1.events.retrieve(event.id)


def test_unfolding(stand):
    paid = stand.paid()
    paths = ["line_items", "payment_intent.latest_charge.refunds"]
    session = stand.sessions.retrieve(paid.id, {"expand": paths})
    assert session.payment_intent.latest_charge.refunds.data == []
    assert session.line_items.data[0].quantity == 2
    listed = stand.sessions.list({"expand": ["data.payment_intent"]}).data[0]
    assert listed.payment_intent.object == "payment_intent"
    assert isinstance(stand.sessions.retrieve(paid.id).payment_intent, str)
    assert stand.sessions.create(stand.params(expand=["line_items", "payment_intent"])).payment_intent is None
    refund = stand.refunds.create(
        {"charge": session.payment_intent.latest_charge.id, "expand": ["charge.payment_intent"]}
    )
    assert refund.charge.payment_intent.id == session.payment_intent.id
    charge = stand.stripe.v1.charges.retrieve(refund.charge.id)
    assert charge.amount_refunded == 10470
    intent = stand.stripe.v1.payment_intents.retrieve(session.payment_intent.id, {"expand": ["latest_charge"]})
    assert intent.latest_charge.id == charge.id


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("customer_details", 400),
        ("hue", 400),
        ("data.payment_intent", 400),
        ("a.b.c.d.e", 400),
        ("customer", 501),
        ("payment_intent.payment_method", 501),
        ("line_items.data.price.product", 501),
        ("line_items.data.price", 400),
        ("line_items.data", 400),
    ],
)
def test_what_cannot_be_unfolded(stand, path, status):
    paid = stand.paid()
    with pytest.raises(stripe.StripeError) as caught:
        stand.sessions.retrieve(paid.id, {"expand": [path]})
    assert caught.value.http_status == status


def test_nothing_is_made_when_the_answer_could_not_be_unfolded(stand):
    with pytest.raises(stripe.InvalidRequestError):
        stand.open(expand=["hue"])
    assert stand.state["sessions"] == []
