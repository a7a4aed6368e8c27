"""Stories, their words in each language, and the consent they are shown by.

No legal name, face, contact or home place has a column here. Nothing here points at an account but who wrote and who
approved; a test holds every column of this package against a list.
"""

from __future__ import annotations

import enum
import hashlib
import json
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storefront.accounts.models import User
from storefront.db import Base, words
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


class ExplainedBy(enum.StrEnum):
    """Who explained to her what a yes means: a role, never a name, and never her employer."""

    INTERPRETER_AND_SUPPORT_WORKER = "interpreter_support_worker"
    SUPPORT_WORKER = "support_worker"
    LEGAL_ADVISER = "legal_adviser"
    SURVIVOR_ADVOCATE = "survivor_advocate"


class Attester(enum.StrEnum):
    """Who at the workshop, or beside it, vouches for what this shop never asks to see."""

    WORKSHOP_GUARDIAN = "workshop_guardian"
    SOCIAL_WORKER = "social_worker"
    INDEPENDENT_ADVOCATE = "independent_advocate"


class ReviewResult(enum.StrEnum):
    MAY_BE_SHOWN = "may_be_shown"
    WITH_CHANGES_MADE = "with_changes_made"
    NOT_TO_BE_SHOWN = "not_to_be_shown"


class TaskKind(enum.StrEnum):
    SEARCH_ENGINE = "search_engine"  # ask it to forget a page that is gone
    ARCHIVE = "archive"
    WITHDRAWAL_ASKED = "withdrawal_asked"  # somebody who may not withdraw asks a guardian to look


