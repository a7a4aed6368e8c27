"""Keeping what Stripe sends: one row an event, however often it comes, and a promise to follow it."""

from datetime import datetime

from storefront.db import db, insert_or
from storefront.jobs.promises import promise
from storefront.payments.models import WebhookEvent
from storefront.payments.stripe_gateway import Event


def keep(event: Event, *, at: datetime) -> None:
    db.session.execute(
        insert_or(WebhookEvent)
        .values(
            event_id=event.id,
            type=event.type,
            object_id=event.object_id,
            api_version=event.api_version,
            livemode=event.livemode,
            body_sha256=event.body_sha256,
            received_at=at,
        )
        .on_conflict_do_nothing()
    )
    promise("payments.event", {"event": event.id}, key=f"event:{event.id}")
