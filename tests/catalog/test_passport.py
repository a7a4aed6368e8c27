"""What a hang-tag leads to."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from storefront.catalog.models import Product, Variant
from storefront.db import db, transaction
from tests.factories import a_product


def leads_to(client, sku):
    answer = client.get(f"/p/{sku}")
    assert answer.status_code == 302, sku
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    return answer.headers["Location"]


@pytest.fixture
def product(app):
    with transaction():
        made = a_product(variants=2)
        db.session.add(made)
    return made


def test_to_the_very_variant(product, client):
    slug, sku = product.slug, product.variants[1].sku
    assert leads_to(client, sku) == leads_to(client, sku.lower()) == f"/shop/{slug}?variant={sku}"
    assert client.get(leads_to(client, sku)).status_code == 200


def test_the_very_code_comes_before_the_same_in_capitals(product, client):
    slug, (first, second) = product.slug, [variant.sku for variant in product.variants]
    with transaction():
        db.session.execute(update(Variant).where(Variant.sku == first).values(sku="AB-1"))
        db.session.execute(update(Variant).where(Variant.sku == second).values(sku="ab-1"))
    assert leads_to(client, "ab-1") == f"/shop/{slug}?variant=ab-1"
    assert leads_to(client, "AB-1") == f"/shop/{slug}?variant=AB-1"


def test_a_sold_piece_keeps_its_page(product, client):
    slug, sku = product.slug, product.variants[0].sku
    with transaction():
        product.variants[0].stock.on_hand = 0
    assert leads_to(client, sku) == f"/shop/{slug}?variant={sku}"


@pytest.mark.parametrize("published", [None, datetime(2026, 11, 25, tzinfo=UTC)])
def test_what_is_not_for_sale_leads_to_its_workshop(product, client, published):
    sku, maker = product.variants[0].sku, product.partner.slug
    with transaction():
        db.session.execute(update(Product).values(published_at=published))
    assert leads_to(client, sku) == f"/partners/{maker}"
    assert client.get(leads_to(client, sku)).status_code == 200


@pytest.mark.parametrize(
    "sku", ["NO-SUCH", "%00", "a%00b", "1" * 300, "%F0%9F%99%82", "'--", "%E0%A6%9C", "", "a/b", "%0d%0aX:1"]
)
def test_an_unknown_code_is_not_there(product, client, sku):
    assert client.get(f"/p/{sku}").status_code == 404


def test_never_a_story(shop, client):
    """Stories stand beside nearly all of these goods; no tag leads to one."""
    skus = db.session.scalars(db.select(Variant.sku)).all()
    assert len(skus) == 145
    assert {leads_to(client, sku).split("/")[1] for sku in skus} == {"shop"}


def test_it_costs_one_statement(product, client, statements):
    sku = product.variants[0].sku
    db.session.expunge_all()
    with statements() as seen:
        leads_to(client, sku)
    assert len(seen) == 1
