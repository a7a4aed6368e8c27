"""Which products may be seen, and what is asked about them again and again."""

from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, Select, exists, func, or_, select

from storefront.catalog.models import Collection, CollectionProduct, Product, ProductStory, Stock, Variant

# No column says that the pieces of a product differ from one another. Those sewn from worn saris do: no two are cut
# from the same cloth. So membership of this collection stands for it, and nothing else does.
EACH_DIFFERS_IN = "recycled-sari"

PRICE, CURRENCY = Variant.__table__.c.price_minor, Variant.__table__.c.price_currency


def visible(*, at: datetime) -> Select[Product]:
    """Products that are published now, in the shop's own order."""
    return select(Product).where(Product.published_at <= at).order_by(Product.position, Product.id)


def in_collection(slug: str) -> ColumnElement[bool]:
    """True for a product that stands in this collection."""
    return exists().where(
        CollectionProduct.product_id == Product.id,
        CollectionProduct.collection_id == Collection.id,
        Collection.slug == slug,
    )


def in_stock() -> ColumnElement[bool]:
    """True for a product of which at least one piece can be bought at this moment."""
    return exists().where(
        Variant.product_id == Product.id, Stock.variant_id == Variant.id, Stock.on_hand - Stock.held > 0
    )


def one_of_a_kind() -> ColumnElement[bool]:
    """True where every variant is one particular piece and no variant has a second. Named goods may come in numbers."""
    return Product.named_pieces & ~exists().where(
        Variant.product_id == Product.id, Stock.variant_id == Variant.id, Stock.on_hand > 1
    )


def lowest_price() -> ScalarSelect[int]:
    """What the cheapest variant of a product costs, in minor units."""
    return select(func.min(PRICE)).where(Variant.product_id == Product.id).correlate(Product).scalar_subquery()


def beside_story(reference: str, *, at: datetime) -> Select[Product]:
    """Visible products that this story stands beside."""
    return (
        visible(at=at)
        .join(ProductStory, ProductStory.product_id == Product.id)
        .where(ProductStory.story_reference == reference)
    )


def like(product: Product, *, at: datetime) -> Select[Product]:
    """Other visible products of the same workshop or of a collection that this one stands in."""
    shared = select(CollectionProduct.product_id).where(
        CollectionProduct.collection_id.in_(
            select(CollectionProduct.collection_id).where(CollectionProduct.product_id == product.id)
        )
    )
    return visible(at=at).where(
        Product.id != product.id, or_(Product.partner_id == product.partner_id, Product.id.in_(shared))
    )
