"""The public addresses that search engines are told of, in files of at most 50,000 (sitemaps.org)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from xml.sax.saxutils import escape

from sqlalchemy import func, select

from storefront.articles.models import Article
from storefront.catalog.models import Product
from storefront.catalog.queries import visible as visible_products
from storefront.db import db
from storefront.partners.models import Partner
from storefront.partners.queries import listed
from storefront.stories import band as bands
from storefront.stories.consent import allows
from storefront.stories.models import Channel, Wording
from storefront.stories.queries import visible as visible_stories

MOST = 50_000  # addresses in one file
AT_ONCE = 200  # stories held in memory, as their words are checked
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"

PAGES = (
    "/", "/shop", "/stories", "/partners", "/articles", "/pathways", "/about", "/answers", "/delivery", "/safety",
    "/help-lines", "/terms", "/privacy",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Address:
    """`changed` is a day or, of a story, a month; none where nobody has written it down."""

    path: str
    changed: str | None = None


@dataclass(frozen=True, slots=True)
class Sitemap:
    """Everything but goods, and how many goods there are: they are read file by file."""

    others: list[Address]
    goods: int
    at: datetime

    @property
    def files(self) -> int:
        return max(1, ceil((len(self.others) + self.goods) / MOST))

    def addresses(self, number: int) -> Iterator[Address]:
        """What stands in this file, counted from one: pages, workshops, articles and stories first, then goods."""
        start = (number - 1) * MOST
        others = self.others[start : start + MOST]
        slugs = (
            visible_products(at=self.at)
            .with_only_columns(Product.slug)
            .offset(max(0, start - len(self.others)))
            .limit(MOST - len(others))
            .execution_options(yield_per=1000)
        )
        yield from others
        for slug in db.session.scalars(slugs):
            yield Address(f"/shop/{slug}")


def read(*, at: datetime) -> Sitemap:
    count = visible_products(at=at).order_by(None).with_only_columns(func.count(Product.id))
    others = [*map(Address, PAGES), *_partners(), *_articles(), *_stories(at)]
    return Sitemap(others, goods=db.session.scalar(count) or 0, at=at)


def urls(found: Iterator[Address], *, shop_url: str) -> str:
    """One file of addresses as XML."""
    return _document(
        "urlset",
        (
            f"<url><loc>{escape(shop_url + address.path)}</loc>"
            + (f"<lastmod>{address.changed}</lastmod>" if address.changed else "")
            + "</url>"
            for address in found
        ),
    )


def index(number: int, *, shop_url: str) -> str:
    """The list of so many files as XML."""
    places = (f"{shop_url}/sitemap-{place}.xml" for place in range(1, number + 1))
    return _document("sitemapindex", (f"<sitemap><loc>{escape(place)}</loc></sitemap>" for place in places))


def _partners() -> Iterator[Address]:
    for slug in db.session.scalars(listed().with_only_columns(Partner.slug)):
        yield Address(f"/partners/{slug}")


def _articles() -> Iterator[Address]:
    query = select(Article).order_by(Article.room, Article.position, Article.id)
    for article in db.session.scalars(query.execution_options(yield_per=AT_ONCE)):
        yield Address(article.path, changed=article.reviewed_on.isoformat())


def _stories(at: datetime) -> Iterator[Address]:
    """Only what may be shown on the web and was also agreed to be found by search engines. Never a drawing.

    When a story came or changed is told by the month: a day could be set beside what somebody knows of a life.
    """
    query = visible_stories(Channel.WEB_STORY, at=at, language=Wording.language).where(
        allows(Channel.SEARCH_INDEXING, at=at)
    )
    for wording in db.session.scalars(query.execution_options(yield_per=AT_ONCE)):
        if wording.is_unaltered:
            yield Address(bands.address(wording), changed=f"{wording.published_at:%Y-%m}")


def _document(name: str, entries: Iterator[str]) -> str:
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{name} xmlns="{NAMESPACE}">'
    return "\n".join([head, *entries, f"</{name}>", ""])
