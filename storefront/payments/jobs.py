"""What the worker does about money: follow a hint of Stripe's, send money back, sweep."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from storefront.core.clock import now
from storefront.db import db, reading, transaction
from storefront.jobs.promises import every, handles
from storefront.payments.models import WebhookEvent
from storefront.payments.refunding import refresh, send_back
from storefront.payments.settling import Outcome, apply
from storefront.payments.stripe_gateway import StripeRefused
from storefront.payments.sweeping import sweep


@handles("payments.event")
def follow_event(payload: dict[str, Any], outside: Any) -> None:
    """Ask Stripe what the object of an event is now and apply it; the inbox row is marked in the same transaction."""
    with reading():
        event = db.session.get_one(WebhookEvent, payload["event"])
        object_id, kind, livemode, done = event.object_id, event.type, event.livemode, event.done_at is not None
    if done:
        return
    outcome = "ignored"
    if object_id and livemode == outside.stripe.livemode:
        if kind.startswith("checkout.session."):
            try:
                session = outside.stripe.session(object_id)
            except StripeRefused:
                outcome = Outcome.UNKNOWN.value
            else:
                with transaction():
                    outcome = apply(session, by="webhook", at=now()).value
                    _done(payload["event"], outcome)
                return
        elif kind.startswith("refund."):
            outcome = "refund" if refresh(object_id, gateway=outside.stripe) else Outcome.UNKNOWN.value
    with transaction():
        _done(payload["event"], outcome)


def _done(event_id: str, outcome: str) -> None:
    db.session.execute(
        update(WebhookEvent).where(WebhookEvent.event_id == event_id).values(done_at=now(), outcome=outcome)
    )


@handles("payments.refund")
def refund(payload: dict[str, Any], outside: Any) -> None:
    send_back(payload["refund"], gateway=outside.stripe)


@every("payments.sweep", seconds=120, lease_seconds=600)
def go_round(outside: Any) -> None:
    sweep(outside.stripe)
