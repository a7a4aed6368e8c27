"""A product as one document: what staff edit, compare, import and put back. Plain values, so that it can be stored.

```
{"name", "slug", "partner", "category": slugs, "description", "technique", "country_of_making",
 "materials": [{"name", "percent"}], "measures": {"unit": "cm", name: number or "72-92"}, "measures_are_estimates",
 "weight_grams",
 "care": [str], "named_pieces": bool, "notice": str or None,
 "variants": [{"sku", "options": {name: value}, "price", "compare_at": minor units, "picture": name or None}],
 "currency", "breakdown": {"dated", *SHARES in percent, "is_sample", "note", and "renewed": true where it is written
   for the prices beside it} or None,
 "pictures": [{"name", "role", "alt", "focus"}], "collections": slugs of those it was put into by hand,
 "stories": references, "related": slugs, "search_title", "search_text": str or None,
 "published_at", "published_until": moment as ISO 8601 or None, "archived": bool, "position": int}
```

A variant is known by its SKU. One that is no longer listed is retired: orders still speak of it. A breakdown belongs to
the prices it was made for: when a price changes and the breakdown is not made anew, it is no longer shown. It is made
anew by other shares, by another day, or by saying so, which a reader is never told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from storefront.catalog.models import (
    Category,
    Collection,
    CollectionProduct,
    Material,
    PictureRole,
    PriceBreakdown,
    PricePoint,
    Product,
    ProductAddress,
    ProductPicture,
    ProductStory,
    RelatedProduct,
    Stock,
    Variant,
)
from storefront.core.money import Money
from storefront.db import db
from storefront.media.models import Focus, Picture
from storefront.partners.models import Partner

Document = dict[str, Any]
KIND = "product"  # under which versions are kept
SHARES = ("makers", "materials", "programmes", "shipping", "shop")
LOADED = (
    joinedload(Product.partner),
    joinedload(Product.category),
    selectinload(Product.materials),
    selectinload(Product.variants).options(joinedload(Variant.stock), joinedload(Variant.picture)),
    selectinload(Product.pictures).joinedload(ProductPicture.picture),
    selectinload(Product.breakdowns),
)


# A draft of nothing, but for what `empty` puts in.
NOTHING: Document = {
    "name": "", "slug": "", "partner": "", "category": "", "description": "", "technique": "", "country_of_making": "",
    "materials": [], "measures": {"unit": "cm"}, "measures_are_estimates": True, "weight_grams": 0, "care": [],
    "named_pieces": False, "notice": None, "variants": [], "currency": None, "breakdown": None, "pictures": [],
    "collections": [], "stories": [], "related": [], "search_title": None, "search_text": None, "published_at": None,
    "published_until": None, "archived": False, "position": 0,
}  # fmt: skip


def empty(*, partner: Partner, category: str, currency: str) -> Document:
    """What a form for new goods begins with."""
    return NOTHING | {
        "partner": partner.slug, "country_of_making": partner.country, "category": category, "currency": currency,
    }  # fmt: skip


def read(product: Product) -> Document:
    """The document of one product."""
    return read_all([product])[product.id]


def read_all(products: Iterable[Product]) -> dict[int, Document]:
    """Documents by the product's id; the number of statements does not grow with the products."""
    known = {product.id: product for product in products}
    collections = _listed(
        select(CollectionProduct.product_id, Collection.slug)
        .join(Collection, Collection.id == CollectionProduct.collection_id)
        .where(CollectionProduct.product_id.in_(known), ~CollectionProduct.by_rule)
        .order_by(Collection.slug)
    )
    stories = _listed(
        select(ProductStory.product_id, ProductStory.story_reference)
        .where(ProductStory.product_id.in_(known))
        .order_by(ProductStory.position, ProductStory.story_reference)
    )
    related = _listed(
        select(RelatedProduct.product_id, Product.slug)
        .join(Product, Product.id == RelatedProduct.related_id)
        .where(RelatedProduct.product_id.in_(known))
        .order_by(RelatedProduct.position, Product.slug)
    )
    return {
        product.id: {
            **_own(product),
            "collections": collections.get(product.id, []),
            "stories": stories.get(product.id, []),
            "related": related.get(product.id, []),
        }
        for product in known.values()
    }


