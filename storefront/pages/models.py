"""Texts of the house that staff may rewrite, and the line above every page."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storefront.db import Base


class HouseText(Base):
    """The shop's own wording of one of its pages; while there is none the page reads as it was shipped."""

    __tablename__ = "house_texts"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)  # "terms"
    title: Mapped[str]
    summary: Mapped[str]
    body: Mapped[str]  # Markdown; HTML in it is shown as the letters it is written with
    changed_at: Mapped[datetime]


class Announcement(Base):
    """A sentence above every page of the shop, from a moment until another."""

    __tablename__ = "announcements"
    __table_args__ = (CheckConstraint("ends_at is null or ends_at > starts_at", "ends_after_it_begins"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    text: Mapped[str]
    link: Mapped[str | None]  # an address of this shop, "/delivery"
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime | None]
    is_shown: Mapped[bool]
