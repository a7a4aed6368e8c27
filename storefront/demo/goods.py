"""The demonstration's categories, collections and products, with everything that hangs on a product."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from storefront.catalog.models import (
    Category,
    Collection,
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
from storefront.db import db
from storefront.demo.dataset import Dataset, DrawingEntry, ProductEntry, VariantEntry
from storefront.demo.pictures import Gallery
from storefront.demo.progress import Progress
from storefront.partners.models import Partner
from storefront.stories.models import Story


@dataclass(frozen=True, slots=True)
class Shelves:
    """Where goods stand. Merchant's own categories are used; merchant's own collections are not filled."""

    categories: dict[str, Category]
    collections: dict[str, Collection]
    new_collections: set[str] = field(default_factory=set)


def load_shelves(dataset: Dataset, gallery: Gallery, progress: Progress) -> Shelves:
    """Add the categories and collections that are missing."""
    slugs = [entry["slug"] for entry in (*dataset.categories, *dataset.collections)]
    categories = {row.slug: row for row in db.session.scalars(select(Category).where(Category.slug.in_(slugs)))}
    collections = {row.slug: row for row in db.session.scalars(select(Collection).where(Collection.slug.in_(slugs)))}
    new_collections = set[str]()
    for position, shelf in enumerate(dataset.categories):
        slug = shelf["slug"]
        if progress.is_missing("categories", slug, categories.get(slug)):
            picture = gallery.hang(f"categories/{slug}.svg")
            categories[slug] = Category(
                slug=slug, name=shelf["name"], position=position, picture=picture, from_demonstration=True
            )
            db.session.add(categories[slug])
    for position, entry in enumerate(dataset.collections):
        slug = entry["slug"]
        if progress.is_missing("collections", slug, collections.get(slug)):
            collections[slug] = Collection(
                slug=slug,
                name=entry["name"],
                intro=entry["intro"],
                position=position,
                picture=gallery.hang(f"collections/{slug}.svg"),
                from_demonstration=True,
            )
            db.session.add(collections[slug])
            new_collections.add(slug)
    own = {slug: row for slug, row in collections.items() if row.from_demonstration}
    return Shelves(categories, own, new_collections)


def load_products(
    dataset: Dataset,
    partners: dict[str, Partner],
    shelves: Shelves,
    *,
    counted_from: date,
    gallery: Gallery,
    progress: Progress,
) -> tuple[dict[str, Product], set[str]]:
    """Add the products that are missing. Returns the demonstration's products by slug, and which of them are new.

    A product is left out when the merchant has a partner of her own under that slug, or sells all of its SKUs herself.
    """
    slugs = [entry["slug"] for entry in dataset.products]
    skus = [variant["sku"] for entry in dataset.products for variant in entry["variants"]]
    rows = {row.slug: row for row in db.session.scalars(select(Product).where(Product.slug.in_(slugs)))}
    taken = set(db.session.scalars(select(Variant.sku).where(Variant.sku.in_(skus))))
    drawings: dict[str, list[DrawingEntry]] = {}
    for drawing in dataset.drawings.values():
        if drawing["kind"] == "product":
            drawings.setdefault(drawing["product"], []).append(drawing)
    new: set[str] = set()
    for position, entry in enumerate(dataset.products):
        slug, row, partner = entry["slug"], rows.get(entry["slug"]), partners.get(entry["partner"])
        if row is not None:
            progress.is_missing("products", slug, row)
            progress.found["variants"] += len(taken.intersection(_skus(entry))) if row.from_demonstration else 0
        elif partner is None:
            progress.leave(
                f'The product "{slug}" was not loaded, because its partner "{entry["partner"]}" is your own.'
            )
        elif variants := _free(entry["variants"], taken, progress):
            product = _product(entry, partner, shelves.categories[entry["category"]], position, counted_from)
            product.pictures = _pictures(drawings[slug], gallery)
            product.variants = _variants(variants, dataset.currency, drawings[slug], gallery)
            db.session.add(product)
            rows[slug] = product
            new.add(slug)
            progress.added["products"] += 1
            progress.added["variants"] += len(variants)
    return {slug: row for slug, row in rows.items() if row.from_demonstration}, new


def join_products(
    entries: list[ProductEntry],
    products: tuple[dict[str, Product], set[str]],
    stories: tuple[dict[str, Story], set[str]],
    shelves: Shelves,
) -> None:
    """Put products into collections and beside stories, wherever one of the two is new."""
    db.session.flush()  # gives the new rows their ids
    (goods, new_goods), (tales, new_tales) = products, stories
    places = dict.fromkeys(shelves.collections, 0)
    for entry in entries:
        slug = entry["slug"]
        if slug not in goods:
            continue
        for name in entry["collections"]:
            if name in shelves.collections and (slug in new_goods or name in shelves.new_collections):
                link = CollectionProduct(collection_id=shelves.collections[name].id, product_id=goods[slug].id)
                link.position = places[name]
                db.session.add(link)
            places[name] = places.get(name, 0) + 1
        for position, name in enumerate(entry["stories"]):
            if name in tales and (slug in new_goods or name in new_tales):
                reference = tales[name].reference
                db.session.add(ProductStory(product_id=goods[slug].id, story_reference=reference, position=position))


def _skus(entry: ProductEntry) -> list[str]:
    return [variant["sku"] for variant in entry["variants"]]


def _free(variants: list[VariantEntry], taken: set[str], progress: Progress) -> list[VariantEntry]:
    """The variants whose SKU nobody uses; the others are noted as left alone."""
    for variant in variants:
        if variant["sku"] in taken:
            progress.leave(f'The SKU "{variant["sku"]}" is in use in your shop and was not loaded again.')
    return [variant for variant in variants if variant["sku"] not in taken]


def _product(entry: ProductEntry, partner: Partner, category: Category, position: int, counted_from: date) -> Product:
    shares = entry["price_breakdown"]
    return Product(
        slug=entry["slug"],
        name=entry["name"],
        partner=partner,
        category=category,
        description=entry["description"],
        technique=entry["technique"],
        country_of_making=entry["country_of_making"],
        measures=entry["measures"],
        measures_are_estimates=entry["measures_are_estimates"],
        weight_grams=entry["weight_grams"],
        care=entry["care"],
        named_pieces=entry["named_pieces"],
        price_version=1,
        published_at=clock.now(),
        notice=entry["notice"],
        position=position,
        from_demonstration=True,
        materials=[Material(position=number, **material) for number, material in enumerate(entry["materials"])],
        breakdowns=[PriceBreakdown(price_version=1, dated=counted_from, **shares)],
    )


def _pictures(drawings: list[DrawingEntry], gallery: Gallery) -> list[ProductPicture]:
    """In the order of the list: hero, detail, scale, then extras. A drawing of one variant hangs beside that alone."""
    shown = [drawing for drawing in drawings if drawing["role"] != "variant"]
    return [
        ProductPicture(position=position, role=_role(drawing), picture=gallery.hang(drawing["path"]))
        for position, drawing in enumerate(shown)
    ]


def _role(drawing: DrawingEntry) -> PictureRole:
    return PictureRole(drawing["role"]) if drawing["role"] in set(PictureRole) else PictureRole.EXTRA


def _variants(
    variants: list[VariantEntry], currency: str, drawings: list[DrawingEntry], gallery: Gallery
) -> list[Variant]:
    paths = {drawing["sku"]: drawing["path"] for drawing in drawings if drawing["role"] == "hero" and "sku" in drawing}
    for drawing in drawings:
        if drawing["role"] == "variant":
            paths |= dict.fromkeys(drawing["skus"], drawing["path"])
    return [
        Variant(
            sku=variant["sku"],
            options=variant["options"],
            position=position,
            price=Money(variant["price_minor"], currency),
            picture=gallery.hang(paths[variant["sku"]]) if variant["sku"] in paths else None,
            stock=Stock(on_hand=variant["on_hand"], held=0),
        )
        for position, variant in enumerate(variants)
    ]
