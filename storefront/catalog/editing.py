"""Making, changing and copying products. Every change is a version that can be compared and put back."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from storefront.catalog import documents
from storefront.catalog.checking import NO_SLUGS, check
from storefront.catalog.documents import KIND, LOADED, Document
from storefront.catalog.gathering import gather
from storefront.catalog.models import Product, Variant
from storefront.core.errors import ShopError
from storefront.core.faults import refuse
from storefront.db import db
from storefront.revisions.keeping import keep, lock
from storefront.revisions.models import ChangeSet, Revision

# What the shop alone decides. Whoever is limited to one workshop leaves it as it stands.
SHOPS_OWN = ("published_at", "published_until", "archived", "collections", "stories", "position")


class NotYours(ShopError):
    """Raised when somebody of one workshop would take goods to, or from, another."""

    def __init__(self) -> None:
        super().__init__("Goods of your own workshop only: they cannot be given to another.")


def load(product_id: int) -> Product:
    """The product with all its rows, read anew."""
    query = select(Product).where(Product.id == product_id).options(*LOADED).execution_options(populate_existing=True)
    return db.session.scalars(query).one()


def create(
    document: Document,
    *,
    by: str,
    at: datetime,
    words: str = "Made",
    change_set: ChangeSet | None = None,
    of_partner: int | None = None,
) -> Product:
    """A new product, last in the shop's own order unless it has a place.

    `of_partner` is the workshop to which the writer is limited. Raises `NotYetRight` and `NotYours`.
    """
    around = documents.surroundings([document])
    if of_partner is not None:
        if (partner := around.partners.get(document["partner"])) is None or partner.id != of_partner:
            raise NotYours
        document = document | {name: documents.NOTHING[name] for name in SHOPS_OWN}
    refuse(check(document, around, product_id=None))
    if not document["position"]:
        document = document | {"position": (db.session.scalar(select(func.max(Product.position))) or 0) + 1}
    product = Product(price_version=1, changed_at=at)
    with db.session.no_autoflush:
        documents.write(product, document, around, at=at)
    gather(product_ids=[product.id], at=at)
    now = documents.read(load(product.id))
    keep(KIND, product.id, now, was=None, by=by, at=at, words=words, change_set=change_set)
    return product


def change(
    product_id: int,
    document: Document,
    *,
    based_on: int | None,
    by: str,
    at: datetime,
    words: str = "",
    change_set: ChangeSet | None = None,
    of_partner: int | None = None,
) -> Revision | None:
    """Make the product what the document says; returns the new version, or None where nothing differs.

    `of_partner` is the workshop to which the writer is limited. Raises `NotYetRight`, `NotYours`, and
    `ChangedMeanwhile` when `based_on` is no longer the newest version.
    """
    lock(KIND, product_id, based_on=based_on)
    product = load(product_id)
    was = documents.read(product)
    if of_partner is not None:
        document = document | {name: was[name] for name in SHOPS_OWN}
    around = documents.surroundings([document])
    partner = around.partners.get(document["partner"])
    if of_partner is not None and {product.partner_id, partner.id if partner else None} != {of_partner}:
        raise NotYours
    refuse(check(document, around, product_id=product_id))
    documents.write(product, document, around, at=at)
    gather(product_ids=[product_id], at=at)
    product = load(product_id)
    revision = keep(
        KIND, product_id, documents.read(product), was=was, by=by, at=at, words=words, change_set=change_set
    )
    if revision is not None:
        product.changed_at = at
        db.session.flush()
    return revision


def copy_of(document: Document) -> Document:
    """The document of a draft like this one, with an address and codes that are free."""
    slug = _free_slug(f"{document['slug'][:90]}-copy")
    number = slug.rpartition("-copy")[2].strip("-") or "1"
    variants = [each | {"sku": _free_sku(f"{each['sku'][:32]}-C{number}")} for each in document["variants"]]
    return document | {
        "slug": slug, "name": f"{document['name'][:110]} (copy)", "variants": variants, "published_at": None,
        "published_until": None, "archived": False, "position": 0,
    }  # fmt: skip


def slug_for(name: str) -> str:
    """A free address made from a name: "Kantha short jacket" becomes `kantha-short-jacket`."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:90].strip("-")
    return _free_slug("product" if plain in NO_SLUGS | {""} else plain)


def _free_slug(wanted: str) -> str:
    taken = set(db.session.scalars(select(Product.slug).where(Product.slug.startswith(wanted))))
    names: Any = (wanted if number == 1 else f"{wanted}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)  # type: ignore[no-any-return]


def _free_sku(wanted: str) -> str:
    taken = set(db.session.scalars(select(Variant.sku).where(Variant.sku.startswith(wanted))))
    names: Any = (wanted if number == 1 else f"{wanted}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)  # type: ignore[no-any-return]
