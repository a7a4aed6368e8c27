"""The desk of articles: the list of what is to be reviewed, the editor, and a new page for the reading rooms."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from flask import abort, current_app, render_template, request
from sqlalchemy import select

from storefront.accounts import guard
from storefront.accounts.permissions import Permission
from storefront.admin import nouns
from storefront.admin.area import bp, takes
from storefront.admin.editing_forms import (
    SAID,
    EditorForm,
    OneOnALine,
    Part,
    Rows,
    as_text,
    begin,
    edit,
    line,
    seen_by_the_public,
    text,
)
from storefront.admin.forms import DayField
from storefront.admin.nouns import MOST_BYTES, Answer, Document, Noun
from storefront.admin.stories.findings import Findings
from storefront.admin.stories.forms import CHOOSE, Boxes, OneOf
from storefront.admin.words.findings import findings
from storefront.articles import editing
from storefront.articles.models import Article, Room
from storefront.core.clock import today
from storefront.core.slugs import is_slug
from storefront.db import db
from storefront.stories.drafting import offered_address
from storefront.stories.vocabulary import CONTENT_NOTES
from storefront.web.forms import trimmed

ROOMS: dict[Room, str] = {
    Room.ARTICLES: "Articles",
    Room.PATHWAYS: "Ways to freedom",
    Room.STAGES: "Life afterwards",
}
VIEWS = {Room.ARTICLES: "articles.article", Room.PATHWAYS: "articles.pathway", Room.STAGES: "articles.stage"}
LABELS = {
    "title": "Title",
    "summary": "Summary",
    "body": "Text",
    "content_notes": "Content notes",
    "sources": "Sources",
    "editor_notes": "Notes by the editors",
    "related": "Read on",
    "reviewed_on": "Reviewed on",
    "review_due": "To be reviewed again by",
}
REVIEWED_FOR = timedelta(days=182)  # what a new page begins with


class ArticleForm(EditorForm):
    title = line("Title", most=200, needed="Enter a title.")
    summary = line("Summary", most=300, needed="Say in a sentence what it is about.")
    body = text("Text", most=editing.MOST_LETTERS, needed="Enter a text.")
    content_notes = Boxes("Content notes", choices={name: name for name in CONTENT_NOTES})
    sources = Rows(
        "Sources",
        prefix="source",
        most=editing.MOST_SOURCES,
        parts={
            "title": Part("Title"),
            "publisher": Part("Publisher"),
            "url": Part("Web address", kind="url"),
            "date": Part("Date, as far as known", most=10),
            "accessed": Part("Read on", most=10),
            "access_note": Part("How it was read", most=100),
        },
    )
    editor_notes = Rows(
        "Notes by the editors",
        prefix="note",
        most=editing.MOST_NOTES,
        parts={"date": Part("Day", kind="date", most=10), "note": Part("Note", lines=3, most=2000)},
    )
    related = OneOnALine("Read on")
    reviewed_on = DayField("Reviewed on", filters=[trimmed])
    review_due = DayField("To be reviewed again by", filters=[trimmed])

    def document(self) -> Document:
        empty = ("url", "date", "accessed", "access_note")
        return {
            "title": self.title.data or "",
            "summary": self.summary.data or "",
            "body": self.body.data or "",
            "content_notes": list(self.content_notes.data or ()),
            "sources": [row | {name: row[name] or None for name in empty} for row in self.sources.data],
            "editor_notes": self.editor_notes.data,
            "related": self.related.data or [],
            "reviewed_on": self.reviewed_on.data or "",
            "review_due": self.review_due.data or "",
        }


class NewArticleForm(ArticleForm):
    room = OneOf("Room", choices=CHOOSE | {room.value: name for room, name in ROOMS.items()})
    slug = line("Address", most=100)

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if not self.room.data:
            self.refuse("Choose a room.", "room")
        self.slug.data = self.slug.data or offered_address(self.title.data or "")
        return valid and bool(self.room.data)


def find(key: str) -> Article:
    """By "articles-what-kantha-is": the room and the address in it."""
    room, _, slug = key.partition("-")
    if room not in set(Room) or not is_slug(slug):
        abort(404)
    query = select(Article).where(Article.room == Room(room), Article.slug == slug)
    article = db.session.scalar(query.execution_options(populate_existing=True))
    return article if article is not None else abort(404)


def _page(article_id: int) -> str:
    article = db.session.get_one(Article, article_id)
    return seen_by_the_public(current_app.view_functions[VIEWS[article.room]], slug=article.slug)


NOUN: Noun[Article] = Noun(
    kind=editing.KIND,
    words="article",
    folder="/admin/articles",
    permission=Permission.WORDS,
    find=find,
    key=lambda row: f"{row.room.value}-{row.slug}",
    name=lambda row: row.title,
    read=editing.read,
    change=partial(editing.change, content_notes=CONTENT_NOTES),
    labels=LABELS,
    in_words=lambda field, value: as_text(value),
    page=_page,
)
nouns.register(NOUN)


@bp.get("/articles")
@guard.requires(Permission.WORDS)
def articles() -> str:
    rows = list(db.session.scalars(select(Article).order_by(Article.review_due, Article.id)))
    return render_template("admin/articles.html", articles=rows, rooms=ROOMS, today=today(), key=NOUN.key)


@bp.route("/articles/new", methods=["GET", "POST"])
@guard.requires(Permission.WORDS)
@takes(MOST_BYTES)
def article_new() -> Answer:
    def create(form: NewArticleForm, by: str, at: datetime) -> Article:
        room, slug = Room(form.room.data), form.slug.data or ""
        return editing.create(room, slug, form.document(), content_notes=CONTENT_NOTES, by=by, at=at)

    def facts(form: NewArticleForm) -> dict[str, Any]:
        room = Room(form.room.data) if form.room.data in set(Room) else Room.ARTICLES
        return {"found": _found(form, room, form.slug.data or "")}

    begun = {"reviewed_on": today().isoformat(), "review_due": (today() + REVIEWED_FOR).isoformat()}
    return begin(NOUN, lambda sent: NewArticleForm(sent, data=begun), create, "admin/article_new.html", facts=facts)


@bp.route("/articles/<key>", methods=["GET", "POST"])
@guard.requires(Permission.WORDS)
@takes(MOST_BYTES)
def article(key: str) -> Answer:
    return edit(
        NOUN,
        find(key),
        lambda sent, document: ArticleForm(sent, data=document),
        "admin/article.html",
        said=SAID | {"begun": "The page is made, and can be read by everybody now."},
        facts=lambda row, form: {"found": _found(form, row.room, row.slug), "rooms": ROOMS},
    )


@bp.post("/articles/lint")
@guard.requires(Permission.WORDS)
@takes(MOST_BYTES)
def lint_article() -> str:
    """What the house rules say of words that are still being typed. Nothing is stored."""
    form, room = NewArticleForm(request.form), request.form.get("room", "")
    found = _found(form, Room(room) if room in set(Room) else Room.ARTICLES, request.form.get("slug", ""))
    return render_template("admin/_word_findings.html", found=found)


def _found(form: Any, room: Room, slug: str) -> Findings:
    document = form.document()
    body = document["body"] = document["body"][: editing.MOST_LETTERS]
    return findings(editing.look_over(document, room=room, slug=slug), labels=LABELS, field="body", text=body)