def _own(product: Product) -> Document:
    live = [variant for variant in product.variants if variant.retired_at is None]
    return {
        "name": product.name,
        "slug": product.slug,
        "partner": product.partner.slug,
        "category": product.category.slug,
        "description": product.description,
        "technique": product.technique,
        "country_of_making": product.country_of_making,
        "materials": [{"name": row.name, "percent": row.percent} for row in product.materials],
        "measures": dict(product.measures),
        "measures_are_estimates": product.measures_are_estimates,
        "weight_grams": product.weight_grams,
        "care": list(product.care),
        "named_pieces": product.named_pieces,
        "notice": product.notice,
        "currency": live[0].price.currency if live else None,
        "variants": [
            {
                "sku": row.sku,
                "options": dict(row.options),
                "price": row.price.minor,
                "compare_at": row.compare_at_minor,
                "picture": row.picture.name if row.picture else None,
            }
            for row in live
        ],
        "breakdown": _breakdown_of(product),
        "pictures": [
            {"name": row.picture.name, "role": row.role.value, "alt": row.picture.alt, "focus": row.picture.focus.value}
            for row in product.pictures
        ],
        "search_title": product.search_title,
        "search_text": product.search_text,
        "published_at": _moment(product.published_at),
        "published_until": _moment(product.published_until),
        "archived": product.archived_at is not None,
        "position": product.position,
    }


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The rows that documents name, each asked for once. `skus` and `slugs` are in use by the product of that id."""

    partners: dict[str, Partner]
    categories: dict[str, Category]
    collections: dict[str, Collection]
    pictures: dict[str, Picture]
    products: dict[str, int]
    variants: dict[str, Variant]
    addresses: dict[str, int]  # that products had before


def surroundings(documents: Iterable[Document]) -> Surroundings:
    documents = list(documents)
    slugs = {each["slug"] for each in documents} | {slug for each in documents for slug in each["related"]}
    pictures = {each["name"] for document in documents for each in document["pictures"]}
    pictures |= {each["picture"] for document in documents for each in document["variants"] if each["picture"]}
    skus = {each["sku"] for document in documents for each in document["variants"]}
    return Surroundings(
        partners={row.slug: row for row in _in(Partner, Partner.slug, {each["partner"] for each in documents})},
        categories={row.slug: row for row in _in(Category, Category.slug, {each["category"] for each in documents})},
        collections={
            row.slug: row
            for row in _in(Collection, Collection.slug, {slug for each in documents for slug in each["collections"]})
        },
        pictures={row.name: row for row in _in(Picture, Picture.name, pictures)},
        products={row.slug: row.id for row in _in(Product, Product.slug, slugs)},
        variants={row.sku: row for row in _in(Variant, Variant.sku, skus)},
        addresses={row.slug: row.product_id for row in _in(ProductAddress, ProductAddress.slug, slugs)},
    )


def write(product: Product, document: Document, around: Surroundings, *, at: datetime) -> None:
    """Make the product what the document says. It has been checked, and stands in the running transaction.

    New variants begin with nothing on the shelf. A new price is kept with its moment, and makes a new price version.
    """
    if product.slug and product.slug != document["slug"]:
        _move(product, document["slug"])
    product.name, product.slug = document["name"], document["slug"]
    product.partner, product.category = around.partners[document["partner"]], around.categories[document["category"]]
    for name in (
        "description", "technique", "country_of_making", "measures", "measures_are_estimates", "weight_grams", "care",
        "named_pieces", "notice", "search_title", "search_text", "position",
    ):  # fmt: skip
        setattr(product, name, document[name])
    product.published_at = _parsed(document["published_at"])
    product.published_until = _parsed(document["published_until"])
    product.archived_at = (product.archived_at or at) if document["archived"] else None
    # A session that already holds the product must not add to what it holds: rows are replaced in two steps.
    product.materials, product.pictures = [], []
    db.session.add(product)
    db.session.flush()
    product.materials = [Material(position=place, **each) for place, each in enumerate(document["materials"])]
    product.pictures = [_hung(each, place, around) for place, each in enumerate(document["pictures"])]
    was = _breakdown_of(product)
    if _write_variants(product, document, around, at=at):
        product.price_version += 1
    _write_breakdown(product, document["breakdown"], was)
    db.session.flush()
    _link(product, document, around)


def _hung(each: dict[str, Any], place: int, around: Surroundings) -> ProductPicture:
    picture = around.pictures[each["name"]]
    picture.alt, picture.focus = each["alt"], Focus(each["focus"])
    return ProductPicture(position=place, picture=picture, role=PictureRole(each["role"]))


def _move(product: Product, slug: str) -> None:
    """What was printed or sent goes on leading here. An address that is taken up again leads nowhere else."""
    for row in _in(ProductAddress, ProductAddress.slug, {slug, product.slug}):
        db.session.delete(row)
    db.session.flush()
    db.session.add(ProductAddress(slug=product.slug, product_id=product.id))


def _write_variants(product: Product, document: Document, around: Surroundings, *, at: datetime) -> bool:
    """Returns whether anything costs now what it did not cost before."""
    known = {variant.sku: variant for variant in product.variants}
    listed = {each["sku"] for each in document["variants"]}
    for sku, old in known.items():
        if sku not in listed and old.retired_at is None:
            old.retired_at = at
    before: dict[str, Money | None] = {}  # what those cost that cost something else now; None for a new one
    for place, each in enumerate(document["variants"]):
        price = Money(each["price"], document["currency"])
        there = known.get(each["sku"])
        variant = there or Variant(sku=each["sku"], stock=Stock(on_hand=0), price=price)
        if there is None:
            product.variants.append(variant)
            before[variant.sku] = None
        elif variant.price != price:
            before[variant.sku], variant.price = variant.price, price
        variant.position, variant.options, variant.retired_at = place, dict(each["options"]), None
        variant.compare_at_minor = each["compare_at"]
        variant.picture = around.pictures[each["picture"]] if each["picture"] else None
    for place, variant in enumerate((v for v in product.variants if v.retired_at), len(document["variants"])):
        variant.position = place
    product.variants.sort(key=lambda variant: variant.position)
    _keep_prices(product, before, at=at)
    return any(was is not None for was in before.values())


def _keep_prices(product: Product, before: dict[str, Money | None], *, at: datetime) -> None:
    if not before:
        return
    db.session.flush()  # gives new variants their ids
    changed = [variant for variant in product.variants if variant.sku in before]
    told = set(
        db.session.scalars(
            select(PricePoint.variant_id).where(PricePoint.variant_id.in_(variant.id for variant in changed)).distinct()
        )
    )
    for variant in changed:
        was = before[variant.sku]
        if was is not None and variant.id not in told:
            # Goods that came with a price and without a history: it held since they could be seen.
            db.session.add(PricePoint(variant_id=variant.id, since=min(product.published_at or at, at), price=was))
        db.session.add(PricePoint(variant_id=variant.id, since=at, price=variant.price))


def _breakdown_of(product: Product) -> dict[str, Any] | None:
    row = next((row for row in product.breakdowns if row.price_version == product.price_version), None)
    if row is None:
        return None
    return {
        "dated": row.dated.isoformat(),
        **{name: getattr(row, name) for name in (*SHARES, "is_sample", "note")},
    }


def _write_breakdown(product: Product, wanted: dict[str, Any] | None, was: dict[str, Any] | None) -> None:
    row = next((row for row in product.breakdowns if row.price_version == product.price_version), None)
    if wanted is None:
        if row is not None:
            product.breakdowns.remove(row)
        return
    is_same = was is not None and all(wanted[name] == was[name] for name in ("dated", *SHARES))
    if row is None and is_same and not wanted.get("renewed"):
        return  # made for other prices than these
    if row is None:
        row = PriceBreakdown(price_version=product.price_version)
        product.breakdowns.append(row)
    row.dated = date.fromisoformat(wanted["dated"])
    for name in (*SHARES, "is_sample", "note"):
        setattr(row, name, wanted[name])


def _link(product: Product, document: Document, around: Surroundings) -> None:
    """Collections by hand, stories and related goods; a product keeps its place in a collection it stays in."""
    mine = {
        row.collection_id: row
        for row in db.session.scalars(select(CollectionProduct).where(CollectionProduct.product_id == product.id))
    }
    wanted = {around.collections[slug].id for slug in document["collections"]}
    for collection_id, row in mine.items():
        if not row.by_rule and collection_id not in wanted:
            db.session.delete(row)
    for collection_id in wanted:
        if collection_id not in mine:
            db.session.add(
                CollectionProduct(collection_id=collection_id, product_id=product.id, position=product.position)
            )
        else:
            mine[collection_id].by_rule = False
    for table, rows in (
        (ProductStory, [{"story_reference": reference} for reference in document["stories"]]),
        (RelatedProduct, [{"related_id": around.products[slug]} for slug in document["related"]]),
    ):
        for old in db.session.scalars(select(table).where(table.product_id == product.id)):
            db.session.delete(old)
        db.session.flush()
        db.session.add_all(table(product_id=product.id, position=place, **row) for place, row in enumerate(rows))


def _listed(query: Any) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for product_id, value in db.session.execute(query):
        found.setdefault(product_id, []).append(value)
    return found


def _in(table: type[Any], column: Any, values: set[str]) -> list[Any]:
    """Rows of which this column is one of the values, a thousand at a time: databases take no longer lists."""
    wanted = sorted(values)
    return [
        row
        for start in range(0, len(wanted), 1000)
        for row in db.session.scalars(select(table).where(column.in_(wanted[start : start + 1000])))
    ]


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


def _parsed(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
