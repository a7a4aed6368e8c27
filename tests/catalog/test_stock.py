"""Stock never runs below nothing, whoever buys at the same moment; each race has a twin without the guard."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from storefront.catalog import stock
from storefront.catalog.models import FEW_LEFT, Stock
from storefront.catalog.stock import OutOfStock, hold, release, take
from storefront.db import Generation, db, transaction
from tests.factories import a_product, stock_of
from tests.jobs.racing import at_once


def a_variant(*, on_hand: int) -> tuple[int, str]:
    with transaction() as session:
        product = a_product(on_hand=on_hand)
        session.add(product)
        session.flush()
        return product.variants[0].id, product.variants[0].sku


def done(act: Callable[[int, int], None], variant: int, quantity: int) -> None:
    with transaction():
        act(variant, quantity)


def test_holding_taking_and_releasing(app: Flask) -> None:
    variant, sku = a_variant(on_hand=5)
    done(hold, variant, 3)
    assert stock_of(sku) == (5, 3)
    done(take, variant, 2)
    assert stock_of(sku) == (3, 1)
    done(release, variant, 1)
    assert stock_of(sku) == (3, 0)


def test_more_than_there_are_cannot_be_held(app: Flask) -> None:
    variant, sku = a_variant(on_hand=3)
    done(hold, variant, 2)
    with pytest.raises(OutOfStock, match="last one"):
        done(hold, variant, 2)
    assert stock_of(sku) == (3, 2)
    done(hold, variant, 1)
    with pytest.raises(OutOfStock):
        done(hold, variant, 1)
    assert stock_of(sku) == (3, 3)


def test_what_is_not_known_is_out_of_stock(app: Flask) -> None:
    with pytest.raises(OutOfStock):
        done(hold, 4711, 1)


def test_all_or_nothing(app: Flask) -> None:
    first, sku = a_variant(on_hand=3)
    second, _ = a_variant(on_hand=0)

    def hold_both() -> None:
        with transaction():
            hold(first, 1)
            hold(second, 1)

    with pytest.raises(OutOfStock):
        hold_both()
    assert stock_of(sku) == (3, 0)


@pytest.mark.parametrize("act", [take, release])
def test_the_table_refuses_what_was_not_held(app: Flask, act: Callable[[int, int], None]) -> None:
    variant, sku = a_variant(on_hand=3)
    done(hold, variant, 1)
    with pytest.raises(IntegrityError, match="held_within_stock"):
        done(act, variant, 2)
    assert stock_of(sku) == (3, 1)


@pytest.mark.parametrize(("on_hand", "held"), [(-1, 0), (1, 2), (1, -1), (-1, -1)])
def test_the_table_refuses_numbers_that_cannot_be(app: Flask, on_hand: int, held: int) -> None:
    a_variant(on_hand=3)
    with pytest.raises(IntegrityError, match="held_within_stock"), transaction() as session:
        session.execute(update(Stock).values(on_hand=on_hand, held=held))


# Pages are made anew only when their words change.


def generation() -> int:
    db.session.rollback()
    return db.session.scalar(select(Generation.number).where(Generation.group == "catalog")) or 0


@pytest.mark.parametrize(
    ("on_hand", "act", "quantity", "bumps"),
    [
        (20, hold, 5, False),
        (20, hold, 20 - FEW_LEFT - 1, False),
        (20, hold, 20 - FEW_LEFT, True),  # "only a few left"
        (4, hold, 2, True),  # "only 4 left" becomes "only 2 left"
        (4, hold, 3, True),  # the last one
        (1, hold, 1, True),  # somebody is paying for it
    ],
)
def test_holding_bumps_when_the_words_change(
    app: Flask, on_hand: int, act: Callable[[int, int], None], quantity: int, bumps: bool
) -> None:
    variant, _ = a_variant(on_hand=on_hand)
    before = generation()
    done(act, variant, quantity)
    assert generation() - before == bumps
    before = generation()
    done(release, variant, quantity)
    assert generation() - before == bumps


def test_taking_bumps_only_when_the_last_is_sold(app: Flask) -> None:
    variant, _ = a_variant(on_hand=2)
    done(hold, variant, 2)
    before = generation()
    done(take, variant, 1)  # one lies there, held: still being paid for
    assert generation() == before
    done(take, variant, 1)
    assert generation() == before + 1


# Races: real threads on both databases.


def race(app: Flask, variant: int, *, buyers: int) -> tuple[int, int, int]:
    """How many were told yes, how many no, and how many met anything else."""

    def buy() -> None:
        with transaction():
            stock.hold(variant, 1)

    answers = at_once(app, [buy] * buyers)
    yes, no = answers.count(None), sum(isinstance(answer, OutOfStock) for answer in answers)
    return yes, no, buyers - yes - no


def naive(buyers: int, *, relative: bool) -> Callable[[int, int], None]:
    """`hold` as it must not be: it reads, decides, and only then writes, when everybody has read."""
    all_have_read = threading.Barrier(buyers)

    def naive_hold(variant_id: int, quantity: int) -> None:
        seen = db.session.execute(select(Stock.on_hand, Stock.held).where(Stock.variant_id == variant_id)).one()
        db.session.rollback()  # on SQLite the transaction would hold the only write lock: a second guard, taken out too
        all_have_read.wait(30)
        if seen.on_hand - seen.held < quantity:
            raise OutOfStock("too late")
        held = (Stock.held if relative else seen.held) + quantity
        db.session.execute(update(Stock).where(Stock.variant_id == variant_id).values(held=held))

    return naive_hold


@pytest.mark.real_clock
@pytest.mark.parametrize(("pieces", "buyers"), [(1, 2), (5, 40)])
def test_exactly_as_many_are_sold_as_there_are(app: Flask, pieces: int, buyers: int) -> None:
    variant, sku = a_variant(on_hand=pieces)
    assert race(app, variant, buyers=buyers) == (pieces, buyers - pieces, 0)
    assert stock_of(sku) == (pieces, pieces)


@pytest.mark.real_clock
@pytest.mark.parametrize(("pieces", "buyers"), [(1, 2), (5, 40)])
def test_twin_without_the_guard_more_are_sold(
    app: Flask, monkeypatch: pytest.MonkeyPatch, pieces: int, buyers: int
) -> None:
    variant, sku = a_variant(on_hand=pieces)
    monkeypatch.setattr(stock, "hold", naive(buyers, relative=False))
    yes, _, others = race(app, variant, buyers=buyers)
    assert (yes, others) == (buyers, 0)
    assert stock_of(sku) == (pieces, 1)  # and the column shows nothing of it


@pytest.mark.real_clock
@pytest.mark.parametrize(("pieces", "buyers"), [(1, 2), (5, 40)])
def test_twin_with_the_check_of_the_table_alone(
    app: Flask, monkeypatch: pytest.MonkeyPatch, pieces: int, buyers: int
) -> None:
    variant, sku = a_variant(on_hand=pieces)
    monkeypatch.setattr(stock, "hold", naive(buyers, relative=True))
    assert race(app, variant, buyers=buyers) == (pieces, 0, buyers - pieces)  # the rest are faults, not refusals
    assert stock_of(sku) == (pieces, pieces)


@pytest.mark.real_clock
def test_releasing_and_holding_at_once_lose_nothing(app: Flask) -> None:
    variant, sku = a_variant(on_hand=20)
    done(hold, variant, 10)
    acts = [lambda: done(release, variant, 1)] * 10 + [lambda: done(hold, variant, 1)] * 10
    assert at_once(app, acts) == [None] * 20
    assert stock_of(sku) == (20, 10)
