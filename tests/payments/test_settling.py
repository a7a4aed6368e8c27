"""Whatever Stripe says, in whatever order, however often: one effect, and the books balance."""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from storefront.catalog.models import Stock
from storefront.core.clock import now
from storefront.core.money import Money
from storefront.db import db, transaction
from storefront.jobs.models import Job
from storefront.jobs.working import work_all
from storefront.orders.models import HoldState, OrderLine, OrderState
from storefront.payments import settling
from storefront.payments.models import (
    ATTEMPT_MOVES,
    AttemptState,
    IllegalAttemptMove,
    PaymentAttempt,
    PaymentLogLine,
    Refund,
    RefundState,
)
from storefront.payments.settling import Outcome, apply
from storefront.payments.stripe_gateway import Session
from tests.conftest import NOON, Postbox
from tests.factories import a_shop, check_out, fill_bag, stock_of, the_attempt, the_order
from tests.scripted_stripe import ScriptedStripe


@pytest.fixture
def sku(client: FlaskClient) -> str:
    """One of three pieces is being paid for."""
    sku = a_shop(on_hand=3)
    fill_bag(client, sku)
    check_out(client)
    return sku


def session(**changes: Any) -> Session:
    attempt = the_attempt()
    asked = Session(
        id=attempt.session_id or "cs_test_0001", status="open", payment_status="unpaid", amount=attempt.amount, payment_intent=None,
        intent_status=None, order=attempt.order.reference, attempt=str(attempt.n), url=None, livemode=False,
    )  # fmt: skip
    return replace(asked, **changes)


PAID = {"status": "complete", "payment_status": "paid", "payment_intent": "pi_1"}
EXPIRED = {"status": "expired"}
UNPAID = {"status": "complete", "payment_status": "unpaid", "payment_intent": "pi_1", "intent_status": "processing"}
FAILED = UNPAID | {"intent_status": "requires_payment_method"}


def settle(**changes: Any) -> Outcome:
    told = session(**changes)
    with transaction():
        return apply(told, by="test", at=now())


def mails(app: Flask, postbox: Postbox) -> list[str]:
    work_all(app.extensions["outside"])
    return [message["Subject"] for message in postbox.messages]


def test_paid(app: Flask, sku: str, postbox: Postbox) -> None:
    assert settle(**PAID) is Outcome.PAID
    assert (the_order().state, the_attempt().state, stock_of(sku)) == (OrderState.PAID, AttemptState.PAID, (2, 0))
    assert the_attempt().payment_intent == "pi_1"
    assert mails(app, postbox) == [f"Your order {the_order().reference} is paid"]


def test_a_hundred_times_is_once(app: Flask, sku: str, postbox: Postbox) -> None:
    for _ in range(100):
        assert settle(**PAID) is Outcome.PAID
    assert stock_of(sku) == (2, 0)
    assert len(mails(app, postbox)) == 1
    assert len(the_order().history) == 2


