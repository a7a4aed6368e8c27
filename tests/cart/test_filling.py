"""Putting in, changing, taking out: within stock, within the caps, and in nobody else's bag."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from storefront.cart.filling import (
    KEPT_FOR,
    Change,
    NotForSale,
    TooMany,
    add,
    change,
    clear_abandoned,
    empty_if_unchanged,
    lock,
    new_cart,
)
from storefront.cart.models import MOST_LINES, Cart, CartLine
from storefront.catalog.models import MOST_OF_ONE, Product, Stock, Variant
from storefront.core.refs import digest
from storefront.db import db, transaction
from storefront.jobs.promises import ROUNDS
from tests.cart.holding import a_bag, bags, goods, held_in
from tests.conftest import NOON
from tests.jobs.racing import at_once


def put(bag: int, sku: str, quantity: int, **own_held: int) -> Change:
    with transaction():
        return add(bag, sku, quantity, own_held={int(key[1:]): many for key, many in own_held.items()}, at=NOON)


def turn(bag: int, sku: str, quantity: int) -> Change:
    with transaction():
        return change(bag, sku, quantity, own_held={}, at=NOON)


def key_of(bag: int) -> str:
    db.session.rollback()
    return db.session.scalars(select(Cart.checkout_key).where(Cart.id == bag)).one()


def in_stock(sku: str, on_hand: int, held: int = 0) -> None:
    with transaction() as session:
        which = select(Variant.id).where(Variant.sku == sku).scalar_subquery()
        session.execute(update(Stock).where(Stock.variant_id == which).values(on_hand=on_hand, held=held))


def test_a_new_bag_keeps_only_the_hash_of_its_token(app: Flask) -> None:
    with transaction():
        cart, token = new_cart(at=NOON)
    [row] = bags()
    assert (row.id, row.token_hash, row.created_at, row.used_at) == (cart.id, digest(token), NOON, NOON)
    assert len(token) == 43
    assert token not in (row.token_hash, row.checkout_key)
    _, other = a_bag()
    assert other != token


def test_putting_in_beside_what_is_there(app: Flask) -> None:
    [sku, other] = goods(10, 10)
    bag, _ = a_bag()
    assert put(bag, sku, 2) == Change(0, 2)
    assert put(bag, sku, 3) == Change(2, 5)
    assert put(bag, other, 1) == Change(0, 1)
    assert held_in(bag) == {sku: 5, other: 1}


def test_changing_and_taking_out(app: Flask) -> None:
    [sku, other] = goods(10, 10)
    bag, _ = a_bag(sku, other)
    assert turn(bag, sku, 4) == Change(1, 4)
    assert turn(bag, sku, 4) == Change(4, 4)
    assert turn(bag, sku, 2) == Change(4, 2)
    assert turn(bag, sku, 0) == Change(2, 0)
    assert held_in(bag) == {other: 1}
    with pytest.raises(NotForSale, match="not in your bag"):
        turn(bag, sku, 1)


def test_every_change_gives_a_new_checkout_key(app: Flask) -> None:
    [sku] = goods(10)
    bag, _ = a_bag()
    keys = [key_of(bag)]
    for act in (
        lambda: put(bag, sku, 1),
        lambda: turn(bag, sku, 2),
        lambda: turn(bag, sku, 2),
        lambda: turn(bag, sku, 0),
    ):
        act()
        keys.append(key_of(bag))
    assert len(set(keys)) == 5


def test_what_is_refused_changes_nothing(app: Flask) -> None:
    [sku] = goods(3)
    bag, _ = a_bag(sku)
    key = key_of(bag)
    for act in (lambda: put(bag, sku, 3), lambda: turn(bag, sku, 4), lambda: put(bag, "NOTHING", 1)):
        with pytest.raises((TooMany, NotForSale)):
            act()
    assert (held_in(bag), key_of(bag)) == ({sku: 1}, key)


# Caps.


@pytest.mark.parametrize(
    ("on_hand", "held", "before", "more", "words"),
    [
        (0, 0, 0, 1, "This piece is sold."),
        (1, 1, 0, 1, "Somebody is paying for the last one."),
        (1, 0, 0, 2, "There is only 1 of these. Your bag is as it was."),
        (5, 2, 0, 4, "There are only 3 of these."),
        (3, 0, 2, 2, "There are only 3 of these."),
        (100, 0, 20, 1, "at most 20 of one piece"),
        (100, 0, 1, 20, "at most 20 of one piece"),
    ],
)
def test_no_more_than_there_are_and_than_a_bag_holds(
    app: Flask, on_hand: int, held: int, before: int, more: int, words: str
) -> None:
    [sku] = goods(100)
    bag, _ = a_bag(*[sku] * bool(before), quantity=before)
    in_stock(sku, on_hand, held)
    for act in (lambda: put(bag, sku, more), *([lambda: turn(bag, sku, before + more)] if before else [])):
        with pytest.raises(TooMany, match=words):
            act()
    assert held_in(bag) == ({sku: before} if before else {})


def test_up_to_the_cap(app: Flask) -> None:
    [sku] = goods(100)
    bag, _ = a_bag()
    put(bag, sku, MOST_OF_ONE - 1)
    put(bag, sku, 1)
    assert held_in(bag) == {sku: MOST_OF_ONE}


def test_the_table_knows_the_cap_too(app: Flask) -> None:
    [sku] = goods(100)
    bag, _ = a_bag(sku)
    for quantity in (0, -1, MOST_OF_ONE + 1):
        with pytest.raises(IntegrityError, match="quantity_within_cap"), transaction() as session:
            session.execute(update(CartLine).values(quantity=quantity))
    assert held_in(bag) == {sku: 1}


def test_what_is_held_for_herself_counts_as_hers(app: Flask) -> None:
    [sku] = goods(2)
    in_stock(sku, 2, held=2)
    bag, _ = a_bag()
    variant = db.session.scalars(select(Variant.id)).one()
    with pytest.raises(TooMany):
        put(bag, sku, 1)
    assert put(bag, sku, 2, **{f"v{variant}": 2}) == Change(0, 2)
    with pytest.raises(TooMany, match="only 2"):
        put(bag, sku, 1, **{f"v{variant}": 2})


def test_fewer_is_always_allowed(app: Flask) -> None:
    [sku] = goods(10)
    bag, _ = a_bag(sku, quantity=5)
    in_stock(sku, 1)
    assert turn(bag, sku, 4) == Change(5, 4)
    assert turn(bag, sku, 4) == Change(4, 4)
    with pytest.raises(TooMany):
        turn(bag, sku, 5)
    in_stock(sku, 0)
    assert turn(bag, sku, 0) == Change(4, 0)


def test_a_bag_has_so_many_lines_and_no_more(app: Flask) -> None:
    skus = goods(5, variants=MOST_LINES + 1)
    bag, _ = a_bag(*skus[:MOST_LINES])
    with pytest.raises(TooMany, match=f"at most {MOST_LINES} different pieces"):
        put(bag, skus[-1], 1)
    put(bag, skus[0], 1)  # more of what is there is no new line
    assert len(held_in(bag)) == MOST_LINES
    turn(bag, skus[0], 0)
    put(bag, skus[-1], 1)
    assert len(held_in(bag)) == MOST_LINES


# What is not for sale.


def hide(sku: str) -> None:
    with transaction() as session:
        session.execute(update(Product).values(published_at=None))


def publish_later(sku: str) -> None:
    with transaction() as session:
        session.execute(update(Product).values(published_at=NOON + timedelta(seconds=1)))


@pytest.mark.parametrize("how", [hide, publish_later])
def test_unknown_and_hidden_are_refused_alike(app: Flask, how: Callable[[str], None]) -> None:
    [sku] = goods(10)
    bag, _ = a_bag(sku)
    how(sku)
    said = set()
    for wanted in (sku, "UNKNOWN", sku.lower(), f"{sku} ", "", "%", "' OR 1=1 --"):
        with pytest.raises(NotForSale) as refusal:
            put(bag, wanted, 1)
        said.add(refusal.value.message)
    assert len(said) == 1
    with pytest.raises(NotForSale):
        turn(bag, sku, 2)
    assert turn(bag, sku, 0) == Change(1, 0)  # but it can be taken out


def test_a_line_of_another_bag_is_not_reached(app: Flask) -> None:
    [sku, other] = goods(10, 10)
    mine, _ = a_bag(sku)
    hers, _ = a_bag(other, quantity=3)
    for quantity in (0, 1, 5):
        with pytest.raises(NotForSale, match="not in your bag"):
            turn(mine, other, quantity)
    assert (held_in(mine), held_in(hers)) == ({sku: 1}, {other: 3})


# Prices.


def test_the_price_that_was_seen_is_kept_and_renewed_by_choosing_again(app: Flask) -> None:
    [sku] = goods(10)
    bag, _ = a_bag(sku)

    def seen() -> int:
        db.session.rollback()
        return db.session.scalars(select(CartLine.seen_price_minor)).one()  # type: ignore[attr-defined]

    with transaction() as session:
        session.execute(update(Variant).values(price_minor=9900))
    assert seen() == 2400
    turn(bag, sku, 2)
    assert seen() == 9900
    with transaction() as session:
        session.execute(update(Variant).values(price_minor=100))
    put(bag, sku, 1)
    assert seen() == 100


# At the same moment.


@pytest.mark.real_clock
def test_the_same_piece_put_in_twice_at_once_is_one_line(app: Flask) -> None:
    [sku] = goods(100)
    bag, _ = a_bag()
    answers = at_once(app, [lambda: put(bag, sku, 1)] * 8)
    assert sorted(answer.now for answer in answers) == list(range(1, 9))
    assert held_in(bag) == {sku: 8}


@pytest.mark.real_clock
def test_the_caps_hold_for_many_at_once(app: Flask) -> None:
    skus = goods(100, variants=MOST_LINES + 3)
    bag, _ = a_bag(*skus[: MOST_LINES - 1])
    new = [(lambda sku=sku: put(bag, sku, 1)) for sku in skus[MOST_LINES - 1 :]]
    answers = at_once(app, [*new, *[lambda: put(bag, skus[0], 15)] * 3])
    assert sum(isinstance(answer, TooMany) for answer in answers) == 3 + 2
    assert len(held_in(bag)) == MOST_LINES
    assert held_in(bag)[skus[0]] == 16


# Emptying.


def test_what_was_paid_is_taken_out_of_the_bag_it_came_from(app: Flask) -> None:
    [sku] = goods(10)
    bag, token = a_bag(sku)
    other, _ = a_bag(sku)
    key = key_of(bag)
    with transaction():
        empty_if_unchanged(bag, checkout_key=key, at=NOON + timedelta(hours=1))
    assert (held_in(bag), held_in(other)) == ({}, {sku: 1})
    assert key_of(bag) != key
    assert [cart.used_at for cart in bags()] == [NOON + timedelta(hours=1), NOON]
    assert held_in(token) == {}


@pytest.mark.parametrize("act", ["put", "turn"])
def test_a_bag_that_was_changed_since_is_left_alone(app: Flask, act: str) -> None:
    [sku] = goods(10)
    bag, _ = a_bag(sku)
    key = key_of(bag)
    put(bag, sku, 1) if act == "put" else turn(bag, sku, 2)
    with transaction():
        empty_if_unchanged(bag, checkout_key=key, at=NOON)
        empty_if_unchanged(None, checkout_key=key, at=NOON)
        empty_if_unchanged(4711, checkout_key="", at=NOON)
    assert held_in(bag) == {sku: 2}


def test_a_bag_that_was_emptied_is_not_emptied_again(app: Flask) -> None:
    [sku] = goods(10)
    bag, _ = a_bag(sku)
    key = key_of(bag)
    for _ in range(2):
        with transaction():
            empty_if_unchanged(bag, checkout_key=key, at=NOON)
        put(bag, sku, 1) if not held_in(bag) else None
    assert held_in(bag) == {sku: 1}


def test_a_locked_bag_is_read_anew(app: Flask) -> None:
    bag, _ = a_bag()
    with transaction() as session:
        seen = session.get(Cart, bag)
        assert seen is not None
        session.connection().execute(update(Cart.__table__).values(checkout_key="anew"))  # type: ignore[arg-type]
        assert lock(bag).checkout_key == "anew"


def test_bags_that_nobody_opened_for_30_days_are_cleared(app: Flask) -> None:
    [sku] = goods(10)
    second = timedelta(seconds=1)
    ages = [timedelta(0), timedelta(days=29), KEPT_FOR, KEPT_FOR + second, timedelta(days=200)]
    ids = [a_bag(sku, at=NOON - age)[0] for age in ages]
    with transaction():
        assert clear_abandoned(at=NOON) == 2
    assert [cart.id for cart in bags()] == ids[:3]
    assert len(db.session.scalars(select(CartLine.id)).all()) == 3
    with transaction():
        assert clear_abandoned(at=NOON) == 0


def test_clearing_comes_round_every_day(app: Flask) -> None:
    [sku] = goods(10)
    a_bag(sku, at=NOON - timedelta(days=31))
    round_ = ROUNDS["cart.clear_abandoned"]
    assert round_.every == timedelta(days=1)
    round_.run(app.extensions["outside"])
    assert bags() == []


def test_one_bag_for_one_token(app: Flask) -> None:
    _, token = a_bag()
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(insert(Cart).values(token_hash=digest(token), checkout_key="x", created_at=NOON, used_at=NOON))
