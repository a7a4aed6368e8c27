"""Somebody who works here, at her browser; and the shop from within, for what a journey begins with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import select

from storefront.accounts.permissions import Role
from storefront.app import create_app
from storefront.catalog.models import Category
from storefront.db import db, transaction
from storefront.partners.models import Partner
from tests.admin.people import Staff, a_person
from tests.e2e.conftest import Visit
from tests.e2e.shopper import Shopper
from tests.e2e.store import Store
from tests.factories import a_product


def come(store: Store, visit: Visit, role: Role, *, workshop: str = "", **screen: Any) -> Shopper:
    """Somebody of this role who is signed in and has just shown a second factor; of this workshop, if one is named."""
    shopper = visit(store, **screen)
    with inside(store) as app:
        partner_id = db.session.scalar(select(Partner.id).where(Partner.slug == workshop)) if workshop else None
        token = Staff(app, a_person(role, email=shopper.email, partner_id=partner_id)).token
    shopper.context.add_cookies([{"name": "session", "value": token, "url": store.url}])
    return shopper


@contextmanager
def inside(store: Store) -> Iterator[Flask]:
    app = create_app(store.settings)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def a_draft(store: Store, slug: str, **changes: Any) -> None:
    """A product with two variants at this address that nobody but staff sees, of a workshop of the demonstration."""
    with inside(store), transaction() as session:
        partner = session.scalars(select(Partner).where(Partner.slug == "sample-riverbend-thread-house")).one()
        category = session.scalars(select(Category).order_by(Category.position).limit(1)).one()
        given = {"slug": slug, "name": slug.replace("-", " ").capitalize(), "published_at": None, "variants": 2}
        session.add(a_product(partner=partner, category=category, **given | changes))
