"""Cells: what is written out is read as it was, and what cannot be read says what it should look like."""

from __future__ import annotations

import random
from copy import deepcopy
from typing import Any

import pytest

from storefront.catalog.documents import NOTHING, SHARES
from storefront.catalog.exchange import columns
from storefront.catalog.exchange.columns import COLUMNS, Unreadable, finish
from storefront.catalog.exchange.formulas import guarded, without_guard

SIGNS = "abc ;=\\,.%'\"\n:+-@12"


def a_document(letters: random.Random) -> dict[str, Any]:
    def text() -> str:
        return "x" + "".join(letters.choices(SIGNS.replace("\n", ""), k=8)) + "x"

    pictures = [{"name": f"a/{n}.jpg", "role": "detail", "alt": text(), "focus": "top"} for n in range(2)]
    return deepcopy(NOTHING) | {
        "name": text(), "slug": "a", "partner": "b", "category": "c", "description": f"{text()}\n\n{text()}",
        "country_of_making": "IN", "materials": [{"name": text(), "percent": 60}, {"name": text(), "percent": 40}],
        "measures": {"unit": "mm", text(): 38, text(): 42.5}, "weight_grams": 240, "care": [text(), text()],
        "named_pieces": True, "notice": text(), "currency": "USD", "pictures": pictures, "collections": ["d", "e"],
        "related": ["f"], "search_title": text(), "published_at": "2026-11-24T09:30:15.250000+00:00",
        "published_until": "2026-12-24T00:00:00+00:00", "archived": True, "position": 3,
        "breakdown": {"dated": "2026-11-24", **dict(zip(SHARES, (35, 20, 15, 10, 20), strict=True)), "is_sample": True, "note": text()},
        "variants": [
            {"sku": "A-1", "options": {text(): text(), "Size": "M"}, "price": 11800, "compare_at": 12005, "picture": "a/0.jpg"}
        ],
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(40))
def test_a_product_written_out_and_taken_into_an_empty_one_is_the_same(seed: int) -> None:
    was = a_document(random.Random(seed))
    now, variant = deepcopy(NOTHING), {"sku": "A-1", "options": {}, "price": None, "compare_at": None, "picture": None}
    now["variants"] = [variant]
    for column in COLUMNS:
        cell = without_guard(guarded(column.write(was, was["variants"][0]))).strip(" \u00a0")
        if column.key not in {"sku", "stock", "stories"} and cell != column.write(now, variant):
            column.take(now, variant, cell, lambda name: name)
    finish(now)
    assert now == was


def taken(key: str, text: str, document: dict[str, Any] | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    document = document or deepcopy(NOTHING) | {"currency": "USD"}
    variant: dict[str, Any] = {"sku": "A", "options": {}, "price": 1, "compare_at": 2, "picture": "a"}
    column = columns.find(key)
    assert column is not None
    column.take(document, variant, text, lambda name: name)
    return document, variant


@pytest.mark.parametrize(
    ("key", "text", "field", "value"),
    [
        ("Price", "118", "price", 11800),
        ("Price", "118.5", "price", 11850),
        ("Price", "118,50", "price", 11850),
        ("Price", "1 180,50", "price", 118050),
        ("Price before", "", "compare_at", None),
        ("Options", "Size=M; Colour=Blue; green", "options", None),
        ("Options", r"Size=M; Colour=Blue\; green", "options", {"Size": "M", "Colour": "Blue; green"}),
        ("Picture of the variant", "", "picture", None),
    ],
)
def test_cells_of_a_variant(key: str, text: str, field: str, value: Any) -> None:
    if value is None and text:
        with pytest.raises(Unreadable):
            taken(key, text)
    else:
        assert taken(key, text)[1][field] == value


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("Price", "1,180"), ("Price", "cheap"), ("Price", "-1"), ("Price", "1e5"), ("Materials", "Cotton"),
        ("Materials", "Cotton 80.5"), ("Measures", "width"), ("Shown from", "soon"), ("Shown from", "46350"),
        ("Shares dated", "24.11.2026"), ("Archived", "perhaps"), ("Weight in grams", "240.5"), ("Currency", "XXX"),
        ("Share of makers", "half"), ("Stories", "../x"), ("Picture roles", "hero"), ("Position", "first"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_what_it_should_look_like(key: str, text: str) -> None:
    with pytest.raises(Unreadable, match=r"Write|one a line"):
        taken(key, text)


def test_an_empty_cell_empties_what_stands_there() -> None:
    document = a_document(random.Random(1))
    for column in COLUMNS:
        if column.key not in {"slug", "currency", "position", "roles", "alts", "focus"}:
            column.take(document, document["variants"][0], "", lambda name: name)
    finish(document)
    assert document["variants"] == [
        {"sku": "A-1", "options": {}, "price": None, "compare_at": None, "picture": None}
    ] or (document["variants"][0]["price"] is None)
    assert (document["breakdown"], document["care"], document["materials"], document["notice"]) == (None, [], [], None)
    assert (document["published_at"], document["archived"], document["collections"]) == (None, False, [])


def test_shares_need_their_day() -> None:
    document, _ = taken("Share of makers", "100")
    with pytest.raises(Unreadable, match="day"):
        finish(document)


@pytest.mark.parametrize(("typed", "meant"), [("Prise", "Price"), ("discription", "Description"), ("Zebra", None)])
def test_a_near_miss_is_proposed(typed: str, meant: str | None) -> None:
    assert columns.find(typed) is None
    assert columns.nearest(typed) == meant


@pytest.mark.parametrize(
    ("field", "header"),
    [
        ("variants.2.price", "Price"), ("variants.0.options", "Options"), ("variants", "SKU"), ("pictures.1.alt", "Picture descriptions"),
        ("pictures.1", "Pictures"), ("breakdown.shop", "Share of the shop"), ("breakdown", "Share of makers"),
        ("materials.0.percent", "Materials"), ("care.3", "Care"), ("related.0", "Related goods"), ("name", "Name"),
        ("breakdown.note", "Shares note"), ("variants.0.picture", "Picture of the variant"), ("unheard-of", "Slug"),
    ],
)  # fmt: skip
def test_a_fault_of_the_rules_stands_at_its_column(field: str, header: str) -> None:
    assert columns.column_of(field).header == header
