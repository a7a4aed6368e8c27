"""Whose goods the person at hand may work on."""

from __future__ import annotations

from flask import abort
from sqlalchemy import Select, select

from storefront.admin.area import own_partner_id
from storefront.catalog.documents import LOADED
from storefront.catalog.models import Product
from storefront.core.slugs import is_slug
from storefront.db import db

__all__ = ["find", "hers", "own_partner_id"]


def hers() -> Select[Product]:
    """Every product that the person at hand may work on, drafts and archived ones too."""
    partner_id, query = own_partner_id(), select(Product)
    return query if partner_id is None else query.where(Product.partner_id == partner_id)


def find(slug: str) -> Product:
    """One of them, with all its rows; what she may not touch is not found."""
    if not is_slug(slug):
        abort(404)
    product = db.session.scalar(hers().where(Product.slug == slug).options(*LOADED))
    return product if product is not None else abort(404)
