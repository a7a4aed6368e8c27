"""More goods for a shop that has the demonstration: copies of what is there."""

from storefront.catalog.models import (
    Category,
    CollectionProduct,
    Material,
    PictureRole,
    PriceBreakdown,
    Product,
    ProductPicture,
    ProductStory,
    Stock,
    Variant,
)
from storefront.core import clock
from storefront.core.money import Money
from storefront.db import db, transaction


def add_products(number: int, *, like: str = "organic-cotton-crew-tee", **changes: object) -> list[str]:
    """Copies of a product with two variants each, in the same collections and beside the same stories."""
    with transaction():
        model = db.session.scalars(db.select(Product).where(Product.slug == like)).one()
        collections = list(
            db.session.scalars(db.select(CollectionProduct).where(CollectionProduct.product_id == model.id))
        )
        stories = list(db.session.scalars(db.select(ProductStory).where(ProductStory.product_id == model.id)))
        made = []
        for count in range(number):
            product = Product(
                slug=f"copy-{count}",
                name=f"Copy {count}",
                partner_id=model.partner_id,
                category_id=model.category_id,
                description="A copy.",
                technique="Copied",
                country_of_making="IN",
                measures={"unit": "cm", "length": 1},
                measures_are_estimates=False,
                weight_grams=100,
                care=["Wash"],
                named_pieces=False,
                published_at=clock.now(),
                notice=None,
                position=1000 + count,
            )
            for name, value in changes.items():
                setattr(product, name, value)
            product.materials = [Material(position=0, name="Cotton", percent=100)]
            product.pictures = [
                ProductPicture(position=p.position, role=PictureRole(p.role), picture_id=p.picture_id)
                for p in model.pictures
            ]
            product.variants = [
                Variant(
                    sku=f"COPY-{count}-{size}",
                    options={"size": size},
                    position=place,
                    price=Money(1000 + count, "USD"),
                    stock=Stock(on_hand=5),
                )
                for place, size in enumerate(("S", "M"))
            ]
            product.breakdowns = [
                PriceBreakdown(
                    price_version=1, dated=clock.today(), makers=40, materials=20, programmes=10, shipping=20, shop=10,
                    is_sample=True,
                )
            ]  # fmt: skip
            db.session.add(product)
            made.append(product)
        db.session.flush()
        for product in made:
            for link in collections:
                db.session.add(CollectionProduct(collection_id=link.collection_id, product_id=product.id, position=99))
            for beside in stories:
                db.session.add(
                    ProductStory(
                        product_id=product.id, story_reference=beside.story_reference, position=beside.position
                    )
                )
    return [product.slug for product in made]


def set_stock(sku: str, *, on_hand: int, held: int = 0) -> None:
    with transaction():
        stock = stock_of(sku)
        stock.on_hand, stock.held = on_hand, held


def stock_of(sku: str) -> Stock:
    return db.session.scalars(db.select(Stock).join(Variant).where(Variant.sku == sku)).one()


def product_of(slug: str) -> Product:
    return db.session.scalars(db.select(Product).where(Product.slug == slug)).one()


def a_category(slug: str) -> Category:
    return db.session.scalars(db.select(Category).where(Category.slug == slug)).one()
