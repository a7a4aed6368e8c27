"""The sweep: every two minutes, whatever webhooks did or did not come, our orders are brought to what Stripe says.

It stands alone: with no webhook at all every paid order is found, every closed page gives its stock back, and every
promised refund is asked for.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload
from structlog import get_logger

from storefront.core.clock import now
from storefront.db import db, reading, transaction
from storefront.payments.models import LIVE, AttemptState, PaymentAttempt, Refund, RefundState, Watermark
from storefront.payments.refunding import refresh, send_back
from storefront.payments.requesting import PaymentRequest, as_request, open_again
from storefront.payments.settling import Outcome, apply, void
from storefront.payments.stripe_gateway import Session, StripeAway, StripeGateway, StripeRefused

CREATING_FOR = timedelta(minutes=1)
AFTER_EXPIRY = timedelta(minutes=1)
PROCESSING_FOR = timedelta(hours=1)
OVERLAP = timedelta(minutes=5)
REACH = timedelta(days=29)  # Stripe's events reach back 30 days
log = get_logger()


def sweep(gateway: StripeGateway, *, everything: bool = False, since: datetime | None = None) -> Counter[str]:
    """One round.

    Returns how many attempts ended up in which state. With `everything`, every live attempt is asked about.
    """
    counts: Counter[str] = Counter()
    try:
        _read_events(gateway, counts, since=since)
    except StripeAway:
        counts["stripe_away"] += 1
    for request in _unopened(everything):
        _open_or_void(request, gateway, counts)
    for session_id in _overdue(everything):
        _look_at(session_id, gateway, counts)
    for refund_id in _requested_refunds():
        try:
            send_back(refund_id, gateway=gateway)
            counts["refund"] += 1
        except StripeAway:
            counts["stripe_away"] += 1
    _alarm()
    log.info("sweep", counts=dict(counts))
    return counts


def settle_session(session: Session, *, by: str) -> Outcome:
    """Apply a session that was just fetched, in its own transaction."""
    with transaction():
        return apply(session, by=by, at=now())


def _read_events(gateway: StripeGateway, counts: Counter[str], *, since: datetime | None) -> None:
    """Hints that no webhook brought: what Stripe lists since the watermark."""
    started = now()
    with reading():
        mark = db.session.get(Watermark, "events")
        begin = since or (max(mark.read_until - OVERLAP, started - REACH) if mark else started - timedelta(hours=1))
    seen: set[str] = set()
    for event in gateway.events_since(begin):
        if event.object_id is None or event.object_id in seen:
            continue
        seen.add(event.object_id)
        if event.type.startswith("refund."):
            refresh(event.object_id, gateway=gateway)
        elif _is_unfinished(event.object_id):
            _look_at(event.object_id, gateway, counts)
    if counts["stripe_away"]:
        return  # what was not looked at is listed again
    with transaction() as session:
        row = session.get(Watermark, "events")
        if row is None:
            session.add(Watermark(name="events", read_until=started))
        else:
            row.read_until = max(row.read_until, started)


def _is_unfinished(session_id: str) -> bool:
    """Whether there is anything left to do for a page: unknown pages may be one whose making was never answered."""
    with reading():
        state = db.session.scalar(select(PaymentAttempt.state).where(PaymentAttempt.session_id == session_id))
    return state is None or state in LIVE | {AttemptState.EXPIRED, AttemptState.VOID, AttemptState.FAILED}


def _unopened(everything: bool) -> list[PaymentRequest]:
    until = now() if everything else now() - CREATING_FOR
    with reading():
        rows = db.session.scalars(
            select(PaymentAttempt)
            .options(joinedload(PaymentAttempt.order))
            .where(PaymentAttempt.state == AttemptState.CREATING, PaymentAttempt.created_at <= until)
            .order_by(PaymentAttempt.id)
        )
        return [as_request(attempt, attempt.order.reference) for attempt in rows]


def _overdue(everything: bool) -> list[str]:
    moment = now()
    late = (PaymentAttempt.state == AttemptState.OPEN) & (PaymentAttempt.expires_at <= moment - AFTER_EXPIRY)
    slow = (PaymentAttempt.state == AttemptState.PROCESSING) & (PaymentAttempt.created_at <= moment - PROCESSING_FOR)
    with reading():
        return list(
            db.session.scalars(
                select(PaymentAttempt.session_id)
                .where(PaymentAttempt.session_id.is_not(None))
                .where(PaymentAttempt.state.in_(LIVE) if everything else late | slow)
                .order_by(PaymentAttempt.id)
            )
        )


def _requested_refunds() -> list[int]:
    with reading():
        return list(
            db.session.scalars(
                select(Refund.id).where(
                    Refund.state == RefundState.REQUESTED, Refund.requested_at <= now() - CREATING_FOR
                )
            )
        )


def _open_or_void(request: PaymentRequest, gateway: StripeGateway, counts: Counter[str]) -> None:
    """A page whose making was never answered.

    Ask again, or look for it, or, when it can no longer come to be, let it go.
    """
    try:
        session = open_again(request, gateway=gateway)
    except StripeRefused as refused:
        if refused.code == "too_late_to_repeat" and now() < request.expires_at:
            return  # an answer that was lost may still turn up in Stripe's list
        with transaction():
            void(request.attempt_id, at=now(), why=f"No payment page came to be: {refused.code}")
        counts["void"] += 1
    except StripeAway as away:
        counts["stripe_away"] += 1
        log.warning("sweep_waits", error=type(away).__name__)
    else:
        counts[settle_session(session, by="sweep")] += 1


def _look_at(session_id: str, gateway: StripeGateway, counts: Counter[str]) -> None:
    try:
        session = gateway.session(session_id)
    except StripeAway:
        counts["stripe_away"] += 1
    except StripeRefused:
        _let_go(session_id)
        counts["unknown"] += 1
    else:
        counts[settle_session(session, by="sweep")] += 1


def _let_go(session_id: str) -> None:
    """Stripe knows no such page, so nobody can pay it: the order must not hold its stock for ever."""
    with reading():
        attempt_id = db.session.scalar(select(PaymentAttempt.id).where(PaymentAttempt.session_id == session_id))
    if attempt_id is not None:
        with transaction():
            void(attempt_id, at=now(), why="Stripe does not know this payment page")


def _alarm() -> None:
    """What a person must look at is said at every round until it is done."""
    review = select(func.count()).where(PaymentAttempt.state == AttemptState.REVIEW)
    stuck = select(func.count()).where(
        Refund.state.in_({RefundState.FAILED, RefundState.CANCELED, RefundState.REFUSED})
    )
    with reading():
        waiting = {"attempts_in_review": db.session.scalar(review), "refunds_failed": db.session.scalar(stuck)}
    for name, count in waiting.items():
        if count:
            log.error("needs_a_person", kind=name, count=count)
