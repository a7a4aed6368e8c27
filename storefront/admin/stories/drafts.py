"""Stories that somebody may write in. All others are not found."""

from __future__ import annotations

from flask import abort
from sqlalchemy import select

from storefront.admin.area import known, me
from storefront.admin.stories.access import find, may_edit
from storefront.db import db
from storefront.stories.models import Story, Wording
from storefront.stories.states import LOADED


def find_to_write(reference: str) -> Story:
    """A guardian writes in any story that is not erased, an editor in drafts of her own; otherwise 404."""
    story = find(reference)
    if not may_edit(story):
        abort(404)
    return story


def has_passed_on(reference: str) -> bool:
    """Whether this was a draft of the person at hand, which somebody else has changed or published since."""
    hers = Story.wordings.any(Wording.written_by_id == me().id)
    story = db.session.scalar(
        select(Story).where(Story.reference == known(reference), Story.erased_at.is_(None), hers).options(*LOADED)
    )
    return story is not None and not may_edit(story)
