"""What staff find among all goods, and in which order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from storefront.catalog.finding import Lacking, Sort, State, StockIs, Wanted, in_state, matching, ordered, state_of
from storefront.catalog.models import Category, Collection, CollectionProduct, PriceBreakdown, Product, Stock, Variant
from storefront.catalog.shelf import low
from storefront.core.clock import now, today
from storefront.core.money import Money
from storefront.db import db, transaction
from tests.catalog.many import product_of, some
from tests.factories import PRICE, PUBLISHED, a_partner


def found(**wanted: Any) -> list[str]:
    query = matching(select(Product.slug), Wanted(**wanted), at=now())
    return sorted(db.session.scalars(query))


def in_order(sort: Sort) -> list[str]:
    query, keys, falling = ordered(matching(select(Product.slug), Wanted(), at=now()), sort)
    return list(db.session.scalars(query.order_by(*(key.desc() if falling else key for key in keys))))


def change(slug: str, **changes: Any) -> None:
    with transaction() as session:
        product = session.scalars(select(Product).where(Product.slug == slug)).one()
        for name, value in changes.items():
            setattr(product, name, value)


def test_every_product_is_in_exactly_one_state(app: Flask) -> None:
    hour = timedelta(hours=1)
    dates = [
        (None, None), (PUBLISHED, None), (PUBLISHED, now() + hour), (PUBLISHED, now()), (now(), None),
        (now() + hour, None), (now() + hour, now() + 2 * hour),
    ]  # fmt: skip
    slugs = some(2 * len(dates))
    for place, slug in enumerate(slugs):
        begins, ends = dates[place % len(dates)]
        change(slug, published_at=begins, published_until=ends, archived_at=now() if place >= len(dates) else None)
    for slug in slugs:
        product = product_of(slug)
        states = [
            state
            for state in State
            if db.session.scalar(select(Product.id).where(Product.id == product.id, in_state(state, at=now())))
        ]
        assert states == [state_of(product, now())], slug
    counts = {state: len(found(state=state)) for state in State}
    assert counts == {"draft": 1, "scheduled": 2, "public": 3, "ended": 1, "archived": 7}
    assert len(found()) == 7  # what is archived is shown where it is asked for


def test_words_stand_in_name_or_address_or_begin_a_code(app: Flask) -> None:
    jacket, tote = some(1, name="Kantha Short Jacket"), some(1, name="Jute tote 100%", slug="market-shopper")
    sku = product_of(tote[0]).variants[0].sku
    assert found(words="kantha") == found(words="JACK kan") == jacket
    assert found(words="shopper jute") == found(words=sku.lower()) == tote
    assert found(words=sku[1:]) == []
    assert found(words="100%") == tote
    assert found(words="%") == tote
    assert found(words="_") == found(words="kantha jute") == []


def test_places_stock_and_what_is_lacking(app: Flask) -> None:
    plain, other = some(1)[0], some(1, partner=a_partner(slug="riverbend"), on_hand=3)[0]
    with transaction() as session:
        product = session.scalars(select(Product).where(Product.slug == other)).one()
        product.category = Category(slug="scarves", name="Scarves")
        kantha = Collection(slug="kantha", name="Kantha", intro="")
        session.add(kantha)
        session.flush()
        session.add(CollectionProduct(collection_id=kantha.id, product_id=product.id))
        product.pictures = []
        shares = {"makers": 50, "materials": 50, "programmes": 0, "shipping": 0, "shop": 0}
        product.breakdowns = [PriceBreakdown(price_version=1, dated=today(), is_sample=False, **shares)]
        product.variants[0].stock.low_at = 3
    for wanted in ({"partner": "riverbend"}, {"category": "scarves"}, {"collection": "kantha"}, {"stock": StockIs.LOW}):
        assert found(**wanted) == [other], wanted
    assert found(partner="nobody") == found(collection="none") == found(category="none") == []
    assert found(lacking=Lacking.PICTURE) == [other]
    assert found(lacking=Lacking.BREAKDOWN) == [plain]
    change(other, price_version=2)
    assert found(lacking=Lacking.BREAKDOWN) == sorted([plain, other])  # made for other prices than these
    assert found(stock=StockIs.SOLD_OUT) == []
    with transaction() as session:
        stock = session.scalars(select(Product).where(Product.slug == other)).one().variants[0].stock
        stock.held = 3  # all that is left is being paid for
    assert found(stock=StockIs.SOLD_OUT) == [other]
    with transaction() as session:
        product = session.scalars(select(Product).where(Product.slug == other)).one()
        product.variants.append(
            Variant(sku="ANOTHER", options={"colour": "Plum"}, position=2, price=PRICE, stock=Stock(on_hand=1))
        )
    assert found(stock=StockIs.SOLD_OUT) == []  # another one can be bought
    with transaction() as session:
        session.delete(session.scalars(select(Variant).where(Variant.sku == "ANOTHER")).one())
    with transaction() as session:
        session.scalars(select(Product).where(Product.slug == other)).one().variants[0].retired_at = now()
    assert found(stock=StockIs.SOLD_OUT) == found(stock=StockIs.LOW) == []  # a draft without variants is not sold out


def test_each_order(app: Flask) -> None:
    first, second, third = some(3, variants=2)
    change(first, name="B", position=3, changed_at=now() - timedelta(days=1))
    change(second, name="A", position=1, changed_at=now() - timedelta(days=2))
    change(third, name="C", position=2, changed_at=now())
    with transaction() as session:
        for slug, prices in ((first, (500, 900)), (second, (900, 700)), (third, (100, 600))):
            for variant, price in zip(
                session.scalars(select(Product).where(Product.slug == slug)).one().variants, prices, strict=True
            ):
                variant.price = Money(price, "USD")
                variant.retired_at = now() if price == 100 else None
    orders = {
        Sort.CHANGED: [third, first, second], Sort.NEWEST: [third, second, first], Sort.NAME: [second, first, third],
        Sort.POSITION: [second, third, first], Sort.PRICE_LOW: [first, third, second],
        Sort.PRICE_HIGH: [second, third, first],
    }  # fmt: skip
    for sort, slugs in orders.items():
        assert in_order(sort) == slugs, sort


@pytest.mark.parametrize("sort", list(Sort), ids=str)
def test_a_page_is_read_along_an_index(app: Flask, sort: Sort) -> None:
    """However many there are: no sorting, and no walk through the whole table."""
    some(30)
    query, keys, falling = ordered(select(Product.id), sort)
    query = query.add_columns(*keys).order_by(*(key.desc() if falling else key for key in keys)).limit(3)
    sql = str(query.compile(db.engine, compile_kwargs={"literal_binds": True}))
    if db.engine.dialect.name == "sqlite":
        plan = "\n".join(row.detail for row in db.session.execute(text(f"EXPLAIN QUERY PLAN {sql}")))
        assert "TEMP B-TREE" not in plan, plan
        assert "USING" in plan or sort is Sort.NEWEST, plan
    else:
        db.session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(db.session.scalars(text(f"EXPLAIN {sql}")))
        assert "Sort" not in plan, plan
        assert "Index" in plan, plan


def test_the_low_ones_are_counted_along_an_index_of_them_alone(app: Flask) -> None:
    some(30)
    sql = str(low().compile(db.engine, compile_kwargs={"literal_binds": True}))
    if db.engine.dialect.name == "sqlite":
        plan = "\n".join(row.detail for row in db.session.execute(text(f"EXPLAIN QUERY PLAN {sql}")))
    else:
        db.session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(db.session.scalars(text(f"EXPLAIN {sql}")))
    assert "ix_stock_low" in plan, plan
