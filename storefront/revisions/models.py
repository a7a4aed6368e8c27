"""Versions of whatever staff edit. A version is the whole content, so that any two can be compared and one put back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storefront.db import Base


class Head(Base):
    """The number of the newest version of one thing. Whoever saves moves it on from the number that they had seen."""

    __tablename__ = "revision_heads"

    kind: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]


class ChangeSet(Base):
    """Changes to many things that were made, and can be undone, together."""

    __tablename__ = "change_sets"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime] = mapped_column(index=True)
    who: Mapped[str]  # the reference of a person
    words: Mapped[str]  # what was done: "Price plus 5 percent"
    wanted: Mapped[int] = mapped_column(default=0)  # how many things it was to change; 0 where nobody counted
    left_alone: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # {"key", "name", "why"}
    undone_at: Mapped[datetime | None]
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("change_sets.id"), unique=True)  # once, and never again


class Revision(Base):
    """One version of one thing. Number 0 is what stood there before it was first edited here."""

    __tablename__ = "revisions"
    __table_args__ = (
        UniqueConstraint("kind", "subject_id", "number"),
        CheckConstraint("number >= 0", "number_counts_from_zero"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]  # "product", "article", ...
    subject_id: Mapped[int]
    number: Mapped[int]
    at: Mapped[datetime]
    who: Mapped[str]  # the reference of a person, or `audit.trail`'s word for what is none
    words: Mapped[str]  # what was done, where more can be said than that it was changed; else empty
    content: Mapped[dict[str, Any]]
    change_set_id: Mapped[int | None] = mapped_column(ForeignKey("change_sets.id"), index=True)

    change_set: Mapped[ChangeSet | None] = relationship()


class Unsaved(Base):
    """What somebody has typed and not saved, kept for her alone. `subject` is the address of the form it belongs to."""

    __tablename__ = "unsaved_texts"

    who: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    fields: Mapped[list[list[str]]] = mapped_column(JSON)  # name and value of each field, in the order of the form
