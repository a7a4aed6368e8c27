"""Finding what somebody wants to buy by its code."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload

from storefront.catalog.models import Product, Variant


def variant_for_sale(sku: str, *, at: datetime) -> Select[Variant]:
    """The variant of this code whose product may be seen now, with product and stock. Sold ones are found too."""
    return (
        select(Variant)
        .join(Variant.product)
        .where(Variant.sku == sku, Product.published_at <= at)
        .options(contains_eager(Variant.product), joinedload(Variant.stock))
    )
