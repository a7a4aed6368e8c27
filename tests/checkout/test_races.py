"""Many buyers at once, in real threads, on both databases. Each race has a twin that shows it would notice."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from storefront.cart.models import Cart
from storefront.catalog import stock
from storefront.catalog.models import Stock
from storefront.checkout import placing
from storefront.db import db
from storefront.orders.models import Order, OrderState
from storefront.payments.models import PaymentAttempt
from tests.factories import CUSTOMER, a_shop, fill_bag, hidden_fields, stock_of
from tests.scripted_stripe import ScriptedStripe

pytestmark = pytest.mark.real_clock


def at_once(app: Flask, acts: list[Callable[[], int]]) -> Counter[int]:
    """Run all acts in the same instant, each in a thread of its own; counts what they answered."""
    gate, answers = threading.Barrier(len(acts)), Counter[int]()

    def run(act: Callable[[], int]) -> None:
        with app.app_context():
            gate.wait()
            try:
                answers[act()] += 1
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def buyers(app: Flask, sku: str, count: int) -> list[Callable[[], int]]:
    """Visitors with the same piece in their bags, the checkout page before them, about to press Pay."""

    def press(client: FlaskClient, form: dict[str, str]) -> Callable[[], int]:
        return lambda: client.post("/checkout", data=form).status_code

    acts = []
    for _ in range(count):
        client = app.test_client()
        fill_bag(client, sku)
        acts.append(press(client, CUSTOMER | hidden_fields(client.get("/checkout").text)))
    return acts


def placed() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Order).where(Order.state != OrderState.CANCELLED)) or 0


@pytest.mark.parametrize(("pieces", "visitors"), [(1, 2), (5, 40)])
def test_never_more_than_there_are(app: Flask, stripe_http: ScriptedStripe, pieces: int, visitors: int) -> None:
    sku = a_shop(on_hand=pieces)
    answers = at_once(app, buyers(app, sku, visitors))
    assert answers == {303: pieces, 422: visitors - pieces}
    assert (placed(), len(stripe_http.sessions), stock_of(sku)) == (pieces, pieces, (pieces, pieces))


def test_without_the_guard_more_are_promised_than_there_are(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: read, decide, write. The check in the table fires, or more is promised than exists."""

    def naive(variant_id: int, quantity: int) -> None:
        row = db.session.execute(select(Stock.on_hand, Stock.held).where(Stock.variant_id == variant_id)).one()
        if row.on_hand - row.held < quantity:
            raise stock.OutOfStock("Sold.")
        time.sleep(0.05)
        promised.append(quantity)
        db.session.execute(update(Stock).where(Stock.variant_id == variant_id).values(held=row.held + quantity))

    promised: list[int] = []
    sku = a_shop(on_hand=1)
    acts = buyers(app, sku, 8)
    monkeypatch.setattr(stock, "hold", naive)
    if db.engine.dialect.name == "sqlite":
        # One writer at a time: there the race opens only when nothing takes the write lock at the start.
        monkeypatch.setattr("storefront.db._kind_of_begin", lambda connection: "DEFERRED")
        monkeypatch.setattr(placing, "lock", lambda cart_id: db.session.get_one(Cart, cart_id))
    answers = at_once(app, acts)
    assert len(promised) > 1
    assert answers != {303: 1, 422: 7}


def test_a_double_click_is_one_order(app: Flask, stripe_http: ScriptedStripe) -> None:
    sku = a_shop(on_hand=50)
    client = app.test_client()
    fill_bag(client, sku)
    form = CUSTOMER | hidden_fields(client.get("/checkout").text)
    token = client.get_cookie("bag")
    assert token is not None

    def press() -> int:
        tab = app.test_client()
        tab.set_cookie("bag", token.value)
        return tab.post("/checkout", data=form).status_code

    assert at_once(app, [press] * 12) == {303: 12}
    assert (placed(), len(stripe_http.sessions), stock_of(sku)) == (1, 1, (50, 1))
    assert db.session.scalar(select(func.count()).select_from(PaymentAttempt)) == 1


def test_two_tabs_that_differ_leave_one_payable_page(app: Flask, stripe_http: ScriptedStripe) -> None:
    sku = a_shop(on_hand=50)
    client = app.test_client()
    fill_bag(client, sku)
    form = CUSTOMER | hidden_fields(client.get("/checkout").text)
    token = client.get_cookie("bag")
    assert token is not None

    def press(line1: str) -> Callable[[], int]:
        def act() -> int:
            tab = app.test_client()
            tab.set_cookie("bag", token.value)
            return tab.post("/checkout", data=form | {"line1": line1}).status_code

        return act

    answers = at_once(app, [press(f"{number} Linden Street") for number in range(6)])
    assert set(answers) <= {303, 422, 503}
    still_open = [session["status"] for session in stripe_http.sessions.values()].count("open")
    assert still_open <= 1  # each may have closed the other's; never are two payable
    assert (placed(), stock_of(sku)) == (still_open, (50, still_open))
    assert press("7 Linden Street")() == 303
    assert [session["status"] for session in stripe_http.sessions.values()].count("open") == 1
    assert (placed(), stock_of(sku)) == (1, (50, 1))


@pytest.mark.proof
@pytest.mark.parametrize("round_", range(20))
def test_two_hundred_buyers_for_fifty_pieces(app: Flask, stripe_http: ScriptedStripe, round_: int) -> None:
    sku = a_shop(on_hand=50)
    answers = at_once(app, buyers(app, sku, 200))
    assert answers == {303: 50, 422: 150}, round_
    assert (placed(), len(stripe_http.sessions), stock_of(sku)) == (50, 50, (50, 50))
