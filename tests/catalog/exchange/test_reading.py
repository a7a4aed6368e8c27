"""Tables from outside: every usual spelling is read, and what could do harm is refused in words."""

from __future__ import annotations

import io
import struct
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from storefront.catalog.exchange.columns import known
from storefront.catalog.exchange.formulas import guarded, without_guard
from storefront.catalog.exchange.pictures import pictures_of
from storefront.catalog.exchange.reading import (
    MOST_COLUMNS,
    MOST_LETTERS,
    MOST_ROWS,
    READ_AS_WINDOWS,
    Table,
    read,
)
from storefront.catalog.exchange.zips import FileRefused, unpacked
from tests.catalog.exchange.tables import xlsx_of

NAME = "Rébecca, Ltd"


def texts(table: Table) -> list[list[str]]:
    return [[row.cells.get(place, "") for place in range(len(table.header))] for row in table.rows]


def refusal(content: bytes) -> str:
    with pytest.raises(FileRefused) as refused:
        read(content, knows=known)
    return refused.value.message


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_every_usual_spelling_of_csv_is_read(separator: str, encoding: str) -> None:
    rows = [["SKU", "Name"], ["00123", NAME], ["B-2", "Two\nlines"], ["B-3", 'A "word"']]
    content = "\r\n".join(separator.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows).encode(
        encoding
    )
    table = read(content, knows=known)
    assert table.header == ["SKU", "Name"]
    assert texts(table) == rows[1:]
    assert [row.line for row in table.rows] == [2, 3, 5]  # the line break inside a cell counts as the file counts
    assert table.notes == ([READ_AS_WINDOWS] if encoding == "windows-1252" else [])


def test_the_separator_is_the_one_that_gives_columns_of_ours() -> None:
    assert read(b"SKU;Name, as it is read;Price\nA;B;1,50\n", knows=known).header == [
        "SKU", "Name, as it is read", "Price",
    ]  # fmt: skip


