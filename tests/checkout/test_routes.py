"""The purchase as a visitor makes it: bag, checkout, Stripe's page, back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from storefront.catalog.models import Stock, Variant
from storefront.core.clock import now
from storefront.db import db, transaction
from storefront.jobs.working import work_all
from storefront.orders.keys import order_path
from storefront.orders.models import Order, OrderState
from storefront.payments.models import AttemptState, PaymentAttempt
from tests.conftest import Postbox
from tests.factories import a_shop, check_out, fill_bag, pay_form, stock_of, the_attempt, the_order
from tests.scripted_stripe import ScriptedStripe, away, broken, garbage, refused


def orders() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Order)) or 0


def come_back(client: FlaskClient, session_id: str) -> Any:
    return client.get(f"/checkout/return?session_id={session_id}")


def test_a_whole_purchase(app: Flask, client: FlaskClient, stripe_http: ScriptedStripe, postbox: Postbox) -> None:
    sku = a_shop(on_hand=3)
    fill_bag(client, sku, 2)
    answer = check_out(client, gift_message="For the long train rides")
    assert (answer.status_code, answer.location) == (303, "https://pay.test/cs_test_0001")
    assert stock_of(sku) == (3, 2)

    [(_, _, form, headers)] = stripe_http.asked
    assert form["line_items[0][price_data][unit_amount]"] == ["2400"]
    assert form["shipping_options[0][shipping_rate_data][fixed_amount][amount]"] == ["800"]
    assert headers["Idempotency-Key"] == f"order:{the_order().reference}:a1"
    assert form["expires_at"] == [str(int((now() + timedelta(minutes=35)).timestamp()))]

    stripe_http.pay("cs_test_0001")
    answer = come_back(client, "cs_test_0001")
    assert (answer.status_code, answer.location) == (303, order_path(the_order().reference))
    assert stock_of(sku) == (1, 0)
    page = client.get(answer.location)
    assert "Thank you, Mara." in page.text
    assert "$56.00" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert "Your bag is empty" in client.get("/cart").text
    assert [(move.was, move.now) for move in the_order().history] == [
        (None, OrderState.PENDING),
        (OrderState.PENDING, OrderState.PAID),
    ]

    work_all(app.extensions["outside"])
    [mail] = postbox.messages
    assert mail["To"] == "mara@example.org"
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "$56.00" in text
    assert order_path(the_order().reference) in text
    assert "For the long train rides" in text


def test_a_second_press_finds_the_same_page(client: FlaskClient, stripe_http: ScriptedStripe) -> None:
    sku = a_shop()
    fill_bag(client, sku)
    form = pay_form(client)
    first, second = client.post("/checkout", data=form), client.post("/checkout", data=form)
    assert first.location == second.location
    assert (orders(), len(stripe_http.sessions), stock_of(sku)) == (1, 1, (10, 1))


def test_after_paying_the_old_form_leads_to_the_order(client: FlaskClient, stripe_http: ScriptedStripe) -> None:
    fill_bag(client, a_shop())
    form = pay_form(client)
    client.post("/checkout", data=form)
    stripe_http.pay("cs_test_0001")
    come_back(client, "cs_test_0001")
    answer = client.post("/checkout", data=form)
    assert answer.location == order_path(the_order().reference)
    assert orders() == 1


def test_going_back_and_changing_the_bag_closes_the_open_page_first(
    client: FlaskClient, stripe_http: ScriptedStripe
) -> None:
    sku = a_shop(on_hand=2)
    fill_bag(client, sku, 2)
    check_out(client)
    assert "sold" not in client.get("/cart").text  # what is held for her own order is hers
    client.post(f"/cart/lines/{sku}", data={"quantity": "1"})
    answer = check_out(client)
    assert answer.location == "https://pay.test/cs_test_0002"
    assert [session["status"] for session in stripe_http.sessions.values()] == ["expired", "open"]
    assert stock_of(sku) == (2, 1)
    states = db.session.scalars(select(Order.state).order_by(Order.id)).all()
    assert states == [OrderState.CANCELLED, OrderState.PENDING]


def test_another_address_closes_the_open_page_first(client: FlaskClient, stripe_http: ScriptedStripe) -> None:
    fill_bag(client, a_shop())
    check_out(client)
    check_out(client, line1="1 Other Street")
    assert [session["status"] for session in stripe_http.sessions.values()] == ["expired", "open"]
    assert the_order().line1 == "1 Other Street"


def test_what_was_filled_in_is_there_on_the_way_back(client: FlaskClient) -> None:
    fill_bag(client, a_shop())
    check_out(client, line2="Third floor")
    page = client.get("/checkout").text
    assert 'value="Third floor"' in page
    assert 'value="mara@example.org"' in page


def test_a_page_paid_while_it_was_being_closed_is_paid(client: FlaskClient, stripe_http: ScriptedStripe) -> None:
    sku = a_shop()
    fill_bag(client, sku)
    check_out(client)
    stripe_http.pay("cs_test_0001")
    client.post(f"/cart/lines/{sku}", data={"quantity": "2"})
    answer = check_out(client)
    assert answer.location == order_path(the_order().reference)
    assert (orders(), the_order().state, stock_of(sku)) == (1, OrderState.PAID, (9, 0))
    assert "2 pieces" in client.get("/cart").text  # what she changed since is still hers to order


def test_a_changed_price_is_asked_again(client: FlaskClient, stripe_http: ScriptedStripe) -> None:
    sku = a_shop()
    fill_bag(client, sku)
    form = pay_form(client)
    with transaction() as session:
        session.execute(update(Variant).values(price_minor=2500))
    answer = client.post("/checkout", data=form)
    assert answer.status_code == 422
    assert "The total has changed" in answer.text
    assert "$33.00" in answer.text
    assert (orders(), stripe_http.asked, stock_of(sku)) == (0, [], (10, 0))
    assert check_out(client).status_code == 303


@pytest.mark.parametrize(
    "seen", ["", "1 USD", "standard:1 USD", "3200 EUR", "standard:3200 EUR", "3200", "\x00", "tracked:3200 USD"]
)
def test_no_total_from_the_browser_is_believed(client: FlaskClient, seen: str) -> None:
    fill_bag(client, a_shop())
    assert check_out(client, seen_total=seen).status_code == 422
    assert orders() == 0


def test_each_way_of_sending_has_its_total(client: FlaskClient, stripe_http: ScriptedStripe) -> None:
    fill_bag(client, a_shop())
    assert check_out(client, shipping_method="tracked").status_code == 303
    assert stripe_http.only_session["amount_total"] == 2400 + 1600


def test_the_last_one_goes_to_one_of_two(app: Flask, stripe_http: ScriptedStripe) -> None:
    sku = a_shop(on_hand=1)
    first, second = app.test_client(), app.test_client()
    for visitor in (first, second):
        fill_bag(visitor, sku)
    form = pay_form(second)
    assert check_out(first).status_code == 303
    answer = second.post("/checkout", data=form)
    assert answer.status_code == 422
    assert "someone bought the last one" in answer.text
    assert len(stripe_http.sessions) == 1
    assert "Somebody is paying for this piece" in second.get("/cart").text


@pytest.mark.parametrize("failure", [away, broken(500), broken(502), broken(429), garbage, broken(401)])
def test_stripe_away(client: FlaskClient, stripe_http: ScriptedStripe, failure: Any) -> None:
    sku = a_shop()
    fill_bag(client, sku)
    form = pay_form(client)
    stripe_http.fail = [failure]
    answer = client.post("/checkout", data=form)
    assert answer.status_code == 503
    assert "Nothing has been charged" in answer.text
    assert "48 Linden Street" in answer.text
    assert (the_order().state, stock_of(sku)) == (OrderState.PENDING, (10, 1))
    assert "1 piece" in client.get("/cart").text
    assert client.post("/checkout", data=form).location == "https://pay.test/cs_test_0001"
    assert orders() == 1
    keys = {headers["Idempotency-Key"] for _, _, _, headers in stripe_http.asked}
    assert len(keys) == 1


def test_an_answer_lost_after_the_work_makes_no_second_page(client: FlaskClient, stripe_http: ScriptedStripe) -> None:
    fill_bag(client, a_shop())
    form = pay_form(client)
    attempt_before = the_attempt()
    assert attempt_before is None

    def lost() -> Any:
        stripe_http.fail.clear()
        method, path, sent, headers = stripe_http.asked[-1]
        stripe_http._answer(method, path, sent, headers)  # the work is done ...
        return away()  # ... and nobody hears of it

    stripe_http.fail = [lost]
    assert client.post("/checkout", data=form).status_code == 503
    assert client.post("/checkout", data=form).status_code == 303
    assert len(stripe_http.sessions) == 1


def test_stripe_refuses_for_good(client: FlaskClient, stripe_http: ScriptedStripe) -> None:
    sku = a_shop()
    fill_bag(client, sku)
    stripe_http.fail = [lambda: refused("Too small", code="amount_too_small")]
    answer = check_out(client)
    assert answer.status_code == 422
    assert "cannot take this payment" in answer.text
    assert (the_order().state, the_attempt().state, stock_of(sku)) == (OrderState.CANCELLED, AttemptState.VOID, (10, 0))


def test_the_return_page_says_what_is_so(client: FlaskClient, stripe_http: ScriptedStripe) -> None:
    fill_bag(client, a_shop())
    check_out(client)
    page = come_back(client, "cs_test_0001")
    assert page.status_code == 200
    assert "Not paid yet" in page.text
    assert "/checkout/return/state?session_id=cs_test_0001" in page.text
    stripe_http.expire("cs_test_0001")
    assert "nothing was charged" in come_back(client, "cs_test_0001").text
    assert client.get("/checkout/return/state?session_id=cs_test_0001").json["state"] == "ended"


def test_a_stranger_learns_nothing_and_the_payment_is_applied(
    app: Flask, client: FlaskClient, stripe_http: ScriptedStripe
) -> None:
    fill_bag(client, a_shop())
    check_out(client)
    stripe_http.pay("cs_test_0001")
    stranger = app.test_client()
    known, unknown = come_back(stranger, "cs_test_0001"), come_back(stranger, "cs_test_none")
    assert known.status_code == unknown.status_code == 200
    assert known.text.replace("cs_test_0001", "") == unknown.text.replace("cs_test_none", "")
    assert stranger.get("/checkout/return/state?session_id=cs_test_0001").json["url"] is None
    assert the_order().reference not in known.text
    assert the_order().state is OrderState.PAID


@pytest.mark.parametrize("session_id", ["", "x", "\x00" * 20, "é" * 20, "a" * 5000, "cs_test_0001%00"])
def test_the_return_page_takes_any_address(client: FlaskClient, session_id: str) -> None:
    assert client.get("/checkout/return", query_string={"session_id": session_id}).status_code == 200


def test_stripe_away_on_the_return_page(client: FlaskClient, stripe_http: ScriptedStripe) -> None:
    fill_bag(client, a_shop())
    check_out(client)
    stripe_http.fail = [away]
    page = come_back(client, "cs_test_0001")
    assert page.status_code == 200
    assert "Look again" in page.text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"email": "mara"}, "Enter an e-mail address like name@example.org."),
        ({"email": ""}, "Enter an e-mail address like name@example.org."),
        ({"name": ""}, "Enter the name for the parcel."),
        ({"postal_code": "4520"}, "Enter a ZIP code like 95014."),
        ({"region": "Mars"}, "Choose a state from the list."),
        ({"region": ""}, "Enter the state."),
        ({"city": ""}, "Enter the city."),
        ({"line1": ""}, "Enter the street and number."),
        ({"country": "KP"}, "We do not send to that country yet."),
        ({"country": "\x00"}, "We do not send to that country yet."),
        ({"gift_message": "x" * 201}, "Please use at most 200 letters."),
        ({"name": "Ma\x00ra"}, "Please use letters and signs that can be printed."),
        ({"checkout_key": "another"}, "Your bag has changed"),
        ({"shipping_method": "rocket"}, "Please choose how it should travel."),
    ],
)
def test_wrong_input_is_told_and_loses_nothing(client: FlaskClient, changes: dict[str, str], sentence: str) -> None:
    sku = a_shop()
    fill_bag(client, sku)
    answer = check_out(client, **changes)
    assert answer.status_code == 422
    assert sentence in answer.text
    if "line1" not in changes:
        assert 'value="48 Linden Street"' in answer.text
    assert (orders(), stock_of(sku)) == (0, (10, 0))


def test_a_field_sent_twice_is_refused(client: FlaskClient) -> None:
    fill_bag(client, a_shop())
    form = pay_form(client) | {"email": ["a@example.org", "b@example.org"]}
    answer = client.post("/checkout", data=form)
    assert answer.status_code == 422
    assert "This was sent twice" in answer.text


def test_another_country_brings_its_form_without_scripts(client: FlaskClient) -> None:
    fill_bag(client, a_shop())
    page = check_out(client, country="DE", change_country="1", email="not yet")
    assert page.status_code == 200
    assert "Postal code" in page.text
    assert 'name="region"' not in page.text
    assert 'value="not yet"' in page.text
    assert "Enter an e-mail address" not in page.text
    assert client.get("/checkout?country=DE").text.count('<option selected value="DE">') == 1


def test_a_country_we_do_not_send_to_is_said_before_anything_is_typed(client: FlaskClient) -> None:
    fill_bag(client, a_shop())
    assert "We do not send to Norway yet" in client.get("/cart?country=NO").text
    assert "We send to these countries and nowhere else yet" in client.get("/checkout").text


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_empty_bag_has_nothing_to_check_out(client: FlaskClient, method: str) -> None:
    answer = getattr(client, method)("/checkout")
    assert (answer.status_code, answer.location) == (303, "/cart")


def test_a_product_withdrawn_meanwhile_is_said(client: FlaskClient) -> None:
    from storefront.catalog.models import Product

    sku = a_shop()
    fill_bag(client, sku)
    form = pay_form(client)
    with transaction() as session:
        session.execute(update(Product).values(published_at=None))
    answer = client.post("/checkout", data=form)
    assert answer.status_code in {303, 422}
    assert "no longer for sale" in client.get("/cart").text
    assert orders() == 0


def test_an_order_keeps_its_frozen_price(client: FlaskClient, stripe_http: ScriptedStripe) -> None:
    sku = a_shop()
    fill_bag(client, sku)
    check_out(client)
    with transaction() as session:
        session.execute(update(Variant).values(price_minor=9900))
    stripe_http.pay("cs_test_0001")
    come_back(client, "cs_test_0001")
    assert (the_order().state, the_order().total_minor) == (OrderState.PAID, 3200)


def test_a_page_whose_making_got_lost_can_still_be_closed(client: FlaskClient, stripe_http: ScriptedStripe) -> None:
    sku = a_shop()
    fill_bag(client, sku)
    stripe_http.fail = [away]
    check_out(client)
    with time_machine.travel(now() + timedelta(minutes=10), tick=False):
        client.post(f"/cart/lines/{sku}", data={"quantity": "2"})
        assert check_out(client).status_code == 303
    assert stock_of(sku) == (10, 2)
    states = db.session.scalars(select(PaymentAttempt.state).order_by(PaymentAttempt.id)).all()
    assert states == [AttemptState.VOID, AttemptState.OPEN]


def test_nobody_is_sent_to_a_page_that_is_about_to_close(client: FlaskClient, stripe_http: ScriptedStripe) -> None:
    sku = a_shop()
    fill_bag(client, sku)
    form = pay_form(client)
    client.post("/checkout", data=form)
    with time_machine.travel(now() + timedelta(minutes=34), tick=False):
        assert client.post("/checkout", data=form).location == "https://pay.test/cs_test_0002"
    assert [session["status"] for session in stripe_http.sessions.values()] == ["expired", "open"]
    assert stock_of(sku) == (10, 1)


def test_stock_is_not_read_and_decided(client: FlaskClient) -> None:
    """Stock that went between the page and the button is seen by the button."""
    sku = a_shop(on_hand=1)
    fill_bag(client, sku)
    form = pay_form(client)
    with transaction() as session:
        session.execute(update(Stock).values(on_hand=0))
    assert client.post("/checkout", data=form).status_code == 422
    assert orders() == 0


def test_a_key_in_use_is_waited_for(
    client: FlaskClient, stripe_http: ScriptedStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second half of a double click: Stripe is still answering the first."""
    monkeypatch.setattr("storefront.payments.stripe_gateway.KEY_IN_USE_SECONDS", 0)
    fill_bag(client, a_shop())
    stripe_http.fail = [broken(409), broken(409)]
    assert check_out(client).status_code == 303
    assert len(stripe_http.sessions) == 1


def test_an_address_that_mail_cannot_reach_is_refused_and_another_written_as_mail_writes_it(
    client: FlaskClient,
) -> None:
    fill_bag(client, a_shop())
    assert check_out(client, email="jö@example.org").status_code == 422
    assert check_out(client, email="ann@exämple.org").status_code == 303
    assert the_order().email == "ann@xn--exmple-cua.org"
