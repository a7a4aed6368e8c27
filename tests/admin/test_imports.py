"""The pages of imports and exports: who may open them, what they say, and that nothing in a file becomes markup."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import func, select

from storefront.accounts.permissions import Role
from storefront.catalog.exchange.columns import COLUMNS
from storefront.catalog.exchange.models import Import, ImportState
from storefront.catalog.exchange.workplace import Workplace
from storefront.catalog.models import Product
from storefront.db import db, transaction
from storefront.jobs.working import work_all
from storefront.settings import settings
from tests.admin.people import SAME, Staff, a_person, anew
from tests.catalog.exchange.tables import a_loom_house, again, csv_of, product, rows
from tests.factories import a_partner, a_product

# The use cases behind these pages are tried on both databases.
pytestmark = pytest.mark.any_database

SCRIPT = '"><script>alert(1)</script>'


@pytest.fixture
def house(app: Flask) -> Any:
    return a_loom_house()


@pytest.fixture
def desk(app: Flask, house: Any) -> Staff:
    return Staff(app, a_person(Role.CATALOGUE_ADMIN))


def send(desk: Staff, content: bytes, *, name: str = "goods.csv", work: bool = True) -> Import:
    answer = desk.post("/admin/imports", table=(io.BytesIO(content), name))
    assert answer.status_code == 303, answer.text
    reference = answer.location.rpartition("/")[2]
    if work:
        work_all(None)
    db.session.rollback()
    return db.session.scalars(select(Import).where(Import.reference == reference)).one()


def address(row: Import, step: str = "") -> str:
    return f"/admin/imports/{row.reference}{f'/{step}' if step else ''}"


def test_a_table_is_sent_read_taken_in_and_undone(desk: Staff) -> None:
    row = send(desk, csv_of(rows(2)), work=False)
    page = desk.get(address(row)).text
    assert 'http-equiv="refresh"' in page
    assert 'data-progress="1"' in page
    assert "Sent by person-" in page
    work_all(None)
    page = desk.get(address(row)).text
    assert "No mistake in the file" in page
    assert 'http-equiv="refresh"' not in page
    assert desk.post(address(row, "take-in"), mode="all").status_code == 303
    work_all(None)
    assert "2 products were taken in" in desk.get(address(row)).text
    assert product("throw-1").name == "Throw 1"
    assert desk.post(address(row, "undo")).status_code == 303
    work_all(None)
    page = desk.get(address(row)).text
    assert "2 products were put back" in page
    assert product("throw-1").archived_at is not None
    assert "Nothing differs" not in page


def test_a_second_time_the_same_file_says_that_nothing_differs(desk: Staff) -> None:
    row = send(desk, csv_of(rows(1)))
    desk.post(address(row, "take-in"), mode="all")
    work_all(None)
    assert "Nothing differs" in desk.get(address(send(desk, csv_of(rows(1))))).text
    assert desk.get("/admin/imports").text.count("goods.csv") == 2


def test_mistakes_stand_with_line_and_column_and_forbid_all_or_nothing(desk: Staff) -> None:
    row = send(desk, csv_of([rows(1)[0] | {"Price": "cheap"}, rows(2)[1]]))
    page = desk.get(address(row)).text
    assert "1 mistake in the file" in page
    assert '<th scope="row">Line 2</th><td data-head="Column" dir="auto">Price</td>' in page
    answer = desk.post(address(row, "take-in"), mode="all")
    assert answer.status_code == 422
    assert "There are mistakes in the file." in answer.text
    assert desk.post(address(row, "take-in"), mode="").status_code == 422
    assert desk.post(address(row, "take-in"), mode="partial").status_code == 303
    assert desk.post(address(row, "take-in"), mode="partial").status_code == 422
    work_all(None)
    assert db.session.scalars(select(Product.slug)).all() == ["throw-2"]


def test_changes_are_said_in_words_and_stock_only_if_asked(desk: Staff) -> None:
    row = send(desk, csv_of(rows(1, Stock="3")))
    desk.post(address(row, "take-in"), mode="all")
    work_all(None)
    row = send(desk, csv_of(rows(1, Stock="8", Technique="Knotted")))
    page = desk.get(address(row)).text
    assert "<del>Woven</del> <ins>Knotted</ins>" in page
    assert "<del>3</del> <ins>8</ins>" in page
    desk.post(address(row, "take-in"), mode="all", stock="y")
    work_all(None)
    assert product("throw-1").variants[0].stock.on_hand == 8


@pytest.mark.parametrize("step", ["stop", "go-on", "undo"])
def test_a_step_that_is_not_possible_is_refused_in_words(desk: Staff, step: str) -> None:
    row = send(desk, csv_of(rows(1)))
    assert desk.post(address(row, step)).status_code == 422
    assert again(row.id).state is ImportState.CHECKED


def test_a_file_is_dropped_and_looked_over_again(desk: Staff) -> None:
    row = send(desk, csv_of(rows(1)))
    assert desk.post(address(row, "look-again")).status_code == 303
    work_all(None)
    assert desk.post(address(row, "drop")).status_code == 303
    assert "Nothing of it was taken in" in desk.get(address(row)).text
    assert desk.post(address(row, "take-in"), mode="all").status_code == 422


def test_nothing_of_a_file_becomes_markup(desk: Staff) -> None:
    faulty = {column.header: SCRIPT for column in COLUMNS} | {"SKU": "A-1", "Slug": "a", SCRIPT: SCRIPT}
    row = send(desk, csv_of([faulty]), name="<script>alert(1)</script>.csv")
    good = send(desk, csv_of(rows(1, Name=SCRIPT, Technique=SCRIPT, Notice=SCRIPT, Care=SCRIPT)))
    for path in (address(row), address(good), "/admin/imports"):
        page = desk.get(path)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert" in desk.get(address(row)).text
    desk.post(address(good, "take-in"), mode="all")
    work_all(None)
    again_row = send(desk, csv_of(rows(1, Name=f"{SCRIPT}2", Technique=f"{SCRIPT}2")))
    page = desk.get(address(again_row)).text
    assert "&lt;script&gt;alert" in page
    assert "<script>alert" not in page


def test_without_a_file_nothing_begins(desk: Staff) -> None:
    answer = desk.post("/admin/imports")
    assert answer.status_code == 422
    assert "Choose a file" in answer.text
    assert db.session.scalar(select(func.count(Import.id))) == 0


def test_a_file_that_cannot_be_read_says_why(desk: Staff) -> None:
    page = desk.get(address(send(desk, b"\xd0\xcf\x11\xe0old", name="old.xls"))).text
    assert "old spreadsheet" in page


def _whole_body(desk: Staff, content: bytes, **environ: str) -> Any:
    """A form with a file, written by hand: the test client leaves the files it makes of large ones open."""
    parts = (
        f'name="csrf_token"\r\n\r\n{desk.form_token()}'.encode(),
        b'name="table"; filename="a.csv"\r\n\r\n' + content,
    )
    body = b"".join(b"--x\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts) + b"--x--\r\n"
    kind = "multipart/form-data; boundary=x"
    return anew(
        desk.client,
        "/admin/imports",
        method="POST",
        data=body,
        content_type=kind,
        headers=SAME,
        environ_overrides=environ,
    )


def test_a_large_table_passes_and_one_that_is_too_large_does_not(desk: Staff) -> None:
    assert _whole_body(desk, b"SKU\n" + b"A" * 200_000).status_code == 303
    assert _whole_body(desk, b"SKU\n", CONTENT_LENGTH="71000001").status_code == 413


def test_cells_of_a_spreadsheet_are_strings_even_without_the_guard(
    desk: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storefront.catalog.exchange.exporting.guarded", lambda text: text)
    with transaction() as session:
        session.add(a_product(name="=1+1"))
    sheet = load_workbook(io.BytesIO(desk.get("/admin/products/export.xlsx").data)).active
    assert (sheet["B2"].value, sheet["B2"].data_type) != ("=1+1", "f")


def test_what_is_not_hers_is_not_found(app: Flask, desk: Staff, house: Any) -> None:
    row = send(desk, csv_of(rows(1)))
    hers = Staff(app, a_person(Role.PARTNER_STAFF, partner_id=house.id))
    for path in (address(row), "/admin/imports/NOSUCH"):
        assert hers.get(path).status_code == 404
    assert hers.post(address(row, "take-in"), mode="all").status_code == 404
    assert row.reference not in hers.get("/admin/imports").text
    assert Staff(app, a_person(Role.EDITOR)).get("/admin/imports").status_code == 404
    own = send(hers, csv_of(rows(1)))
    assert own.partner_id == house.id
    assert hers.get(address(own)).status_code == 200
    assert desk.get(address(own)).status_code == 200


def test_somebody_whose_workshop_is_gone_sends_nothing(app: Flask, house: Any) -> None:
    nobody = Staff(app, a_person(Role.PARTNER_STAFF))
    assert nobody.post("/admin/imports", table=(io.BytesIO(b"SKU\nA\n"), "a.csv")).status_code == 404
    assert db.session.scalar(select(func.count(Import.id))) == 0


def _exported(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def test_goods_go_out_as_csv_and_as_a_spreadsheet_without_a_formula(app: Flask, desk: Staff, house: Any) -> None:
    with transaction() as session:
        evil = a_product(name="=cmd|' /C calc'!A0", partner_id=house.id)
        evil.description, evil.technique = "@SUM(1)", "-1+1"
        other = a_product(partner=a_partner())
        session.add_all([evil, other])
        session.flush()
        slug, other_slug = evil.slug, other.slug
    found = {row["Slug"]: row for row in _exported(desk.get("/admin/products/export.csv"))}
    assert found.keys() == {slug, other_slug}
    assert (found[slug]["Name"], found[slug]["Description"], found[slug]["Technique"]) == (
        "'=cmd|' /C calc'!A0", "'@SUM(1)", "'-1+1",
    )  # fmt: skip
    assert _exported(desk.get("/admin/products/export.csv?partner=loom-house")) == [found[slug]]
    hers = Staff(app, a_person(Role.PARTNER_STAFF, partner_id=house.id))
    assert [row["Slug"] for row in _exported(hers.get("/admin/products/export.csv"))] == [slug]
    answer = desk.get("/admin/products/export.xlsx")
    sheet = load_workbook(io.BytesIO(answer.data)).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}
    assert send(desk, answer.data, name="catalogue.xlsx").counts["same"] == 2


def test_a_spreadsheet_of_too_many_rows_is_refused_in_words(desk: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction() as session:
        session.add(a_product(variants=3))
    monkeypatch.setattr("storefront.catalog.exchange.exporting.MOST_ROWS", 2)
    answer = desk.get("/admin/products/export.xlsx")
    assert answer.status_code == 422
    assert "take CSV" in answer.text


def test_what_is_kept_of_a_file_has_none_of_its_names(desk: Staff) -> None:
    row = send(desk, csv_of(rows(1)), name="../../etc/passwd")
    folder = Workplace.of(settings.instance_dir, row.reference).folder
    assert sorted(path.name for path in folder.iterdir()) == ["goods.json", "pictures.json", "table"]
    assert folder.parent == settings.instance_dir / "imports"
