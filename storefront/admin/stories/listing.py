"""The desk's list: every story with its state, for each role what it may read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from flask import abort, render_template, request
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from storefront.accounts import guard
from storefront.accounts.permissions import Permission
from storefront.admin.area import bp, me, permissions
from storefront.admin.stories.access import may_withdraw, sees_consents
from storefront.admin.stories.wording import NAMES
from storefront.core.clock import now
from storefront.db import db
from storefront.partners.models import Partner
from storefront.stories.consenting import ever_public
from storefront.stories.models import Story, Wording
from storefront.stories.states import STATE_WORDS, TAGS, State, shown, state_of
from storefront.web.paging import Page, page_number

SIZE = 30


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
    kept = {name: request.args[name] for name in ("state", "partner") if request.args.get(name)}
    of_partner = [row for row in every if kept.get("partner", row.partner.slug) == row.partner.slug]
    found = [row for row in of_partner if kept.get("state", row.state) == row.state]
    page = Page(found[(number - 1) * SIZE : number * SIZE], number, SIZE, len(found))
    if number > page.pages:
        abort(404)
    partners = {row.partner.slug: row.partner.name for row in every}
    return render_template(
        "admin/stories.html",
        page=page,
        kept=kept,
        url=lambda **changes: _address(kept | changes),
        page_url=lambda number: _address(kept | {"page": str(number)}),
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
    """What the person at hand may see, in the order of the states and the newest first; the same statements always."""
    reads = sees_consents() or not may_withdraw()
    shown_now = shown(at=at)
    rows = [_row(story, reads, state_of(story, at=at, shown_now=shown_now)) for story in db.session.scalars(_seen())]
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


def _address(kept: dict[str, str]) -> str:
    asked = urlencode({name: value for name, value in kept.items() if value})
    return f"/admin/stories?{asked}" if asked else "/admin/stories"
