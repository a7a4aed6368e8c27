"""Partner enterprises, what is known about them and from where."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from storefront.db import Base
from storefront.media.models import Picture


class PartnerKind(enum.StrEnum):
    PARTNER = "partner"  # a real enterprise that has agreed to sell here
    NAMED = "named"  # a real enterprise, shown with demonstration listings only
    DIRECTORY = "directory"  # a real enterprise described from public sources; sells nothing here
    SAMPLE = "sample"  # made up for the demonstration


class Confidence(enum.StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


FEWEST_LETTERS, MOST_LETTERS = 10, 600  # of a note


class NoteState(enum.StrEnum):
    """A note that is dropped or has grown too old is no state: its row is gone."""

    WAITING = "waiting"  # nobody of the shop has read it yet
    PASSED = "passed"  # may go to the workshop with the next sheet
    HANDED_OVER = "handed_over"


NOTE_MOVES: dict[NoteState, frozenset[NoteState]] = {
    NoteState.WAITING: frozenset({NoteState.PASSED}),
    NoteState.PASSED: frozenset({NoteState.WAITING, NoteState.HANDED_OVER}),
    NoteState.HANDED_OVER: frozenset({NoteState.PASSED}),
}


class Partner(Base):
    __tablename__ = "partners"
    __table_args__ = (
        UniqueConstraint(
            "id", "is_real"
        ),  # stories point at both, so that an invented person never joins a real enterprise
        CheckConstraint("(kind = 'sample') = (not is_real)", "sample_is_not_real"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    now_known_as: Mapped[str | None]
    also_known_as: Mapped[list[str]]
    kind: Mapped[PartnerKind]
    is_real: Mapped[bool]
    country: Mapped[str]  # ISO 3166, two letters
    region: Mapped[str]  # as it may be shown; never a street or a quarter
    founded: Mapped[str | None]  # year, month or day, as far as it is known
    tagline: Mapped[str]
    summary: Mapped[str]
    goods: Mapped[list[str]]
    support: Mapped[list[str]]  # how the people who work there are supported
    editor_notes: Mapped[list[str]]
    notice: Mapped[str | None]  # said on the page, above everything
    position: Mapped[int] = mapped_column(default=0)
    picture_id: Mapped[int | None] = mapped_column(ForeignKey("pictures.id"))
    from_demonstration: Mapped[bool] = mapped_column(default=False)
    # Only then may a story name a region: among fewer, somebody could be found by it.
    has_twenty_makers: Mapped[bool] = mapped_column(default=False, server_default=false())

    picture: Mapped[Picture | None] = relationship()
    facts: Mapped[list[Fact]] = relationship(order_by="Fact.position", cascade="all, delete-orphan")
    certificates: Mapped[list[Certificate]] = relationship(
        order_by="Certificate.position", cascade="all, delete-orphan"
    )

    @property
    def known_as(self) -> str:
        """The name a reader looks for today: "Freeset, now Joyya"."""
        return f"{self.short_name}, now {self.now_known_as}" if self.now_known_as else self.short_name

    @property
    def short_name(self) -> str:
        return self.name.removesuffix(" (sample partner)")


class Fact(Base):
    """One claim about a partner, with the sources it was read in.

    A source is `{"title", "publisher", "url", "date" or null, "first_hand": bool, "read_on"}`.
    """

    __tablename__ = "partner_facts"

    id: Mapped[int] = mapped_column(primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partners.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    claim: Mapped[str]
    confidence: Mapped[Confidence]
    as_of: Mapped[str | None]
    sources: Mapped[list[dict[str, Any]]]

    @validates("sources")
    def _has_a_source(self, key: str, sources: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if not sources or not all(source.get("url") for source in sources):
            raise ValueError("a fact needs at least one source with an address")
        return sources


class Certificate(Base):
    """A certificate as it was claimed or checked. A logo may be shown only while a checked one is valid."""

    __tablename__ = "certificates"

    id: Mapped[int] = mapped_column(primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partners.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    name: Mapped[str]
    scope: Mapped[str | None]
    status: Mapped[str]  # in words, as it was reported
    licence_number: Mapped[str | None]
    checked_on: Mapped[date | None]  # looked up in the issuer's own register on this day
    valid_until: Mapped[date | None]
    sources: Mapped[list[dict[str, Any]]]
    logo_id: Mapped[int | None] = mapped_column(ForeignKey("pictures.id"))

    logo: Mapped[Picture | None] = relationship()

    def is_valid(self, on: date) -> bool:
        return (
            self.checked_on is not None and self.valid_until is not None and self.checked_on <= on <= self.valid_until
        )


class WorkshopNote(Base):
    """A visitor's words for everybody at a workshop. Nothing here says who wrote them or for whom among the makers."""

    __tablename__ = "workshop_notes"
    __table_args__ = (
        UniqueConstraint("partner_id", "received_at", "text"),  # pressed twice, stored once
        CheckConstraint(f"length(text) BETWEEN {FEWEST_LETTERS} AND {MOST_LETTERS}", "text_is_short"),
        CheckConstraint("(state = 'waiting') = (moved_at IS NULL)", "waiting_is_unread"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partners.id", ondelete="CASCADE"))
    text: Mapped[str]
    state: Mapped[NoteState]
    received_at: Mapped[datetime] = mapped_column(index=True)  # the hour only: a minute would lead to an order
    moved_at: Mapped[datetime | None] = mapped_column(index=True)  # when it was passed or handed over

    partner: Mapped[Partner] = relationship()
