"""Stories and the consent they are shown by. No legal name, face, contact or home place has a column here."""

from __future__ import annotations

import enum
import hashlib
import json
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storefront.db import Base
from storefront.media.models import Picture
from storefront.partners.models import Partner


class StoryKind(enum.StrEnum):
    ILLUSTRATION = "illustration"  # written for the demonstration; nobody's testimony
    TESTIMONY = "testimony"  # somebody's own, told with her consent
    ENTERPRISE = "enterprise"  # about an organisation, from published sources; names no individual


class Channel(enum.StrEnum):
    """Where a story may be shown; each is asked and answered on its own."""

    WEB_STORY = "web_story"
    PRODUCT_PAGE = "product_page"
    HANG_TAG_QR = "hang_tag_qr"
    NEWSLETTER = "newsletter"
    SOCIAL = "social"
    PRESS = "press"
    SEARCH_INDEXING = "search_indexing"


class Pathway(enum.StrEnum):
    AUTHORITIES = "authorities"
    ESCAPE = "escape"
    EARNED_RELEASE = "earned_release"
    WALKED_AWAY = "walked_away"
    PREVENTION = "prevention"
    NOT_SHARED = "not_shared"


class Stage(enum.StrEnum):
    SAFETY = "safety"
    FREEDOM = "freedom"
    EDUCATION = "education"
    FINANCIAL_STABILITY = "financial_stability"
    HEALTH = "health"


class Story(Base):
    __tablename__ = "stories"
    __table_args__ = (
        ForeignKeyConstraint(["partner_id", "partner_is_real"], ["partners.id", "partners.is_real"]),
        CheckConstraint("kind != 'illustration' or not partner_is_real", "illustration_only_with_sample_partner"),
        CheckConstraint("kind != 'testimony' or partner_is_real", "testimony_only_with_real_partner"),
        CheckConstraint("(kind = 'enterprise') = (storyteller_reference is null)", "enterprise_has_no_storyteller"),
        CheckConstraint("(kind = 'enterprise') = (display_name is null)", "enterprise_has_no_name"),
        CheckConstraint(
            "kind != 'enterprise' or (sources is not null and length(cast(sources as text)) > 4)",
            "enterprise_has_sources",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    slug: Mapped[str] = mapped_column(unique=True)  # never used again once withdrawn
    kind: Mapped[StoryKind]
    partner_id: Mapped[int] = mapped_column(index=True)
    partner_is_real: Mapped[bool]
    storyteller_reference: Mapped[str | None]  # opaque; the partner alone keeps who stands behind it
    display_name: Mapped[str | None]  # the name she chose; a pseudonym unless she decided otherwise
    language: Mapped[str] = mapped_column(default="en")
    title: Mapped[str]
    text: Mapped[str]
    before_words: Mapped[list[str]]
    now_words: Mapped[list[str]]
    pathway: Mapped[Pathway | None]
    stage: Mapped[Stage | None]
    content_notes: Mapped[list[str]]
    editor_note: Mapped[str | None]
    sources: Mapped[list[dict[str, Any]]]
    country: Mapped[str]
    words_hash: Mapped[str]
    drawing_hash: Mapped[str | None]
    drawing_id: Mapped[int | None] = mapped_column(ForeignKey("pictures.id"))
    published_at: Mapped[datetime | None]
    position: Mapped[int] = mapped_column(default=0)
    from_demonstration: Mapped[bool] = mapped_column(default=False)

    partner: Mapped[Partner] = relationship()
    drawing: Mapped[Picture | None] = relationship()
    consents: Mapped[list[Consent]] = relationship(cascade="all, delete-orphan")

    def seal(self) -> None:
        """Take the hash of the words and the drawing as they are now.

        Consent given for other words no longer covers them.
        """
        self.words_hash = self.hash_of_words()
        self.drawing_hash = self.drawing.sha256 if self.drawing else None

    def hash_of_words(self) -> str:
        """SHA-256 over everything a reader reads of her, in a fixed order."""
        words = [
            self.language, self.title, self.display_name, self.text, self.before_words, self.now_words, self.pathway,
            self.stage, self.country, self.content_notes, self.editor_note, self.sources, self.partner.slug,
            self.drawing.alt if self.drawing else None,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()

    @property
    def is_unaltered(self) -> bool:
        """Whether words and drawing are still those that the stored hashes speak of, whoever wrote to the database."""
        return self.words_hash == self.hash_of_words() and self.drawing_hash == (
            self.drawing.sha256 if self.drawing else None
        )

    @property
    def is_illustration(self) -> bool:
        return self.kind is StoryKind.ILLUSTRATION

    @property
    def paragraphs(self) -> list[str]:
        return [part.strip() for part in self.text.split("\n\n") if part.strip()]

    @property
    def reading_minutes(self) -> int:
        return max(1, round(len(self.text.split()) / 200))


class Consent(Base):
    """Her yes to one channel, for these very words and this drawing, for a time. A new yes is a new row."""

    __tablename__ = "consents"
    __table_args__ = (
        UniqueConstraint("story_id", "channel", "granted_on"),
        CheckConstraint("expires_on > granted_on", "ends_after_it_begins"),
        CheckConstraint("publish_not_before >= granted_on", "reflection_comes_first"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id", ondelete="CASCADE"), index=True)
    channel: Mapped[Channel]
    words_hash: Mapped[str]
    drawing_hash: Mapped[str | None]
    granted_on: Mapped[date]
    publish_not_before: Mapped[date]  # seven days to think again
    expires_on: Mapped[date]  # its last day counts, in UTC
    risk_reviewed_on: Mapped[date]  # a review holds for twelve months
    withdrawn_at: Mapped[datetime | None]
