"""The list of goods: what is looked for, a page of it, and what a row says."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from flask import render_template, request
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, load_only, selectinload

from storefront.accounts import guard
from storefront.accounts.permissions import Permission
from storefront.admin import listing
from storefront.admin.area import bp, permissions
from storefront.admin.changes import said_of
from storefront.admin.goods import hers, own_partner_id
from storefront.admin.listing import NO_SUCH, Listed, register
from storefront.admin.products.acts import DO_WORDS
from storefront.admin.views import views_of
from storefront.catalog.finding import STATE_WORDS, Lacking, Sort, State, StockIs, Wanted, matching, ordered, state_of
from storefront.catalog.models import Category, Collection, PictureRole, Product, ProductPicture, Variant
from storefront.core.clock import now
from storefront.core.money import Money
from storefront.core.slugs import is_slug
from storefront.db import db
from storefront.media.addresses import Shown, shown
from storefront.partners.models import Partner

PRODUCTS = register(
    Listed(
        "products",
        "/admin/products",
        Permission.GOODS,
        ("q", "state", "partner", "category", "collection", "stock", "without", "sort"),
    )
)
SORT_WORDS: dict[Sort, str] = {
    Sort.CHANGED: "Changed last",
    Sort.NEWEST: "Newest first",
    Sort.NAME: "Name, A to Z",
    Sort.POSITION: "The shop's own order",
    Sort.PRICE_LOW: "Price, low to high",
    Sort.PRICE_HIGH: "Price, high to low",
}
STOCK_WORDS: dict[StockIs, str] = {StockIs.LOW: "Running low", StockIs.SOLD_OUT: "Sold out"}
WITHOUT_WORDS: dict[Lacking, str] = {
    Lacking.PICTURE: "A picture",
    Lacking.BREAKDOWN: "A breakdown of the price now",
}
TAGS: dict[State, str] = {State.PUBLIC: "ok", State.SCHEDULED: "warn"}
Word = TypeVar("Word", bound=enum.StrEnum)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list. `lowest` and `highest` are None for goods without a variant."""

    slug: str
    name: str
    partner: str
    state: State
    picture: Shown | None
    lowest: Money | None
    highest: Money | None
    on_hand: int
    held: int
    codes: list[str]
    changed_at: datetime


@bp.get("/products")
@guard.requires(Permission.GOODS)
def products() -> str:
    kept, at = PRODUCTS.kept(request.args), now()
    wanted = wanted_of(kept)
    query, keys, falling = ordered(matching(ids_of_hers(), wanted, at=at), wanted.sort)
    part = listing.window(query, keys, falling=falling)
    number = listing.count(query, part)
    only_own, may_all = own_partner_id() is not None, Permission.CATALOGUE in permissions()
    return render_template(
        "admin/products.html",
        listed=PRODUCTS,
        kept=kept,
        wanted=wanted,
        part=part,
        rows=_rows([row.id for row in part.rows], at=at),
        number=number,
        how_many=listing.in_words(number, "product", "products"),
        views=views_of(PRODUCTS, kept),
        states=STATE_WORDS,
        tags=TAGS,
        sorts=SORT_WORDS,
        stock_words=STOCK_WORDS,
        without_words=WITHOUT_WORDS,
        partners=[] if only_own else _names(select(Partner.slug, Partner.name).order_by(Partner.name)),
        categories=_names(select(Category.slug, Category.name).order_by(Category.position, Category.id)),
        collections=_names(select(Collection.slug, Collection.name).order_by(Collection.position, Collection.id)),
        does=DO_WORDS if may_all else {},
        said=said_of(request.args.get("done", "")) if may_all else None,
    )


def ids_of_hers() -> Select[int]:
    """Those of `hers`, as a set of ids where she may not touch all."""
    if own_partner_id() is None:
        return select(Product.id)
    own = hers().with_only_columns(Product.id).correlate(None)
    return select(Product.id).where(Product.id.in_(own))


def wanted_of(kept: dict[str, str]) -> Wanted:
    """What the filters of an address look for. A word that means nothing here finds nothing, or sorts as usual."""
    sort = kept.get("sort", "")
    return Wanted(
        words=kept.get("q", ""),
        state=_word(State, kept.get("state")),
        partner=_slug(kept.get("partner")),
        category=_slug(kept.get("category")),
        collection=_slug(kept.get("collection")),
        stock=_word(StockIs, kept.get("stock")),
        lacking=_word(Lacking, kept.get("without")),
        sort=Sort(sort) if sort in set(Sort) else Sort.CHANGED,
    )


def _word(kind: type[Word], given: str | None) -> Word | None:
    return kind(given) if given in set(kind) else None


def _slug(given: str | None) -> str | None:
    return None if given is None else given if is_slug(given) else NO_SUCH


def _names(query: Select[str, str]) -> list[tuple[str, str]]:
    return [(slug, name) for slug, name in db.session.execute(query)]


def _rows(ids: list[int], *, at: datetime) -> list[Row]:
    """The rows with these ids, in their order; three statements, however many."""
    query = (
        select(Product)
        .where(Product.id.in_(ids))
        .options(
            load_only(
                Product.slug, Product.name, Product.published_at, Product.published_until, Product.archived_at,
                Product.changed_at,
            ),
            joinedload(Product.partner).load_only(Partner.name),
            selectinload(Product.variants).joinedload(Variant.stock),
            selectinload(Product.pictures).joinedload(ProductPicture.picture),
        )
    )  # fmt: skip
    found = {product.id: product for product in db.session.scalars(query)}
    return [_row(found[product_id], at) for product_id in ids if product_id in found]


def _row(product: Product, at: datetime) -> Row:
    live = product.live
    prices = sorted((variant.price for variant in live), key=lambda price: price.minor)
    return Row(
        slug=product.slug,
        name=product.name,
        partner=product.partner.short_name,
        state=state_of(product, at),
        picture=_small(product.pictures),
        lowest=prices[0] if prices else None,
        highest=prices[-1] if prices else None,
        on_hand=sum(variant.stock.on_hand for variant in live),
        held=sum(variant.stock.held for variant in live),
        codes=[variant.sku for variant in live],
        changed_at=product.changed_at,
    )


def _small(pictures: Iterable[ProductPicture]) -> Shown | None:
    first: Any = min(pictures, key=lambda row: (row.role is not PictureRole.HERO, row.position), default=None)
    return shown(first.picture) if first is not None else None
