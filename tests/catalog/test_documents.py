"""A product as a document: read, written, read again; what a new price does; where old addresses lead."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from storefront.catalog import documents, editing
from storefront.catalog.models import PricePoint, Product, ProductAddress, Variant
from storefront.core.clock import now
from storefront.core.faults import NotYetRight
from storefront.core.money import Money
from storefront.db import db, transaction
from tests.catalog.makings import BREAKDOWN, SHARES, a_variant, a_workshop, changed, made, product, read
from tests.conftest import NOON


def test_every_product_of_the_demonstration_is_read_written_and_read_unchanged(shop: Flask) -> None:
    """Written over another one of the same kind first, so that writing nothing would be seen."""
    before = documents.read_all(db.session.scalars(select(Product).options(*documents.LOADED)))
    assert len(before) > 30
    with transaction():
        for product_id, document in before.items():
            product = editing.load(product_id)
            bare = documents.NOTHING | {
                name: document[name] for name in ("name", "slug", "partner", "category", "weight_grams", "currency")
            } | {"country_of_making": "IN", "variants": document["variants"][:1]}  # fmt: skip
            for each in (bare, document):
                documents.write(product, each, documents.surroundings([each]), at=now())
            assert documents.read(editing.load(product_id)) == document, document["slug"]


def test_reading_many_asks_as_often_as_reading_two(shop: Flask, statements: Any) -> None:
    def asked(number: int) -> int:
        db.session.rollback()
        db.session.expunge_all()
        query = select(Product).order_by(Product.id).limit(number).options(*documents.LOADED)
        with statements() as seen:
            assert len(documents.read_all(db.session.scalars(query).unique())) == number
        return len(seen)

    assert asked(30) == asked(2)


def test_a_new_price_is_kept_with_its_moment_and_the_one_before_with_its_own(app: Flask) -> None:
    tote = made(published_at="2026-10-01T00:00:00+00:00")
    with transaction() as session:
        for point in session.scalars(select(PricePoint)):
            session.delete(point)  # as goods that came with a price and without a history
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        changed(tote, variants=[a_variant("JT-S", 2000, size="S"), a_variant("JT-M", size="M")])
    points = db.session.scalars(select(PricePoint).order_by(PricePoint.since)).all()
    assert [(point.price, point.since.isoformat()) for point in points] == [
        (Money(2400, "USD"), "2026-10-01T00:00:00+00:00"),
        (Money(2000, "USD"), "2026-11-25T12:00:00+00:00"),
    ]
    assert product(tote).price_version == 2


def test_what_costs_the_same_makes_no_price_version(app: Flask) -> None:
    tote = made()
    changed(tote, name="Another name", variants=[a_variant("JT-M", size="M"), a_variant("JT-L", 2600, size="L")])
    assert product(tote).price_version == 1


@pytest.mark.parametrize(
    ("new", "is_shown"),
    [
        (BREAKDOWN, False),  # as it stood
        (BREAKDOWN | {"note": "Other words"}, False),  # other words are no other shares
        (BREAKDOWN | {"renewed": True}, True),  # the same shares, said to hold again
        (BREAKDOWN | {"dated": "2026-11-24"}, True),
        (BREAKDOWN | {"makers": 40, "shop": 13}, True),
    ],
)
def test_a_breakdown_holds_for_the_prices_it_was_made_for(app: Flask, new: dict[str, Any], is_shown: bool) -> None:
    tote = made(breakdown=BREAKDOWN)
    changed(tote, breakdown=new, variants=[a_variant("JT-S", 2500, size="S")])
    assert (read(tote)["breakdown"] is not None) is is_shown
    assert "renewed" not in (read(tote)["breakdown"] or {})


def test_a_breakdown_of_prices_that_stay_is_changed_where_it_is(app: Flask) -> None:
    tote = made(breakdown=BREAKDOWN)
    changed(tote, breakdown=BREAKDOWN | {"note": "Other words"})
    assert read(tote)["breakdown"] == BREAKDOWN | {"note": "Other words"}
    changed(tote, breakdown=None)
    assert read(tote)["breakdown"] is None


def test_the_bar_goes_off_the_page_with_the_price(app: Flask, client: FlaskClient) -> None:
    tote = made(breakdown=BREAKDOWN, published_at="2026-10-01T00:00:00+00:00")
    assert "price-bar" in client.get("/shop/jute-tote").text
    changed(tote, variants=[a_variant("JT-S", 2500, size="S")])
    assert "price-bar" not in client.get("/shop/jute-tote").text


def test_a_variant_that_is_no_longer_listed_is_retired_and_may_come_back(app: Flask) -> None:
    tote = made()
    sold = db.session.scalars(select(Variant.id).where(Variant.sku == "JT-S")).one()
    changed(tote, variants=[a_variant("JT-M", size="M")])
    assert [row.sku for row in product(tote).live] == ["JT-M"]
    assert db.session.get_one(Variant, sold).retired_at == now()
    changed(tote, variants=[a_variant("JT-M", size="M"), a_variant("JT-S", size="S")])
    assert [(row.id == sold, row.sku) for row in product(tote).live] == [(False, "JT-M"), (True, "JT-S")]


def test_old_addresses_lead_to_the_newest_in_one_step(app: Flask, client: FlaskClient) -> None:
    tote = made(published_at="2026-10-01T00:00:00+00:00")
    changed(tote, slug="second")
    changed(tote, slug="third")
    for old in ("jute-tote", "second"):
        assert client.get(f"/shop/{old}").headers["Location"].endswith("/shop/third")
    changed(tote, slug="jute-tote")
    assert client.get("/shop/jute-tote").status_code == 200
    assert {row.slug for row in db.session.scalars(select(ProductAddress))} == {"second", "third"}


def test_an_address_that_leads_to_another_product_is_not_given_away(app: Flask) -> None:
    partner = a_workshop()
    first = made(partner)
    other = made(partner, slug="other", variants=[a_variant("OT-S", size="S")])
    changed(first, slug="moved")
    for taken in ("jute-tote", "moved"):
        with pytest.raises(NotYetRight) as refused:
            changed(other, slug=taken)
        assert [fault.field for fault in refused.value.faults] == ["slug"]


def test_shares_of_a_document_are_those_of_the_bar(app: Flask) -> None:
    assert tuple(SHARES) == documents.SHARES
