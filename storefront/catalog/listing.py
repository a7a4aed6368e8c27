"""The list of goods: what was asked for, what there is, and how many. Four statements, however many products."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Select, func, select
from sqlalchemy.orm import load_only

from storefront.catalog.cards import FEATURED, Card, Order, cards
from storefront.catalog.models import Category, Collection, CollectionProduct, Product
from storefront.catalog.queries import in_stock, lowest_price, shown_collections, visible
from storefront.core.slugs import is_slug
from storefront.db import db
from storefront.partners.models import Partner

PER_PAGE = 24
NO_SUCH = "-"  # stands for a value that cannot be a slug; no slug is written so


class Sort(enum.StrEnum):
    FEATURED = "featured"
    NEWEST = "newest"
    PRICE_LOW = "price_low"
    PRICE_HIGH = "price_high"
    NAME = "name"


SORT_WORDS: dict[Sort, str] = {
    Sort.FEATURED: "Our own order",
    Sort.NEWEST: "Newest first",
    Sort.PRICE_LOW: "Price, low to high",
    Sort.PRICE_HIGH: "Price, high to low",
    Sort.NAME: "Name, A to Z",
}


@dataclass(frozen=True, slots=True)
class Choices:
    """What an address asks for. Anything that cannot be a slug is kept as `NO_SUCH` and never reaches the database."""

    category: str | None = None
    collection: str | None = None
    partner: str | None = None
    in_stock: bool = False
    sort: Sort = Sort.FEATURED

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Choices:
        slugs = {name: given.get(name) or None for name in ("category", "collection", "partner")}
        sort = given.get("sort", "")
        return cls(
            **{name: slug if slug is None or is_slug(slug) else NO_SUCH for name, slug in slugs.items()},
            in_stock=given.get("in_stock", "").lower() in {"1", "on", "yes", "true"},
            sort=Sort(sort) if sort in set(Sort) else Sort.FEATURED,
        )

    @property
    def narrows(self) -> bool:
        return bool(self.category or self.collection or self.partner or self.in_stock)

    def without(self, kind: str) -> str:
        return self.address(1, **{kind: None})

    def address(self, page: int = 1, **changes: Any) -> str:
        """The address of the list with these choices, some of them changed."""
        choices = replace(self, **changes) if changes else self
        asked = {name: getattr(choices, name) for name in ("category", "collection", "partner")}
        asked |= {"in_stock": "1" if choices.in_stock else None}
        asked |= {"sort": choices.sort.value if choices.sort is not Sort.FEATURED else None}
        asked |= {"page": str(page) if page > 1 else None}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"/shop?{query}" if query else "/shop"

    def canonical(self, page: int) -> str:
        """The one address under which search engines keep this list: filters and sorting make no list of their own."""
        plain = replace(self, partner=None, in_stock=False, sort=Sort.FEATURED)
        if plain.collection:
            plain = replace(plain, category=None)
        return plain.address(page if plain == self else 1)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A place to look: a category, a collection or a workshop. `count` is how many it holds under the other choices."""

    slug: str
    name: str
    count: int = 0
    intro: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """A choice that can be taken back by following the link."""

    words: str
    address: str


@dataclass(frozen=True, slots=True)
class Listing:
    choices: Choices
    categories: list[Shelf]
    collections: list[Shelf]
    partners: list[Shelf]
    cards: list[Card]
    total: int

    @property
    def category(self) -> Shelf | None:
        return _named(self.categories, self.choices.category)

    @property
    def collection(self) -> Shelf | None:
        return _named(self.collections, self.choices.collection)

    @property
    def partner(self) -> Shelf | None:
        return _named(self.partners, self.choices.partner)

    @property
    def unknown(self) -> str | None:
        """The kind of place that was asked for and does not exist: "collection"."""
        for kind in ("category", "collection", "partner"):
            if getattr(self.choices, kind) and getattr(self, kind) is None:
                return "workshop" if kind == "partner" else kind
        return None

    @property
    def all_count(self) -> int:
        """How many there are in all categories together, under the other choices."""
        return sum(shelf.count for shelf in self.categories)

    @property
    def chips(self) -> list[Chip]:
        kinds = ("category", "collection", "partner")
        chosen = [(kind, getattr(self, kind)) for kind in kinds if getattr(self.choices, kind)]
        chips = [
            Chip(
                shelf.name if shelf else f"Unknown {kind.replace('partner', 'workshop')}",
                self.choices.without(kind),
            )
            for kind, shelf in chosen
        ]
        if self.choices.in_stock:
            chips.append(Chip("In stock", self.choices.address(in_stock=False)))
        return chips


