"""A table from outside as rows of plain strings: CSV in the usual spellings, and XLSX. Nothing of it is trusted.

What a file is counts by its content, never by its name. Everything that does not fit is refused in words.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from xml.parsers import expat

import openpyxl
from openpyxl.utils import get_column_letter

from storefront.catalog.exchange.formulas import without_guard
from storefront.catalog.exchange.zips import Entry, FileRefused, unpacked

MOST_BYTES = 10_000_000
MOST_UNPACKED = 60_000_000
MOST_PARTS = 500  # files inside a spreadsheet
MOST_ROWS, MOST_COLUMNS, MOST_LETTERS = 20_000, 60, 32_000
MOST_ELEMENTS = 3_000_000  # of XML in a spreadsheet
MOST_ELEMENTS_ASIDE = 200_000  # the same in a part that is read whole into memory: styles, the list of sheets
MOST_IN_A_ROW = 100_000
MOST_ROWS_OF_ANY_SHEET = 1_048_576
OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"
SEPARATORS = (",", ";", "\t")
BROKEN = "This spreadsheet is broken or incomplete. Please save it anew and try again."
READ_AS_WINDOWS = (
    "The letters of this file were read as Windows-1252, because they are not UTF-8. Please look whether names with"
    " accents are right."
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a file, and where: its line counted from 1, and the header of the column (or its letter)."""

    line: int
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `cells` by the place of their column from 0, empty ones left out. `not_text` are the places of cells
    that a spreadsheet keeps as a number or a date, and so without the zeros somebody may have typed before it."""

    line: int
    cells: dict[int, str]
    not_text: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Table:
    """`faults` are cells that could not be taken as they are; they are empty in `rows`."""

    header: list[str]
    rows: list[Row]
    notes: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read(content: bytes, *, knows: Callable[[str], bool] = lambda header: False) -> Table:
    """`knows` tells whether a header is one of ours, by which the separator of CSV is found. Raises `FileRefused`."""
    if len(content) > MOST_BYTES:
        raise FileRefused(f"This file is larger than {MOST_BYTES // 1_000_000} MB. Please send it in parts.")
    if content.startswith(OLD_OR_LOCKED):
        raise FileRefused(
            "This is an old spreadsheet, or one locked with a password. Please save it as .xlsx without a password."
        )
    found = _spreadsheet(content) if content.startswith(b"PK") else _csv(content, knows)
    if not found.header:
        raise FileRefused("This file is empty. The first row must name the columns.")
    if not found.rows:
        raise FileRefused("This file has no rows below the names of its columns.")
    return found


# CSV


def _csv(content: bytes, knows: Callable[[str], bool]) -> Table:
    text, notes = _decoded(content)
    separator = max(SEPARATORS, key=lambda sign: _known(text, sign, knows))
    rows = list(_csv_rows(text, separator))
    faults: list[Fault] = []
    header, *rest = [Row(row.line, _clean(row, faults)) for row in rows] or [Row(1, {})]
    return Table(_names(header), [row for row in rest if row.cells], notes, faults)


def _decoded(content: bytes) -> tuple[str, list[str]]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decode(content, "utf-16"), []
    try:
        text, notes = content.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        text, notes = _decode(content, "windows-1252"), [READ_AS_WINDOWS]
    if "\0" in text:
        raise FileRefused("This is no table that we can read. Please send CSV or XLSX.")
    return text, notes


def _decode(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileRefused("The letters of this file cannot be read. Please save it as CSV in UTF-8.") from error


def _known(text: str, separator: str, knows: Callable[[str], bool]) -> tuple[int, int]:
    try:
        first = next(csv.reader(io.StringIO(text[:100_000], newline=""), delimiter=separator), [])
    except csv.Error:
        return 0, 0
    return sum(knows(name) for name in first), len(first)


def _csv_rows(text: str, separator: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for count, cells in enumerate(reader):
            if len(cells) > MOST_COLUMNS and any(cells[MOST_COLUMNS:]):
                raise FileRefused(f"Line {line} has more than {MOST_COLUMNS} columns.")
            if count > MOST_ROWS:
                raise _too_long()
            yield Row(line, {place: cell for place, cell in enumerate(cells[:MOST_COLUMNS]) if cell})
            line = reader.line_num + 1
    except csv.Error as error:
        if "field larger" in str(error):
            raise FileRefused(f"Line {line} has a cell with more than {MOST_LETTERS} letters.") from error
        raise FileRefused(
            f"Line {line} cannot be read. A cell with a quotation mark, a separator or a line break stands between"
            " quotation marks, and a quotation mark inside it is doubled."
        ) from error


# XLSX


def _spreadsheet(content: bytes) -> Table:
    parts = list(unpacked(content, most_entries=MOST_PARTS, most_bytes=MOST_UNPACKED, what="This spreadsheet"))
    _refuse_what_is_not_a_table(parts)
    try:
        # Packed anew from what was counted, so that nothing else can be read.
        clean = io.BytesIO()
        with zipfile.ZipFile(clean, "w") as archive:
            for part in parts:
                archive.writestr(part.name, part.content)
        parts.clear()
        book = openpyxl.load_workbook(clean, read_only=True, data_only=False, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        if not sheets:
            raise FileRefused("This spreadsheet has no sheet with a table.")
        faults: list[Fault] = []
        rows = list(_sheet_rows(sheets[0], faults))
    except FileRefused:
        raise
    except Exception as error:  # the reader's errors describe its own insides
        raise FileRefused(BROKEN) from error
    notes = [f'Only the first sheet, "{sheets[0].title}", was read.'] if len(sheets) > 1 else []
    header, *rest = rows or [Row(1, {})]
    names = _names(header)
    faults = [Fault(each.line, _name(names, each.column), each.message) for each in faults]
    return Table(names, rest, notes, faults)


def _refuse_what_is_not_a_table(parts: list[Entry]) -> None:
    names = {part.name for part in parts}
    if "xl/workbook.xml" not in names:
        raise FileRefused("This is a packed file but no spreadsheet. Please send CSV or XLSX.")
    elements = 0
    for part in parts:
        name = part.name.lower()
        if "vbaproject" in name or "macrosheets" in name or b"macroEnabled" in part.content[:20_000]:
            raise FileRefused("This spreadsheet holds macros. Please save it as .xlsx without them.")
        if name.endswith((".xml", ".rels", ".vml")):
            elements += _elements(part)
            if elements > MOST_ELEMENTS:
                raise FileRefused("This spreadsheet holds far more cells than a catalogue. Please send it in parts.")


def _elements(part: Entry) -> int:
    """How many elements there are, found without building any. Refuses what would grow in memory."""
    in_part = in_row = rows = column = line = 0
    is_sheet = "sheets/" in part.name
    most = MOST_ELEMENTS if is_sheet or "sharedstrings" in part.name.lower() else MOST_ELEMENTS_ASIDE
    parser = expat.ParserCreate()

    def doctype(*rest: Any) -> None:
        raise FileRefused("This spreadsheet holds definitions that no spreadsheet needs. It is not opened.")

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal in_part, in_row, column, line
        in_part, in_row = in_part + 1, in_row + 1
        if in_row > MOST_IN_A_ROW or in_part > most:
            raise FileRefused("This spreadsheet holds far more cells than a catalogue. Please send it in parts.")
        if is_sheet:
            tag = name.rpartition(":")[2]
            if tag == "row":
                line = int(attributes.get("r", line + 1))
            elif tag == "c":
                letters = attributes.get("r", "").rstrip("0123456789")
                column = _column(letters) if letters else column + 1
            elif tag in {"v", "is", "f"} and column > MOST_COLUMNS:
                raise FileRefused(f"Line {line} has more than {MOST_COLUMNS} columns.")
            elif tag in {"v", "is", "f"} and line > MOST_ROWS + 1:
                raise _too_long()

    def end(name: str) -> None:
        nonlocal in_row, rows, column
        if name.rpartition(":")[2] in {"row", "si"}:
            in_row, rows, column = 0, rows + 1, 0
            if rows > MOST_ROWS_OF_ANY_SHEET:
                raise _too_long()

    parser.StartDoctypeDeclHandler, parser.StartElementHandler, parser.EndElementHandler = doctype, start, end
    try:
        parser.Parse(part.content, True)
    except (expat.ExpatError, ValueError) as error:
        raise FileRefused(BROKEN) from error
    return in_part


def _column(letters: str) -> int:
    """The number of a column, from 1: "A", "Z", "AA"; letters that are none count as far too many."""
    number = 0
    for letter in letters[:8]:
        number = number * 26 + (ord(letter) - 64 if "A" <= letter <= "Z" else MOST_COLUMNS)
    return number


def _sheet_rows(sheet: Any, faults: list[Fault]) -> Iterator[Row]:
    for line, cells in enumerate(sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS), start=1):
        texts: dict[int, str] = {}
        not_text: set[int] = set()
        for place, cell in enumerate(cells):
            if cell.value is None:
                continue
            text, wrong = _text_of(cell)
            if wrong:
                faults.append(Fault(line, get_column_letter(place + 1), wrong))
            elif text.strip():
                texts[place] = text
                if cell.data_type not in {"s", "inlineStr", "str"}:
                    not_text.add(place)
        if texts or line == 1:
            row = Row(line, texts, frozenset(not_text))
            yield Row(line, _clean(row, faults), row.not_text)


def _text_of(cell: Any) -> tuple[str, str]:
    """The text of a cell, and what is wrong with it."""
    value, kind = cell.value, cell.data_type
    if kind == "f" or not isinstance(value, (str, int, float, bool, datetime, date, time)):
        return "", "This cell holds a formula. Please put its value there, as text or as a number."
    if kind == "e":
        return "", "This cell holds an error of the spreadsheet. Please put a value there."
    if isinstance(value, bool):
        return "yes" if value else "no", ""
    if isinstance(value, float):
        return f"{value:.15g}", ""  # as many digits as a spreadsheet shows
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="auto").removesuffix(" 00:00:00").removesuffix(":00"), ""
    if isinstance(value, (date, time)):
        return value.isoformat(), ""
    return re.sub(r"_x000[dD]_", "", str(value)), ""


# Both


def _clean(row: Row, faults: list[Fault]) -> dict[int, str]:
    cells: dict[int, str] = {}
    for place, cell in row.cells.items():
        if len(cell) > MOST_LETTERS:
            column = get_column_letter(place + 1)
            faults.append(Fault(row.line, column, f"This cell holds more than {MOST_LETTERS} letters."))
        elif text := without_guard(cell.replace("\r\n", "\n")).strip(" \u00a0"):
            cells[place] = text
    return cells


def _names(header: Row) -> list[str]:
    return [header.cells.get(place, "").strip() for place in range(max(header.cells, default=-1) + 1)]


def _name(names: list[str], letter: str) -> str:
    place = openpyxl.utils.column_index_from_string(letter) - 1
    return names[place] if place < len(names) and names[place] else letter


def _too_long() -> FileRefused:
    return FileRefused(f"This table has more than {MOST_ROWS} rows. Please send it in parts.")
