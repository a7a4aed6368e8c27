"""Which stories may be seen, and where."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import contains_eager, joinedload

from storefront.db import db
from storefront.partners.models import Partner
from storefront.stories.consent import allows, ended
from storefront.stories.models import Channel, Story


def visible(channel: Channel, *, at: datetime) -> Select[Story]:
    """Stories that may be shown in `channel` now, in their order, with partner and drawing read along."""
    return (
        select(Story)
        .join(Story.partner)
        .where(Story.published_at <= at, allows(channel, at=at))
        .options(contains_eager(Story.partner), joinedload(Story.drawing))
        .order_by(Partner.position, Story.position, Story.id)
    )


def may_be_indexed(story: Story, *, at: datetime) -> bool:
    """Whether search engines may keep this page."""
    return bool(db.session.scalar(select(exists().where(Story.id == story.id, allows(Channel.SEARCH_INDEXING, at=at)))))


def is_gone(slug: str, *, at: datetime) -> bool:
    """Whether a page of this name stood here once and was withdrawn or ran out. Never true while it may be shown.

    What was never published is unknown, and says so.
    """
    return bool(
        db.session.scalar(
            select(
                exists().where(
                    Story.slug == slug, Story.published_at <= at, ended(at=at), ~allows(Channel.WEB_STORY, at=at)
                )
            )
        )
    )


def unaltered(stories: Iterable[Story]) -> list[Story]:
    """Only those whose words and drawing still match their hashes, however they came to be changed."""
    return [story for story in stories if story.is_unaltered]
