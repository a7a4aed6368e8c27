"""What a card says about a product: picture, name, workshop, price and one tag. One statement for a whole list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import load_only

from storefront.catalog.models import PictureRole, Product, ProductPicture, Stock, Variant
from storefront.catalog.queries import CURRENCY, EACH_DIFFERS_IN, PRICE, in_collection
from storefront.core.money import Money
from storefront.db import db
from storefront.media.addresses import Shown, shown
from storefront.media.models import Picture
from storefront.partners.models import Partner

SOLD, ONE_OF_A_KIND, EACH_DIFFERS = "Sold", "One of a kind", "Each one differs"


@dataclass(frozen=True, slots=True)
class Card:
    """`price` is the lowest of the variants'; `price_varies` says that others cost more."""

    slug: str
    name: str
    partner_name: str
    price: Money | None
    price_varies: bool
    tag: str | None
    picture: Shown | None
    from_demonstration: bool

    @property
    def url(self) -> str:
        return f"/shop/{self.slug}"


@dataclass(frozen=True, slots=True)
class Order:
    """What a list is sorted by; all keys run the same way. The last one must tell any two products apart."""

    keys: tuple[Any, ...]
    descending: bool = False


FEATURED = Order((Product.position, Product.id))


def cards(products: Select[Any], *, order: Order = FEATURED, limit: int, offset: int = 0) -> list[Card]:
    """Cards of a part of these products, in one statement; the figures are worked out for that part alone."""
    keys = [key.label(f"key_{number}") for number, key in enumerate(order.keys)]
    page = (
        products.order_by(None)
        .with_only_columns(Product.id.label("id"), *keys)
        .order_by(*(key.desc() if order.descending else key for key in keys))
        .limit(limit)
        .offset(offset)
        .subquery("page")
    )
    sorted_by = [page.c[f"key_{number}"] for number in range(len(keys))]
    query = (
        select(
            Product.slug,
            Product.name,
            Product.named_pieces,
            Product.from_demonstration,
            Partner,
            _of_variants(func.min(PRICE)).label("lowest"),
            _of_variants(func.max(PRICE)).label("highest"),
            _of_variants(func.min(CURRENCY)).label("currency"),
            _of_variants(func.max(Stock.on_hand)).label("most"),
            in_collection(EACH_DIFFERS_IN).correlate(Product).label("differs"),
            Picture,
        )
        .join(page, page.c.id == Product.id)
        .join(Partner, Partner.id == Product.partner_id)
        .outerjoin(
            ProductPicture,
            and_(ProductPicture.product_id == Product.id, ProductPicture.position == _hero()),
        )
        .outerjoin(Picture, Picture.id == ProductPicture.picture_id)
        .order_by(*(key.desc() if order.descending else key for key in sorted_by))
        .options(load_only(Partner.name, Partner.now_known_as))
    )
    return [_card(row) for row in db.session.execute(query)]


def tag(*, named_pieces: bool, most: int, differs: bool) -> str | None:
    """The one thing worth saying on the picture. `most` is the largest number of pieces that one variant has."""
    if most == 0:
        return SOLD
    if named_pieces and most == 1:
        return ONE_OF_A_KIND
    return EACH_DIFFERS if differs else None


def _card(row: Any) -> Card:
    return Card(
        slug=row.slug,
        name=row.name,
        partner_name=row.Partner.known_as,
        price=None if row.lowest is None else Money(row.lowest, row.currency),
        price_varies=row.lowest != row.highest,
        tag=tag(named_pieces=row.named_pieces, most=row.most or 0, differs=row.differs),
        picture=shown(row.Picture),
        from_demonstration=row.from_demonstration,
    )


def _of_variants(figure: ColumnElement[Any]) -> Any:
    return (
        select(figure)
        .where(Variant.product_id == Product.id, Variant.retired_at.is_(None), Stock.variant_id == Variant.id)
        .correlate(Product)
        .scalar_subquery()
    )


def _hero() -> Any:
    """The position of the hero, or of the first picture where none is called so."""
    return (
        select(ProductPicture.position)
        .where(ProductPicture.product_id == Product.id)
        .order_by(ProductPicture.role != PictureRole.HERO, ProductPicture.position)
        .limit(1)
        .correlate(Product)
        .scalar_subquery()
    )