def test_the_table_of_moves_stands_behind_the_check_of_the_state(sku: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: with the check taken out, the second application fails as a whole, and nothing has happened."""
    settle(**PAID)
    monkeypatch.setattr(settling, "FINAL", frozenset())
    with pytest.raises(IllegalAttemptMove):
        settle(**PAID)
    assert (the_order().state, the_attempt().state, stock_of(sku)) == (OrderState.PAID, AttemptState.PAID, (2, 0))


@pytest.mark.parametrize("order", list(itertools.permutations(["paid", "unpaid", "open"])))
def test_any_order_of_hints_ends_alike(sku: str, order: tuple[str, ...]) -> None:
    """Each hint leads to asking Stripe again; the last answer is what counts, and paid is final."""
    for hint in order:
        settle(**{"paid": PAID, "unpaid": UNPAID, "open": {}}[hint])
    settle(**PAID)
    assert (the_order().state, stock_of(sku)) == (OrderState.PAID, (2, 0))


def test_expired_gives_the_stock_back(app: Flask, sku: str, postbox: Postbox) -> None:
    assert settle(**EXPIRED) is Outcome.ENDED
    assert (the_order().state, the_attempt().state, stock_of(sku)) == (
        OrderState.CANCELLED,
        AttemptState.EXPIRED,
        (3, 0),
    )
    assert settle(**EXPIRED) is Outcome.ENDED
    assert stock_of(sku) == (3, 0)
    assert mails(app, postbox) == []  # expired is not failed, and nobody asked


def test_a_delayed_payment(sku: str) -> None:
    assert settle(**UNPAID) is Outcome.PROCESSING
    assert stock_of(sku) == (3, 1)
    assert settle(**PAID) is Outcome.PAID
    assert stock_of(sku) == (2, 0)


def test_a_delayed_payment_that_fails(sku: str) -> None:
    settle(**UNPAID)
    assert settle(**FAILED) is Outcome.ENDED
    assert (the_order().state, the_attempt().state, stock_of(sku)) == (
        OrderState.CANCELLED,
        AttemptState.FAILED,
        (3, 0),
    )


@pytest.mark.parametrize("amount", [Money(100, "USD"), Money(3201, "USD"), Money(3200, "EUR"), None])
def test_another_amount_or_currency_goes_to_review(
    app: Flask, sku: str, postbox: Postbox, amount: Money | None
) -> None:
    assert settle(**PAID, amount=amount) is Outcome.REVIEW
    assert (the_order().state, the_attempt().state, stock_of(sku)) == (OrderState.REVIEW, AttemptState.REVIEW, (3, 1))
    assert mails(app, postbox) == []
    assert settle(**PAID) is Outcome.REVIEW  # only a person ends a review


def test_money_for_a_cancelled_order_goes_back_by_itself(
    app: Flask, sku: str, postbox: Postbox, stripe_http: ScriptedStripe
) -> None:
    settle(**EXPIRED)
    assert settle(**PAID) is Outcome.REFUNDED
    assert the_order().state is OrderState.CANCELLED
    assert mails(app, postbox) == [f"Your payment for order {the_order().reference} is on its way back"]
    [refund] = stripe_http.refunds.values()
    assert (refund["amount"], refund["payment_intent"]) == (3200, "pi_1")
    db.session.rollback()
    row = db.session.scalars(select(Refund)).one()
    assert (row.state, row.stripe_refund_id, the_attempt().state) == (
        RefundState.SUCCEEDED,
        "re_1",
        AttemptState.REFUNDED,
    )
    assert stock_of(sku) == (3, 0)
    settle(**PAID)
    mails(app, postbox)
    assert len(stripe_http.refunds) == 1


def release_behind_stripes_back(left: int) -> None:
    with transaction() as database:
        database.execute(update(OrderLine).values(stock=HoldState.RELEASED))
        database.execute(update(Stock).values(held=0, on_hand=left))


def test_released_stock_is_tried_for_again(sku: str) -> None:
    release_behind_stripes_back(left=1)
    assert settle(**PAID) is Outcome.PAID
    assert stock_of(sku) == (0, 0)


def test_sold_out_while_paying(app: Flask, sku: str, postbox: Postbox, stripe_http: ScriptedStripe) -> None:
    release_behind_stripes_back(left=0)
    assert settle(**PAID) is Outcome.REFUNDED
    assert (the_order().state, stock_of(sku)) == (OrderState.CANCELLED, (0, 0))
    assert mails(app, postbox) == [f"Your payment for order {the_order().reference} is on its way back"]
    assert len(stripe_http.refunds) == 1


def test_the_bag_is_as_it_was_when_the_money_goes_back(client: FlaskClient, sku: str) -> None:
    release_behind_stripes_back(left=0)
    settle(**PAID)
    with transaction() as database:
        database.execute(update(Stock).values(on_hand=5))
    assert "1 piece" in client.get("/cart").text


def test_a_page_of_another_shop_is_none_of_ours(sku: str) -> None:
    assert settle(**PAID, id="cs_foreign", order="R000000000", attempt="1") is Outcome.UNKNOWN
    assert settle(**PAID, id="cs_foreign", order=None, attempt=None) is Outcome.UNKNOWN
    assert settle(**PAID, id="cs_foreign", attempt="²") is Outcome.UNKNOWN
    assert the_order().state is OrderState.PENDING


def test_a_foreign_page_that_names_our_order_does_not_pay_it(sku: str) -> None:
    """Once our page is known, no other page counts for the attempt, whatever its metadata say."""
    assert settle(**PAID, id="cs_foreign") is Outcome.UNKNOWN
    assert the_order().state is OrderState.PENDING


def test_a_webhook_before_the_page_was_noted(client: FlaskClient, stripe_http: ScriptedStripe) -> None:
    sku = a_shop()
    fill_bag(client, sku)
    check_out(client)
    told = session(**PAID)
    with transaction() as database:
        database.execute(update(PaymentAttempt).values(state=AttemptState.CREATING, session_id=None, url=None))
    with transaction():
        assert apply(told, by="webhook", at=now()) is Outcome.PAID
    assert the_attempt().session_id == "cs_test_0001"


def test_every_move_of_an_attempt_leaves_a_line(sku: str) -> None:
    settle(**UNPAID)
    settle(**PAID)
    db.session.rollback()
    lines = db.session.scalars(select(PaymentLogLine).order_by(PaymentLogLine.id)).all()
    assert [(line.was, line.now) for line in lines] == [
        (AttemptState.CREATING, AttemptState.OPEN),
        (AttemptState.OPEN, AttemptState.PROCESSING),
        (AttemptState.PROCESSING, AttemptState.PAID),
    ]
    assert all(line.by and line.why for line in lines)


@pytest.mark.parametrize("was", list(AttemptState))
@pytest.mark.parametrize("to", list(AttemptState))
def test_only_listed_moves(was: AttemptState, to: AttemptState) -> None:
    attempt = PaymentAttempt(state=was)
    if to in ATTEMPT_MOVES[was]:
        attempt.move(to, at=NOON, by="test")
        assert (attempt.state, attempt.log[0].was, attempt.log[0].now) == (to, was, to)
    else:
        with pytest.raises(IllegalAttemptMove):
            attempt.move(to, at=NOON, by="test")
        assert (attempt.state, attempt.log) == (was, [])


def test_paid_is_final() -> None:
    assert ATTEMPT_MOVES[AttemptState.PAID] == frozenset()


@pytest.mark.real_clock
def test_twenty_at_once_have_one_effect(app: Flask, sku: str) -> None:
    """Webhook, return page, sweep and redeliveries in the same instant, in real threads."""
    told, outcomes, faults = session(**PAID), [], []
    gate = threading.Barrier(20)

    def one() -> None:
        with app.app_context():
            gate.wait()
            try:
                with transaction():
                    outcomes.append(apply(told, by="test", at=now()))
            except Exception as fault:
                faults.append(fault)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=one) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert outcomes == [Outcome.PAID] * 20
    assert stock_of(sku) == (2, 0)
    assert db.session.scalar(select(func.count()).select_from(Job).where(Job.kind == "mail.send")) == 1
