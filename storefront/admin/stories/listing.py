"""The desk's list: every story with its state, for each role what it may read.

It is searched by reference and workshop, never by words: nobody learns by searching what she may not read.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from flask import abort, render_template, request
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from storefront.accounts import guard
from storefront.accounts.permissions import Permission
from storefront.admin.area import bp, me, permissions
from storefront.admin.listing import Listed, register
from storefront.admin.stories.access import may_withdraw, sees_consents
from storefront.admin.stories.wording import NAMES
from storefront.admin.views import views_of
from storefront.core.clock import now
from storefront.db import db
from storefront.partners.models import Partner
from storefront.stories.consenting import ever_public
from storefront.stories.models import Story, Wording
from storefront.stories.states import STATE_WORDS, TAGS, State, shown, state_of
from storefront.web.paging import Page, page_number

SIZE = 30
STORIES = register(Listed("stories", "/admin/stories", Permission.STORIES, ("q", "state", "partner", "sort")))
SORT_WORDS = {"state": "On its way", "newest": "Newest first", "workshop": "Workshop, A to Z"}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list. `title` and `languages` are empty where they may not be read, or are no longer there."""

    reference: str
    partner: Partner
    state: State
    language: str
    title: str
    languages: list[str]


@bp.get("/stories")
@guard.requires(Permission.STORIES)
def stories() -> str:
    number = page_number(request.args.get("page"))
    every = _rows(at=now())
    kept = STORIES.kept(request.args)
    of_partner = [
        row
        for row in every
        if kept.get("partner", row.partner.slug) == row.partner.slug and _fits(row, kept.get("q", ""))
    ]
    found = _sorted([row for row in of_partner if kept.get("state", row.state) == row.state], kept.get("sort", ""))
    page = Page(found[(number - 1) * SIZE : number * SIZE], number, SIZE, len(found))
    if number > page.pages:
        abort(404)
    partners = {row.partner.slug: row.partner.name for row in every}
    return render_template(
        "admin/stories.html",
        page=page,
        listed=STORIES,
        kept=kept,
        url=lambda **changes: STORIES.url(kept, **changes),
        page_url=lambda number: STORIES.url(kept, page=str(number)),
        views=views_of(STORIES, kept),
        sorts=SORT_WORDS,
        every=len(every),
        counts=_counts(of_partner),
        here=kept.get("state", ""),
        partners=sorted(partners.items(), key=lambda pair: pair[1]),
        of_partner=len(of_partner),
        words=STATE_WORDS,
        tags=TAGS,
        reads=sees_consents() or not may_withdraw(),
        writes=Permission.STORIES_WRITE in permissions(),
        has_letters=may_withdraw(),
    )


def _rows(*, at: datetime) -> list[Row]:
    """What the person at hand may see, the newest first; the same statements always."""
    reads = sees_consents() or not may_withdraw()
    shown_now = shown(at=at)
    return [_row(story, reads, state_of(story, at=at, shown_now=shown_now)) for story in db.session.scalars(_seen())]


def _fits(row: Row, words: str) -> bool:
    """Whether every word begins the reference or stands in the workshop's name or address."""
    return all(
        row.reference.startswith(word.upper()) or word in row.partner.name.lower() or word in row.partner.slug
        for word in words.lower().split()
    )


def _sorted(rows: list[Row], sort: str) -> list[Row]:
    if sort == "newest":
        return rows
    if sort == "workshop":
        return sorted(rows, key=lambda row: row.partner.name)
    return sorted(rows, key=lambda row: list(State).index(row.state))


def _row(story: Story, reads: bool, state: State) -> Row:
    told = story.current(story.language)
    codes = sorted((each.language for each in story.wordings), key=lambda code: (code != story.language, code))
    return Row(
        reference=story.reference,
        partner=story.partner,
        state=state,
        language=story.language,
        title=told.title if told and reads else "",
        languages=[NAMES[code] for code in codes] if reads else [],
    )


def _seen() -> Select[Story]:
    """All stories with their present words only; to an editor those that are drafts of her own."""
    statement = (
        select(Story)
        .options(
            joinedload(Story.partner),
            joinedload(Story.drawing),
            selectinload(Story.wordings.and_(Wording.is_current)).selectinload(Wording.approvals),
            selectinload(Story.consents),
            selectinload(Story.reviews),
        )
        .order_by(Story.id.desc())
    )
    if sees_consents() or may_withdraw():
        return statement
    not_hers = Wording.written_by_id.is_distinct_from(me().id)
    return statement.where(Story.erased_at.is_(None), ~Story.wordings.any(not_hers), ~ever_public())


def _counts(rows: list[Row]) -> list[tuple[State, int]]:
    counted = Counter(row.state for row in rows)
    return [(state, counted[state]) for state in State if counted[state]]
