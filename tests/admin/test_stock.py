"""The stock desk: what is listed, for whom, and counting a page of it with one press."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from storefront.accounts.permissions import Role
from storefront.admin.listing import SIZE
from storefront.catalog.models import Product, Reason, Stock, StockAdjustment, Variant
from storefront.core.clock import now
from storefront.db import db, transaction
from storefront.orders.models import HoldState
from tests.admin.people import Staff, a_person
from tests.admin.test_dashboard import figures
from tests.catalog.test_stock import done, hold, take
from tests.factories import a_partner, a_product, stock_of
from tests.orders.test_shelf import ordered

# The use cases behind these pages are tried on both databases.
pytestmark = pytest.mark.any_database


@pytest.fixture
def desk(app: Flask) -> Staff:
    return Staff(app, a_person(Role.CATALOGUE_ADMIN))


def goods(**changes: Any) -> Product:
    with transaction() as session:
        product = a_product(**changes)
        session.add(product)
    return product


def skus(product: Product) -> list[str]:
    return [variant.sku for variant in product.variants]


def listed(page: str) -> list[str]:
    return re.findall(r'id="counted-([^"]+)"', page)


def form(page: str, **counted: str) -> dict[str, Any]:
    """What the browser sends of the page, with these numbers typed in; a code's hyphens are underscores here."""
    typed = {sku.replace("_", "-"): number for sku, number in counted.items()}
    rows = listed(page)
    return {
        "sku": rows,
        "seen": re.findall(r'name="seen" value="(\d+)"', page),
        "upon": re.findall(r'name="upon" value="(\d+)"', page),
        "counted": [typed.get(sku, "") for sku in rows],
        "act": "compare",
    }


def again(page: str, act: str = "save") -> dict[str, Any]:
    """What the page with the differences sends."""
    fields = re.findall(r'<input type="hidden" name="(sku|seen|upon|counted)" value="([^"]*)"', page)
    return {name: [value for key, value in fields if key == name] for name, _ in fields} | {"act": act}


def key(sku: str) -> str:
    return sku.replace("-", "_")


def made_low(sku: str, low_at: int) -> None:
    with transaction() as session:
        stock = session.scalars(select(Stock).join(Variant, Variant.id == Stock.variant_id).where(Variant.sku == sku))
        stock.one().low_at = low_at


# The list


def test_an_empty_shelf_says_what_will_stand_there(desk: Staff) -> None:
    assert "Nothing to count yet" in desk.get("/admin/stock").text


def test_every_piece_with_its_numbers(desk: Staff) -> None:
    product = goods(on_hand=10, variants=2)
    done(hold, product.variants[0].id, 3)
    page = desk.get("/admin/stock").text
    assert listed(page) == skus(product)
    assert re.findall(r'data-head="(?:On hand|For sale)">(\d+)', page) == ["10", "7", "10", "10"]


def test_drafts_are_counted_and_what_is_no_longer_sold_is_not(desk: Staff) -> None:
    draft = goods(published_at=None)
    goods(archived_at=now())
    retired = goods().variants[0].id
    with transaction() as session:
        session.get_one(Variant, retired).retired_at = now()
    assert listed(desk.get("/admin/stock").text) == skus(draft)


def test_filters_stand_in_the_address(desk: Staff) -> None:
    plenty, low, sold, held = (goods(on_hand=number) for number in (10, 3, 0, 8))
    made_low(skus(low)[0], 3)
    made_low(skus(plenty)[0], 9)
    done(hold, held.variants[0].id, 1)
    for asked, wanted in (
        ("show=low", low), ("show=sold", sold), ("show=held", held), (f"q={skus(held)[0].lower()}", held),
        (f"q={plenty.name[1:].upper()}", plenty), (f"workshop={sold.partner.slug}", sold),
    ):  # fmt: skip
        assert listed(desk.get(f"/admin/stock?{asked}").text) == skus(wanted), asked


@pytest.mark.parametrize("asked", ["q=%00", "q=nothing-like-it", "workshop=%00", "workshop=gone", "q=%25", "q=_"])
def test_a_filter_that_nothing_fits(desk: Staff, asked: str) -> None:
    goods()
    answer = desk.get(f"/admin/stock?{asked}")
    assert answer.status_code == 200
    assert listed(answer.text) == [] or "%00" in asked  # what cannot be asked for is left out


def test_what_is_no_filter_is_left_out(desk: Staff) -> None:
    product = goods()
    assert listed(desk.get("/admin/stock?show=everything&sort=odd&done=x&differ=y&moved=<b>").text) == skus(product)


