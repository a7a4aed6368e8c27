"""Finding attempts to pay."""

from __future__ import annotations

from sqlalchemy import Select, func, select

from storefront.db import db
from storefront.orders.models import HoldState, Order, OrderLine
from storefront.payments.models import LIVE, PaymentAttempt
from storefront.payments.stripe_gateway import Session


def of_session(session: Session) -> int | None:
    """The id of the attempt that a page at Stripe belongs to.

    By the page's own id, or, before that was stored, by our references.
    """
    found = db.session.scalar(select(PaymentAttempt.id).where(PaymentAttempt.session_id == session.id))
    if found is None and session.order and session.attempt and session.attempt.isascii() and session.attempt.isdigit():
        found = db.session.scalar(
            select(PaymentAttempt.id)
            .join(PaymentAttempt.order)
            .where(
                Order.reference == session.order,
                PaymentAttempt.n == int(session.attempt[:9]),
                PaymentAttempt.session_id.is_(None),
            )
        )
    return found


def live_of_cart(cart_id: int) -> Select[PaymentAttempt]:
    """Attempts from this bag that could still be paid."""
    return (
        select(PaymentAttempt)
        .where(PaymentAttempt.cart_id == cart_id, PaymentAttempt.state.in_(LIVE))
        .order_by(PaymentAttempt.id)
    )


def held_by_cart(cart_id: int) -> dict[int, int]:
    """How many of each variant are held for orders from this bag: to its own visitor they are not sold."""
    rows = db.session.execute(
        select(OrderLine.variant_id, func.sum(OrderLine.quantity))
        .join(PaymentAttempt, PaymentAttempt.order_id == OrderLine.order_id)
        .where(
            PaymentAttempt.cart_id == cart_id,
            PaymentAttempt.state.in_(LIVE),
            OrderLine.stock == HoldState.HELD,
            OrderLine.variant_id.is_not(None),
        )
        .group_by(OrderLine.variant_id)
    )
    return {variant_id: int(quantity) for variant_id, quantity in rows if variant_id is not None}
