"""Who belongs to a collection with a rule, and that it stays right as goods, dates and stock change."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from storefront.catalog.collecting import NO_RULE
from storefront.catalog.gathering import gather
from storefront.catalog.jobs import gather_again
from storefront.catalog.models import Category, Collection, CollectionProduct, Material, Product, Stock
from storefront.core.clock import now
from storefront.core.money import Money
from storefront.db import db, generations, transaction
from storefront.jobs.promises import ROUNDS
from tests.factories import a_partner, a_product


@pytest.fixture
def goods(app: Flask) -> None:
    """Three goods of two workshops: a cheap bag of jute, a dear scarf of silk that is one of a kind, and a draft."""
    with transaction() as session:
        loom, yard = a_partner(slug="loom"), a_partner(slug="yard")
        bags, scarves = Category(slug="bags", name="Bags"), Category(slug="scarves", name="Scarves")
        session.add_all(
            [
                a_product(slug="bag", partner=loom, category=bags, price=Money(1500, "USD"), position=2,
                          materials=[Material(position=0, name="Jute", percent=100)],
                          published_at=now() - timedelta(days=2)),
                a_product(slug="scarf", partner=yard, category=scarves, price=Money(9000, "USD"), position=1,
                          named_pieces=True, on_hand=1, variants=2,
                          materials=[Material(position=0, name="Silk", percent=60),
                                     Material(position=1, name="Cotton", percent=40)],
                          published_at=now() - timedelta(days=1)),
                a_product(slug="draft", partner=loom, category=bags, price=Money(1000, "USD"), position=3,
                          published_at=None),
            ]
        )  # fmt: skip


def a_collection(rule: dict[str, Any] | None, *, by_hand: str = "") -> None:
    with transaction() as session:
        session.add(Collection(slug="few", name="Few", intro="", rule=None if rule is None else NO_RULE | rule))
        session.flush()
        if by_hand:
            put_in(by_hand)
    with transaction():
        gather(at=now())


def put_in(slug: str) -> None:
    collection_id = db.session.scalars(select(Collection.id)).one()
    product_id = db.session.scalars(select(Product.id).where(Product.slug == slug)).one()
    db.session.add(CollectionProduct(collection_id=collection_id, product_id=product_id))


def inside() -> dict[str, bool]:
    """Slugs, and whether the rule put them in."""
    db.session.rollback()
    query = select(Product.slug, CollectionProduct.by_rule).join(
        CollectionProduct, CollectionProduct.product_id == Product.id
    )
    return {row.slug: row.by_rule for row in db.session.execute(query)}


RULES: list[tuple[dict[str, Any], set[str]]] = [
    ({"partners": ["yard"]}, {"scarf"}),
    ({"partners": ["yard", "loom"]}, {"scarf", "bag", "draft"}),
    ({"categories": ["bags"]}, {"bag", "draft"}),
    ({"materials": ["COTTON", "jute"]}, {"scarf", "bag"}),
    ({"price_most": 1500}, {"bag", "draft"}),
    ({"price_most": 1499}, {"draft"}),
    ({"one_of_a_kind": True}, {"scarf"}),
    ({"partners": ["loom"], "materials": ["jute"]}, {"bag"}),
    ({"newest": 1}, {"scarf"}),
    ({"newest": 5}, {"scarf", "bag"}),
    ({"newest": 1, "partners": ["loom"]}, {"bag"}),
]


def test_a_rule_gathers_what_is_all_that_it_says(goods: None) -> None:
    a_collection({"newest": 5})
    for rule, meant in RULES:
        with transaction():
            db.session.execute(update(Collection).values(rule=NO_RULE | rule))
            gather(at=now())
        assert set(inside()) == meant, rule


def test_what_was_put_in_by_hand_stays(goods: None) -> None:
    a_collection({"partners": ["yard"]}, by_hand="bag")
    assert inside() == {"bag": False, "scarf": True}
    with transaction():
        db.session.execute(update(Collection).values(rule=NO_RULE | {"categories": ["bags"]}))
        gather(at=now())
    assert inside() == {"bag": False, "draft": True}


def test_a_collection_without_a_rule_is_left_alone(goods: None) -> None:
    a_collection(None, by_hand="bag")
    assert inside() == {"bag": False}


def test_only_what_changed_is_looked_at_unless_the_newest_are_counted(goods: None, app: Flask) -> None:
    a_collection({"newest": 1})
    with transaction():
        bag = db.session.scalars(select(Product).where(Product.slug == "bag")).one()
        bag.published_at = now()
        gather(product_ids=[bag.id], at=now())
    assert set(inside()) == {"bag"}  # and the scarf, which nobody touched, had to make room


def test_goods_that_are_archived_go_and_come_back(goods: None) -> None:
    a_collection({"partners": ["yard"]})
    for archived_at, meant in ((now(), set()), (None, {"scarf"})):
        with transaction():
            scarf = db.session.scalars(select(Product).where(Product.slug == "scarf")).one()
            scarf.archived_at = archived_at
            db.session.flush()
            gather(product_ids=[scarf.id], at=now())
        assert set(inside()) == meant


def test_the_round_sees_a_day_come_an_end_reached_and_a_second_piece_laid_beside_the_first(goods: None) -> None:
    assert ROUNDS["catalog.gather"].run is gather_again
    assert ROUNDS["catalog.gather"].every == timedelta(minutes=10)
    a_collection({"newest": 1})
    with transaction():
        db.session.execute(
            update(Product).where(Product.slug == "draft").values(published_at=now() + timedelta(seconds=1))
        )
    gather_again(None)
    assert set(inside()) == {"scarf"}  # what is only announced is not yet among the newest
    with transaction():
        db.session.execute(update(Product).where(Product.slug == "draft").values(published_at=now()))
    gather_again(None)
    assert set(inside()) == {"draft"}
    with transaction():
        db.session.execute(
            update(Product).where(Product.slug == "draft").values(published_until=now() + timedelta(seconds=1))
        )
        db.session.execute(
            update(Product)
            .where(Product.slug == "draft")
            .values(published_at=now() - timedelta(days=3), published_until=now())
        )
    gather_again(None)
    assert set(inside()) == {"scarf"}
    with transaction():
        db.session.execute(update(Collection).values(rule=NO_RULE | {"one_of_a_kind": True}))
        db.session.execute(update(Stock).where(Stock.on_hand == 1).values(on_hand=2))
    gather_again(None)
    assert set(inside()) == set()
    with transaction():
        db.session.execute(update(Stock).where(Stock.on_hand == 2).values(on_hand=1))
    gather_again(None)
    assert set(inside()) == {"scarf"}


def test_a_round_in_which_nothing_changes_makes_no_page_stale(goods: None) -> None:
    a_collection({"partners": ["yard"]})
    before = generations()
    gather_again(None)
    db.session.rollback()
    assert generations() == before
