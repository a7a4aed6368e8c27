"""Rewording the texts of the house, and going back to the wording that they were shipped with.

A text is edited as `{"title", "summary", "body"}`. One that reads as it was shipped has no row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select

from storefront.core.faults import Fault, of_text, refuse
from storefront.db import db
from storefront.pages.models import HouseText
from storefront.pages.texts import BRACES, HEADING, SLUGS, Text, current, placeholders, shipped
from storefront.revisions.keeping import keep, lock
from storefront.revisions.models import Revision
from storefront.style_guide.fields import Remark, blocks, remarks
from storefront.style_guide.findings import Kind

Document = dict[str, Any]
KIND = "house_text"  # under which versions are kept
MOST_LETTERS = 60_000
BACK = "Back to the shipped wording"
NEEDED: dict[str, tuple[str, ...]] = {"answers": ("real", "owner")}  # a demonstration has other words under these
TAKEN = re.compile(r"content|foot-.*|zone-.*")  # names that the page itself uses


def read(text: Text) -> Document:
    return {"title": text.title, "summary": text.summary, "body": text.body}


def change(
    text_id: int, document: Document, *, based_on: int | None, by: str, at: datetime, words: str = ""
) -> Revision | None:
    """Make the text what the document says; `text_id` is `Text.id`.

    Raises `NotYetRight`, and `ChangedMeanwhile` when `based_on` is no longer the newest version.
    """
    lock(KIND, text_id, based_on=based_on)
    slug = SLUGS[text_id - 1]
    was = read(current(slug))
    if document != read(shipped(slug)):  # what was shipped is right, whatever rules have come since
        refuse(check(document, slug=slug))
    row = db.session.scalar(select(HouseText).where(HouseText.slug == slug).execution_options(populate_existing=True))
    if document == read(shipped(slug)):
        if row is not None:
            db.session.delete(row)
    else:
        row = row or HouseText(slug=slug)
        row.title, row.summary, row.body = document["title"], document["summary"], document["body"]
        row.changed_at = at
        db.session.add(row)
    db.session.flush()
    return keep(KIND, text_id, document, was=was, by=by, at=at, words=words)


def look_over(document: Document, *, slug: str) -> list[Remark]:
    """What the style guide says of the words, also while they are being typed."""
    texts = [(name, document[name], Kind.PAGE) for name in ("title", "summary", "body")]
    return remarks(texts, links=(f"/{slug}", *re.findall(r"\]\(<?([^()\s<>]+)", document["body"] or "")))


def check(document: Document, *, slug: str) -> list[Fault]:
    """All faults, in the order of the form."""
    return [
        *of_text("title", document["title"], most=120, needed="Enter a title."),
        *of_text("summary", document["summary"], most=200, needed="Say in a sentence what stands on the page."),
        *of_text("body", document["body"], most=MOST_LETTERS, lines=True, needed="Enter a text."),
        *_braces(document, slug),
        *_names(document["body"], slug),
        *blocks(look_over(document, slug=slug)),
    ]


def _braces(document: Document, slug: str) -> Iterator[Fault]:
    known = placeholders(slug)
    for field in ("title", "summary", "body"):
        text = document[field] or ""
        if field == "body":
            text = HEADING.sub(lambda found: found["words"], text)
        for name in dict.fromkeys(BRACES.findall(text)):
            if name not in known:
                listed = ", ".join(f"{{{each}}}" for each in known)
                yield Fault(field, f"{{{name[:60]}}} cannot be filled in. What can be: {listed}.")


def _names(body: str, slug: str) -> Iterator[Fault]:
    names = [found["name"] for found in HEADING.finditer(body or "") if found["name"]]
    for name in dict.fromkeys(names):
        if names.count(name) > 1 or TAKEN.fullmatch(name):
            yield Fault("body", f"Another part of the page is called {{#{name}}} already.")
    for name in NEEDED.get(slug, ()):
        if name not in names:
            yield Fault(
                "body", f"Please keep a heading that ends in {{#{name}}}: a demonstration has words of its own there."
            )
