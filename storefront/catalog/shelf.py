"""What lies on the shelf, for those who count it: a list that stays quick among a hundred thousand variants."""

from __future__ import annotations

import enum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import contains_eager

from storefront.catalog.models import Product, Stock, Variant
from storefront.partners.models import Partner


class Sieve(enum.StrEnum):
    """Which of them are listed."""

    LOW = "low"
    SOLD = "sold"
    HELD = "held"


class Sorting(enum.StrEnum):
    """In which order."""

    CODE = "code"
    FEWEST = "fewest"
    NAME = "name"


AVAILABLE = Stock.on_hand - Stock.held
# The workshop has said from when on few are left, and so few can be sold.
IS_LOW: ColumnElement[bool] = and_(Stock.low_at.is_not(None), Stock.low_at >= AVAILABLE)
SIEVES: dict[Sieve, ColumnElement[bool]] = {
    Sieve.LOW: IS_LOW,
    Sieve.SOLD: Stock.on_hand == 0,
    Sieve.HELD: Stock.held > 0,
}
# The code comes last, so that every variant has one place.
ORDERS: dict[Sorting, tuple[Any, ...]] = {
    Sorting.CODE: (Variant.sku,),
    Sorting.FEWEST: (AVAILABLE, Variant.sku),
    Sorting.NAME: (Product.name, Variant.sku),
}


def live() -> ColumnElement[bool]:
    """What is counted: drafts too, but nothing that was retired or archived."""
    return and_(Variant.retired_at.is_(None), Product.archived_at.is_(None))


def listed(*, search: str = "", sieve: Sieve | None = None, partner_id: int | None = None) -> Select[Variant]:
    """Variants with stock, product and workshop. `search` is the beginning of a code, or a part of a product's name."""
    query = (
        select(Variant)
        .join(Stock, Stock.variant_id == Variant.id)
        .join(Product, Product.id == Variant.product_id)
        .join(Partner, Partner.id == Product.partner_id)
        .where(live())
        .options(contains_eager(Variant.stock), contains_eager(Variant.product).contains_eager(Product.partner))
    )
    if search:
        query = query.where(
            or_(
                Variant.sku.startswith(search.upper(), autoescape=True), Product.name.icontains(search, autoescape=True)
            )
        )
    if sieve is not None:
        query = query.where(SIEVES[sieve])
    if partner_id is not None:
        query = query.where(Product.partner_id == partner_id)
    return query


def low() -> Select[int]:
    """How many variants are low."""
    return (
        select(func.count(Stock.variant_id))
        .join(Variant, Variant.id == Stock.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .where(IS_LOW, live())
    )
