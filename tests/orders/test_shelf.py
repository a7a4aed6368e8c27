"""Sales and adjustments in one line of time, and who holds what now."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from storefront.catalog import stock
from storefront.catalog.models import Reason
from storefront.core.clock import now
from storefront.core.money import Money
from storefront.db import db, transaction
from storefront.orders.models import HoldState, OrderLine, OrderState
from storefront.orders.shelf import Hold, Step, history, holds
from tests.admin.test_dashboard import an_order
from tests.catalog.test_stock import a_variant


def ordered(variant: int, quantity: int, state: HoldState, *, paid_days_ago: int | None = None) -> str:
    """An order with one line of this variant; its reference."""
    with transaction() as session:
        order = an_order()
        order.placed_at = now() - timedelta(days=9)
        order.lines = [
            OrderLine(
                position=0, variant_id=variant, sku="T", name="Tote", options="", partner="W", quantity=quantity,
                price=Money(2400, "USD"), stock=state,
            )
        ]  # fmt: skip
        if paid_days_ago is not None:
            order.move(OrderState.PAID, at=now() - timedelta(days=paid_days_ago), by="stripe")
        session.add(order)
        return order.reference


def adjusted(variant: int, change: int, *, days_ago: int, note: str = "") -> int:
    with transaction():
        at = now() - timedelta(days=days_ago)
        return stock.adjust(variant, reason=Reason.CORRECTED, change=change, by="P1", at=at, note=note).id


def test_sales_and_adjustments_stand_in_one_line_of_time(app: Flask) -> None:
    variant, _ = a_variant(on_hand=10)
    other, _ = a_variant(on_hand=10)
    first = adjusted(variant, 2, days_ago=5, note="Found two")
    sold = ordered(variant, 3, HoldState.TAKEN, paid_days_ago=3)
    last = adjusted(variant, -1, days_ago=1)
    ordered(variant, 1, HoldState.RELEASED)
    ordered(variant, 1, HoldState.HELD)
    ordered(other, 1, HoldState.TAKEN, paid_days_ago=2)
    adjusted(other, 1, days_ago=2)
    db.session.rollback()
    assert history(variant) == [
        Step(now() - timedelta(days=1), -1, "", Reason.CORRECTED, 11, "P1", "", last),
        Step(now() - timedelta(days=3), -3, order=sold),
        Step(now() - timedelta(days=5), 2, "", Reason.CORRECTED, 12, "P1", "Found two", first),
    ]
    assert len(history(variant, most=2)) == 2


def test_an_order_that_came_back_from_review_was_sold_once(app: Flask) -> None:
    variant, _ = a_variant(on_hand=10)
    with transaction() as session:
        order = an_order(OrderState.PAID)
        order.lines = [
            OrderLine(
                position=0, variant_id=variant, sku="T", name="Tote", options="", partner="W", quantity=1,
                price=Money(2400, "USD"), stock=HoldState.TAKEN,
            )
        ]  # fmt: skip
        order.move(OrderState.REVIEW, at=now(), by="P1")
        order.move(OrderState.PAID, at=now(), by="P1")
        session.add(order)
    assert [step.at for step in history(variant)] == [now() - timedelta(days=1)]


def test_of_two_in_the_same_moment_the_later_stands_first(app: Flask) -> None:
    variant, _ = a_variant(on_hand=10)
    made = [adjusted(variant, change, days_ago=1) for change in (1, 2)]
    assert [step.adjustment_id for step in history(variant)] == made[::-1]


def test_who_holds_what(app: Flask) -> None:
    variant, _ = a_variant(on_hand=10)
    free, _ = a_variant(on_hand=10)
    orders = [ordered(variant, 2, HoldState.HELD), ordered(variant, 1, HoldState.HELD)]
    ordered(variant, 1, HoldState.TAKEN, paid_days_ago=1)
    ordered(free, 1, HoldState.RELEASED)
    since = now() - timedelta(days=9)
    assert holds([variant, free]) == {
        variant: [Hold(orders[0], OrderState.PENDING, 2, since), Hold(orders[1], OrderState.PENDING, 1, since)]
    }
    assert holds([]) == {}
