"""The reading rooms: articles, ways out and directions of life afterwards, the last two with the stories on show."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, make_response, redirect, render_template
from werkzeug.wrappers import Response as AnyResponse

from storefront.articles import queries, rendering
from storefront.articles.models import Room
from storefront.core import clock
from storefront.core.slugs import is_slug
from storefront.db import db
from storefront.media.addresses import shown
from storefront.stories import change
from storefront.stories import listing as stories
from storefront.stories.vocabulary import content_note

LIFE_AFTERWARDS = "life-afterwards"  # the article that ends with the words of change
NO_WAY_OUT = ("prevention", "not-shared")  # labels of stories, told apart from the four ways
MOST_STORIES = 12
bp = Blueprint("articles", __name__)


@bp.after_request
def _tell_no_other_site(response: Response) -> Response:
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@bp.get("/articles")
def listing() -> str:
    found = db.session.scalars(queries.in_rooms(Room.ARTICLES)).all()
    return render_template("articles/listing.html", articles=found, shown=shown)


@bp.get("/articles/<slug>")
def article(slug: str) -> Response:
    page = _read(Room.ARTICLES, slug)
    if slug != LIFE_AFTERWARDS:
        return make_response(render_template("articles/article.html", **page))
    return _with_stories("articles/article.html", **page, change=change.gather(at=clock.now()))


@bp.get("/pathways")
def pathways() -> Response:
    found = db.session.scalars(queries.in_rooms(Room.PATHWAYS, Room.STAGES)).all()
    ways = [page for page in found if page.room is Room.PATHWAYS]
    counts = {_slug(value): words for value, words in stories.on_each_way(at=clock.now()).items()}
    return _with_stories(
        "articles/pathways.html",
        ways=[page for page in ways if page.slug not in NO_WAY_OUT],
        labels=[page for page in ways if page.slug in NO_WAY_OUT],
        stages=[page for page in found if page.room is Room.STAGES],
        counts=counts,
        shown=shown,
    )


@bp.get("/pathways/<slug>")
def pathway(slug: str) -> AnyResponse:
    return _room_of_stories(Room.PATHWAYS, slug, "pathway")


@bp.get("/stages/<slug>")
def stage(slug: str) -> AnyResponse:
    return _room_of_stories(Room.STAGES, slug, "stage")


def _room_of_stories(room: Room, slug: str, kind: str) -> AnyResponse:
    """A page with the stories that are filed under it; the value they are filed under leads to it as well."""
    if "_" in slug and is_slug(_slug(slug)):
        return redirect(f"/{room}/{_slug(slug)}", 301)
    page = _read(room, slug)
    choices = stories.Choices.read({kind: slug})
    told = stories.on_show(*choices.conditions, at=clock.now(), limit=MOST_STORIES)
    return _with_stories(
        f"articles/{kind}.html",
        **page,
        stories=told,
        all_stories=choices.address(),
        demonstration=any(story.from_demonstration for story in told),
    )


def _read(room: Room, slug: str) -> dict[str, Any]:
    """What every page of the reading rooms shows; 404 for one that does not exist."""
    found = db.session.scalar(queries.page(room, slug)) if is_slug(slug) else None
    if found is None:
        abort(404)
    return {
        "article": found,
        "picture": shown(found.picture),
        "body": rendering.body(found),
        "notes": rendering.notes(found),
        "sources": rendering.sources(found.sources),
        "content_note": content_note(found.content_notes),
        "related": db.session.scalars(queries.related(found)).all(),
        "overdue": found.review_is_overdue(clock.today()),
    }


def _with_stories(template: str, **facts: Any) -> Response:
    """A page that stories are taken from is kept by nobody: what is withdrawn must be gone from it."""
    response = make_response(render_template(template, **facts))
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noarchive, noimageindex"
    return response


def _slug(value: str) -> str:
    return value.replace("_", "-")
