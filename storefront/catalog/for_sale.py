"""Finding what somebody wants to buy by its code."""

from datetime import datetime

from sqlalchemy import Select, and_, false, func, select
from sqlalchemy.orm import contains_eager, joinedload

from storefront.catalog.models import Product, Variant
from storefront.catalog.queries import is_shown
from storefront.partners.models import Partner


def variant_for_sale(sku: str, *, at: datetime) -> Select[Variant]:
    """The variant of this code whose product may be seen now, with product and stock. Sold ones are found too."""
    return (
        select(Variant)
        .join(Variant.product)
        .where(Variant.sku == sku, Variant.retired_at.is_(None), is_shown(at=at))
        .options(contains_eager(Variant.product), joinedload(Variant.stock))
    )


def on_tag(sku: str, *, at: datetime) -> Select[str, str, str, bool]:
    """The code itself, the addresses of product and workshop, and whether the product may be seen now.

    Codes are printed in capitals; small letters will do.
    """
    shown = and_(is_shown(at=at), Variant.retired_at.is_(None))
    return (
        select(
            Variant.sku, Product.slug, Partner.slug.label("partner"), func.coalesce(shown, false()).label("is_shown")
        )
        .join(Variant.product)
        .join(Product.partner)
        .where(Variant.sku.in_([sku, sku.upper()]))
        .order_by(Variant.sku != sku)  # the very code first, where both are in use
        .limit(1)
    )
