"""Which products may be seen, and what is asked about them again and again."""

from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, exists, func, or_, select

from storefront.catalog.models import (
    Collection,
    CollectionProduct,
    Product,
    ProductAddress,
    ProductStory,
    RelatedProduct,
    Stock,
    Variant,
)

# No column says that the pieces of a product differ from one another. Those sewn from worn saris do: no two are cut
# from the same cloth. So membership of this collection stands for it, and nothing else does.
EACH_DIFFERS_IN = "recycled-sari"

PRICE, CURRENCY = Variant.__table__.c.price_minor, Variant.__table__.c.price_currency


def is_shown(*, at: datetime) -> ColumnElement[bool]:
    """True for a product that is published, not yet at its end, and not archived."""
    return and_(
        Product.published_at <= at,
        or_(Product.published_until.is_(None), Product.published_until > at),
        Product.archived_at.is_(None),
    )


def visible(*, at: datetime) -> Select[Product]:
    """Products that may be seen now, in the shop's own order."""
    return select(Product).where(is_shown(at=at)).order_by(Product.position, Product.id)


def had_address(slug: str, *, at: datetime) -> Select[str]:
    """The present address of a visible product that once stood under this one."""
    return (
        select(Product.slug)
        .join(ProductAddress, ProductAddress.product_id == Product.id)
        .where(ProductAddress.slug == slug, is_shown(at=at))
    )


def shown_collections() -> Select[Collection]:
    """Collections that the public may see, in their own order."""
    return select(Collection).where(Collection.is_shown).order_by(Collection.position, Collection.id)


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
        Variant.product_id == Product.id,
        Variant.retired_at.is_(None),
        Stock.variant_id == Variant.id,
        Stock.on_hand - Stock.held > 0,
    )


def one_of_a_kind() -> ColumnElement[bool]:
    """True where every variant is one particular piece and no variant has a second. Named goods may come in numbers."""
    return Product.named_pieces & ~exists().where(
        Variant.product_id == Product.id,
        Variant.retired_at.is_(None),
        Stock.variant_id == Variant.id,
        Stock.on_hand > 1,
    )


def lowest_price() -> ScalarSelect[int]:
    """What the cheapest variant of a product costs, in minor units."""
    live = (Variant.product_id == Product.id, Variant.retired_at.is_(None))
    return select(func.min(PRICE)).where(*live).correlate(Product).scalar_subquery()


def beside_story(reference: str, *, at: datetime) -> Select[Product]:
    """Visible products that this story stands beside."""
    return (
        visible(at=at)
        .join(ProductStory, ProductStory.product_id == Product.id)
        .where(ProductStory.story_reference == reference)
    )


def like(product: Product, *, at: datetime) -> Select[Product]:
    """Other visible products: put beside it by staff, of the same workshop, or of a collection that it stands in."""
    shared = select(CollectionProduct.product_id).where(
        CollectionProduct.collection_id.in_(
            shown_collections()
            .order_by(None)
            .join(CollectionProduct, CollectionProduct.collection_id == Collection.id)
            .where(CollectionProduct.product_id == product.id)
            .with_only_columns(Collection.id)
        )
    )
    chosen = select(RelatedProduct.related_id).where(RelatedProduct.product_id == product.id)
    return visible(at=at).where(
        Product.id != product.id,
        or_(Product.partner_id == product.partner_id, Product.id.in_(shared), Product.id.in_(chosen)),
    )
