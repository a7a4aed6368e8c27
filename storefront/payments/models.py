"""The ledger.

Attempts to pay, what Stripe told us, money sent back. Nothing here is ever overwritten by a newer attempt.
"""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, composite, mapped_column, relationship

from storefront.core.money import Money
from storefront.db import Base, words
from storefront.orders.models import Order


class AttemptState(enum.StrEnum):
    CREATING = "creating"  # promised; Stripe may or may not have heard of it
    OPEN = "open"  # the hosted page is waiting
    PROCESSING = "processing"  # the bank takes its time
    PAID = "paid"
    EXPIRED = "expired"
    FAILED = "failed"
    VOID = "void"  # never came to be at Stripe
    REFUNDING = "refunding"  # money came that cannot be used, and is on its way back
    REFUNDED = "refunded"
    REVIEW = "review"  # amount or currency differ from what was asked


LIVE = frozenset({AttemptState.CREATING, AttemptState.OPEN, AttemptState.PROCESSING})

ATTEMPT_MOVES: dict[AttemptState, frozenset[AttemptState]] = {
    AttemptState.CREATING: frozenset({AttemptState.OPEN, AttemptState.VOID}),
    AttemptState.OPEN: frozenset(
        {AttemptState.PROCESSING, AttemptState.PAID, AttemptState.EXPIRED, AttemptState.REFUNDING, AttemptState.REVIEW}
    ),
    AttemptState.PROCESSING: frozenset(
        {AttemptState.PAID, AttemptState.FAILED, AttemptState.EXPIRED, AttemptState.REFUNDING, AttemptState.REVIEW}
    ),
    # Stripe has the last word: a session that we believed ended may still turn out to be paid, and then money goes
    # back.
    AttemptState.EXPIRED: frozenset({AttemptState.REFUNDING, AttemptState.REVIEW}),
    AttemptState.FAILED: frozenset({AttemptState.REFUNDING, AttemptState.REVIEW}),
    AttemptState.VOID: frozenset({AttemptState.REFUNDING, AttemptState.EXPIRED, AttemptState.REVIEW}),
    AttemptState.REFUNDING: frozenset({AttemptState.REFUNDED, AttemptState.REVIEW}),
    AttemptState.REVIEW: frozenset({AttemptState.PAID, AttemptState.REFUNDING}),
    AttemptState.PAID: frozenset(),
    AttemptState.REFUNDED: frozenset({AttemptState.REFUNDING}),  # a refund may fail days later
}

_LIVE_SQL = text("state IN ('creating', 'open', 'processing')")


class PaymentAttempt(Base):
    """One hosted payment page for one order.

    Its parameters are frozen: every repeat sends the same bytes with the same key.
    """

    __tablename__ = "payment_attempts"
    __table_args__ = (
        UniqueConstraint("order_id", "n"),
        CheckConstraint("amount_minor > 0", "amount_is_positive"),
        Index("uq_payment_attempts_live", "order_id", unique=True, sqlite_where=_LIVE_SQL, postgresql_where=_LIVE_SQL),
        Index("ix_payment_attempts_live_expires", "expires_at", sqlite_where=_LIVE_SQL, postgresql_where=_LIVE_SQL),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    n: Mapped[int]
    state: Mapped[AttemptState] = mapped_column(default=AttemptState.CREATING)
    idempotency_key: Mapped[str] = mapped_column(unique=True)
    params: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    session_id: Mapped[str | None] = mapped_column(unique=True)
    url: Mapped[str | None]
    payment_intent: Mapped[str | None] = mapped_column(index=True)
    amount: Mapped[Money] = composite(mapped_column("amount_minor"), mapped_column("amount_currency"))
    cart_id: Mapped[int | None] = mapped_column(ForeignKey("carts.id", ondelete="SET NULL"), index=True)

    order: Mapped[Order] = relationship()
    log: Mapped[list[PaymentLogLine]] = relationship(order_by="PaymentLogLine.id", cascade="all, delete-orphan")

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    def move(self, to: AttemptState, *, at: datetime, by: str, why: str = "") -> None:
        """The only way an attempt changes state; every move leaves a line in the payment log."""
        if to not in ATTEMPT_MOVES[self.state]:
            raise IllegalAttemptMove(f"An attempt that is {self.state} cannot become {to}.")
        self.log.append(PaymentLogLine(was=self.state, now=to, at=at, by=by, why=why))
        self.state = to


class IllegalAttemptMove(Exception):
    """Raised when code asks for a change of state that the table does not know: a fault, not a refusal."""


class PaymentLogLine(Base):
    """Who moved an attempt, when, from where to where, and by what hint."""

    __tablename__ = "payment_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("payment_attempts.id", ondelete="CASCADE"), index=True)
    was: Mapped[AttemptState] = mapped_column(words(AttemptState, name="was_a_state"))
    now: Mapped[AttemptState] = mapped_column(words(AttemptState, name="now_a_state"))
    at: Mapped[datetime]
    by: Mapped[str]
    why: Mapped[str]


class WebhookEvent(Base):
    """The inbox.

    That Stripe said something about an object. The body is not kept, only its hash; the worker asks again.
    """

    __tablename__ = "webhook_inbox"

    event_id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    object_id: Mapped[str | None]
    api_version: Mapped[str | None]
    livemode: Mapped[bool]
    body_sha256: Mapped[str]
    received_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    outcome: Mapped[str | None]


class RefundState(enum.StrEnum):
    REQUESTED = "requested"  # promised; Stripe may or may not have heard of it
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    REFUSED = "refused"


class Refund(Base):
    """Money on its way back.

    The row exists before Stripe is asked; `key` is the idempotency key and the mark in its metadata.
    """

    __tablename__ = "refunds"
    __table_args__ = (CheckConstraint("amount_minor > 0", "amount_is_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("payment_attempts.id"), index=True)
    amount: Mapped[Money] = composite(mapped_column("amount_minor"), mapped_column("amount_currency"))
    reason: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    stripe_refund_id: Mapped[str | None] = mapped_column(unique=True)
    state: Mapped[RefundState] = mapped_column(default=RefundState.REQUESTED)
    requested_at: Mapped[datetime]

    attempt: Mapped[PaymentAttempt] = relationship()
    order: Mapped[Order] = relationship()


class Watermark(Base):
    """Up to when Stripe's list of events has been read."""

    __tablename__ = "stripe_watermarks"

    name: Mapped[str] = mapped_column(primary_key=True)
    read_until: Mapped[datetime]
