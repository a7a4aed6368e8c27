"""Sending back what cannot be used.

The row stands before Stripe is asked, so nothing is refunded twice or forgotten.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from structlog import get_logger

from storefront.core.clock import now
from storefront.db import db, reading, transaction
from storefront.mail.promising import queue_email
from storefront.orders.emails import payment_returned
from storefront.orders.queries import locked
from storefront.payments.models import AttemptState, Refund, RefundState
from storefront.payments.stripe_gateway import RefundAnswer, StripeGateway, StripeRefused

log = get_logger()
STATES = {
    "succeeded": RefundState.SUCCEEDED,
    "pending": RefundState.PENDING,
    "requires_action": RefundState.PENDING,
    "failed": RefundState.FAILED,
    "canceled": RefundState.CANCELED,
}


def send_back(refund_id: int, *, gateway: StripeGateway) -> None:
    """Ask Stripe for a refund that was promised, unless an earlier try has reached it already."""
    with reading():
        refund = db.session.get_one(Refund, refund_id)
        amount, key, intent, state = refund.amount, refund.key, refund.attempt.payment_intent, refund.state
    if state is not RefundState.REQUESTED or intent is None:
        return
    answer = next((found for found in gateway.refunds_of(intent) if found.key == key), None)
    try:
        answer = answer or gateway.refund(intent, amount, key=key)
    except StripeRefused as refused:
        log.error("refund_refused", code=refused.code)
        with transaction():
            db.session.get_one(Refund, refund_id).state = RefundState.REFUSED
        return
    with transaction():
        record(refund_id, answer, at=now())


def record(refund_id: int, answer: RefundAnswer, *, at: datetime) -> None:
    """Note what Stripe says of a refund, and tell the customer once that money is on its way."""
    refund = db.session.get_one(Refund, refund_id)
    order = locked(refund.order_id)
    db.session.refresh(refund)
    refund.stripe_refund_id, refund.state = answer.id, STATES.get(answer.status, RefundState.PENDING)
    if refund.state in {RefundState.FAILED, RefundState.CANCELED}:
        log.error("refund_failed", order=order.reference)
        if refund.attempt.state is AttemptState.REFUNDED:
            refund.attempt.move(
                AttemptState.REFUNDING, at=at, by="stripe", why="The refund failed; a person must send the money"
            )
        return
    if refund.attempt.state is AttemptState.REFUNDING:
        refund.attempt.move(AttemptState.REFUNDED, at=at, by="stripe", why=refund.reason)
    queue_email(payment_returned(order, refund.amount), key=f"payment-returned:{refund.key}")


def refresh(stripe_refund_id: str, *, gateway: StripeGateway) -> bool:
    """Look again at a refund of ours that Stripe spoke of; returns whether there was one."""
    with reading():
        found = db.session.execute(
            select(Refund.id, Refund.key).where(Refund.stripe_refund_id == stripe_refund_id)
        ).first()
        intent = db.session.get_one(Refund, found.id).attempt.payment_intent if found else None
    if found is None or intent is None:
        return False
    for answer in gateway.refunds_of(intent):
        if answer.id == stripe_refund_id:
            with transaction():
                record(found.id, answer, at=now())
    return True
