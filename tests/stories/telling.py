"""What may happen to a story's consent, in the demonstration's first story or in a small one under its address."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from storefront.accounts.models import User
from storefront.audit.models import Act, AuditLine
from storefront.catalog.models import ProductStory
from storefront.core import clock
from storefront.core.refs import new_reference
from storefront.db import db, transaction
from storefront.media.files import file_of
from storefront.media.models import Picture, Shelf
from storefront.partners.models import Partner
from storefront.settings import settings
from storefront.stories import consenting, drafting, publishing
from storefront.stories.consenting import MUST_BE_TRUE, Asked
from storefront.stories.drafting import About, Words
from storefront.stories.models import (
    Approval,
    Attester,
    Channel,
    ClockMark,
    Consent,
    ExplainedBy,
    Pathway,
    ReviewResult,
    RiskReview,
    Stage,
    Story,
    StoryKind,
    Wording,
)
from storefront.stories.vocabulary import CHECKLIST
from tests.factories import a_partner, a_product

SLUG = "jui-the-register"
TITLE = "The register on the blue table"
TEXT = "Jui keeps the attendance register. She was indebted once, and is trusted now."
PRODUCT = "/shop/kantha-short-jacket"
BY = "R7K2M4QX9D"  # somebody who signed in, by reference
WORKSHOP = "sample-lamplight-stitch-room"
USUAL = (Channel.WEB_STORY, Channel.PRODUCT_PAGE, Channel.HANG_TAG_QR)


def tell(
    slug: str = SLUG,
    *,
    title: str = TITLE,
    text: str = TEXT,
    channels: tuple[Channel, ...] = USUAL,
    language: str = "en",
    published: bool = True,
    **changes: Any,
) -> str:
    """A small story with everything it needs to be shown, beside one product of a sample partner; its reference.

    Rows alone, past every rule: agreed on 1 November 2026, until 1 November 2027.
    """
    with transaction() as session:
        partner = session.scalar(select(Partner).where(Partner.slug == WORKSHOP))
        if partner is None:
            partner = a_partner(slug=WORKSHOP, name="Lamplight Stitch Room (sample partner)")
            jacket = a_product(partner=partner, slug=PRODUCT.rpartition("/")[2], name="Kantha short jacket")
            session.add(jacket)
            session.flush()
        else:
            jacket = None
        given = {
            "reference": new_reference(), "slug": slug, "kind": StoryKind.ILLUSTRATION, "partner": partner,
            "partner_is_real": False, "storyteller_reference": "ST-0042", "display_name": "Jui", "language": language,
            "pathway": Pathway.WALKED_AWAY, "stage": Stage.EDUCATION, "outcomes": [], "content_notes": ["Debt"],
            "helped_by": [], "country": "IN", "sources": [],
            "drawing": _drawing(slug),
        }  # fmt: skip
        story = Story(**given | changes)
        wording = Wording(
            story=story, language=language, number=1, is_current=True, title=title, text=text,
            before_words=["indebted"] if "indebted" in text else [], now_words=["trusted"] if "trusted" in text else [],
            written_at=datetime(2026, 10, 20, tzinfo=UTC),
            published_at=datetime(2026, 11, 8, tzinfo=UTC) if published else None,
        )  # fmt: skip
        wording.seal()
        story.consents = [a_consent(wording, channels=channels)]
        story.reviews = [a_review()]
        session.add(story)
        session.flush()
        if jacket is not None:
            session.add(ProductStory(product_id=jacket.id, story_reference=story.reference, position=0))
        return story.reference


def tell_anew(slug: str = SLUG) -> str:
    """The same small story once more, whatever has become of it and of the clock."""
    with transaction() as session:
        row = session.scalar(select(Story).where(Story.slug == slug))
        reference = row.reference if row else new_reference()
        if row is not None:
            session.delete(row)
        session.execute(delete(ClockMark))
    return tell(slug, reference=reference)


def a_consent(wording: Wording, *, channels: tuple[Channel, ...] = USUAL, **changes: Any) -> Consent:
    given = {
        "reference": new_reference(), "language": wording.language, "words_hash": wording.words_hash,
        "drawing_hash": wording.drawing_hash, "granted_on": date(2026, 11, 1), "publish_not_before": date(2026, 11, 8),
        "expires_on": date(2027, 11, 1), "explained_by": ExplainedBy.SUPPORT_WORKER, "conversation_language": "bn",
        "employer_absent": True, "read_back": True, "told_pay_independent": True,
        "attested_by": Attester.WORKSHOP_GUARDIAN, "attested_on": date(2026, 11, 1), "adult": True,
        "twelve_months_out": True, "no_proceedings": True, "name_not_hers": True,
        **dict.fromkeys((channel.value for channel in channels), True),
    }  # fmt: skip
    return Consent(**given | changes)


def a_review(**changes: Any) -> RiskReview:
    given = {
        "reviewed_on": date(2026, 10, 25), "people_at_risk": ["storyteller"], "result": ReviewResult.MAY_BE_SHOWN,
        "second_signature": Attester.SOCIAL_WORKER,
    }  # fmt: skip
    return RiskReview(**given | changes)


def _drawing(slug: str) -> Picture:
    """A drawing of its own on the stories' shelf, with its file."""
    content = f'<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"><desc>{slug}</desc></svg>'.encode()
    sha256 = hashlib.sha256(content).hexdigest()
    name = f"{slug}.{sha256[:10]}.svg"
    if known := db.session.scalar(select(Picture).where(Picture.name == name)):
        return known
    file = file_of(settings.media_dir, Shelf.STORIES, name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return Picture(shelf=Shelf.STORIES, name=name, sha256=sha256, width=4, height=3, alt="A blue table.")


def story_of(slug: str = SLUG) -> Story:
    return db.session.scalars(db.select(Story).where(Story.slug == slug)).one()


def wording_of(slug: str = SLUG) -> Wording:
    return db.session.scalars(
        db.select(Wording).join(Wording.story).where(Story.slug == slug, Wording.is_current)
    ).one()


def change_consent(slug: str = SLUG, **values: object) -> None:
    """Write to the consent of a story, past every rule."""
    story_id = story_of(slug).id
    with transaction():
        db.session.execute(update(Consent).where(Consent.story_id == story_id).values(**values))


def change_review(slug: str = SLUG, **values: object) -> None:
    story_id = story_of(slug).id
    with transaction():
        db.session.execute(update(RiskReview).where(RiskReview.story_id == story_id).values(**values))


def take_back(*channels: Channel, slug: str = SLUG) -> None:
    """The mark of a withdrawal alone, without what the use case does besides; or of these channels."""
    if channels:
        change_consent(slug, **dict.fromkeys((channel.value for channel in channels), False))
    else:
        change_consent(slug, withdrawn_at=clock.now())


def give(*channels: Channel, slug: str = SLUG) -> None:
    change_consent(slug, **dict.fromkeys((channel.value for channel in channels), True))


def change_story(slug: str = SLUG, **values: object) -> None:
    """Past every rule, as somebody with a database client would."""
    with transaction():
        db.session.execute(update(Story).where(Story.slug == slug).values(**values))
    db.session.expire_all()


def change_words(slug: str = SLUG, **values: object) -> None:
    """The same to the words themselves."""
    story_id = story_of(slug).id
    with transaction():
        db.session.execute(update(Wording).where(Wording.story_id == story_id).values(**values))
    db.session.expire_all()


def agreed_in(year: int, month: int, day: int, slug: str = SLUG) -> None:
    """As if she had agreed on this day, and the end is a year later."""
    granted = date(year, month, day)
    change_consent(
        slug,
        granted_on=granted,
        publish_not_before=date.fromordinal(granted.toordinal() + 7),
        expires_on=date.fromordinal(granted.toordinal() + 365),
    )


def set_clock_mark(latest: datetime) -> None:
    """As if the worker had seen this moment."""
    with transaction():
        db.session.merge(ClockMark(id=1, latest=latest))


def about(**changes: Any) -> About:
    given: dict[str, Any] = {
        "display_name": "Jui",
        "country": "IN",
        "pathway": Pathway.WALKED_AWAY,
        "stage": Stage.EDUCATION,
    }
    return About(**given | changes)


def begin(
    author: User | None = None, *, text: str = TEXT, slug: str = SLUG, at: datetime | None = None, **changes: Any
) -> str:
    """A draft by the shop's own rules, a month old; its reference."""
    with transaction() as session:
        partner = changes.pop("partner", None) or a_partner()
        session.add(partner)
        given: dict[str, Any] = {
            "kind": StoryKind.ILLUSTRATION, "storyteller_reference": "ST-0042", "language": "en", "about": about(),
        }  # fmt: skip
        story = drafting.begin(
            slug=slug, partner=partner, words=Words(TITLE, text), author=author, at=at or clock.now() - timedelta(30),
            **given | changes,
        )  # fmt: skip
        return story.reference


def asked(**changes: Any) -> Asked:
    given: dict[str, Any] = {
        "explained_by": ExplainedBy.SUPPORT_WORKER, "conversation_language": "bn",
        "attested_by": Attester.WORKSHOP_GUARDIAN, **dict.fromkeys(MUST_BE_TRUE, True),
    }  # fmt: skip
    return Asked(**given | changes)


def agree(reference: str, language: str = "en", **changes: Any) -> Consent:
    """Her yes to the present words, ten days ago, by the shop's own rules."""
    with transaction():
        given: dict[str, Any] = {
            "words_hash": words_of(reference, language).words_hash, "channels": USUAL,
            "granted_on": clock.today() - timedelta(10), "expires_on": clock.today() + timedelta(300),
            "asked": asked(), "paid": None, "by": BY, "at": clock.now(),
        }  # fmt: skip
        return consenting.record(reference, language, **given | changes)


def look_at_risk(reference: str, **changes: Any) -> RiskReview:
    with transaction():
        given: dict[str, Any] = {
            "people_at_risk": ["storyteller"], "result": ReviewResult.MAY_BE_SHOWN,
            "second_signature": Attester.SOCIAL_WORKER, "reviewed_on": clock.today(), "by": BY, "at": clock.now(),
        }  # fmt: skip
        return consenting.review(reference, **given | changes)


def approve(reference: str, by: User, language: str = "en", **changes: Any) -> Approval:
    with transaction():
        given: dict[str, Any] = {
            "words_hash": words_of(reference, language).words_hash, "ticked": list(CHECKLIST), "by": by,
            "at": clock.now(),
        }  # fmt: skip
        return publishing.approve(reference, language, **given | changes)


def publish(reference: str, language: str = "en", **changes: Any) -> Wording:
    with transaction():
        given: dict[str, Any] = {
            "words_hash": words_of(reference, language).words_hash, "by": BY, "at": clock.now(),
        }  # fmt: skip
        return publishing.publish(reference, language, **given | changes)


def words_of(reference: str, language: str = "en") -> Wording:
    """The words as they stand now."""
    return db.session.scalars(
        select(Wording)
        .join(Wording.story)
        .where(Story.reference == reference, Wording.language == language, Wording.is_current)
    ).one()


def story_by(reference: str) -> Story:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(Story).where(Story.reference == reference)).one()


def audited(act: Act) -> list[AuditLine]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditLine).where(AuditLine.what == act)))