@pytest.mark.parametrize(
    ("sort", "wanted"), [("", []), ("&sort=fewest", ["2", "3", "1"]), ("&sort=name", ["3", "1", "2"])]
)
def test_pages_go_on_behind_the_last_row(
    desk: Staff, monkeypatch: pytest.MonkeyPatch, sort: str, wanted: list[str]
) -> None:
    names = {}
    for place, (name, number) in enumerate((("B", 9), ("C", 1), ("A", 4)), 1):
        names[skus(goods(on_hand=number, name=f"{name} bag"))[0]] = str(place)
    monkeypatch.setattr("storefront.admin.listing.window.__kwdefaults__", {"size": 2, "falling": False})
    first = desk.get(f"/admin/stock?q=bag{sort}").text
    further = re.search(r'href="([^"]+)" rel="next"', first)
    assert further
    second = desk.get(further[1].replace("&amp;", "&")).text
    wanted = wanted or [names[sku] for sku in sorted(names)]
    assert [names[sku] for sku in listed(first) + listed(second)] == wanted
    assert 'rel="next"' not in second
    before = re.search(r'href="([^"]+)" rel="prev"', second)
    assert before
    assert listed(desk.get(before[1].replace("&amp;", "&")).text) == listed(first)


@pytest.mark.parametrize("after", ["x", "%00", "W10", "bnVsbA"])
def test_what_is_no_place_in_the_list_is_not_found(desk: Staff, after: str) -> None:
    assert desk.get(f"/admin/stock?after={after}").status_code == 404


def test_held_pieces_name_their_orders_and_nobody(desk: Staff) -> None:
    product = goods()
    done(hold, product.variants[0].id, 2)
    reference = ordered(product.variants[0].id, 2, HoldState.HELD)
    page = desk.get("/admin/stock").text
    assert re.search(rf"2 for order <b>{reference}</b>, being paid since 15 Nov", page)
    assert "mara@example.org" not in page
    assert "Mara" not in page


def test_the_statements_do_not_grow_with_the_rows(desk: Staff, statements: Any) -> None:
    done(hold, goods(variants=3).variants[0].id, 1)
    with statements() as few:
        desk.get("/admin/stock")
    for _ in range(3):
        done(hold, goods(variants=3).variants[1].id, 1)
    with statements() as many:
        desk.get("/admin/stock")
    assert len(many) == len(few)


# Whose shelf


def test_workshop_staff_see_and_count_their_own(app: Flask) -> None:
    mine, theirs = goods(), goods()
    person = Staff(app, a_person(Role.PARTNER_STAFF, partner_id=mine.partner_id))
    page = person.get(f"/admin/stock?workshop={theirs.partner.slug}").text
    assert listed(page) == skus(mine)
    assert theirs.partner.name not in page
    [foreign] = skus(theirs)
    answer = person.post("/admin/stock", sku=[foreign], seen=["10"], upon=["0"], counted=["3"], act="save")
    assert (answer.status_code, stock_of(foreign)) == (404, (10, 0))


def test_the_number_in_the_rail_is_that_of_her_own_goods(app: Flask) -> None:
    mine, theirs = goods(on_hand=2), goods(on_hand=1)
    for product in (mine, theirs, goods(on_hand=9)):
        made_low(skus(product)[0], 2)
    hers = Staff(app, a_person(Role.PARTNER_STAFF, partner_id=mine.partner_id)).get("/admin").text
    every = Staff(app, a_person(Role.ORDER_DESK)).get("/admin").text
    assert (figures(hers)["piece is low"], figures(every)["pieces are low"]) == (1, 2)
    assert re.search(r'href="/admin/stock">Stock <span class="rail-count">1<', hers)


# Counting


def test_counting_a_page_with_one_press(desk: Staff) -> None:
    product = goods(on_hand=10, variants=3)
    one, two, three = skus(product)
    first = desk.get("/admin/stock").text
    asked = desk.post("/admin/stock", **form(first, **{key(one): "8", key(two): " 10 "}))
    assert asked.status_code == 200
    assert "Save these counts?" in asked.text
    assert "2 numbers, of which 1 differ" in asked.text
    assert re.findall(r'Difference">(?:<span[^>]*>)?([^<]+)', asked.text) == ["-2", "None"]
    assert [stock_of(sku) for sku in (one, two)] == [(10, 0), (10, 0)]  # asked, not done
    saved = desk.post("/admin/stock?show=low", **again(asked.text))
    assert saved.status_code == 303
    assert "2 counts are saved. 1 differed." in desk.get(saved.location).text
    assert "show=low" in saved.location
    assert [stock_of(sku) for sku in (one, two, three)] == [(8, 0), (10, 0), (10, 0)]
    rows = list(db.session.scalars(select(StockAdjustment).order_by(StockAdjustment.id)))
    assert [(row.reason, row.change, row.who, row.at) for row in rows] == [
        (Reason.COUNTED, -2, desk.person.reference, now()),
        (Reason.COUNTED, 0, desk.person.reference, now()),
    ]


