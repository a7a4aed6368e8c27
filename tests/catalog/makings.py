"""Documents of products for tests: complete, and as small as may be."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from storefront.catalog import documents, editing
from storefront.catalog.models import Category, Product
from storefront.core.clock import now
from storefront.db import db, transaction
from storefront.media.models import Picture, Shelf
from tests.factories import a_partner

BY = "ANNA"


def a_workshop(**changes: Any) -> str:
    """A workshop with a shelf and a picture for its goods; its address."""
    with transaction() as session:
        partner = a_partner(**changes)
        session.add(partner)
        if not session.scalar(select(Category.id)):
            session.add(Category(slug="bags", name="Bags"))
            session.add(
                Picture(shelf=Shelf.PUBLIC, name="brought/a.jpg", sha256="0" * 64, width=40, height=50, alt="A tote")
            )
        session.flush()
        return partner.slug


def a_document(partner: str, **changes: Any) -> dict[str, Any]:
    """A tote in two sizes that could be shown."""
    return documents.NOTHING | {
        "name": "Jute tote", "slug": "jute-tote", "partner": partner, "category": "bags", "description": "A tote of jute.",
        "technique": "Sewn", "country_of_making": "IN", "materials": [{"name": "Jute", "percent": 100}],
        "weight_grams": 240, "currency": "USD",
        "variants": [a_variant("JT-S", size="S"), a_variant("JT-M", size="M")],
        "pictures": [{"name": "brought/a.jpg", "role": "hero", "alt": "A tote", "focus": "centre"}],
    } | changes  # fmt: skip


def a_variant(sku: str, price: int = 2400, compare_at: int | None = None, **options: str) -> dict[str, Any]:
    return {"sku": sku, "options": options, "price": price, "compare_at": compare_at, "picture": None}


SHARES = {"makers": 41, "materials": 18, "programmes": 13, "shipping": 16, "shop": 12}
BREAKDOWN = {"dated": "2026-11-01", **SHARES, "is_sample": False, "note": None}


def made(partner: str = "", **changes: Any) -> int:
    """The id of a product that was made of such a document."""
    partner = partner or a_workshop()
    with transaction():
        return editing.create(a_document(partner, **changes), by=BY, at=now()).id


def read(product_id: int) -> dict[str, Any]:
    db.session.rollback()
    return documents.read(editing.load(product_id))


def changed(product_id: int, *, based_on: int | None = None, of_partner: int | None = None, **changes: Any) -> Any:
    with transaction():
        document = documents.read(editing.load(product_id)) | changes
        return editing.change(product_id, document, based_on=based_on, by=BY, at=now(), of_partner=of_partner)


def product(product_id: int) -> Product:
    db.session.rollback()
    return editing.load(product_id)
