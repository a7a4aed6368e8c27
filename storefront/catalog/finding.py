"""What staff look for among all goods, drafts and archived ones too, and in which orders it can be read.

Every order walks along an index and stops when a page is full. What narrows is asked as a set of ids, found once in
narrow tables and indexes, so that where few fit, the rows of all the others are not read. A word may stand anywhere in
a name or an address, or begin a code: for that, all names, addresses and codes are gone through.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, tuple_

from storefront.catalog.models import (
    Category,
    Collection,
    CollectionProduct,
    PriceBreakdown,
    Product,
    ProductPicture,
    Stock,
    Variant,
)
from storefront.catalog.queries import in_stock, is_shown
from storefront.partners.models import Partner


class State(enum.StrEnum):
    """Where a product stands. Each is in exactly one of them at any moment."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PUBLIC = "public"
    ENDED = "ended"
    ARCHIVED = "archived"


STATE_WORDS: dict[State, str] = {
    State.DRAFT: "Draft",
    State.SCHEDULED: "Scheduled",
    State.PUBLIC: "Public",
    State.ENDED: "Ended",
    State.ARCHIVED: "Archived",
}


class StockIs(enum.StrEnum):
    LOW = "low"  # no more than the number at which staff want to be told
    SOLD_OUT = "sold_out"  # nothing can be bought


class Lacking(enum.StrEnum):
    PICTURE = "picture"
    BREAKDOWN = "breakdown"  # of the prices that hold now


class Sort(enum.StrEnum):
    CHANGED = "changed"
    NEWEST = "newest"
    NAME = "name"
    POSITION = "position"
    PRICE_LOW = "price_low"
    PRICE_HIGH = "price_high"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; what is None does not narrow. Places are slugs."""

    words: str = ""
    state: State | None = None
    partner: str | None = None
    category: str | None = None
    collection: str | None = None
    stock: StockIs | None = None
    lacking: Lacking | None = None
    sort: Sort = Sort.CHANGED


def state_of(product: Product, at: datetime) -> State:
    if product.archived_at is not None:
        return State.ARCHIVED
    if product.published_at is None:
        return State.DRAFT
    if product.published_until is not None and product.published_until <= at:
        return State.ENDED
    return State.PUBLIC if product.published_at <= at else State.SCHEDULED


def in_state(state: State, *, at: datetime) -> ColumnElement[bool]:
    """What `state_of` says, asked of the database."""
    is_over = and_(Product.published_until.is_not(None), Product.published_until <= at)
    match state:
        case State.ARCHIVED:
            return Product.archived_at.is_not(None)
        case State.DRAFT:
            return and_(Product.archived_at.is_(None), Product.published_at.is_(None))
        case State.ENDED:
            return and_(Product.archived_at.is_(None), Product.published_at.is_not(None), is_over)
        case State.SCHEDULED:
            return and_(Product.archived_at.is_(None), Product.published_at > at, ~is_over)
    return is_shown(at=at)


def matching(products: Select[Any], wanted: Wanted, *, at: datetime) -> Select[Any]:
    """Those of these products that are looked for, in no order. Archived ones are found where they are asked for."""
    goods, variants, stock = Product.__table__.alias(), Variant.__table__.alias(), Stock.__table__.alias()
    here = in_state(wanted.state, at=at) if wanted.state else Product.archived_at.is_(None)
    products = products.where(here)
    if wanted.words:
        products = products.where(Product.id.in_(_have(wanted.words.split())))
    if wanted.partner:
        ours = goods.c.partner_id == select(Partner.id).where(Partner.slug == wanted.partner).scalar_subquery()
        products = products.where(Product.id.in_(select(goods.c.id).where(ours)))
    if wanted.category:
        ours = goods.c.category_id == select(Category.id).where(Category.slug == wanted.category).scalar_subquery()
        products = products.where(Product.id.in_(select(goods.c.id).where(ours)))
    if wanted.collection:
        inside = select(CollectionProduct.product_id).join(Collection, Collection.id == CollectionProduct.collection_id)
        products = products.where(Product.id.in_(inside.where(Collection.slug == wanted.collection)))
    if wanted.stock:
        left = stock.c.on_hand - stock.c.held
        is_so = left <= stock.c.low_at if wanted.stock is StockIs.LOW else left <= 0
        of_these = select(variants.c.product_id).join(stock, stock.c.variant_id == variants.c.id)
        products = products.where(Product.id.in_(of_these.where(is_so, variants.c.retired_at.is_(None))))
    if wanted.stock is StockIs.SOLD_OUT:
        products = products.where(~in_stock())
    if wanted.lacking is Lacking.PICTURE:
        products = products.where(Product.id.not_in(select(ProductPicture.product_id)))
    if wanted.lacking is Lacking.BREAKDOWN:
        of_now = select(goods.c.id).join(
            PriceBreakdown,
            and_(PriceBreakdown.product_id == goods.c.id, PriceBreakdown.price_version == goods.c.price_version),
        )
        products = products.where(Product.id.not_in(of_now))
    return products


def ordered(products: Select[Any], sort: Sort) -> tuple[Select[Any], tuple[Any, ...], bool]:
    """The products, the columns that they are read along, and whether downwards.

    Along prices a product stands where its cheapest variant does; those that have none are left out.
    """
    match sort:
        case Sort.CHANGED:
            return products, (Product.changed_at, Product.id), True
        case Sort.NEWEST:
            return products, (Product.id,), True
        case Sort.NAME:
            return products, (Product.name, Product.id), False
        case Sort.POSITION:
            return products, (Product.position, Product.id), False
    cheapest, cheaper = Variant.__table__.alias("cheapest"), Variant.__table__.alias("cheaper")
    there_is_a_cheaper = exists().where(
        cheaper.c.product_id == cheapest.c.product_id,
        cheaper.c.retired_at.is_(None),
        tuple_(cheaper.c.price_minor, cheaper.c.id) < tuple_(cheapest.c.price_minor, cheapest.c.id),
    )
    # Under names of their own: what `matching` asks of variants is not asked of this one.
    products = products.join(cheapest, cheapest.c.product_id == Product.id)
    products = products.where(cheapest.c.retired_at.is_(None), ~there_is_a_cheaper)
    return products, (cheapest.c.price_minor, cheapest.c.product_id), sort is Sort.PRICE_HIGH


def _have(words: list[str]) -> Select[int]:
    """Ids of products that have every word, found in an index that holds names and addresses and nothing else."""
    named = Product.__table__.alias("named")
    found = select(named.c.id)
    for word in words:
        coded = select(Variant.product_id).where(Variant.sku.startswith(word.upper(), autoescape=True))
        found = found.where(
            or_(
                func.lower(named.c.name).contains(word.lower(), autoescape=True),
                named.c.slug.contains(word.lower(), autoescape=True),
                named.c.id.in_(coded),
            )
        )
    return found
