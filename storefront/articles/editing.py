"""Writing and changing a page of the reading rooms. Its room and its address stay what they were made with.

A page is edited as one document of plain values:
```
{"title", "summary", "body": Markdown, "content_notes": [str],
 "sources": [{"title", "publisher", "url", "date", "accessed", "access_note"}] (str or None),
 "editor_notes": [{"date": day, "note": Markdown}], "related": slugs in the room "articles",
 "reviewed_on", "review_due": days as ISO 8601}
```
None is removed: what the shop was shipped with would come back when it is loaded the next time.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from storefront.articles.models import Article, Room
from storefront.core.faults import Fault, day_of, of_text, refuse
from storefront.core.slugs import is_slug
from storefront.db import db
from storefront.revisions.keeping import keep, lock
from storefront.revisions.models import Revision
from storefront.style_guide.fields import Remark, blocks, remarks
from storefront.style_guide.findings import Kind

Document = dict[str, Any]
KIND = "article"  # under which versions are kept
EVERY = 0  # locked by whoever makes a new page, so that no two take one address
MOST_LETTERS, MOST_SOURCES, MOST_NOTES = 60_000, 60, 30
OF_A_SOURCE = ("title", "publisher", "url", "date", "accessed", "access_note")
TOLD_OF = re.compile(r"[12][0-9]{3}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?")
WEB = re.compile(r"https?://[^\s<>\"]{3,500}")
A_DAY = "Enter a day like 2026-11-24."


def read(article: Article) -> Document:
    return {
        "title": article.title,
        "summary": article.summary,
        "body": article.body,
        "content_notes": list(article.content_notes),
        "sources": [{name: source.get(name) or None for name in OF_A_SOURCE} for source in article.sources],
        "editor_notes": [{"date": note.get("date"), "note": note.get("note")} for note in article.editor_notes],
        "related": list(article.related),
        "reviewed_on": article.reviewed_on.isoformat(),
        "review_due": article.review_due.isoformat(),
    }


def create(
    room: Room, slug: str, document: Document, *, content_notes: Collection[str], by: str, at: datetime
) -> Article:
    """A new page, last in its room and without a picture. Raises `NotYetRight`."""
    lock(KIND, EVERY, based_on=None)
    refuse([*_address(room, slug), *check(document, room=room, slug=slug, content_notes=content_notes, on=at.date())])
    last = db.session.scalar(select(func.max(Article.position)).where(Article.room == room))
    article = Article(room=room, slug=slug, position=(last or 0) + 1)
    _write(article, document)
    db.session.add(article)
    db.session.flush()
    keep(KIND, article.id, read(article), was=None, by=by, at=at, words="Made")
    return article


def change(
    article_id: int,
    document: Document,
    *,
    content_notes: Collection[str],
    based_on: int | None,
    by: str,
    at: datetime,
    words: str = "",
) -> Revision | None:
    """Make the page what the document says; `content_notes` is the vocabulary that they are taken from.

    Raises `NotYetRight`, and `ChangedMeanwhile` when `based_on` is no longer the newest version.
    """
    lock(KIND, article_id, based_on=based_on)
    article = db.session.get_one(Article, article_id, populate_existing=True)
    was = read(article)
    refuse(check(document, room=article.room, slug=article.slug, content_notes=content_notes, on=at.date()))
    _write(article, document)
    db.session.flush()
    return keep(KIND, article_id, read(article), was=was, by=by, at=at, words=words)


def look_over(document: Document, *, room: Room, slug: str) -> list[Remark]:
    """What the style guide says of the words, also while they are being typed."""
    links = (f"/{room}/{slug}", *(f"/articles/{each}" for each in document["related"]))
    texts = [(name, document[name], Kind.ARTICLE) for name in ("title", "summary", "body")]
    notes = [
        (f"editor_notes.{place}.note", each["note"], Kind.NOTE) for place, each in enumerate(document["editor_notes"])
    ]
    # The title of a source is somebody else's wording.
    quoted = [
        (f"sources.{place}.title", f"“{each['title']}”", Kind.NOTE) for place, each in enumerate(document["sources"])
    ]
    beside = links + tuple(re.findall(r"\]\(<?([^()\s<>]+)", document["body"] or ""))
    return remarks([*texts, *notes, *quoted], links=beside)


def check(document: Document, *, room: Room, slug: str, content_notes: Collection[str], on: date) -> list[Fault]:
    """All faults, in the order of the form. `on` is today."""
    return [
        *of_text("title", document["title"], most=200, needed="Enter a title."),
        *of_text("summary", document["summary"], most=300, needed="Say in a sentence what it is about."),
        *of_text("body", document["body"], most=MOST_LETTERS, lines=True, needed="Enter a text."),
        *_content_notes(document["content_notes"], content_notes),
        *_sources(document["sources"]),
        *_notes(document["editor_notes"]),
        *_related(document["related"], room, slug),
        *_days(document, on),
        *blocks(look_over(document, room=room, slug=slug)),
    ]


def _address(room: Room, slug: str) -> Iterator[Fault]:
    if not is_slug(slug):
        yield Fault("slug", "An address holds small letters, digits and single hyphens.")
    elif db.session.scalar(select(Article.id).where(Article.room == room, Article.slug == slug)) is not None:
        yield Fault("slug", "Another page has this address.")


def _content_notes(given: list[str], vocabulary: Collection[str]) -> Iterator[Fault]:
    if len(set(given)) < len(given) or not set(given) <= set(vocabulary):
        yield Fault("content_notes", "Please choose from the list.")


def _sources(given: list[dict[str, Any]]) -> Iterator[Fault]:
    if len(given) > MOST_SOURCES:
        yield Fault("sources", f"Please name at most {MOST_SOURCES} sources.")
    for place, source in enumerate(given):
        field = f"sources.{place}"
        yield from of_text(f"{field}.title", source["title"], most=500, needed="A title is needed.")
        yield from of_text(f"{field}.publisher", source["publisher"], most=200, needed="A publisher is needed.")
        if source["url"] and not WEB.fullmatch(source["url"]):
            yield Fault(f"{field}.url", "Enter an address that begins with https:// or http://, or none.")
        for name in ("date", "accessed"):
            if source[name] and not TOLD_OF.fullmatch(source[name]):
                yield Fault(f"{field}.{name}", "Enter a date like 2026, 2026-11 or 2026-11-24, or none.")
        yield from of_text(f"{field}.access_note", source["access_note"], most=100)


def _notes(given: list[dict[str, Any]]) -> Iterator[Fault]:
    if len(given) > MOST_NOTES:
        yield Fault("editor_notes", f"Please keep to {MOST_NOTES} notes.")
    for place, note in enumerate(given):
        if day_of(note["date"]) is None:
            yield Fault(f"editor_notes.{place}.date", A_DAY)
        yield from of_text(
            f"editor_notes.{place}.note",
            note["note"],
            most=2000,
            lines=True,
            needed="Write the note, or leave the row empty.",
        )


def _related(given: list[str], room: Room, slug: str) -> Iterator[Fault]:
    there = set(db.session.scalars(select(Article.slug).where(Article.room == Room.ARTICLES, Article.slug.in_(given))))
    for each in given:
        if each not in there:
            yield Fault("related", f'There is no article "{each}".')
    if room is Room.ARTICLES and slug in given:
        yield Fault("related", "An article does not lead on to itself.")


def _days(document: Document, on: date) -> Iterator[Fault]:
    reviewed, due = day_of(document["reviewed_on"]), day_of(document["review_due"])
    if reviewed is None:
        yield Fault("reviewed_on", A_DAY)
    elif reviewed > on:
        yield Fault("reviewed_on", "That day has not come yet.")
    if due is None:
        yield Fault("review_due", A_DAY)
    elif reviewed is not None and due <= reviewed:
        yield Fault("review_due", "It is looked at again on a later day than the one it was looked at.")


def _write(article: Article, document: Document) -> None:
    for name in ("title", "summary", "body", "content_notes", "sources", "editor_notes", "related"):
        setattr(article, name, document[name])
    article.reviewed_on = date.fromisoformat(document["reviewed_on"])
    article.review_due = date.fromisoformat(document["review_due"])
