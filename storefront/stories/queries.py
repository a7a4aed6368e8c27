"""Which stories may be seen, where, and in which language."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, contains_eager, joinedload

from storefront.db import db
from storefront.partners.models import Partner
from storefront.stories.consent import allows, ended
from storefront.stories.gone import hash_of
from storefront.stories.models import Channel, GoneAddress, Story, Wording

# One language, or `Wording.language` for any; none for the one that a story was told in.
Language = str | InstrumentedAttribute[str] | None


def visible(channel: Channel, *, at: datetime, language: Language = None) -> Select[Wording]:
    """Words that may be shown in `channel` now, in the stories' order, with story, partner and drawing read along."""
    return (
        select(Wording)
        .join(Wording.story)
        .join(Story.partner)
        .where(
            Wording.is_current,
            Wording.language == (Story.language if language is None else language),
            Wording.published_at <= at,
            allows(channel, at=at),
        )
        .options(
            contains_eager(Wording.story).contains_eager(Story.partner),
            contains_eager(Wording.story).joinedload(Story.drawing),
        )
        .order_by(Partner.position, Story.position, Story.id)
    )


def may_show(wording: Wording, channel: Channel, *, at: datetime) -> bool:
    """Whether these words may be shown in this channel too, such as to search engines."""
    here = exists().where(Wording.id == wording.id, Story.id == Wording.story_id, allows(channel, at=at))
    return bool(db.session.scalar(select(here)))


def languages(story: Story, *, at: datetime) -> list[str]:
    """The languages that this story may be read in now, the one it was told in first."""
    found = visible(Channel.WEB_STORY, at=at, language=Wording.language).where(Story.id == story.id)
    shown = [wording.language for wording in unaltered(db.session.scalars(found))]
    return sorted(shown, key=lambda language: (language != story.language, language))


def is_gone(slug: str, *, at: datetime) -> bool:
    """Whether a page stood at this address and was withdrawn or ran out. Never asked while it may be shown.

    What was never published is unknown, and says so.
    """
    erased = exists().where(GoneAddress.slug_hash == hash_of(slug))
    over = exists().where(
        Story.slug == slug,
        Wording.story_id == Story.id,
        Wording.published_at <= at,
        ended(at=at),
        ~allows(Channel.WEB_STORY, at=at),
    )
    return bool(db.session.scalar(select(or_(erased, over))))


def unaltered(wordings: Iterable[Wording]) -> list[Wording]:
    """Only those whose words and drawing still match their hashes, however they came to be changed."""
    return [wording for wording in wordings if wording.is_unaltered]


def of_reference(reference: str) -> Select[Story]:
    """A story by its reference, whatever its state, with all that belongs to it read by the way."""
    return select(Story).where(Story.reference == reference).options(joinedload(Story.partner))