class Story(Base):
    """One page about one person or enterprise. What it says stands in `Wording`, a row for each language and revision.

    Once it is withdrawn, or has been over for 90 days, words, name, address and drawing are erased and the row stays
    with its references and dates.
    """

    __tablename__ = "stories"
    __table_args__ = (
        ForeignKeyConstraint(["partner_id", "partner_is_real"], ["partners.id", "partners.is_real"]),
        CheckConstraint("kind != 'illustration' or not partner_is_real", "illustration_only_with_sample_partner"),
        CheckConstraint("kind != 'testimony' or partner_is_real", "testimony_only_with_real_partner"),
        CheckConstraint("(kind = 'enterprise') = (storyteller_reference is null)", "enterprise_has_no_storyteller"),
        CheckConstraint("kind != 'enterprise' or display_name is null", "enterprise_has_no_name"),
        CheckConstraint(
            "kind = 'enterprise' or erased_at is not null or display_name is not null", "told_under_a_name_she_chose"
        ),
        CheckConstraint(
            "kind != 'enterprise' or erased_at is not null"
            " or (sources is not null and length(cast(sources as text)) > 4)",
            "enterprise_has_sources",
        ),
        CheckConstraint("(slug is null) = (erased_at is not null)", "has_an_address_until_erased"),
        CheckConstraint(
            "erased_at is null or (display_name is null and drawing_id is null and region is null)", "erased_is_empty"
        ),
        CheckConstraint("withdrawn_at is null or erased_at is not null", "withdrawn_is_erased"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    slug: Mapped[str | None] = mapped_column(unique=True)  # never used again: see `GoneAddress`
    kind: Mapped[StoryKind]
    partner_id: Mapped[int] = mapped_column(index=True)
    partner_is_real: Mapped[bool]
    storyteller_reference: Mapped[str | None]  # opaque; the partner alone keeps who stands behind it
    display_name: Mapped[str | None]  # the name she chose for this page; not her own
    language: Mapped[str] = mapped_column(default="en")  # the one it was told in; others are translations
    pathway: Mapped[Pathway | None]
    stage: Mapped[Stage | None]
    outcomes: Mapped[list[str]] = mapped_column(default=list)
    content_notes: Mapped[list[str]] = mapped_column(default=list)
    helped_by: Mapped[list[str]] = mapped_column(default=list)  # roles, such as a friend or a judge
    country: Mapped[str]
    region: Mapped[str | None]  # only where the partner has twenty or more makers
    sources: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    drawing_id: Mapped[int | None] = mapped_column(ForeignKey("pictures.id"))
    position: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=0)  # counts every act on it: the lock of its row
    withdrawn_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    from_demonstration: Mapped[bool] = mapped_column(default=False)

    partner: Mapped[Partner] = relationship()
    drawing: Mapped[Picture | None] = relationship()
    wordings: Mapped[list[Wording]] = relationship(
        back_populates="story", cascade="all, delete-orphan", order_by="Wording.number.desc()"
    )
    consents: Mapped[list[Consent]] = relationship(cascade="all, delete-orphan", order_by="Consent.id.desc()")
    reviews: Mapped[list[RiskReview]] = relationship(cascade="all, delete-orphan", order_by="RiskReview.id.desc()")

    @property
    def is_illustration(self) -> bool:
        return self.kind is StoryKind.ILLUSTRATION

    def current(self, language: str) -> Wording | None:
        """The words as they stand now in this language."""
        return next((words for words in self.wordings if words.is_current and words.language == language), None)


class Wording(Base):
    """These very words, in one language. An edit is a new row, so that whoever agreed to the old ones has not agreed.

    `words_hash` and `drawing_hash` are taken when it is written; consent names them.
    """

    __tablename__ = "wordings"
    __table_args__ = (
        UniqueConstraint("story_id", "language", "number"),
        Index(
            "uq_wordings_current", "story_id", "language", unique=True,
            sqlite_where=text("is_current"), postgresql_where=text("is_current"),
        ),
        CheckConstraint("number > 0", "counts_from_one"),
        CheckConstraint("published_at is null or is_current", "only_the_current_is_published"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id", ondelete="CASCADE"), index=True)
    language: Mapped[str]
    number: Mapped[int]
    is_current: Mapped[bool] = mapped_column(default=True)
    title: Mapped[str]
    text: Mapped[str]  # Markdown; HTML in it is shown as letters
    before_words: Mapped[list[str]]  # out of the text; either list may be empty
    now_words: Mapped[list[str]]
    editor_note: Mapped[str | None]
    words_hash: Mapped[str]
    drawing_hash: Mapped[str | None]
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # none: came with the demonstration
    written_at: Mapped[datetime]
    published_at: Mapped[datetime | None]

    story: Mapped[Story] = relationship(back_populates="wordings")
    written_by: Mapped[User | None] = relationship()
    approvals: Mapped[list[Approval]] = relationship(cascade="all, delete-orphan", order_by="Approval.id")

    def seal(self) -> None:
        """Take the hashes of the words and the drawing as they are now."""
        self.words_hash, self.drawing_hash = self.hash_of_words(), self.hash_of_drawing()

    def hash_of_words(self) -> str:
        """SHA-256 over everything a reader reads of her in this language, in a fixed order."""
        story = self.story
        words = [
            self.language, self.title, story.display_name, self.text, self.before_words, self.now_words, story.pathway,
            story.stage, story.country, story.content_notes, self.editor_note, story.sources, story.partner.slug,
            story.drawing.alt if story.drawing else None, story.region, story.outcomes, story.helped_by,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()

    def hash_of_drawing(self) -> str | None:
        return self.story.drawing.sha256 if self.story.drawing else None

    @property
    def is_unaltered(self) -> bool:
        """Whether words and drawing are still those that the stored hashes speak of, whoever wrote to the database."""
        return self.words_hash == self.hash_of_words() and self.drawing_hash == self.hash_of_drawing()

    @property
    def reading_minutes(self) -> int:
        return max(1, round(len(self.text.split()) / 200))


class Approval(Base):
    """One guardian has gone through the list for these very words. The author never counts, and nobody counts twice."""

    __tablename__ = "approvals"
    __table_args__ = (UniqueConstraint("wording_id", "by_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    wording_id: Mapped[int] = mapped_column(ForeignKey("wordings.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]

    by: Mapped[User] = relationship()


class Consent(Base):
    """Her yes, after ISO/IEC TS 27560: to which words and drawing, where, how it was asked, from when to when.

    A new yes is a new row and replaces the one before. A box left empty means no. Payment is for her time, and never
    hangs on whether anything is shown.
    """

    __tablename__ = "consents"
    __table_args__ = (
        CheckConstraint("expires_on > granted_on", "ends_after_it_begins"),
        CheckConstraint("publish_not_before >= date(granted_on, '+7 days')", "reflection_comes_first").ddl_if("sqlite"),
        CheckConstraint("publish_not_before >= granted_on + 7", "reflection_comes_first").ddl_if("postgresql"),
        CheckConstraint(
            "expires_on <= min(date(granted_on, '+36 months'),"
            " date(granted_on, 'start of month', '+37 months', '-1 day'))",
            "ends_within_36_months",
        ).ddl_if("sqlite"),
        CheckConstraint("expires_on <= granted_on + interval '36 months'", "ends_within_36_months").ddl_if(
            "postgresql"
        ),
        CheckConstraint("adult", "adults_only"),
        CheckConstraint("not payment_conditional", "payment_is_never_conditional"),
        CheckConstraint("(paid_minor is null) = (paid_currency is null)", "payment_has_a_currency"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id", ondelete="CASCADE"), index=True)
    language: Mapped[str]
    words_hash: Mapped[str]
    drawing_hash: Mapped[str | None]

    web_story: Mapped[bool] = mapped_column(default=False, server_default=false())
    product_page: Mapped[bool] = mapped_column(default=False, server_default=false())
    hang_tag_qr: Mapped[bool] = mapped_column(default=False, server_default=false())
    newsletter: Mapped[bool] = mapped_column(default=False, server_default=false())
    social: Mapped[bool] = mapped_column(default=False, server_default=false())
    press: Mapped[bool] = mapped_column(default=False, server_default=false())
    search_indexing: Mapped[bool] = mapped_column(default=False, server_default=false())

    granted_on: Mapped[date]
    publish_not_before: Mapped[date]  # seven days to think again
    expires_on: Mapped[date]  # its last day counts, in UTC

    explained_by: Mapped[ExplainedBy]
    conversation_language: Mapped[str]
    employer_absent: Mapped[bool]
    read_back: Mapped[bool]
    told_pay_independent: Mapped[bool]  # told that neither work nor pay depends on it

    attested_by: Mapped[Attester]
    attested_on: Mapped[date]
    adult: Mapped[bool]
    twelve_months_out: Mapped[bool]
    no_proceedings: Mapped[bool]  # taken back when some begin: the story is gone at once, and can come again
    name_not_hers: Mapped[bool]

    paid_minor: Mapped[int | None]
    paid_currency: Mapped[str | None]
    payment_conditional: Mapped[bool] = mapped_column(default=False, server_default=false())

    closed_channels: Mapped[dict[str, Any]] = mapped_column(default=dict)  # channel: the day she closed it
    replaced_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    @property
    def channels(self) -> list[Channel]:
        """Where she said yes, and has not closed it since."""
        return [channel for channel in Channel if getattr(self, channel.value)]


class RiskReview(Base):
    """Who could come to harm by this page, looked at by two; holds for twelve months."""

    __tablename__ = "risk_reviews"

    id: Mapped[int] = mapped_column(primary_key=True)
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id", ondelete="CASCADE"), index=True)
    reviewed_on: Mapped[date]
    people_at_risk: Mapped[list[str]]  # kinds of people, from a fixed list
    result: Mapped[ReviewResult]
    signed_by: Mapped[str | None]  # the guardian's account by its reference; none in the demonstration
    second_signature: Mapped[Attester] = mapped_column(words(Attester, name="second_signature"))


class WithdrawalCode(Base):
    """The code on her card, kept as a hash. One for each story; a new card makes the old one void."""

    __tablename__ = "withdrawal_codes"

    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class GoneAddress(Base):
    """An address that told a story once. Kept as a hash, so that it says nothing and is never given away again."""

    __tablename__ = "gone_addresses"

    slug_hash: Mapped[str] = mapped_column(primary_key=True)
    gone_since: Mapped[datetime]


class StoryTask(Base):
    """Something a guardian has to do about a story outside of this shop, or is asked to look at."""

    __tablename__ = "story_tasks"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[TaskKind]
    story_reference: Mapped[str] = mapped_column(index=True)
    recipient: Mapped[str]  # who is written to
    sealed_address: Mapped[str | None]  # the page's address, encrypted, until the task is closed
    opened_at: Mapped[datetime]
    due_on: Mapped[date]
    closed_at: Mapped[datetime | None]


class ClockMark(Base):
    """The latest moment that this shop has seen: one row. A clock that shows less is wrong, and shows no story."""

    __tablename__ = "clock_marks"

    id: Mapped[int] = mapped_column(primary_key=True)
    latest: Mapped[datetime]
