"""The stock of one product: adjusting with a reason, the threshold, what happened, and taking the last back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from storefront.accounts.permissions import Role
from storefront.catalog.models import Product, Reason, Stock, StockAdjustment
from storefront.core.clock import now
from storefront.db import db, transaction
from storefront.orders.models import HoldState
from tests.admin.people import Staff, a_person
from tests.admin.test_stock import goods, skus
from tests.catalog.test_stock import done, hold, take
from tests.factories import stock_of
from tests.orders.test_shelf import ordered

pytestmark = pytest.mark.any_database  # what the shelf does on both is asked in tests/catalog/test_adjusting.py


@pytest.fixture
def desk(app: Flask) -> Staff:
    return Staff(app, a_person(Role.ORDER_DESK))


def address(product: Product, more: str = "") -> str:
    return f"/admin/products/{product.slug}/stock{more}"


def fields(page: str, **typed: str) -> dict[str, str]:
    """What the form for adjusting sends."""
    found = dict(re.findall(r'name="(piece|upon|seen)" value="([^"]*)"', page))
    return found | {"number": "", "note": ""} | typed


def adjust(desk: Staff, product: Product, **typed: str) -> Any:
    return desk.post(address(product), **fields(desk.get(address(product)).text, **typed))


@pytest.mark.parametrize(
    ("typed", "change", "on_hand", "says"),
    [
        ({"reason": "received", "number": "5"}, 5, 15, "Received 5. 15 are on hand."),
        ({"reason": "damaged", "number": "2", "note": "Wet"}, -2, 8, "Damaged 2. 8 are on hand."),
        ({"reason": "corrected", "number": "-9"}, -9, 1, "Corrected by 9 fewer. 1 is on hand."),
        ({"reason": "corrected", "number": "−3"}, -3, 7, "Corrected by 3 fewer. 7 are on hand."),
        ({"reason": "corrected", "number": "+3"}, 3, 13, "Corrected by 3 more. 13 are on hand."),
        ({"reason": "counted", "number": "10"}, 0, 10, "Counted, all there. 10 are on hand."),
        ({"reason": "counted", "number": "12"}, 2, 12, "Counted 2 more than before. 12 are on hand."),
    ],
)
def test_adjusting_is_confirmed_in_words(
    desk: Staff, typed: dict[str, str], change: int, on_hand: int, says: str
) -> None:
    product = goods(on_hand=10)
    answer = adjust(desk, product, **typed)
    assert answer.status_code == 303
    assert says in desk.get(answer.location).text
    assert stock_of(skus(product)[0]) == (on_hand, 0)
    [row] = db.session.scalars(select(StockAdjustment))
    assert (row.reason, row.change, row.note) == (Reason(typed["reason"]), change, typed.get("note", ""))
    assert (row.who, row.at) == (desk.person.reference, now())


def test_a_sale_while_she_counted_is_said(desk: Staff) -> None:
    product = goods(on_hand=10)
    page = desk.get(address(product)).text
    done(hold, product.variants[0].id, 1)
    done(take, product.variants[0].id, 1)
    answer = desk.post(address(product), **fields(page, reason="counted", number="10"))
    assert "While you counted, 1 went" in desk.get(answer.location).text
    assert stock_of(skus(product)[0]) == (9, 0)


def test_the_same_form_twice(desk: Staff) -> None:
    product = goods(on_hand=10)
    form = fields(desk.get(address(product)).text, reason="received", number="5", note="Box 7")
    desk.post(address(product), **form)
    answer = desk.post(address(product), **form)
    assert answer.status_code == 422
    assert "15 are on hand now" in answer.text
    assert 'value="Box 7"' in answer.text
    assert stock_of(skus(product)[0]) == (15, 0)


def test_below_what_is_held_is_refused_in_words(desk: Staff) -> None:
    product = goods(on_hand=5)
    done(hold, product.variants[0].id, 3)
    answer = adjust(desk, product, reason="damaged", number="4")
    assert answer.status_code == 422
    assert "3 are held for orders that are being paid" in answer.text
    assert 'value="4"' in answer.text


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"reason": "stolen", "number": "1"},
        {"reason": "received", "number": ""},
        {"reason": "received", "number": "-1"},
        {"reason": "counted", "number": "+1"},
        {"reason": "received", "number": "0"},
        {"reason": "received", "number": "12345678"},
        {"reason": "received", "number": "9999999"},
        {"reason": "received", "number": "1", "note": "x" * 201},
        {"reason": "received", "number": "1", "note": "a\0b"},
    ],
)
def test_what_cannot_be_is_said_and_kept(desk: Staff, typed: dict[str, str]) -> None:
    product = goods(on_hand=10)
    answer = adjust(desk, product, **typed)
    assert answer.status_code == 422
    assert "to look at before you go on" in answer.text
    assert stock_of(skus(product)[0]) == (10, 0)


@pytest.mark.parametrize(("name", "given"), [("upon", "x"), ("seen", ""), ("upon", "9" * 12)])
def test_a_form_that_was_tampered_with(desk: Staff, name: str, given: str) -> None:
    product = goods()
    assert adjust(desk, product, reason="counted", number="1", **{name: given}).status_code == 422


def test_the_threshold(desk: Staff) -> None:
    product = goods()
    [sku] = skus(product)
    for typed, kept, says in (("3", 3, "You are told when 3 or fewer are left"), ("", None, "Nobody is told")):
        answer = desk.post(address(product, "/low"), piece=sku, low_at=typed)
        assert says in desk.get(answer.location).text
        db.session.rollback()
        assert db.session.scalar(select(Stock.low_at)) == kept
    for typed in ("-1", "many", "9999999"):
        answer = desk.post(address(product, "/low"), piece=sku, low_at=typed)
        assert answer.status_code == 422
        assert f'value="{typed}"' in answer.text


def test_what_happened_stands_in_one_line_of_time(desk: Staff) -> None:
    product = goods(on_hand=10)
    sold = ordered(product.variants[0].id, 2, HoldState.TAKEN, paid_days_ago=2)
    adjust(desk, product, reason="received", number="5", note="Box <7>")
    page = desk.get(address(product)).text
    line = page[page.index("stock-line") :]
    assert line.index("Received 5: 15 on hand") < line.index("Box &lt;7&gt;") < line.index("Sold 2")
    assert f"Order {sold}" in line
    assert desk.person.email.partition("@")[0].capitalize() in line
    assert "mara" not in page.lower()


def test_taking_the_last_back(desk: Staff) -> None:
    product = goods(on_hand=10)
    [sku] = skus(product)
    adjust(desk, product, reason="received", number="50")
    page = desk.get(address(product)).text
    [last] = re.findall(r'name="adjustment" value="(\d+)"', page)
    answer = desk.post(address(product, "/undo"), piece=sku, adjustment=last)
    after = desk.get(answer.location).text
    assert "Taken back. 10 are on hand." in after
    assert "Takes back: received 50, 24 Nov" in after
    twice = desk.post(address(product, "/undo"), piece=sku, adjustment=last)
    assert twice.status_code == 422
    assert stock_of(sku) == (10, 0)


@pytest.mark.parametrize("which", ["0", "4711", "x", ""])
def test_there_is_nothing_to_take_back(desk: Staff, which: str) -> None:
    product = goods()
    answer = desk.post(address(product, "/undo"), piece=skus(product)[0], adjustment=which)
    assert answer.status_code == 422


def test_an_adjustment_of_another_shelf_cannot_be_taken_back_here(desk: Staff) -> None:
    mine, other = goods(), goods()
    adjust(desk, other, reason="received", number="5")
    [row] = db.session.scalars(select(StockAdjustment))
    answer = desk.post(address(mine, "/undo"), piece=skus(mine)[0], adjustment=str(row.id))
    assert answer.status_code == 422
    assert [stock_of(skus(product)[0]) for product in (mine, other)] == [(10, 0), (15, 0)]


def test_pieces_that_are_no_longer_sold_stand_last(desk: Staff) -> None:
    product = goods(variants=2)
    with transaction() as session:
        session.get_one(type(product.variants[0]), product.variants[0].id).retired_at = now()
    page = desk.get(address(product)).text
    assert re.findall(r"\?piece=([^\"]+)", page) == skus(product)[::-1]
    assert "No longer sold" in page


def test_a_product_without_a_piece(desk: Staff) -> None:
    product = goods(variants=0)
    assert "Nothing to count yet" in desk.get(address(product)).text


@pytest.mark.parametrize("piece", ["GONE", "", "\0"])
def test_a_piece_of_nothing_is_not_found(desk: Staff, piece: str) -> None:
    product = goods()
    for more in ("", "/low", "/undo"):
        assert desk.post(address(product, more), piece=piece).status_code == 404


def test_goods_of_another_workshop_are_not_found(app: Flask) -> None:
    mine, theirs = goods(), goods()
    person = Staff(app, a_person(Role.PARTNER_STAFF, partner_id=mine.partner_id))
    assert person.get(address(mine)).status_code == 200
    assert person.get(address(theirs)).status_code == 404
    for more in ("", "/low", "/undo"):
        assert person.post(address(theirs, more), piece=skus(theirs)[0]).status_code == 404
