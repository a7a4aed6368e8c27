"""Writing and changing pages of the reading rooms."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from storefront.articles import editing, texts
from storefront.articles.models import Article, Room
from storefront.core.clock import now
from storefront.core.faults import NotYetRight
from storefront.db import db, transaction
from storefront.revisions.keeping import ChangedMeanwhile, history
from storefront.stories.vocabulary import CONTENT_NOTES
from tests.articles.reading import a_source, an_article, fill_rooms

pytestmark = pytest.mark.any_database  # but for the first, no database answers these otherwise


def a_document(**changes: Any) -> dict[str, Any]:
    given = {
        "title": "What kantha is", "summary": "A stitch.", "body": "Layers of cloth.", "content_notes": [], "sources": [],
        "editor_notes": [], "related": [], "reviewed_on": "2026-11-24", "review_due": "2027-05-24",
    }  # fmt: skip
    return given | changes


def change(article: Article, document: dict[str, Any], *, based_on: int = 0) -> None:
    with transaction():
        editing.change(article.id, document, content_notes=CONTENT_NOTES, based_on=based_on, by="ANNA", at=now())


def faults_of(document: dict[str, Any], *, room: Room = Room.ARTICLES, slug: str = "a-text") -> list[str]:
    found = editing.check(document, room=room, slug=slug, content_notes=CONTENT_NOTES, on=now().date())
    return [fault.field for fault in found]


def test_what_is_shipped_breaks_no_rule(app: Flask) -> None:
    fill_rooms()
    every = list(db.session.scalars(select(Article)))
    assert len(every) == len(texts.read())
    for article in every:
        assert faults_of(editing.read(article), room=article.room, slug=article.slug) == [], article.path


def test_a_change_is_kept_as_a_version_and_its_address_stays(app: Flask) -> None:
    article = an_article()
    change(article, a_document(title="Another title", sources=[a_source()]))
    db.session.expire_all()
    assert (article.title, article.slug, article.sources[0]["title"]) == ("Another title", "a-text", "A report")
    assert [each.content["title"] for each in history(editing.KIND, article.id)] == ["Another title", "A text"]
    with pytest.raises(ChangedMeanwhile):
        change(article, a_document(title="A third"), based_on=0)


def test_a_new_page_is_last_in_its_room_and_takes_a_free_address(app: Flask) -> None:
    an_article(position=7)
    with transaction():
        made = editing.create(Room.ARTICLES, "new", a_document(), content_notes=CONTENT_NOTES, by="ANNA", at=now())
    assert (made.position, made.picture_id, made.path) == (8, None, "/articles/new")
    for slug in ("new", "Not An Address", ""):
        with pytest.raises(NotYetRight) as refused, transaction():
            editing.create(Room.ARTICLES, slug, a_document(), content_notes=CONTENT_NOTES, by="ANNA", at=now())
        assert refused.value.faults[0].field == "slug"
    with transaction():  # another room, another page
        editing.create(Room.STAGES, "new", a_document(), content_notes=CONTENT_NOTES, by="ANNA", at=now())


WRONG = [
    ({"title": " "}, "title"),
    ({"title": "x" * 201}, "title"),
    ({"title": "two\nlines"}, "title"),
    ({"summary": ""}, "summary"),
    ({"body": ""}, "body"),
    ({"body": "a\x00b"}, "body"),
    ({"body": "She was rescued."}, "body"),
    ({"body": "Somaly Mam wrote a book."}, "body"),
    ({"editor_notes": [{"date": "2026-11-24", "note": "Somaly Mam wrote to us."}]}, "editor_notes.0.note"),
    ({"sources": [a_source(title="Somaly Mam resigns")]}, "sources.0.title"),
    ({"content_notes": ["Something of my own"]}, "content_notes"),
    ({"sources": [a_source(), a_source(title="")]}, "sources.1.title"),
    ({"sources": [a_source(url="javascript:alert(1)")]}, "sources.0.url"),
    ({"sources": [a_source(date="last year")]}, "sources.0.date"),
    ({"sources": [a_source(accessed="2026-13")]}, "sources.0.accessed"),
    ({"editor_notes": [{"date": "24 November", "note": "Hm."}]}, "editor_notes.0.date"),
    ({"editor_notes": [{"date": "2026-11-24", "note": ""}]}, "editor_notes.0.note"),
    ({"related": ["nowhere"]}, "related"),
    ({"reviewed_on": "2026-11-25"}, "reviewed_on"),
    ({"reviewed_on": ""}, "reviewed_on"),
    ({"review_due": "2026-11-24"}, "review_due"),
    ({"review_due": "soon"}, "review_due"),
]


def test_what_is_not_right_is_told_beside_its_field(app: Flask) -> None:
    for changes, field in WRONG:
        assert faults_of(a_document(**changes)) == [field]


def test_an_article_does_not_lead_to_itself(app: Flask) -> None:
    an_article(slug="a-text")
    assert faults_of(a_document(related=["a-text"])) == ["related"]
    assert faults_of(a_document(related=["a-text"]), slug="another") == []


@pytest.mark.parametrize("slug", ["a-text", "disputed-accounts"])
def test_a_disputed_name_needs_the_note_beside_it(app: Flask, slug: str) -> None:
    an_article(slug="disputed-accounts")
    told = a_document(body="Somaly Mam wrote a book.", sources=[a_source(title="Somaly Mam resigns")])
    assert (faults_of(told, slug=slug) == []) is (slug == "disputed-accounts")
    assert faults_of(told | {"related": ["disputed-accounts"]}, slug="a-text") == []
    assert faults_of(told | {"body": "Somaly Mam, see [the note](/articles/disputed-accounts)."}, slug="a-text") == []
