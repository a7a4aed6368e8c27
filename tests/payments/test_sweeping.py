"""With no webhook at all every order comes to what Stripe says."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from structlog.testing import capture_logs

from storefront.core.clock import now
from storefront.db import db
from storefront.jobs.models import Job
from storefront.orders.models import OrderState
from storefront.payments import sweeping
from storefront.payments.models import AttemptState, Refund, RefundState
from storefront.payments.sweeping import sweep
from tests.factories import a_shop, check_out, fill_bag, stock_of, the_attempt, the_order
from tests.scripted_stripe import ScriptedStripe, away, refused


def after(minutes: float) -> time_machine.travel:
    return time_machine.travel(now() + timedelta(minutes=minutes), tick=False)


@pytest.fixture
def sku(client: FlaskClient) -> str:
    sku = a_shop(on_hand=3)
    fill_bag(client, sku)
    return sku


def run(app: Flask) -> dict[str, int]:
    return dict(sweep(app.extensions["outside"].stripe))


def test_a_paid_page_whose_webhook_was_lost(
    app: Flask, client: FlaskClient, sku: str, stripe_http: ScriptedStripe
) -> None:
    check_out(client)
    run(app)
    with after(3):
        stripe_http.pay("cs_test_0001")
    with after(4):
        assert run(app)["paid"] == 1
    assert (the_order().state, stock_of(sku)) == (OrderState.PAID, (2, 0))
    with after(6):
        assert run(app) == {}


def test_an_expired_page_gives_its_stock_back(
    app: Flask, client: FlaskClient, sku: str, stripe_http: ScriptedStripe
) -> None:
    check_out(client)
    stripe_http.only_session.update(status="expired")  # and no event is listed either
    with after(35):
        assert run(app) == {}
        assert stock_of(sku) == (3, 1)
    with after(37):
        assert run(app) == {"ended": 1}
    assert (the_order().state, stock_of(sku)) == (OrderState.CANCELLED, (3, 0))


def test_stock_is_never_released_by_our_own_clock(app: Flask, client: FlaskClient, sku: str) -> None:
    """Past its time a page may still be open at Stripe: then it can still be paid."""
    check_out(client)
    with after(60):
        assert run(app) == {"open": 1}
    assert (the_order().state, stock_of(sku)) == (OrderState.PENDING, (3, 1))


def test_a_page_never_asked_for_is_asked_for(
    app: Flask, client: FlaskClient, sku: str, stripe_http: ScriptedStripe
) -> None:
    stripe_http.fail = [away]
    check_out(client)
    assert the_attempt().state is AttemptState.CREATING
    with after(2):
        assert run(app) == {"open": 1}
    assert the_attempt().url == "https://pay.test/cs_test_0001"


def test_a_page_whose_answer_was_lost_is_found_when_it_is_too_late_to_repeat(
    app: Flask, client: FlaskClient, sku: str, stripe_http: ScriptedStripe
) -> None:
    def lost() -> None:
        method, path, sent, headers = stripe_http.asked[-1]
        stripe_http._answer(method, path, sent, headers)
        away()

    stripe_http.fail = [lost]
    check_out(client)
    stripe_http.pay("cs_test_0001")
    with after(10):
        assert run(app)["paid"] == 1
    assert the_order().state is OrderState.PAID
    assert sum(path.endswith("/sessions") and method == "post" for method, path, _, _ in stripe_http.asked) == 1


def test_a_page_that_never_was_is_let_go_after_its_time(
    app: Flask, client: FlaskClient, sku: str, stripe_http: ScriptedStripe
) -> None:
    stripe_http.fail = [away]
    check_out(client)
    with after(20):
        assert run(app) == {}
        assert stock_of(sku) == (3, 1)
    with after(36):
        assert run(app) == {"void": 1}
    assert (the_order().state, the_attempt().state, stock_of(sku)) == (OrderState.CANCELLED, AttemptState.VOID, (3, 0))


def test_stripe_away_leaves_everything_as_it_is(
    app: Flask, client: FlaskClient, sku: str, stripe_http: ScriptedStripe
) -> None:
    check_out(client)
    with after(40):
        stripe_http.fail = [lambda: None, away, away, away]  # the worker repeats twice by itself
        assert run(app) == {"stripe_away": 1}
    assert (the_order().state, stock_of(sku)) == (OrderState.PENDING, (3, 1))


def test_a_promised_refund_is_asked_for_once(
    app: Flask, client: FlaskClient, sku: str, stripe_http: ScriptedStripe
) -> None:
    check_out(client)
    stripe_http.only_session.update(status="expired")
    with after(37):
        run(app)
        stripe_http.pay("cs_test_0001")
        run(app)
    with after(40):
        run(app)
        run(app)
    assert len(stripe_http.refunds) == 1
    db.session.rollback()
    assert db.session.scalars(select(Refund.state)).all() == [RefundState.SUCCEEDED]


def test_a_refund_whose_answer_was_lost_is_adopted(
    app: Flask, client: FlaskClient, sku: str, stripe_http: ScriptedStripe
) -> None:
    """Found by our mark in its metadata, not made again, even were the idempotency key forgotten."""
    check_out(client)
    stripe_http.only_session.update(status="expired")
    with after(37):
        run(app)
        stripe_http.pay("cs_test_0001")
        run(app)

    def lost() -> None:
        method, path, sent, headers = stripe_http.asked[-1]
        stripe_http._answer(method, path, sent, headers)
        away()

    with after(40):
        stripe_http.fail = [lambda: None, lambda: None, lost]
        run(app)
        stripe_http.by_key.clear()
        run(app)
    assert len(stripe_http.refunds) == 1


def test_a_refused_refund_needs_a_person(
    app: Flask, client: FlaskClient, sku: str, stripe_http: ScriptedStripe
) -> None:
    check_out(client)
    stripe_http.only_session.update(status="expired")
    with after(37):
        run(app)
        stripe_http.pay("cs_test_0001")
        run(app)
    with after(40):
        stripe_http.fail = [lambda: None, lambda: None, lambda: refused("No", code="charge_disputed")]
        with capture_logs() as said:
            run(app)
    db.session.rollback()
    assert db.session.scalars(select(Refund.state)).all() == [RefundState.REFUSED]
    assert {"event": "needs_a_person", "kind": "refunds_failed", "count": 1, "log_level": "error"} in said


def test_the_watermark_moves_and_overlaps(
    app: Flask, client: FlaskClient, sku: str, stripe_http: ScriptedStripe
) -> None:
    begin = now()
    run(app)
    with after(10):
        run(app)
    asked = [int(form["created[gte]"][0]) for _, path, form, _ in stripe_http.asked if path.endswith("/events")]
    assert asked == [int((begin - timedelta(hours=1)).timestamp()), int((begin - sweeping.OVERLAP).timestamp())]


def test_reconcile_asks_about_every_live_attempt(
    app: Flask, client: FlaskClient, sku: str, stripe_http: ScriptedStripe
) -> None:
    check_out(client)
    stripe_http.pay("cs_test_0001")
    stripe_http.events.clear()
    answer = app.test_cli_runner().invoke(args=["payments", "reconcile"])
    assert answer.exit_code == 0, answer.output
    assert "paid: 1" in answer.output
    assert the_order().state is OrderState.PAID


def test_reconcile_says_that_stripe_is_away(app: Flask, stripe_http: ScriptedStripe) -> None:
    stripe_http.fail = [away] * 5
    answer = app.test_cli_runner().invoke(args=["payments", "reconcile"])
    assert answer.exit_code == 1
    assert "Stripe does not answer" in answer.output


def test_a_page_that_stripe_does_not_know_holds_nothing(
    app: Flask, client: FlaskClient, sku: str, stripe_http: ScriptedStripe
) -> None:
    check_out(client)
    stripe_http.sessions.clear()
    with after(40):
        assert run(app) == {"unknown": 1}
    assert (the_order().state, the_attempt().state, stock_of(sku)) == (
        OrderState.CANCELLED,
        AttemptState.EXPIRED,
        (3, 0),
    )


def test_a_bag_whose_page_stripe_does_not_know_can_be_paid_again(
    client: FlaskClient, sku: str, stripe_http: ScriptedStripe
) -> None:
    check_out(client)
    stripe_http.sessions["cs_of_another_account"] = stripe_http.sessions.pop("cs_test_0001")
    client.post(f"/cart/lines/{sku}", data={"quantity": "2"})
    assert check_out(client).status_code == 303
    assert stock_of(sku) == (3, 2)


def test_reconcile_does_not_say_that_all_is_well_when_pages_are_unknown(
    app: Flask, client: FlaskClient, sku: str, stripe_http: ScriptedStripe
) -> None:
    check_out(client)
    stripe_http.sessions.clear()
    answer = app.test_cli_runner().invoke(args=["payments", "reconcile"])
    assert "does not know" in answer.output
    assert "agree" not in answer.output
    assert the_order().state is OrderState.CANCELLED


def test_what_was_not_looked_at_is_looked_at_again(
    app: Flask, client: FlaskClient, sku: str, stripe_http: ScriptedStripe
) -> None:
    """The watermark stays where it was while Stripe did not answer for everything."""
    check_out(client)
    stripe_http.pay("cs_test_0001")
    stripe_http.fail = [lambda: None, away, away, away]
    assert run(app) == {"stripe_away": 1}
    with after(20):
        assert run(app) == {"paid": 1}


def test_a_canceled_refund_is_not_told_as_money_returned(
    app: Flask, client: FlaskClient, sku: str, stripe_http: ScriptedStripe
) -> None:
    check_out(client)
    stripe_http.only_session.update(status="expired")
    with after(37):
        run(app)
        stripe_http.pay("cs_test_0001")
        run(app)
    stripe_http.refunds["re_1"] = {
        "id": "re_1", "object": "refund", "status": "canceled", "amount": 3200, "currency": "usd",
        "payment_intent": "pi_cs_test_0001", "metadata": {"refund": f"refund:{the_order().reference}:a1"},
    }  # fmt: skip
    with after(40), capture_logs() as said:
        run(app)
    assert the_attempt().state is AttemptState.REFUNDING
    assert any(line["event"] == "needs_a_person" for line in said)
    db.session.rollback()
    assert db.session.scalars(select(Job.kind).where(Job.kind == "mail.send")).all() == []
