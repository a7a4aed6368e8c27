"""Settling: what Stripe says a payment page has become is applied to our order, once, with the order locked.

Webhook worker, return page, sweep and a closing checkout all end here. Each only brings a hint; the session they hand
over was fetched from Stripe a moment ago.
"""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import select
from structlog import get_logger

from storefront.cart.filling import empty_if_unchanged
from storefront.catalog import stock
from storefront.catalog.stock import OutOfStock
from storefront.db import db
from storefront.jobs.promises import promise
from storefront.mail.promising import queue_email
from storefront.orders.emails import order_confirmed
from storefront.orders.models import HoldState, Order, OrderState
from storefront.orders.queries import locked
from storefront.payments.models import AttemptState, PaymentAttempt, Refund
from storefront.payments.queries import of_session
from storefront.payments.stripe_gateway import Session

log = get_logger()
FINAL = {AttemptState.PAID, AttemptState.REFUNDING, AttemptState.REFUNDED, AttemptState.REVIEW}


class Outcome(enum.StrEnum):
    """What became of a payment, in the words of the return page."""

    UNKNOWN = "unknown"  # a page of another shop, or none of ours
    OPEN = "open"
    PROCESSING = "processing"
    PAID = "paid"
    ENDED = "ended"  # expired or failed; nothing was charged
    REFUNDED = "refunded"  # money came that cannot be used, and goes back
    REVIEW = "review"


def apply(session: Session, *, by: str, at: datetime) -> Outcome:
    """Bring our order to what the session is now. Safe to call any number of times, in any order, from anywhere."""
    attempt_id = of_session(session)
    if attempt_id is None:
        return Outcome.UNKNOWN
    order_id = db.session.scalars(select(PaymentAttempt.order_id).where(PaymentAttempt.id == attempt_id)).one()
    order = locked(order_id)
    attempt = db.session.get_one(PaymentAttempt, attempt_id, populate_existing=True)
    _attach(attempt, session, by=by, at=at)
    if session.is_paid:
        _paid(order, attempt, session, by=by, at=at)
    elif session.has_failed:
        _ended(order, attempt, AttemptState.FAILED, by=by, at=at, why="The bank refused the payment")
    elif session.status == "complete":
        if attempt.state is AttemptState.OPEN:
            attempt.move(AttemptState.PROCESSING, at=at, by=by, why="The bank takes its time")
    elif session.status == "expired":
        _ended(order, attempt, AttemptState.EXPIRED, by=by, at=at, why="The payment page closed unpaid")
    return outcome_of(attempt)


def void(attempt_id: int, *, at: datetime, why: str) -> None:
    """End an attempt for which Stripe has no page, never made or not known any more, and its order with it."""
    order_id = db.session.scalars(select(PaymentAttempt.order_id).where(PaymentAttempt.id == attempt_id)).one()
    order = locked(order_id)
    attempt = db.session.get_one(PaymentAttempt, attempt_id, populate_existing=True)
    if attempt.is_live:
        ended = AttemptState.VOID if attempt.state is AttemptState.CREATING else AttemptState.EXPIRED
        _ended(order, attempt, ended, by="shop", at=at, why=why)


def outcome_of(attempt: PaymentAttempt) -> Outcome:
    match attempt.state:
        case AttemptState.CREATING | AttemptState.OPEN:
            return Outcome.OPEN
        case AttemptState.PROCESSING:
            return Outcome.PROCESSING
        case AttemptState.PAID:
            return Outcome.PAID
        case AttemptState.REFUNDING | AttemptState.REFUNDED:
            return Outcome.REFUNDED
        case AttemptState.REVIEW:
            return Outcome.REVIEW
        case _:
            return Outcome.ENDED


def _attach(attempt: PaymentAttempt, session: Session, *, by: str, at: datetime) -> None:
    if attempt.session_id is None:
        attempt.session_id, attempt.url = session.id, session.url
    if attempt.state is AttemptState.CREATING:
        attempt.move(AttemptState.OPEN, at=at, by=by, why="The payment page is open")
    attempt.payment_intent = session.payment_intent or attempt.payment_intent


