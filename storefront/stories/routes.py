"""Stories: the list, one page each, and the drawings that stand behind the same consent."""

from __future__ import annotations

import hashlib

from flask import Blueprint, Response, abort, make_response, render_template, request
from sqlalchemy import func, select

from storefront.catalog.cards import cards
from storefront.catalog.queries import beside_story
from storefront.core import clock
from storefront.core.slugs import is_slug
from storefront.db import db
from storefront.media.models import Shelf
from storefront.partners.wording import source_links
from storefront.settings import settings
from storefront.stories import band as bands
from storefront.stories import queries, vocabulary
from storefront.stories.models import Channel, Story
from storefront.web.paging import Page, page_number
from storefront.web.security import DRAWING_POLICY

PER_PAGE = 24
GOODS = 8
bp = Blueprint("stories", __name__, url_prefix="/stories")


@bp.after_request
def _leave_no_trace(response: Response) -> Response:
    """Nothing of a story is kept by browsers or between them and us, and no other site learns what was read."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@bp.get("")
def listing() -> str:
    number = page_number(request.args.get("page"))
    shown = queries.visible(Channel.WEB_STORY, at=clock.now())
    total = (
        db.session.scalar(select(func.count()).select_from(shown.order_by(None).with_only_columns(Story.id).subquery()))
        or 0
    )
    found = db.session.scalars(shown.limit(PER_PAGE).offset((number - 1) * PER_PAGE)).all()
    page = Page(queries.unaltered(found), number, PER_PAGE, total)
    if number > page.pages:
        abort(404)
    return render_template(
        "stories/listing.html",
        page=page,
        address=_address,
        bands=[bands.band(story, on_web=True) for story in page.items],
        demonstration=any(story.from_demonstration for story in page.items),
    )


@bp.get("/<slug>")
def story(slug: str) -> Response:
    at = clock.now()
    found = _shown_or_gone(slug)
    indexed = queries.may_be_indexed(found, at=at)
    goods = cards(beside_story(found.reference, at=at), limit=GOODS)
    response = make_response(
        render_template(
            "stories/story.html",
            story=found,
            goods=goods,
            indexed=indexed,
            picture=bands.drawing(found),
            vocabulary=vocabulary,
            sources=source_links(found.sources),
            demonstration=found.from_demonstration,
        )
    )
    robots = "noarchive" if indexed else "noindex, noarchive, noimageindex, max-snippet:0"
    response.headers["X-Robots-Tag"] = robots
    return response


@bp.get("/<slug>/drawing")
def drawing(slug: str) -> Response:
    """The picture of a story, for as long as the story may be read."""
    found = _shown_or_gone(slug)
    if found.drawing is None or found.drawing.shelf is not Shelf.STORIES:
        abort(404)
    try:
        content = (settings.media_dir / Shelf.STORIES.value / found.drawing.name).read_bytes()
    except OSError:
        abort(404)
    if hashlib.sha256(content).hexdigest() != found.drawing.sha256:  # her consent was for another file
        abort(404)
    response = Response(content, mimetype="image/svg+xml")
    response.headers["Content-Security-Policy"] = DRAWING_POLICY
    response.headers["X-Robots-Tag"] = "noindex, noarchive, noimageindex"
    return response


def _address(number: int) -> str:
    return f"/stories?page={number}" if number > 1 else "/stories"


def _shown_or_gone(slug: str) -> Story:
    """The story, if it may be read now; 410 for one that was withdrawn or ran out, 404 for any other."""
    at = clock.now()
    if not is_slug(slug):
        abort(404)
    found = queries.unaltered(db.session.scalars(queries.visible(Channel.WEB_STORY, at=at).where(Story.slug == slug)))
    if not found:
        abort(410 if queries.is_gone(slug, at=at) else 404)
    return found[0]
