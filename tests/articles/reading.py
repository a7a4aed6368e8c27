"""The reading rooms filled for a test, and rows in them made with as little said as possible."""

from __future__ import annotations

from datetime import date
from typing import Any

from storefront.articles.loading import load
from storefront.articles.models import Article, Room
from storefront.db import db, transaction


def fill_rooms() -> int:
    with transaction():
        return load()


def an_article(**changes: Any) -> Article:
    """Put one article on the shelf."""
    given = {
        "room": Room.ARTICLES, "slug": "a-text", "title": "A text", "summary": "About this.", "body": "Words.", "content_notes": [],
        "sources": [], "editor_notes": [], "related": [], "reviewed_on": date(2026, 11, 24), "review_due": date(2027, 5, 24),
    }  # fmt: skip
    with transaction():
        article = Article(**given | changes)
        db.session.add(article)
    return article


def a_source(**changes: Any) -> dict[str, Any]:
    given = {
        "title": "A report", "publisher": "A publisher", "url": "https://report.example/1", "date": "2017-09", "accessed": "2026-11-24",
        "access_note": "read in excerpt",
    }  # fmt: skip
    return given | changes
