"""`make benchmark`: our pages beside a bare page of the same server, database and library, taken in turn.

Absolute times belong to a machine; the ratio travels. The bare page reads one product by its key and renders it; ours
read everything that a shopper sees.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import flask_migrate
from flask import Flask, render_template_string
from sqlalchemy import insert, select

from storefront.app import create_app
from storefront.catalog.models import Product, ProductPicture, Stock, Variant
from storefront.core.clock import now
from storefront.db import db, transaction
from storefront.demo.loading import load
from tests.conftest import settings_for

ROUNDS, CALLS = 7, 40
BARE = "<!doctype html><title>{{ product.name }}</title><h1>{{ product.name }}</h1><p>{{ product.description }}</p>"
PAGES = (
    "/shop/kantha-short-jacket",
    "/shop",
    "/shop?category=bags&sort=price_low",
    "/shop?page=2",
    "/stories",
    "/",
    "/cart",
)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(settings_for(f"sqlite:///{folder}/shop.db", Path(folder)))
        app.add_url_rule("/bare", "bare", _bare)
        with app.app_context():
            flask_migrate.upgrade()
            with transaction():
                load()
            _compare(app, "36 products")
            _grow(10_000)
            _compare(app, "10,036 products")
            db.session.remove()
            db.engine.dispose()


def _bare() -> str:
    product = db.session.scalars(select(Product).where(Product.slug == "kantha-short-jacket")).one()
    return render_template_string(BARE, product=product)


def _compare(app: Flask, heading: str) -> None:
    client = app.test_client()
    print(
        f"\n{heading}: median milliseconds, and how many bare pages one of ours costs (minimum to maximum of {ROUNDS})"
    )
    for path in PAGES:
        ours, bare = [], []
        for _ in range(ROUNDS + 1):
            ours.append(_time(lambda path=path: client.get(path)))  # type: ignore[misc]
            bare.append(_time(lambda: client.get("/bare")))
        ratios = [mine / floor for mine, floor in zip(ours[1:], bare[1:], strict=True)]  # the first round warms up
        middle = statistics.median(ours[1:]) * 1000
        print(
            f"  {path:<40} {middle:7.2f} ms   {statistics.median(ratios):5.1f}  ({min(ratios):.1f} to {max(ratios):.1f})"
        )


def _time(call: Callable[[], object]) -> float:
    begin = time.perf_counter()
    for _ in range(CALLS):
        call()
    return (time.perf_counter() - begin) / CALLS


def _grow(count: int) -> None:
    """Copies of a product, enough to see what grows with the catalogue."""
    with transaction() as session:
        model = session.scalars(select(Product).where(Product.slug == "jute-market-shopper")).one()
        hero = session.scalars(select(ProductPicture).where(ProductPicture.product_id == model.id)).first()
        assert hero is not None
        shared = {
            column.name: getattr(model, column.name)
            for column in Product.__table__.columns
            if column.name not in {"id", "slug", "position"}
        }
        first, published = 100_000, now()
        numbers = range(first, first + count)
        session.execute(
            insert(Product),
            [shared | {"id": n, "slug": f"copy-{n}", "position": n, "published_at": published} for n in numbers],
        )
        session.execute(
            insert(Variant.__table__),
            [
                {
                    "id": n,
                    "product_id": n,
                    "sku": f"C-{n}",
                    "options": {},
                    "position": 0,
                    "price_minor": 2400,
                    "price_currency": "USD",
                }
                for n in numbers
            ],
        )
        session.execute(insert(Stock), [{"variant_id": n, "on_hand": 5, "held": 0} for n in numbers])
        session.execute(
            insert(ProductPicture),
            [{"product_id": n, "position": 0, "picture_id": hero.picture_id, "role": hero.role} for n in numbers],
        )


if __name__ == "__main__":
    main()
