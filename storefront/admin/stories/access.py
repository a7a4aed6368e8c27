"""Which stories somebody may open at the desk. One that is not theirs is not found, like one that does not exist."""

from __future__ import annotations

from flask import abort
from sqlalchemy import select

from storefront.accounts.models import User
from storefront.accounts.permissions import Permission
from storefront.admin.area import known, me, permissions
from storefront.db import db
from storefront.stories.drafting import is_own_draft
from storefront.stories.models import Story
from storefront.stories.states import LOADED


def find(reference: str) -> Story:
    """A story that the person at hand may open, erased ones included; otherwise 404.

    A guardian opens every story, and so does the owner, who reads no word of it; an editor those with words
    of her own.
    """
    statement = select(Story).where(Story.reference == known(reference)).options(*LOADED)
    story = db.session.scalar(statement.execution_options(populate_existing=True))
    if story is None or not (sees_consents() or may_withdraw() or wrote(me(), story)):
        abort(404)
    return story


def sees_consents() -> bool:
    """A guardian's view: words, dates, channels, everything."""
    return Permission.CONSENTS in permissions()


def may_withdraw() -> bool:
    return Permission.STORIES_WITHDRAW in permissions()


def wrote(person: User, story: Story, language: str | None = None) -> bool:
    """Whether the present words, in any language or in this one, are this person's own."""
    return any(
        wording.is_current and wording.written_by_id == person.id and language in (None, wording.language)
        for wording in story.wordings
    )


def languages_read(story: Story) -> list[str]:
    """The languages whose words the person at hand may read, the one it was told in first."""
    written = sorted({wording.language for wording in story.wordings if wording.is_current})
    seen = [language for language in written if sees_consents() or wrote(me(), story, language)]
    return sorted(seen, key=lambda language: language != story.language)


def may_edit(story: Story) -> bool:
    """A guardian edits every story; an editor a draft that is all her own."""
    return story.erased_at is None and (sees_consents() or is_own_draft(story, me()))
