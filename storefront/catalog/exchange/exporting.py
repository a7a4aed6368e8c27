"""The catalogue as a table that can be read in again: CSV part by part, or a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from sqlalchemy import Select, func, select

from storefront.catalog import documents
from storefront.catalog.documents import LOADED
from storefront.catalog.exchange.columns import COLUMNS
from storefront.catalog.exchange.formulas import guarded
from storefront.catalog.exchange.reading import MOST_ROWS
from storefront.catalog.models import Product, Variant
from storefront.db import db, reading

AT_ONCE = 200  # products
HEADER = [column.header for column in COLUMNS]


def as_csv(products: Select[Any]) -> Iterator[str]:
    """CSV in UTF-8 with a mark at the beginning, by which spreadsheets know it. `products` selects ids, in any order.

    Each part is read for itself, so that nothing is held however large the catalogue is.
    """
    yield "\ufeff" + _line(HEADER)
    for rows in _parts(products):
        yield "".join(map(_line, rows))


def as_spreadsheet(products: Select[Any], file: IO[bytes]) -> None:
    """XLSX of strings alone: no cell of it is a number or a formula. Written into `file`."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Catalogue")
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, text) for text in HEADER])
    for rows in _parts(products):
        for row in rows:
            sheet.append([_cell(sheet, text) for text in row])
    book.save(file)


def fits_spreadsheet(products: Select[Any]) -> bool:
    """Whether it has no more rows than can be read in again."""
    ids = products.order_by(None).subquery()
    number = select(func.count(Variant.id)).where(Variant.product_id.in_(select(ids.c[0])))
    return (db.session.scalar(number) or 0) <= MOST_ROWS


def _parts(products: Select[Any]) -> Iterator[list[list[str]]]:
    ids, last = products.order_by(None).subquery(), 0
    while True:
        with reading() as session:
            query = (
                select(Product)
                .where(Product.id > last, Product.id.in_(select(ids.c[0])))
                .order_by(Product.id)
                .limit(AT_ONCE)
                .options(*LOADED)
            )
            found = list(session.scalars(query))
            rows = [row for product, document in _written(found) for row in _rows(product, document)]
            last = found[-1].id if found else 0
            session.expunge_all()
        if not found:
            return
        yield rows


def _written(products: list[Product]) -> list[tuple[Product, documents.Document]]:
    written = documents.read_all(products)
    return [(product, written[product.id]) for product in products]


def _rows(product: Product, document: documents.Document) -> Iterator[list[str]]:
    """A row for each variant, or one for goods without any. What belongs to the product stands in the first."""
    on_hand = {variant.sku: str(variant.stock.on_hand) for variant in product.variants}
    for place, variant in enumerate(document["variants"] or [None]):
        yield [
            guarded(_text(column.key, column, document, variant, on_hand))
            if (variant if column.of_variant else place == 0 or column.key == "slug")
            else ""
            for column in COLUMNS
        ]


def _text(key: str, column: Any, document: documents.Document, variant: Any, on_hand: dict[str, str]) -> str:
    return on_hand[variant["sku"]] if key == "stock" else column.write(document, variant or {})


def _line(cells: list[str]) -> str:
    target = io.StringIO()
    csv.writer(target, lineterminator="\r\n").writerow(cells)
    return target.getvalue()


def _cell(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, value=None)
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text) or None
    if cell.value is not None:
        cell.data_type = "s"  # whatever it begins with
    return cell
