"""What is read beside the goods and the stories, and when each of it was looked over."""

from __future__ import annotations

import enum
from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storefront.db import Base
from storefront.media.models import Picture


class Room(enum.StrEnum):
    """Where an article is read; each room has addresses of its own."""

    ARTICLES = "articles"
    PATHWAYS = "pathways"
    STAGES = "stages"


class Article(Base):
    __tablename__ = "articles"
    __table_args__ = (
        UniqueConstraint("room", "slug"),
        CheckConstraint("review_due > reviewed_on", "review_comes_again"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    room: Mapped[Room]
    slug: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str]
    body: Mapped[str]  # Markdown; HTML in it is shown as the letters it is written with
    content_notes: Mapped[list[str]]  # of the shop's fixed vocabulary, like those of stories
    sources: Mapped[list[dict[str, Any]]]  # {"title", "publisher", "url", "date", "accessed", "access_note"}
    editor_notes: Mapped[list[dict[str, Any]]]  # {"date", "note"}; the note is Markdown
    related: Mapped[list[str]]  # slugs in the room "articles"
    reviewed_on: Mapped[date]
    review_due: Mapped[date]  # its last day counts, in UTC
    picture_id: Mapped[int | None] = mapped_column(ForeignKey("pictures.id"))
    position: Mapped[int] = mapped_column(default=0)

    picture: Mapped[Picture | None] = relationship()

    def review_is_overdue(self, today: date) -> bool:
        return today > self.review_due

    @property
    def path(self) -> str:
        return f"/{self.room}/{self.slug}"
