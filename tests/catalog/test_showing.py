"""What may be seen and when, where an old address leads, what a reduced price says, and what stands below the goods."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from storefront.catalog.models import PricePoint, Product, ProductAddress, RelatedProduct, Variant
from storefront.catalog.queries import visible
from storefront.core.clock import now
from storefront.core.money import Money
from storefront.db import db, transaction
from tests.factories import a_product, a_zone, check_out, fill_bag, the_order


def put(*rows: object) -> None:
    with transaction() as session:
        session.add_all(rows)


def change(**values: object) -> None:
    with transaction() as session:
        session.execute(update(Product).values(**values))


GONE = [
    ("its end has come", lambda: {"published_until": now()}),
    ("it was archived", lambda: {"archived_at": now()}),
    ("it begins later", lambda: {"published_at": now() + timedelta(seconds=1)}),
    ("it is a draft", lambda: {"published_at": None}),
]
HERE = [
    ("its end is to come", lambda: {"published_until": now() + timedelta(seconds=1)}),
    ("it begins now", lambda: {"published_at": now()}),
]


@pytest.mark.parametrize(("why", "values"), GONE, ids=[why for why, _ in GONE])
def test_what_may_not_be_seen_is_nowhere(client: FlaskClient, why: str, values: object) -> None:
    put(a_product(slug="tote", name="Evening tote"), a_zone())
    sku = db.session.scalars(select(Variant.sku)).one()
    fill_bag(client, sku)
    change(**values())  # type: ignore[operator]
    product = db.session.scalars(select(Product).execution_options(populate_existing=True)).one()
    assert not product.is_shown(now())
    assert list(db.session.scalars(visible(at=now()))) == []
    assert client.get("/shop/tote").status_code == 404
    for address in ("/", "/shop", "/sitemap.xml"):
        assert "tote" not in client.get(address).text.lower()
    assert client.get(f"/p/{sku}").headers["Location"].startswith("/partners/")
    assert client.post("/cart/lines", data={"sku": sku, "quantity": "1"}).status_code == 422
    check_out(client)
    assert the_order() is None


@pytest.mark.parametrize(("why", "values"), HERE, ids=[why for why, _ in HERE])
def test_what_may_be_seen_is_there(client: FlaskClient, why: str, values: object) -> None:
    put(a_product(slug="tote"))
    change(**values())  # type: ignore[operator]
    product = db.session.scalars(select(Product).execution_options(populate_existing=True)).one()
    assert product.is_shown(now())
    assert client.get("/shop/tote").status_code == 200


def test_a_retired_variant_is_not_sold_and_not_shown(client: FlaskClient) -> None:
    put(a_product(slug="tote", variants=3), a_zone())
    _, second, third = db.session.scalars(select(Variant).order_by(Variant.position)).all()
    fill_bag(client, third.sku)
    kept, sold = third.sku, second.sku
    with transaction() as session:
        session.execute(update(Variant).where(Variant.sku != sold).values(retired_at=now()))
        session.execute(update(Variant).where(Variant.sku == kept).values(price_minor=100))
    page = client.get(f"/shop/tote?variant={kept}").text
    assert kept not in page
    assert sold in page
    assert "From" not in client.get("/shop").text
    assert "$24.00" in client.get("/shop").text
    assert client.post("/cart/lines", data={"sku": kept, "quantity": "1"}).status_code == 422
    assert client.get(f"/p/{kept}").headers["Location"].startswith("/partners/")
    check_out(client)
    assert the_order() is None


def test_an_address_it_had_before_leads_on(client: FlaskClient) -> None:
    product = a_product(slug="tote")
    put(product)
    put(ProductAddress(slug="older", product_id=product.id), ProductAddress(slug="oldest", product_id=product.id))
    for slug in ("older", "oldest"):
        answer = client.get(f"/shop/{slug}?variant=X-1")
        assert (answer.status_code, answer.headers["Location"]) == (301, "/shop/tote?variant=X-1")
        assert answer.headers["Cache-Control"] == "no-cache"
    assert client.get("/shop/older").headers["Location"] == "/shop/tote"
    change(published_at=None)
    assert client.get("/shop/older").status_code == 404


def test_a_reduced_price_names_what_it_is_held_against(client: FlaskClient) -> None:
    product = a_product(slug="tote", price=Money(8000, "USD"))
    put(product)
    assert "Reduced" not in client.get("/shop/tote").text
    [variant] = product.variants
    with transaction() as session:
        session.execute(update(Variant).values(compare_at_minor=12000))
    assert "Reduced: $120.00 before." in client.get("/shop/tote").text
    assert "lowest price" not in client.get("/shop/tote").text
    history = [(now() - timedelta(days=60), 10000), (now() - timedelta(days=10), 12000), (now(), 8000)]
    put(*(PricePoint(variant_id=variant.id, since=since, price=Money(minor, "USD")) for since, minor in history))
    text = " ".join(client.get("/shop/tote").text.split())
    assert "Reduced: $120.00 before. The lowest price of the thirty days before that was $100.00." in text


def test_goods_that_staff_put_beside_come_first(client: FlaskClient) -> None:
    product = a_product(slug="tote")
    put(product)
    near = [a_product(slug=f"near-{n}", name=f"Near {n}", partner=product.partner, position=n) for n in range(4)]
    far = a_product(slug="far", name="Far away", position=9)
    put(*near, far)
    assert "Far away" not in client.get("/shop/tote").text
    put(RelatedProduct(product_id=product.id, related_id=far.id, position=0))
    text = client.get("/shop/tote").text
    assert text.index("Far away") < text.index("Near 0") < text.index("Near 2")
    assert "Near 3" not in text
    with transaction() as session:
        session.execute(update(Product).where(Product.slug == "far").values(archived_at=now()))
    assert "Far away" not in client.get("/shop/tote").text


def test_search_engines_read_what_was_written_for_them(client: FlaskClient) -> None:
    put(a_product(slug="tote", name="Tote", search_title="A jute tote for markets", search_text="Made to carry."))
    page = client.get("/shop/tote").text
    assert "<title>A jute tote for markets, " in page
    assert '"description": "Made to carry."' in page
    assert "<h1" in page
    assert ">Tote</h1>" in page
