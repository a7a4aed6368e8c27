"""What orders hold of the shelf, and what they took from it; with what people adjusted, that is a shelf's history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from storefront.catalog.models import Reason, StockAdjustment
from storefront.db import db
from storefront.orders.models import HoldState, Order, OrderLine, OrderMove, OrderState


@dataclass(frozen=True, slots=True)
class Hold:
    """An order that holds some of a variant. Nothing here tells who ordered."""

    order: str
    state: OrderState
    quantity: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """A change of the shelf: a sale, which names its `order`, or an adjustment, which has a `reason` and an id.

    `change` in pieces; `on_hand` is what an adjustment left there, None for a sale.
    """

    at: datetime
    change: int
    order: str = ""
    reason: Reason | None = None
    on_hand: int | None = None
    who: str = ""
    note: str = ""
    adjustment_id: int | None = None


def holds(variant_ids: Iterable[int]) -> dict[int, list[Hold]]:
    """Who holds what, by the variant's id; the oldest first."""
    rows = db.session.execute(
        select(OrderLine.variant_id, Order.reference, Order.state, OrderLine.quantity, Order.placed_at)
        .join(Order, Order.id == OrderLine.order_id)
        .where(OrderLine.variant_id.in_(list(variant_ids)), OrderLine.stock == HoldState.HELD)
        .order_by(Order.placed_at, Order.id)
    )
    found: dict[int, list[Hold]] = {}
    for variant_id, reference, state, quantity, since in rows:
        if variant_id is not None:
            found.setdefault(variant_id, []).append(Hold(reference, state, quantity, since))
    return found


def history(variant_id: int, *, most: int = 50) -> list[Step]:
    """Sales and adjustments of a variant in one line of time, the newest first."""
    paid = (
        select(func.min(OrderMove.at))
        .where(OrderMove.order_id == OrderLine.order_id, OrderMove.now == OrderState.PAID)
        .correlate(OrderLine)
        .scalar_subquery()
    )
    sales = db.session.execute(
        select(func.coalesce(paid, Order.placed_at), OrderLine.quantity, Order.reference)
        .join(Order, Order.id == OrderLine.order_id)
        .where(OrderLine.variant_id == variant_id, OrderLine.stock == HoldState.TAKEN)
        .order_by(OrderLine.id.desc())
        .limit(most)
    )
    adjustments = db.session.scalars(
        select(StockAdjustment)
        .where(StockAdjustment.variant_id == variant_id)
        .order_by(StockAdjustment.id.desc())
        .limit(most)
    )
    # Of two in the same moment the later adjustment comes first: sorting keeps their order.
    steps = [
        Step(
            each.at, each.change, reason=each.reason, on_hand=each.on_hand, who=each.who, note=each.note,
            adjustment_id=each.id,
        )
        for each in adjustments
    ]  # fmt: skip
    steps += [Step(at, -quantity, order=reference) for at, quantity, reference in sales]
    return sorted(steps, key=lambda step: step.at, reverse=True)[:most]
