"""Small goods for tests of lists and of changes to many: complete enough to be public."""

from __future__ import annotations

from typing import Any

from storefront.catalog.models import Category, Material, PictureRole, Product, ProductPicture
from storefront.db import db, transaction
from storefront.media.models import Picture, Shelf
from storefront.partners.models import Partner
from tests.factories import a_partner, a_product


def some(number: int, *, partner: Partner | None = None, **changes: Any) -> list[str]:
    """So many products of one workshop on one shelf; returns their slugs, in the order they were made."""
    with transaction() as session:
        category = session.scalar(db.select(Category).where(Category.slug == "bags"))
        picture = session.scalar(db.select(Picture).where(Picture.name == "tote.svg"))
        partner = session.merge(partner) if partner is not None else a_partner()
        made = [
            a_product(partner=partner, category=category or (category := Category(slug="bags", name="Bags")), **changes)
            for _ in range(number)
        ]
        picture = picture or Picture(
            name="tote.svg", shelf=Shelf.PUBLIC, sha256="0" * 64, width=400, height=500, alt="A tote"
        )
        for product in made:
            product.materials = [Material(position=0, name="Cotton", percent=100)]
            product.pictures = [ProductPicture(position=0, picture=picture, role=PictureRole.HERO)]
        session.add_all(made)
        return [product.slug for product in made]


def product_of(slug: str) -> Product:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(db.select(Product).where(Product.slug == slug)).one()
