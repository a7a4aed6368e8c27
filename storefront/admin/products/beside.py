"""Which stories could stand beside a product. Whoever edits goods learns yes or no, and nothing of why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from storefront.db import db
from storefront.stories import queries as stories
from storefront.stories.models import Channel, Story


@dataclass(frozen=True, slots=True)
class Beside:
    """`title` is there only while anybody may read it; `may_show` is the answer for product pages, now."""

    reference: str
    title: str | None
    may_show: bool


def beside(partner_id: int, linked: Collection[str], *, at: datetime) -> list[Beside]:
    """Stories of this workshop, and those that are linked already. An erased one is listed only while it is linked."""
    mine = or_((Story.partner_id == partner_id) & Story.erased_at.is_(None), Story.reference.in_(linked))
    references = db.session.scalars(select(Story.reference).where(mine).order_by(Story.position, Story.id)).all()
    on_pages, read = (_titles(channel, references, at=at) for channel in (Channel.PRODUCT_PAGE, Channel.WEB_STORY))
    # A link may outlive its story: what is linked stays in sight, so that it can be taken away.
    return [
        Beside(reference, on_pages.get(reference) or read.get(reference), reference in on_pages)
        for reference in dict.fromkeys([*references, *linked])
    ]


def _titles(channel: Channel, references: Collection[str], *, at: datetime) -> dict[str, str]:
    found = db.session.scalars(stories.visible(channel, at=at).where(Story.reference.in_(references)))
    return {wording.story.reference: wording.title for wording in stories.unaltered(found)}
