"""What is in the shop, as one plain document for a machine to read."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from storefront.catalog.models import Category, Collection, CollectionProduct, Product, Variant
from storefront.checkout.models import ShippingZone
from storefront.core import clock
from storefront.db import db
from storefront.demo.loading import Loaded
from storefront.media.models import Picture
from storefront.partners.models import Partner
from storefront.stories.models import Channel, Consent, Story
from storefront.stories.queries import unaltered, visible

Document = dict[str, Any]


def contents(loaded: Loaded) -> Document:
    """Everything in the shop after a load, the merchant's own rows included, without any secret."""
    document: Document = {
        "loaded_on": loaded.loaded_on.isoformat(),
        "changed": loaded.changed,
        "left_alone": list(loaded.left_alone),
        "products": _products(),
        "stories": _stories(),
        "collections": _collections(),
        "categories": [
            {"slug": row.slug, "name": row.name, "from_demonstration": row.from_demonstration}
            for row in db.session.scalars(select(Category).order_by(Category.position, Category.id))
        ],
        "partners": _partners(),
        "shipping_zones": _zones(),
    }
    parts = ("partners", "categories", "collections", "products", "stories", "shipping_zones")
    document["counts"] = {part: len(document[part]) for part in parts} | {
        "variants": sum(len(product["variants"]) for product in document["products"]),
        "pictures": db.session.scalar(select(func.count(Picture.id))),
    }
    return document


def _products() -> list[Document]:
    query = (
        select(Product)
        .order_by(Product.position, Product.id)
        .options(
            joinedload(Product.partner),
            joinedload(Product.category),
            selectinload(Product.variants).joinedload(Variant.stock),
        )
    )
    return [
        {
            "slug": product.slug,
            "name": product.name,
            "partner": product.partner.slug,
            "category": product.category.slug,
            "named_pieces": product.named_pieces,
            "weight_grams": product.weight_grams,
            "from_demonstration": product.from_demonstration,
            "variants": [
                {
                    "sku": variant.sku,
                    "options": variant.options,
                    "price_minor": variant.price.minor,
                    "currency": variant.price.currency,
                    "on_hand": variant.stock.on_hand,
                    "held": variant.stock.held,
                }
                for variant in product.variants
            ],
        }
        for product in db.session.scalars(query)
    ]


def _stories() -> list[Document]:
    """`channels` are those in which a story may be shown at this moment; `expires_on` is their earliest end."""
    at = clock.now()
    shown = {
        channel: {wording.story_id for wording in unaltered(db.session.scalars(visible(channel, at=at)))}
        for channel in Channel
    }
    ends = dict[int, str]()
    for consent in db.session.scalars(
        select(Consent).where(Consent.withdrawn_at.is_(None)).order_by(Consent.expires_on)
    ):
        ends.setdefault(consent.story_id, consent.expires_on.isoformat())
    query = select(Story).order_by(Story.position, Story.id).options(joinedload(Story.partner))
    return [
        {
            "slug": story.slug,
            "kind": story.kind.value,
            "partner": story.partner.slug,
            "channels": [channel.value for channel in Channel if story.id in shown[channel]],
            "expires_on": ends.get(story.id),
            "from_demonstration": story.from_demonstration,
        }
        for story in db.session.scalars(query)
    ]


def _collections() -> list[Document]:
    standing: dict[int, list[str]] = {}
    query = (
        select(CollectionProduct.collection_id, Product.slug)
        .join(Product, Product.id == CollectionProduct.product_id)
        .order_by(CollectionProduct.position, Product.id)
    )
    for collection_id, slug in db.session.execute(query):
        standing.setdefault(collection_id, []).append(slug)
    return [
        {
            "slug": row.slug,
            "name": row.name,
            "products": standing.get(row.id, []),
            "from_demonstration": row.from_demonstration,
        }
        for row in db.session.scalars(select(Collection).order_by(Collection.position, Collection.id))
    ]


def _partners() -> list[Document]:
    return [
        {
            "slug": row.slug,
            "name": row.name,
            "kind": row.kind.value,
            "country": row.country,
            "from_demonstration": row.from_demonstration,
        }
        for row in db.session.scalars(select(Partner).order_by(Partner.position, Partner.id))
    ]


def _zones() -> list[Document]:
    query = (
        select(ShippingZone).order_by(ShippingZone.position, ShippingZone.id).options(selectinload(ShippingZone.rates))
    )
    return [
        {
            "name": zone.name,
            "countries": zone.countries,
            "from_demonstration": zone.from_demonstration,
            "rates": [
                {
                    "method": rate.method,
                    "name": rate.name,
                    "most_grams": rate.most_grams,
                    "price_minor": rate.price_minor,
                    "currency": rate.currency,
                    "free_over_minor": rate.free_over_minor,
                }
                for rate in zone.rates
            ],
        }
        for zone in db.session.scalars(query)
    ]
