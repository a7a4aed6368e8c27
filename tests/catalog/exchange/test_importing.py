"""An import from the file to the catalogue and back: every mistake told, nothing lost, nothing twice."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from storefront.catalog import editing
from storefront.catalog.documents import read
from storefront.catalog.exchange import importing, workplace
from storefront.catalog.exchange.exporting import as_csv, as_spreadsheet
from storefront.catalog.exchange.importing import TAKEN_IN_AT_ONCE, NotPossible
from storefront.catalog.exchange.jobs import sweep_files, take_in
from storefront.catalog.exchange.models import Import, ImportMode, ImportState
from storefront.catalog.exchange.workplace import Workplace
from storefront.catalog.models import Product, StockAdjustment, Variant
from storefront.catalog.stock import hold, take
from storefront.core.clock import now
from storefront.db import db, transaction
from storefront.jobs.working import work_all
from storefront.media.models import Picture
from storefront.revisions.models import ChangeSet, Revision
from storefront.settings import settings
from tests.catalog.exchange.tables import (
    WHO,
    a_loom_house,
    again,
    csv_of,
    faults_of,
    looked_over,
    product,
    rows,
    sent,
    started,
    taken_in,
    xlsx_of,
)
from tests.factories import a_partner, a_product, stock_of


@pytest.fixture
def house(app: Flask) -> Any:
    return a_loom_house()


def change(slug: str, **changes: Any) -> None:
    """Somebody saves this product in the editor."""
    row = product(slug)
    document = read(row)
    with transaction():
        editing.change(row.id, document | changes, based_on=None, by="OTHER", at=now())


def differs(row: Import) -> list[str]:
    return [name for entry in row.plan for name, _, _ in entry["differences"]]


# The whole way


def a_box(**changes: dict[int, dict[str, str]]) -> list[dict[str, str]]:
    """500 rows: 20 products with 25 variants each. What belongs to the product stands in its first row only."""
    found = []
    for n in range(1, 21):
        [first] = rows(1, Slug=f"cloth-{n}", Name=f"Cloth {n}")
        for m in range(1, 26):
            own = {"SKU": f"C-{n}-{m}", "Options": f"Colour=Number {m}", "Price": f"{100 + m}"}
            found.append((first if m == 1 else {"Slug": f"cloth-{n}"}) | own)
    return found


@pytest.mark.any_database
def test_500_rows_with_seven_mistakes_are_told_mended_and_taken_in(house: Any) -> None:
    box, wrong = a_box(), a_box()
    for line, column, text in (
        (2, "Materials", "Cotton 80; Silk 30"),
        (30, "Price", "cheap"),
        (55, "SKU", "C-1-1"),
        (102, "Weight in grams", "heavy"),
        (152, "Workshop", "nobody"),
        (202, "Name", ""),
        (260, "Options", "Size=M"),
    ):
        wrong[line - 2] = wrong[line - 2] | {column: text}
    row = looked_over(csv_of(wrong))
    assert faults_of(row) == [
        (2, "Materials"), (30, "Price"), (55, "SKU"), (102, "Weight in grams"), (152, "Workshop"), (202, "Name"),
        (260, "Options"),
    ]  # fmt: skip
    with pytest.raises(NotPossible, match="mistakes"):
        started(row)
    row = taken_in(looked_over(csv_of(box)))
    assert (row.state, row.done, row.faults) == (ImportState.DONE, 20, [])
    assert db.session.scalar(select(func.count(Variant.id))) == 500
    assert product("cloth-7").variants[24].price.minor == 12500
    row = looked_over(csv_of(box))
    assert (row.counts["same"], row.plan, row.faults) == (20, [], [])
    with pytest.raises(NotPossible, match="Nothing differs"):
        started(row)


def test_the_whole_demonstration_goes_out_and_comes_back_unchanged(shop: Flask) -> None:
    ids = select(Product.id)
    book = io.BytesIO()
    as_spreadsheet(ids, book)
    for content in ("".join(as_csv(ids)).encode(), book.getvalue()):
        row = looked_over(content)
        assert (row.state, row.faults, row.plan) == (ImportState.CHECKED, [], [])
        assert row.counts["same"] == db.session.scalar(select(func.count(Product.id)))


def test_writing_out_asks_as_often_for_many_as_for_few(app: Flask, statements: Any) -> None:
    def asked() -> int:
        with statements() as seen:
            "".join(as_csv(select(Product.id)))
        return len(seen)

    with transaction() as session:
        session.add(a_product(variants=2))
    few = asked()
    with transaction() as session:
        session.add_all(a_product(variants=3) for _ in range(12))
    assert asked() == few


# What is read of a table


def test_only_columns_of_the_file_change_anything_and_the_sku_alone_is_enough(house: Any) -> None:
    taken_in(looked_over(csv_of(rows(2))))
    row = looked_over(csv_of([{"SKU": "TH-2", "Price": "99", "Notice": ""}]))
    assert differs(row) == ["variants"]
    taken_in(row)
    assert [product(f"throw-{n}").variants[0].price.minor for n in (1, 2)] == [11800, 9900]
    assert product("throw-2").description == "A throw."
    assert product("throw-2").materials[0].name == "Cotton"


def test_an_empty_cell_empties_and_a_new_slug_for_known_codes_moves(house: Any) -> None:
    taken_in(looked_over(csv_of(rows(1, Notice="Sample"))))
    row = looked_over(csv_of([{"SKU": "TH-1", "Slug": "blanket", "Notice": ""}]))
    assert sorted(differs(row)) == ["notice", "slug"]
    taken_in(row)
    assert product("blanket").notice is None


def test_variants_that_the_file_does_not_name_stay(house: Any) -> None:
    taken_in(looked_over(csv_of(rows(1))))
    taken_in(looked_over(csv_of([{"Slug": "throw-1", "SKU": "TH-1B", "Options": "Colour=Red", "Price": "5"}])))
    assert [(v.sku, v.retired_at) for v in product("throw-1").variants] == [("TH-1", None), ("TH-1B", None)]


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ([{"SKU": "A", "Prise": "1", "Slug": "a"}], (1, "Prise")),
        ([{"Name": "A"}], (1, "SKU")),
        ([{"Slug": "a", "Price": "1"}], (1, "Price")),
        ([{"SKU": "A"}], (2, "Slug")),
        ([{"Slug": "", "Name": "A"}], (2, "Slug")),
        ([*rows(1), {"Slug": "throw-1", "SKU": "X", "Options": "Colour=B", "Price": "1", "Name": "Else"}], (3, "Name")),
        ([*rows(1), {"Slug": "throw-1", "SKU": "X", "Options": "Colour=Indigo", "Price": "1"}], (3, "Options")),
        (rows(1, Stock="many"), (2, "Stock")),
        (rows(1, Stories="R7K2M4"), (2, "Stories")),
        (rows(1, Pictures="nowhere.jpg", **{"Picture descriptions": "A throw"}), (2, "Pictures")),
        (rows(1, **{"Share of makers": "90", "Shares dated": "2026-11-24"}), (2, "Share of makers")),
    ],
)  # fmt: skip
@pytest.mark.any_database
def test_a_mistake_is_told_at_its_line_and_column(
    house: Any, table: list[dict[str, str]], told: tuple[int, str]
) -> None:
    assert told in faults_of(looked_over(csv_of(table)))


@pytest.mark.any_database
def test_goods_with_a_cell_that_could_not_be_read_are_left_out_and_not_emptied(house: Any) -> None:
    taken_in(looked_over(csv_of(rows(3))))
    table = xlsx_of(
        [
            ["Slug", "SKU", "Technique"],
            ["throw-1", "TH-1", "=1+1"],
            ["throw-2", "TH-1", "Felted"],
            ["throw-3", "TH-3", "Felted"],
        ]
    )
    row = looked_over(table)
    assert faults_of(row) == [(2, "Technique"), (3, "SKU")]
    assert [entry["what"] for entry in row.plan] == ["faulty", "faulty", "changed"]
    taken_in(row, mode=ImportMode.PARTIAL)
    assert [product(f"throw-{n}").technique for n in (1, 2, 3)] == ["Woven", "Woven", "Felted"]


@pytest.mark.any_database
def test_a_code_that_a_spreadsheet_took_for_a_number_is_refused(house: Any) -> None:
    row = looked_over(xlsx_of([["Slug", "SKU"], ["throw-1", 123]]))
    assert (2, "SKU") in faults_of(row)
    assert "zeros" in row.faults[0]["message"]


@pytest.mark.any_database
def test_a_file_that_cannot_be_read_is_refused_and_says_why(app: Flask) -> None:
    row = looked_over(b"PK\x03\x04nothing")
    assert row.state is ImportState.REFUSED
    assert "broken" in row.faults[0]["message"]


@pytest.mark.any_database
def test_a_price_that_moves_asks_for_shares_of_that_price(house: Any) -> None:
    shares = {"Share of makers": "60", "Share of the shop": "40", "Shares dated": "2026-11-24"}
    taken_in(looked_over(csv_of(rows(1, **shares))))
    assert faults_of(looked_over(csv_of(rows(1, Price="120", **shares)))) == [(2, "Shares dated")]
    assert sorted(differs(looked_over(csv_of([{"SKU": "TH-1", "Price": "120"}])))) == ["breakdown", "variants"]
    taken_in(looked_over(csv_of(rows(1, Price="120", **shares | {"Shares dated": "2026-11-25"}))))
    assert looked_over(csv_of(rows(1, Price="120", **shares | {"Shares dated": "2026-11-25"}))).plan == []


# Stock


def test_stock_counts_for_new_variants_and_for_others_only_when_asked(house: Any) -> None:
    taken_in(looked_over(csv_of(rows(1, Stock="5"))))
    assert stock_of("TH-1") == (5, 0)
    row = looked_over(csv_of(rows(1, Stock="9")))
    assert row.plan[0]["stock"] == {"TH-1": [5, 9]}
    with pytest.raises(NotPossible):
        started(row)
    taken_in(row, takes_stock=True)
    assert stock_of("TH-1") == (9, 0)
    assert db.session.scalars(select(StockAdjustment.change).order_by(StockAdjustment.id)).all() == [5, 4]
    assert looked_over(csv_of(rows(1, Stock="9"))).plan == []


def test_what_was_sold_since_the_dry_run_stays_sold(house: Any) -> None:
    taken_in(looked_over(csv_of(rows(1, Stock="5"))))
    row = looked_over(csv_of(rows(1, Stock="8")))
    variant_id = product("throw-1").variants[0].id
    with transaction():
        hold(variant_id, 2)
        take(variant_id, 2)
    taken_in(row, takes_stock=True)
    assert stock_of("TH-1") == (6, 0)


# All or nothing, or part by part


def test_all_or_nothing_takes_nothing_in_when_one_was_changed_since(house: Any) -> None:
    taken_in(looked_over(csv_of(rows(3))))
    row = looked_over(csv_of(rows(3, Technique="Knotted")))
    change("throw-3", technique="Sewn")
    row = taken_in(row)
    assert (row.state, row.done) == (ImportState.STOPPED, 0)
    assert "changed since" in row.faults[-1]["message"]
    assert product("throw-1").technique == "Woven"
    with transaction():
        importing.look_over_again(row.id)
    work_all(None)
    assert taken_in(again(row.id)).done == 3


def test_part_by_part_leaves_out_what_is_wrong_or_was_changed_since(house: Any) -> None:
    taken_in(looked_over(csv_of(rows(3))))
    table = rows(3, Technique="Knotted")
    table[0]["Materials"] = "Cotton"
    row = looked_over(csv_of(table))
    change("throw-3", technique="Sewn")
    row = taken_in(row, mode=ImportMode.PARTIAL)
    assert (row.state, row.done) == (ImportState.DONE, 1)
    assert [product(f"throw-{n}").technique for n in (1, 2, 3)] == ["Woven", "Knotted", "Sewn"]
    assert "left out" in row.faults[-1]["message"]


def test_the_same_import_started_twice_runs_once(house: Any) -> None:
    row = looked_over(csv_of(rows(1)))
    started(row)
    with pytest.raises(NotPossible):
        started(row)
    take_in({"import": row.id}, None)
    take_in({"import": row.id}, None)
    assert again(row.id).done == 1
    assert db.session.scalar(select(func.count(Product.id))) == 1


def test_a_worker_that_was_thought_dead_takes_nothing_in_a_second_time(house: Any) -> None:
    row = started(looked_over(csv_of(rows(2, Stock="3"))), mode=ImportMode.PARTIAL)
    place = Workplace.of(settings.instance_dir, row.reference)
    headers, goods = place.goods()
    taker = importing._Taker(place, headers, goods, currency="USD", media_dir=settings.media_dir, at=now())
    with transaction():
        assert taker.some(row.id, 0, 1, together=False)
    with transaction():  # it had read the position before the other moved it on
        assert not taker.some(row.id, 0, 1, together=False)
    assert (again(row.id).done, again(row.id).position, again(row.id).faults) == (1, 1, [])


class Killed(BaseException):
    """The end of a process in the middle of its work."""


def kill_at(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """The process ends while it takes in the product of this number."""
    counted = [0]
    whole = importing._Taker._one

    def one(self: Any, *rest: Any) -> None:
        counted[0] += 1
        if counted[0] == number:
            raise Killed
        whole(self, *rest)

    monkeypatch.setattr(importing._Taker, "_one", one)


def _killed_and_resumed(places: list[int], monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    row = started(looked_over(csv_of(rows(number, Stock="3"))), mode=ImportMode.PARTIAL)
    for place in places:
        with monkeypatch.context() as patch:
            kill_at(patch, place)
            with pytest.raises(Killed):
                take_in({"import": row.id}, None)
        done = again(row.id)
        assert done.done == done.position == db.session.scalar(select(func.count(Product.id)))
    while again(row.id).state is ImportState.APPLYING:
        take_in({"import": row.id}, None)
    assert again(row.id).done == db.session.scalar(select(func.count(Product.id))) == number
    assert db.session.scalars(select(StockAdjustment.change)).all() == [3] * number


def test_a_killed_worker_goes_on_and_loses_and_doubles_nothing(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "TAKEN_IN_AT_ONCE", 4)
    _killed_and_resumed([1, 7, 3], monkeypatch, 10)


@pytest.mark.proof
def test_a_hundred_kills_lose_and_double_nothing(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "TAKEN_IN_AT_ONCE", 3)
    _killed_and_resumed([place % 4 + 1 if place % 10 else 5 for place in range(100)], monkeypatch, 120)


def test_it_is_stopped_between_batches_and_goes_on(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "TAKEN_IN_AT_ONCE", 2)
    monkeypatch.setattr("storefront.catalog.exchange.jobs.STEPS_A_JOB", 1)
    row = started(looked_over(csv_of(rows(5))), mode=ImportMode.PARTIAL)
    take_in({"import": row.id}, None)
    with transaction():
        importing.stop(row.id)
    work_all(None)
    assert (again(row.id).state, again(row.id).done) == (ImportState.STOPPED, 2)
    with transaction():
        importing.go_on(row.id)
    work_all(None)
    assert (again(row.id).state, again(row.id).done) == (ImportState.DONE, 5)
    assert TAKEN_IN_AT_ONCE == 25


def test_of_two_imports_at_once_the_first_decides(house: Any) -> None:
    taken_in(looked_over(csv_of(rows(1))))
    first, second = (looked_over(csv_of(rows(1, Technique=word))) for word in ("Knotted", "Felted"))
    assert taken_in(first).state is ImportState.DONE
    assert taken_in(second).state is ImportState.STOPPED
    assert product("throw-1").technique == "Knotted"


# Undo


def test_undo_puts_back_archives_what_is_new_and_leaves_what_was_changed_since(house: Any) -> None:
    taken_in(looked_over(csv_of(rows(2))))
    row = taken_in(looked_over(csv_of(rows(3, Technique="Knotted"))))
    change("throw-2", technique="Sewn")
    with transaction():
        begun = importing.undo(row.id, by=WHO, at=now()).id
    work_all(None)
    assert [product(f"throw-{n}").technique for n in (1, 2, 3)] == ["Woven", "Sewn", "Knotted"]
    assert product("throw-3").archived_at is not None
    db.session.expire_all()
    assert [each["key"] for each in db.session.get_one(ChangeSet, begun).left_alone] == ["throw-2"]


def test_what_was_undone_under_way_does_not_go_on(house: Any) -> None:
    row = started(looked_over(csv_of(rows(2))), mode=ImportMode.PARTIAL)
    with transaction():
        db.session.get_one(ChangeSet, row.change_set_id).undone_at = now()
    take_in({"import": row.id}, None)
    assert (again(row.id).state, again(row.id).done) == (ImportState.DONE, 0)


def test_every_version_hangs_on_the_one_change_set(house: Any) -> None:
    row = taken_in(looked_over(csv_of(rows(3))))
    sets = db.session.scalars(select(Revision.change_set_id)).all()
    assert set(sets) == {row.change_set_id}
    assert len(sets) == 3


# Pictures


def an_archive(**colours: tuple[int, int, int]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, colour in colours.items():
            picture = io.BytesIO()
            Image.new("RGB", (40, 50), colour).save(picture, "PNG")
            archive.writestr(f"{name}.png", picture.getvalue())
        archive.writestr("broken.png", b"no picture")
    return target.getvalue()


def test_pictures_come_by_their_file_names_and_are_known_again(house: Any) -> None:
    archive = an_archive(red=(200, 0, 0), blue=(0, 0, 200), unused=(0, 0, 0))
    table = csv_of(
        rows(
            2,
            Pictures="red.png\nblue.png",
            **{"Picture descriptions": "Red\nBlue", "Picture of the variant": "red.png"},
        )
    )
    row = looked_over(table, archive=archive)
    assert (row.faults, db.session.scalar(select(func.count(Picture.id)))) == ([], 0)  # the dry run keeps nothing
    taken_in(row)
    hung = [each.picture for each in product("throw-1").pictures]
    assert [picture.alt for picture in hung] == ["Red", "Blue"]
    assert product("throw-1").variants[0].picture_id == hung[0].id
    assert all((settings.media_dir / "public" / picture.name).is_file() for picture in hung)
    assert looked_over(table, archive=archive).plan == []
    assert db.session.scalar(select(func.count(Picture.id))) == 4  # two products never share one file


@pytest.mark.any_database
def test_a_broken_picture_is_told_with_its_reason(house: Any) -> None:
    table = csv_of(rows(1, Pictures="broken.png", **{"Picture descriptions": "A throw"}))
    row = looked_over(table, archive=an_archive())
    assert faults_of(row) == [(2, "Pictures")]
    assert "no picture that we can take" in row.faults[0]["message"]


# Limited to one workshop


def test_somebody_of_a_workshop_touches_goods_of_it_alone(house: Any) -> None:
    with transaction() as session:
        other = a_product(partner=a_partner(slug="other-house"))
        session.add(other)
        session.flush()
        slug, sku = other.slug, other.variants[0].sku
    own = house.id
    for table in (
        [{"SKU": sku, "Name": "Taken"}],
        [{"Slug": slug, "Name": "Taken"}],
        [{"Slug": slug}],
        rows(1, Workshop="other-house"),
    ):
        row = looked_over(csv_of(table), partner_id=own)
        assert [each["what"] for each in row.plan] == ["faulty"]
        assert row.plan[0]["differences"] == []
        assert "your own workshop" in row.faults[-1]["message"]
        with pytest.raises(NotPossible):
            started(row, mode=ImportMode.PARTIAL)
    row = looked_over(csv_of(rows(1, Archived="yes", Workshop="", **{"Shown from": "2026-01-01"})), partner_id=own)
    assert "Archived, Shown from" in row.notes[0]
    assert faults_of(row) == [(2, "Slug")]
    table = rows(1)
    del table[0]["Workshop"]
    taken_in(looked_over(csv_of(table), partner_id=own))
    assert (product("throw-1").partner.slug, product("throw-1").published_at) == ("loom-house", None)


def test_goods_given_to_another_workshop_since_the_dry_run_are_left_out(house: Any) -> None:
    taken_in(looked_over(csv_of(rows(1))))
    row = looked_over(csv_of([{"SKU": "TH-1", "Technique": "Knotted"}]), partner_id=house.id)
    with transaction() as session:
        session.add(a_partner(slug="other-house"))
    change("throw-1", partner="other-house")
    with transaction() as session:  # even with the newest version seen
        held = session.get_one(Import, row.id)
        held.plan = [held.plan[0] | {"seen": 2}]
    assert taken_in(row).state is ImportState.STOPPED
    assert product("throw-1").technique == "Woven"


# Files


def test_files_and_lists_go_after_thirty_days(house: Any) -> None:
    row = looked_over(csv_of(rows(1, Materials="x")))
    folder = Workplace.of(settings.instance_dir, row.reference).folder
    assert folder.stat().st_mode & 0o777 == 0o700
    workplace.sweep(settings.instance_dir, at=now() + timedelta(days=29))
    assert folder.is_dir()
    with time_machine.travel(now() + timedelta(days=31), tick=False):
        sweep_files(None)
    assert not folder.exists()
    assert (again(row.id).state, again(row.id).plan, again(row.id).faults) == (ImportState.REFUSED, [], [])


@pytest.mark.any_database
def test_an_import_whose_file_is_gone_says_so(house: Any) -> None:
    row = started(looked_over(csv_of(rows(1))))
    (Workplace.of(settings.instance_dir, row.reference).folder / "goods.json").unlink()
    take_in({"import": row.id}, None)
    assert again(row.id).state is ImportState.STOPPED
    assert sent(b"SKU\nA\n") != row.id
