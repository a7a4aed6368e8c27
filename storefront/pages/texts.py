"""Texts of the house: as they are shipped, as staff have reworded them, and as a page shows them.

A text is Markdown. `## Heading {#name}` begins a part that can be led to by that name, and words in braces are filled
in: `{shop_name}`. What of a page is no prose stands in its template.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from markupsafe import Markup, escape
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from storefront.articles.rendering import markdown
from storefront.db import db
from storefront.pages.models import HouseText
from storefront.settings import settings

TEXTS = Path(__file__).parent / "texts"
SLUGS = ("about", "delivery", "terms", "privacy", "answers")  # a new one goes to the end: a place is a version's number
SAMPLES = "All of them are samples at the moment, so they answer the question for nobody."
PLACEHOLDERS: dict[str, str] = {
    "shop_name": "the name of the shop",
    "currency": "the currency it sells in",
    "statement_descriptor": "what a buyer's bank statement says",
}
ONLY_ON: dict[str, dict[str, str]] = {
    "answers": {"samples": "while goods of the demonstration are shown, that its figures are samples"}
}
HEADING = re.compile(r"^## +(?P<words>.+?)(?: *\{#(?P<name>[a-z0-9]+(?:-[a-z0-9]+)*)\})? *$", re.MULTILINE)
BRACES = re.compile(r"\{([^{}\n]*)\}")


@dataclass(frozen=True, slots=True)
class Text:
    """What a page says, unfilled. `id` is what its versions are kept under."""

    slug: str
    title: str
    summary: str
    body: str
    is_shipped: bool

    @property
    def id(self) -> int:
        return SLUGS.index(self.slug) + 1

    @property
    def path(self) -> str:
        return f"/{self.slug}"


@dataclass(frozen=True, slots=True)
class Part:
    """What stands under one heading. The first part may have none."""

    name: str | None
    heading: str
    html: Markup


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    summary: str
    parts: list[Part]


@cache
def shipped(slug: str) -> Text:
    _, head, body = (TEXTS / f"{slug}.md").read_text("utf-8").split("---\n", 2)
    told = yaml.safe_load(head)
    return Text(slug, told["title"], told["summary"], body.strip(), is_shipped=True)


def current(slug: str) -> Text:
    """The shop's own wording, or while there is none the shipped one. One statement."""
    row = db.session.scalar(select(HouseText).where(HouseText.slug == slug))
    return Text(slug, row.title, row.summary, row.body, is_shipped=False) if row else shipped(slug)


def every() -> list[Text]:
    """All of them as they stand now, in one statement."""
    own = {row.slug: row for row in db.session.scalars(select(HouseText))}
    return [
        Text(slug, own[slug].title, own[slug].summary, own[slug].body, is_shipped=False)
        if slug in own
        else shipped(slug)
        for slug in SLUGS
    ]


def _standing(slug: str) -> Text:
    """What was shipped is better than no page while the database is away."""
    try:
        return current(slug)
    except OperationalError:
        return shipped(slug)


def page(slug: str, *, demonstration: bool = False) -> Page:
    """`demonstration`: whether goods of the demonstration are shown now."""
    text = _standing(slug)
    facts = {name: str(getattr(settings, name)) for name in PLACEHOLDERS} | {
        "samples": SAMPLES if demonstration else ""
    }
    return Page(_filled(text.title, facts), _filled(text.summary, facts), list(_parts(text.body, facts)))


def placeholders(slug: str) -> dict[str, str]:
    """Which names may stand in braces on this page, and what takes their place."""
    return PLACEHOLDERS | ONLY_ON.get(slug, {})


def _parts(body: str, facts: dict[str, str]) -> Iterator[Part]:
    headings = list(HEADING.finditer(body))
    ends = [*(found.start() for found in headings), len(body)]
    if before := body[: ends[0]].strip():
        yield Part(None, "", _rendered(before, facts))
    for found, end in zip(headings, ends[1:], strict=True):
        yield Part(found["name"], _filled(found["words"], facts), _rendered(body[found.end() : end], facts))


def _rendered(text: str, facts: dict[str, str]) -> Markup:
    """Filled after rendering, so that no name of a shop is read as Markdown."""
    html = BRACES.sub(lambda found: str(escape(facts.get(found[1], found[0]))), str(markdown(text)))
    return Markup(html)  # noqa: S704 - cleaned before, and what was filled in is escaped


def _filled(text: str, facts: dict[str, str]) -> str:
    return BRACES.sub(lambda found: facts.get(found[1], found[0]), text)
