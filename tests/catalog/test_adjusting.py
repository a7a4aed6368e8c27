"""People adjust the shelf: never below what is held, never over a sale, never twice by one form."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from storefront.catalog import stock
from storefront.catalog.models import Reason, Stock, StockAdjustment
from storefront.catalog.stock import (
    MOST_PIECES,
    AdjustedMeanwhile,
    Count,
    NotAdjusted,
    NotCounted,
    count_all,
    hold,
    moved,
    newest_of,
    set_low,
    take,
    undo,
)
from storefront.core.clock import now
from storefront.db import db, transaction
from tests.catalog.test_stock import a_variant, done, generation
from tests.factories import stock_of
from tests.jobs.racing import at_once, beside

COUNTED, RECEIVED, DAMAGED, CORRECTED = Reason.COUNTED, Reason.RECEIVED, Reason.DAMAGED, Reason.CORRECTED


def adjust(variant: int, reason: Reason = CORRECTED, **changes: Any) -> StockAdjustment:
    with transaction():
        return stock.adjust(variant, reason=reason, **{"by": "P1", "at": now()} | changes)


def rows(variant: int) -> list[tuple[Reason, int, int]]:
    db.session.rollback()
    query = select(StockAdjustment).where(StockAdjustment.variant_id == variant).order_by(StockAdjustment.id)
    return [(row.reason, row.change, row.on_hand) for row in db.session.scalars(query)]


def test_each_reason_leaves_one_row(app: Flask) -> None:
    variant, sku = a_variant(on_hand=10)
    row = adjust(variant, RECEIVED, change=5, note="A box of the autumn goods")
    assert (row.who, row.at, row.note, row.variant_id) == ("P1", now(), "A box of the autumn goods", variant)
    adjust(variant, DAMAGED, change=-2)
    adjust(variant, CORRECTED, change=-1)
    adjust(variant, CORRECTED, change=2)
    adjust(variant, COUNTED, counted=20, seen=14)
    assert rows(variant) == [
        (RECEIVED, 5, 15),
        (DAMAGED, -2, 13),
        (CORRECTED, -1, 12),
        (CORRECTED, 2, 14),
        (COUNTED, 6, 20),
    ]
    assert stock_of(sku) == (20, 0)


def test_a_count_that_agrees_is_written_down_too(app: Flask) -> None:
    variant, sku = a_variant(on_hand=4)
    assert adjust(variant, COUNTED, counted=4, seen=4).change == 0
    assert rows(variant) == [(COUNTED, 0, 4)]
    assert stock_of(sku) == (4, 0)


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("reason", "change", "says"),
    [
        (CORRECTED, 0, "more or fewer"),
        (RECEIVED, 0, "more or fewer"),
        (RECEIVED, -1, "adds to the shelf"),
        (DAMAGED, 1, "takes away"),
        (CORRECTED, MOST_PIECES + 1, "room for 1,000,000"),
        (CORRECTED, -(10**30), "room for 1,000,000"),
    ],
)
def test_what_makes_no_sense_is_refused(app: Flask, reason: Reason, change: int, says: str) -> None:
    variant, sku = a_variant(on_hand=5)
    with pytest.raises(NotAdjusted, match=says):
        adjust(variant, reason, change=change)
    assert (rows(variant), stock_of(sku)) == ([], (5, 0))


@pytest.mark.any_database
@pytest.mark.parametrize("counted", [-1, MOST_PIECES + 1])
def test_a_count_is_a_number_of_pieces(app: Flask, counted: int) -> None:
    variant, _ = a_variant(on_hand=5)
    with pytest.raises(NotAdjusted, match="how many you counted"):
        adjust(variant, COUNTED, counted=counted, seen=5)


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("reason", "given"),
    [(COUNTED, {"change": 3}), (COUNTED, {"counted": 3}), (RECEIVED, {"counted": 3}), (RECEIVED, {})],
)
def test_a_caller_that_mixes_the_two_ways_is_at_fault(app: Flask, reason: Reason, given: dict[str, int]) -> None:
    with pytest.raises(TypeError):
        adjust(1, reason, **given)


def test_never_below_what_is_held(app: Flask) -> None:
    variant, sku = a_variant(on_hand=5)
    done(hold, variant, 3)
    with pytest.raises(NotAdjusted, match="3 are held for orders"):
        adjust(variant, DAMAGED, change=-3)
    with pytest.raises(NotAdjusted, match="3 are held for orders"):
        adjust(variant, COUNTED, counted=2, seen=5)
    assert (rows(variant), stock_of(sku)) == ([], (5, 3))
    adjust(variant, DAMAGED, change=-2)
    assert stock_of(sku) == (3, 3)


def test_never_below_nothing_and_never_above_a_million(app: Flask) -> None:
    variant, sku = a_variant(on_hand=1)
    with pytest.raises(NotAdjusted, match="Only 1 is on hand"):
        adjust(variant, DAMAGED, change=-2)
    with pytest.raises(NotAdjusted, match="room for 1,000,000"):
        adjust(variant, RECEIVED, change=MOST_PIECES)
    assert stock_of(sku) == (1, 0)
    adjust(variant, RECEIVED, change=MOST_PIECES - 1)
    assert stock_of(sku) == (MOST_PIECES, 0)


def test_what_is_not_there_is_not_adjusted(app: Flask) -> None:
    with pytest.raises(NotAdjusted, match="no such piece"):
        adjust(4711, RECEIVED, change=1, upon=0)


def test_a_sale_during_a_count_stays_sold(app: Flask) -> None:
    """She counts eleven where the page says ten; while she counts, one of them is sold."""
    variant, sku = a_variant(on_hand=10)
    done(hold, variant, 1)
    done(take, variant, 1)
    row = adjust(variant, COUNTED, counted=11, seen=10)
    assert stock_of(sku) == (10, 0)
    assert moved(row, 10) == -1


def test_nothing_moved_is_said_too(app: Flask) -> None:
    variant, _ = a_variant(on_hand=10)
    assert moved(adjust(variant, COUNTED, counted=8, seen=10), 10) == 0


# The same form twice, and two who count the same shelf.


@pytest.mark.parametrize("given", [{"reason": COUNTED, "counted": 8, "seen": 10}, {"reason": RECEIVED, "change": 5}])
def test_one_form_counts_once(app: Flask, given: dict[str, Any]) -> None:
    variant, sku = a_variant(on_hand=10)
    adjust(variant, upon=0, **given)
    after = stock_of(sku)
    with pytest.raises(AdjustedMeanwhile, match=f"{after[0]} are on hand now"):
        adjust(variant, upon=0, **given)
    assert stock_of(sku) == after
    adjust(variant, upon=newest_of([variant])[variant], **given | {"seen": after[0]} if "seen" in given else given)


@pytest.mark.real_clock
def test_two_who_count_the_same_shelf(app: Flask) -> None:
    variant, sku = a_variant(on_hand=10)
    answers = at_once(app, [lambda: adjust(variant, COUNTED, counted=8, seen=10, upon=0)] * 4)
    assert sum(isinstance(answer, AdjustedMeanwhile) for answer in answers) == 3
    assert stock_of(sku) == (8, 0)


# Races with sales: real threads on both databases.


def sold(variant: int) -> None:
    with transaction():
        hold(variant, 1)
        take(variant, 1)


@pytest.mark.real_clock
def test_raced_sales_and_counts_lose_nothing(app: Flask) -> None:
    variant, sku = a_variant(on_hand=20)
    acts = [lambda: sold(variant)] * 6 + [lambda: adjust(variant, COUNTED, counted=21, seen=20)] * 2
    assert [answer for answer in at_once(app, acts) if isinstance(answer, Exception)] == []
    assert stock_of(sku) == (20 - 6 + 2, 0)


@pytest.mark.real_clock
def test_twin_that_writes_what_was_counted_sells_the_same_piece_again(app: Flask) -> None:
    variant, sku = a_variant(on_hand=20)

    def naive() -> None:
        on_hand = db.session.scalar(select(Stock.on_hand).where(Stock.variant_id == variant))
        db.session.rollback()
        beside(app, lambda: sold(variant))
        with transaction() as session:
            session.execute(update(Stock).where(Stock.variant_id == variant).values(on_hand=on_hand))

    naive()
    assert stock_of(sku) == (20, 0)  # and one was sold


@pytest.mark.real_clock
def test_held_meanwhile_and_taken_off_the_shelf_at_once(app: Flask) -> None:
    """One piece: somebody holds it, somebody finds it damaged. One of them is refused, in words."""
    variant, sku = a_variant(on_hand=1)
    refused = [
        answer
        for answer in at_once(app, [lambda: done(hold, variant, 1), lambda: adjust(variant, DAMAGED, change=-1)])
        if isinstance(answer, Exception)
    ]
    assert len(refused) == 1
    assert isinstance(refused[0], NotAdjusted | stock.OutOfStock)
    assert stock_of(sku) in {(1, 1), (0, 0)}


# Many at once, undo, threshold


def test_many_counts_are_saved_together(app: Flask) -> None:
    first, one = a_variant(on_hand=10)
    second, two = a_variant(on_hand=5)
    with transaction():
        saved = count_all([Count(second, 5, 5, 0), Count(first, 7, 10, 0)], by="P1", at=now())
    assert (stock_of(one), stock_of(two)) == ((7, 0), (5, 0))
    assert {key: row.change for key, row in saved.items()} == {first: -3, second: 0}


def test_of_many_counts_all_or_none_are_saved(app: Flask) -> None:
    first, one = a_variant(on_hand=10)
    second, two = a_variant(on_hand=5)
    done(hold, second, 2)
    third, _ = a_variant(on_hand=5)
    adjust(third, DAMAGED, change=-1)
    with pytest.raises(NotCounted) as refused, transaction():
        count_all([Count(first, 7, 10, 0), Count(second, 1, 5, 0), Count(third, 5, 5, 0)], by="P1", at=now())
    assert set(refused.value.why) == {second, third}
    assert "2 are held" in refused.value.why[second]
    assert "4 are on hand now" in refused.value.why[third]
    assert (stock_of(one), stock_of(two)) == ((10, 0), (5, 2))


def test_the_newest_adjustment_can_be_taken_back(app: Flask) -> None:
    variant, sku = a_variant(on_hand=10)
    other, _ = a_variant(on_hand=10)
    old = adjust(variant, DAMAGED, change=-1).id
    last = adjust(variant, RECEIVED, change=50).id

    def take_back(variant: int, which: int) -> StockAdjustment:
        with transaction():
            return undo(variant, which, by="P2", at=now(), note="Takes back: received")

    with pytest.raises(AdjustedMeanwhile):
        take_back(variant, old)
    with pytest.raises(NotAdjusted):
        take_back(other, last)
    row = take_back(variant, last)
    assert (row.reason, row.change, row.on_hand, row.note, row.who) == (CORRECTED, -50, 9, "Takes back: received", "P2")
    with pytest.raises(AdjustedMeanwhile):
        take_back(variant, last)
    assert stock_of(sku) == (9, 0)


@pytest.mark.any_database
def test_nothing_was_adjusted_yet_and_nothing_is_taken_back(app: Flask) -> None:
    variant, _ = a_variant(on_hand=10)
    with pytest.raises(NotAdjusted, match="nothing to take back"), transaction():
        undo(variant, 0, by="P1", at=now(), note="")


@pytest.mark.parametrize("low_at", [None, 0, 3, MOST_PIECES])
def test_the_threshold_is_kept(app: Flask, low_at: int | None) -> None:
    variant, _ = a_variant(on_hand=10)
    with transaction():
        set_low(variant, low_at)
    assert db.session.scalar(select(Stock.low_at).where(Stock.variant_id == variant)) == low_at


@pytest.mark.any_database
@pytest.mark.parametrize("low_at", [-1, MOST_PIECES + 1])
def test_a_threshold_that_cannot_be_is_refused(app: Flask, low_at: int) -> None:
    variant, _ = a_variant(on_hand=10)
    with pytest.raises(NotAdjusted), transaction():
        set_low(variant, low_at)


@pytest.mark.any_database
@pytest.mark.parametrize(("change", "bumps"), [(10, False), (-8, True), (-10, True), (-3, False)])
def test_pages_are_made_anew_when_their_words_change(app: Flask, change: int, bumps: bool) -> None:
    variant, _ = a_variant(on_hand=10)
    before = generation()
    adjust(variant, CORRECTED, change=change)
    assert generation() - before == bumps