def test_empty_rows_are_passed_over_and_lines_stay_those_of_the_file() -> None:
    assert [row.line for row in read(b"SKU\n\nA\n,\n\nB\n").rows] == [3, 6]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"SKU,Name\n", "no rows"),
        (b'SKU\n"A\n', "Line 2"),
        (b'SKU\n"A"B\n', "Line 2"),
        (b"SKU\0\nA\n", "no table"),
        (b"SKU\nA\x81\n", "cannot be read"),
        (b"\xff\xfe\x00\xd8\n\x00", "cannot be read"),
        (b"SKU\n" + b'"' + b"a" * 200_000 + b'"\n', "letters"),
        (b"SKU\n" + b"A\n" * (MOST_ROWS + 1), "rows"),
        (b"SKU\n" + b"A," * MOST_COLUMNS + b"B\n", "columns"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "password"),
        (b"a" * 10_000_001, "10 MB"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_in_words(content: bytes, says: str) -> None:
    assert says in refusal(content)


def test_a_million_empty_columns_are_only_a_long_line() -> None:
    table = read(b"SKU" + b"," * 1_000_000 + b"\nA" + b"," * 1_000_000 + b"\n")
    assert (table.header, texts(table)) == (["SKU"], [["A"]])


def test_a_cell_that_is_too_long_is_told_by_line_and_column() -> None:
    table = read(b"SKU,Name\nA," + b"x" * (MOST_LETTERS + 1) + b"\n")
    assert [(fault.line, fault.column) for fault in table.faults] == [(2, "B")]


# Spreadsheets


def test_a_spreadsheet_is_read_as_what_one_sees() -> None:
    table = read(
        xlsx_of(
            [
                ["SKU", "Price", "Weight in grams", "Shown from", "Shares dated", "Archived", "Name"],
                ["00123", 118, 118.0, datetime(2026, 12, 1, 9, 30), date(2026, 11, 24), True, NAME],
                [None] * 7,
                [123, 118.5, 0.1 + 0.2, datetime(2026, 12, 1), None, False, "=text"[1:]],
            ]
        )
    )
    assert texts(table) == [
        ["00123", "118", "118", "2026-12-01 09:30", "2026-11-24", "yes", NAME],
        ["123", "118.5", "0.3", "2026-12-01", "", "no", "text"],
    ]
    assert [row.line for row in table.rows] == [2, 4]
    assert [0 in row.not_text for row in table.rows] == [False, True]


def test_a_formula_is_refused_by_line_and_column_and_its_cached_value_is_not_taken() -> None:
    content = _changed(
        xlsx_of([["SKU", "Price"], ["A", "=1+1"]]),
        "xl/worksheets/sheet1.xml",
        b"<v></v>",
        b"<v>2</v>",
        b"<v />",
        b"<v>2</v>",
    )
    table = read(content)
    assert texts(table) == [["A", ""]]
    assert [(fault.line, fault.column) for fault in table.faults] == [(2, "Price")]
    assert "formula" in table.faults[0].message


def test_only_the_first_visible_sheet_is_read_and_that_is_said() -> None:
    book, target = Workbook(), io.BytesIO()
    book.active.sheet_state = "hidden"
    for title, sku in (("Goods", "A"), ("Notes", "B")):
        sheet = book.create_sheet(title)
        sheet.append(["SKU"])
        sheet.append([sku])
    book.save(target)
    table = read(target.getvalue())
    assert texts(table) == [["A"]]
    assert "Goods" in table.notes[0]


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _zip(parts: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", packing) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def _changed(content: bytes, part: str, *pairs: bytes) -> bytes:
    parts = _parts(content)
    for old, new in zip(pairs[::2], pairs[1::2], strict=True):
        parts[part] = parts[part].replace(old, new)
    return _zip(parts)


SHEET = "xl/worksheets/sheet1.xml"
PLAIN = xlsx_of([["SKU", "Name"], ["A", "B"]])
LAUGHS = (
    b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "'
    + b"&a;" * 50
    + b'"><!ENTITY c "'
    + b"&b;" * 50
    + b'">]><worksheet>&c;</worksheet>'
)
OUTSIDE = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><worksheet>&f;</worksheet>'
HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = b"</sheetData></worksheet>"


def _sheet(inside: bytes, packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    return _zip(_parts(PLAIN) | {SHEET: HEAD + inside + TAIL}, packing)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (_zip({"a.txt": b"hello"}), "no spreadsheet"),
        (PLAIN[:-30], "broken"),
        (_zip(_parts(PLAIN) | {SHEET: b"<worksheet><sheetData>"}), "broken"),
        (_zip(_parts(PLAIN) | {"xl/other.bin": b"\0" * 5_000_000}), "tightly"),
        (_zip(_parts(PLAIN) | {f"xl/{n}.txt": b"" for n in range(500)}), "more than 500 files"),
        (_zip(_parts(PLAIN) | {"xl/embeddings/a.xlsx": PLAIN}), "another packed file"),
        (_zip(_parts(PLAIN) | {"xl/vbaProject.bin": b"x"}), "macros"),
        (_zip(_parts(PLAIN) | {SHEET: LAUGHS}), "definitions"),
        (_zip(_parts(PLAIN) | {SHEET: OUTSIDE}), "definitions"),
        (_zip(_parts(PLAIN) | {"xl/styles.xml": b"<styleSheet>" + b"<a/>" * 200_001 + b"</styleSheet>"}), "far more"),
        (_sheet(b"<row>" + b"<c/>" * 1_000_000 + b"</row>", zipfile.ZIP_STORED), "far more"),
        (_sheet(b'<row r="1"><c r="BJ1" t="inlineStr"><is><t>x</t></is></c></row>'), "60 columns"),
        (_sheet(b'<row r="1"><c r="ZZZZZZ1" t="inlineStr"><is><t>x</t></is></c></row>'), "60 columns"),
        (
            _sheet(
                b'<row r="1"><c r="A1" t="inlineStr"><is><t>SKU</t></is></c></row>'
                b'<row r="20002"><c r="A20002" t="inlineStr"><is><t>x</t></is></c></row>'
            ),
            "20000 rows",
        ),
    ],
)  # fmt: skip
def test_a_hostile_spreadsheet_is_refused_in_words(content: bytes, says: str) -> None:
    assert says in refusal(content)


def test_a_locked_entry_a_link_and_a_doubled_name_are_refused() -> None:
    locked = bytearray(_zip({"xl/workbook.xml": b"x"}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = locked.index(mark) + place
        locked[at : at + 2] = struct.pack("<H", 1)
    assert "password" in refusal(bytes(locked))
    link = zipfile.ZipInfo("a.jpg")
    link.external_attr = 0o120777 << 16
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "link" in refusal(target.getvalue())
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a", "1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a", "2")
    assert "two files" in refusal(target.getvalue())


def test_what_is_unpacked_is_counted_over_all_files() -> None:
    parts = {f"{n}.txt": bytes(range(256)) * 100 for n in range(10)}
    assert len(list(unpacked(_zip(parts), most_entries=10, most_bytes=256_000, what="It"))) == 10
    with pytest.raises(FileRefused, match="larger"):
        list(unpacked(_zip(parts), most_entries=10, most_bytes=255_999, what="It"))


def test_a_header_that_lies_about_its_size_does_not_let_more_in() -> None:
    """The directory says that the part holds ten bytes; it unpacks to five million."""
    content = bytearray(_zip(_parts(PLAIN) | {"xl/zeros.txt": b"\0" * 5_000_000}))
    at = content.rindex(b"xl/zeros.txt") - 46 + 24
    content[at : at + 4] = struct.pack("<I", 10)
    assert "broken" in refusal(bytes(content))


# Pictures


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"pictures/a.jpg": b"x"}, "without folders"),
        ({"../a.jpg": b"x"}, "without folders"),
        ({"a\\b.jpg": b"x"}, "without folders"),
        ({"a.zip": PLAIN}, "another packed file"),
        ({f"{n}.jpg": b"x" for n in range(2001)}, "more than 2000 files"),
        ({"a.jpg": b"\0" * 2_000_000}, "tightly"),
    ],
)
def test_an_archive_of_pictures_that_does_not_fit_is_refused(parts: dict[str, bytes], says: str) -> None:
    with pytest.raises(FileRefused, match=says):
        list(pictures_of(_zip(parts)))


def test_what_computers_put_into_archives_is_passed_over() -> None:
    found = list(pictures_of(_zip({"__MACOSX/._a.jpg": b"x", ".DS_Store": b"x", "a.jpg": b"pixels"})))
    assert [(entry.name, entry.content) for entry in found] == [("a.jpg", b"pixels")]


# Formulas


@pytest.mark.parametrize(
    "text",
    [
        "=cmd|' /C calc'!A0",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1",
        "'",
        "''",
        "'=1",
        "'tis",
        "plain",
        "",
    ],
)
def test_a_formula_is_guarded_on_the_way_out_and_read_as_it_was(text: str) -> None:
    out: Any = guarded(text)
    assert out[:1] not in {"=", "+", "-", "@", "\t", "\r", "\n", "＝"}
    assert without_guard(out) == text


def test_an_apostrophe_that_somebody_typed_stays() -> None:
    assert without_guard("'tis") == "'tis"