def read(choices: Choices, *, page: int, at: datetime) -> Listing:
    """One page of the list. Beyond the last page there are no cards, and `total` says why."""
    categories, collections, partners = _categories(choices, at), _collections(at), _partners(at)
    counts = [shelf.count for shelf in categories if choices.category in (None, shelf.slug)]
    return Listing(
        choices=choices,
        categories=categories,
        collections=collections,
        partners=partners,
        cards=cards(_chosen(choices, at=at), order=_order(choices), limit=PER_PAGE, offset=(page - 1) * PER_PAGE),
        total=sum(counts),
    )


def _chosen(choices: Choices, *, at: datetime) -> Select[Any]:
    products: Select[Any] = visible(at=at)
    if choices.category:
        products = products.join(Product.category).where(Category.slug == choices.category)
    if choices.collection:
        shown = shown_collections().order_by(None).with_only_columns(Collection.id)
        products = (
            products.join(CollectionProduct, CollectionProduct.product_id == Product.id)
            .join(Collection, Collection.id == CollectionProduct.collection_id)
            .where(Collection.slug == choices.collection, Collection.id.in_(shown))
        )
    if choices.partner:
        products = products.join(Product.partner).where(Partner.slug == choices.partner)
    if choices.in_stock:
        products = products.where(in_stock())
    return products


def _order(choices: Choices) -> Order:
    match choices.sort:
        case Sort.NEWEST:
            return Order((Product.published_at, Product.id), descending=True)
        case Sort.PRICE_LOW:
            return Order((lowest_price(), Product.id))
        case Sort.PRICE_HIGH:
            return Order((lowest_price(), Product.id), descending=True)
        case Sort.NAME:
            return Order((func.lower(Product.name), Product.id))
    # A collection has an order of its own.
    return Order((CollectionProduct.position, Product.position, Product.id)) if choices.collection else FEATURED


def _categories(choices: Choices, at: datetime) -> list[Shelf]:
    """Every category, with the number of products that the other choices leave in it."""
    products = _chosen(replace(choices, category=None), at=at)
    counted = (
        products.order_by(None)
        .with_only_columns(Product.category_id, func.count(Product.id).label("number"))
        .group_by(Product.category_id)
        .subquery()
    )
    query = (
        select(Category.slug, Category.name, func.coalesce(counted.c.number, 0).label("number"))
        .outerjoin(counted, counted.c.category_id == Category.id)
        .order_by(Category.position, Category.id)
    )
    return [Shelf(row.slug, row.name, row.number) for row in db.session.execute(query)]


def _collections(at: datetime) -> list[Shelf]:
    held = (
        visible(at=at)
        .join(CollectionProduct, CollectionProduct.product_id == Product.id)
        .where(CollectionProduct.collection_id == Collection.id)
    )
    query = shown_collections().with_only_columns(
        Collection.slug, Collection.name, Collection.intro, _any(held, Collection).label("holds")
    )
    return [Shelf(row.slug, row.name, int(row.holds), row.intro) for row in db.session.execute(query)]


def _partners(at: datetime) -> list[Shelf]:
    held = visible(at=at).where(Product.partner_id == Partner.id)
    query = (
        select(Partner, _any(held, Partner).label("holds"))
        .order_by(Partner.position, Partner.id)
        .options(load_only(Partner.slug, Partner.name, Partner.now_known_as, Partner.tagline))
    )
    return [
        Shelf(row.Partner.slug, row.Partner.known_as, int(row.holds), row.Partner.tagline)
        for row in db.session.execute(query)
    ]


def _any(products: Select[Any], of: type) -> Any:
    return products.order_by(None).with_only_columns(Product.id).correlate(of).exists()


def _named(shelves: list[Shelf], slug: str | None) -> Shelf | None:
    return next((shelf for shelf in shelves if shelf.slug == slug), None)
