"""The list of goods at 1,000 and at 100,000 products, on both databases: first page, last page, search, rare filters.

Absolute times belong to a machine; the ratio to the first page at 1,000 products travels.
"""

from __future__ import annotations

import base64
import json
import statistics
import tempfile
import time
from pathlib import Path

import flask_migrate
from flask import Flask
from sqlalchemy import insert, select, text

from storefront.accounts.permissions import Role
from storefront.app import create_app
from storefront.catalog.models import Product, ProductPicture, Stock, Variant
from storefront.db import db, transaction
from storefront.demo.loading import load
from tests.admin.people import Staff, a_person
from tests.conftest import BACKENDS, Databases, settings_for

ROUNDS, LIST = 7, "/admin/products"


def before(*values: object) -> str:
    """The page before the very end."""
    return "&before=" + base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


LAST = 2**31 - 1
PAGES = (
    LIST,
    f"{LIST}?sort=changed{before('2000-01-01T00:00:00+00:00', 0)}",
    f"{LIST}?sort=name",
    f"{LIST}?sort=name{before('zzz', LAST)}",
    f"{LIST}?sort=position{before(LAST, LAST)}",
    f"{LIST}?sort=price_low",
    f"{LIST}?sort=price_low{before(LAST, LAST)}",
    f"{LIST}?q=kantha",
    f"{LIST}?q=copy+9",
    f"{LIST}?q=C-1234",
    f"{LIST}?state=archived",
    f"{LIST}?stock=sold_out",
    f"{LIST}?stock=low",
    f"{LIST}?without=picture",
    f"{LIST}?without=breakdown",
    f"{LIST}?category=bags&sort=name",
    f"{LIST}?category=clothing&sort=name",
)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        databases = Databases(Path(folder))
        for backend in BACKENDS:
            app = create_app(settings_for(databases._copy(backend, None), Path(folder)))
            with app.app_context():
                flask_migrate.upgrade()
                with transaction():
                    load()
                grow(1_000, 1_000)
                floor = compare(app, f"{backend}, 1,000 products", None)
                for first in range(10_000, 109_000, 9_000):
                    grow(first, 9_000)
                compare(app, f"{backend}, 100,000 products", floor)
                db.session.remove()
                db.engine.dispose()
        databases.close()


def compare(app: Flask, heading: str, floor: float | None) -> float:
    if db.engine.dialect.name == "postgresql":
        with transaction() as session:
            session.execute(text("ANALYZE"))
    staff = Staff(app, a_person(Role.CATALOGUE_ADMIN))
    print(f"\n{heading}: median milliseconds of {ROUNDS}, and times the first page at 1,000 products")
    for path in PAGES:
        times = []
        for _ in range(ROUNDS + 1):
            begin = time.perf_counter()
            assert staff.get(path).status_code == 200, path
            times.append(time.perf_counter() - begin)
        middle = statistics.median(times[1:])  # the first warms up
        floor = floor or middle
        print(f"  {path:<95} {middle * 1000:7.1f} ms {middle / floor:5.1f}", flush=True)
    assert floor is not None
    return floor


def grow(first: int, count: int) -> None:
    """Copies of a product with one variant, a picture and stock each."""
    with transaction() as session:
        model = session.scalars(select(Product).where(Product.slug == "jute-market-shopper")).one()
        hero = session.scalars(select(ProductPicture).where(ProductPicture.product_id == model.id)).first()
        assert hero is not None
        own = {"id", "slug", "name", "position"}
        shared = {
            column.name: getattr(model, column.name) for column in Product.__table__.columns if column.name not in own
        }
        numbers = range(first, first + count)
        rows = [shared | {"id": n, "slug": f"copy-{n}", "name": f"Copy {n}", "position": n} for n in numbers]
        session.execute(insert(Product), rows)
        session.execute(
            insert(Variant.__table__),
            [
                {
                    "id": n, "product_id": n, "sku": f"C-{n}", "options": {}, "position": 0,
                    "price_minor": 1000 + n % 5000, "price_currency": "USD",
                }
                for n in numbers
            ],
        )  # fmt: skip
        session.execute(insert(Stock), [{"variant_id": n, "on_hand": 5, "held": 0} for n in numbers])
        pictures = [{"product_id": n, "position": 0, "picture_id": hero.picture_id, "role": hero.role} for n in numbers]
        session.execute(insert(ProductPicture), pictures)


if __name__ == "__main__":
    main()