def _paid(order: Order, attempt: PaymentAttempt, session: Session, *, by: str, at: datetime) -> None:
    if attempt.state in FINAL:
        return
    if session.amount != attempt.amount:
        # Authentic is not enough: a payment of one dollar must not pay for a jacket. A person looks; nothing ships.
        attempt.move(AttemptState.REVIEW, at=at, by=by, why="Amount or currency differ from what was asked")
        if order.state in {OrderState.PENDING, OrderState.PAID}:
            order.move(OrderState.REVIEW, at=at, by=by, why="Amount or currency differ from what was asked")
        log.error("payment_needs_review", order=order.reference, attempt=attempt.n)
        return
    if order.state is not OrderState.PENDING:
        _send_back(order, attempt, reason=f"The order was already {order.state.value}", by=by, at=at)
        return
    try:
        with db.session.begin_nested():
            # The bag before the stock: placing an order takes its locks in the same order.
            empty_if_unchanged(attempt.cart_id, checkout_key=order.checkout_key, at=at)
            _take_stock(order)
    except OutOfStock:
        order.move(OrderState.CANCELLED, at=at, by=by, why="Sold out while it was being paid")
        _send_back(order, attempt, reason="Sold out while it was being paid", by=by, at=at)
        return
    attempt.move(AttemptState.PAID, at=at, by=by, why="Stripe has the money")
    order.move(OrderState.PAID, at=at, by=by, why="Paid by card")
    queue_email(order_confirmed(order), key=f"order-confirmed:{order.reference}")
    log.info("order_paid", order=order.reference, attempt=attempt.n, kind=by)


def _take_stock(order: Order) -> None:
    """Take what was held.

    What is no longer held is tried for again. Raises `OutOfStock`, and then nothing was taken.
    """
    for line in sorted(order.lines, key=lambda line: line.variant_id or 0):
        if line.variant_id is None:
            raise OutOfStock("This piece is no longer in the shop.")
        if line.stock is HoldState.RELEASED:
            stock.hold(line.variant_id, line.quantity)
        if line.stock is not HoldState.TAKEN:
            stock.take(line.variant_id, line.quantity)
            line.stock = HoldState.TAKEN


def _ended(order: Order, attempt: PaymentAttempt, to: AttemptState, *, by: str, at: datetime, why: str) -> None:
    if to is AttemptState.FAILED and attempt.state is AttemptState.OPEN:
        attempt.move(AttemptState.PROCESSING, at=at, by=by, why="The bank takes its time")
    if not attempt.is_live:
        return
    attempt.move(to, at=at, by=by, why=why)
    _cancel(order, by=by, at=at, why=why)


def _cancel(order: Order, *, by: str, at: datetime, why: str) -> None:
    """The order ends and what it held is for sale again.

    Only Stripe's word that nothing can be paid any more leads here.
    """
    if order.state is OrderState.PENDING:
        order.move(OrderState.CANCELLED, at=at, by=by, why=why)
    release_stock(order)


def release_stock(order: Order) -> None:
    for line in sorted(order.lines, key=lambda line: line.variant_id or 0):
        if line.stock is HoldState.HELD:
            if line.variant_id is not None:
                stock.release(line.variant_id, line.quantity)
            line.stock = HoldState.RELEASED


def _send_back(order: Order, attempt: PaymentAttempt, *, reason: str, by: str, at: datetime) -> None:
    """Money that cannot be used goes back by itself: a row and a promise now, Stripe is asked after the commit."""
    if order.state is OrderState.CANCELLED:
        release_stock(order)
    attempt.move(AttemptState.REFUNDING, at=at, by=by, why=reason)
    refund = Refund(
        order_id=order.id,
        attempt_id=attempt.id,
        amount=attempt.amount,
        reason=reason,
        key=f"refund:{order.reference}:a{attempt.n}",
        requested_at=at,
    )
    db.session.add(refund)
    db.session.flush()
    promise("payments.refund", {"refund": refund.id}, key=refund.key)
    log.warning("payment_cannot_be_used", order=order.reference, attempt=attempt.n)