def test_a_sale_between_the_page_and_the_press(desk: Staff) -> None:
    product = goods(on_hand=10)
    [sku] = skus(product)
    first = desk.get("/admin/stock").text
    done(hold, product.variants[0].id, 1)
    done(take, product.variants[0].id, 1)
    asked = desk.post("/admin/stock", **form(first, **{key(sku): "12"}))
    assert "Moved while you counted" in asked.text
    saved = desk.post("/admin/stock", **again(asked.text))
    assert stock_of(sku) == (11, 0)
    assert f"While you counted, some were sold or came in: {sku}." in desk.get(saved.location).text


def test_the_press_pressed_twice_counts_once(desk: Staff) -> None:
    [sku] = skus(goods(on_hand=10))
    asked = desk.post("/admin/stock", **form(desk.get("/admin/stock").text, **{key(sku): "8"})).text
    desk.post("/admin/stock", **again(asked))
    twice = desk.post("/admin/stock", **again(asked))
    assert twice.status_code == 422
    assert "8 are on hand now" in twice.text
    assert stock_of(sku) == (8, 0)


def test_one_that_cannot_be_keeps_all_from_being_saved(desk: Staff) -> None:
    product = goods(on_hand=10, variants=2)
    done(hold, product.variants[1].id, 4)
    one, two = skus(product)
    answer = desk.post("/admin/stock", **form(desk.get("/admin/stock").text, **{key(one): "7", key(two): "3"}))
    assert answer.status_code == 422
    assert f'href="#counted-{two}"' in answer.text
    assert "4 are held for orders" in answer.text
    assert re.findall(r'name="counted" value="([^"]*)"', answer.text) == ["7", "3"]
    assert [stock_of(sku) for sku in (one, two)] == [(10, 0), (10, 4)]


@pytest.mark.parametrize("typed", ["-1", "1.5", "ten", "12345678", "১২", "<b>"])
def test_what_is_no_number_is_said_beside_it_and_kept(desk: Staff, typed: str) -> None:
    [sku] = skus(goods(on_hand=10))
    answer = desk.post("/admin/stock", **form(desk.get("/admin/stock").text, **{key(sku): typed}))
    assert answer.status_code == 422
    assert "Enter how many you counted" in answer.text
    assert f'value="{typed.replace("<", "&lt;").replace(">", "&gt;")}"' in answer.text


def test_nothing_was_typed(desk: Staff) -> None:
    goods()
    answer = desk.post("/admin/stock", **form(desk.get("/admin/stock").text))
    assert answer.status_code == 422
    assert "Enter at least one number" in answer.text


def test_back_to_the_numbers(desk: Staff) -> None:
    [sku] = skus(goods())
    asked = desk.post("/admin/stock", **form(desk.get("/admin/stock").text, **{key(sku): "8"})).text
    back = desk.post("/admin/stock", **again(asked, "back"))
    assert back.status_code == 200
    assert re.search(r'name="counted" value="8"', back.text)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"sku": ["{sku}"], "seen": ["10"], "upon": ["0"], "counted": []},
        {"sku": ["{sku}"], "seen": ["-1"], "upon": ["0"], "counted": ["1"]},
        {"sku": ["{sku}"], "seen": ["10"], "upon": ["9999999999"], "counted": ["1"]},
        {"sku": ["{sku}"] * 2, "seen": ["10"] * 2, "upon": ["0"] * 2, "counted": ["1"] * 2},
        {name: ["1"] * (SIZE + 1) for name in ("sku", "seen", "upon", "counted")},
    ],
)
def test_a_form_that_is_not_whole(desk: Staff, given: dict[str, list[str]]) -> None:
    [sku] = skus(goods())
    whole = {name: [value.format(sku=sku) for value in values] for name, values in given.items()}
    answer = desk.post("/admin/stock", **whole, act="save")
    assert answer.status_code == 422
    assert stock_of(sku) == (10, 0)


@pytest.mark.parametrize("sku", ["GONE-1", "\0", "'", "x" * 500])
def test_a_code_that_is_none_is_not_found(desk: Staff, sku: str) -> None:
    answer = desk.post("/admin/stock", sku=[sku], seen=["1"], upon=["0"], counted=["1"], act="save")
    assert answer.status_code == 404


def test_a_partner_without_goods_is_in_the_choice_all_the_same(desk: Staff) -> None:
    goods()
    with transaction() as session:
        session.add(a_partner(name="Lamplight"))
    assert "Lamplight" in desk.get("/admin/stock").text
