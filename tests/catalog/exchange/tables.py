"""Tables for tests, and an import from its file to the end without a page."""

from __future__ import annotations

import csv
import io
from typing import Any

from openpyxl import Workbook
from sqlalchemy import select

from storefront.catalog.exchange import importing
from storefront.catalog.exchange.jobs import look_over, take_in
from storefront.catalog.exchange.models import Import, ImportMode, ImportState
from storefront.catalog.exchange.workplace import Workplace
from storefront.catalog.models import Category, Product
from storefront.core.clock import now
from storefront.core.refs import new_reference
from storefront.db import db, transaction
from storefront.partners.models import Partner
from storefront.settings import settings
from tests.factories import a_partner

WHO = "STAFF1"
GOODS = {
    "Slug": "throw-1", "Name": "Throw 1", "Workshop": "loom-house", "Category": "home", "Description": "A throw.",
    "Technique": "Woven", "Made in": "IN", "Materials": "Cotton 80; Silk 20", "Weight in grams": "900", "SKU": "TH-1",
    "Options": "Colour=Indigo", "Price": "118.00",
}  # fmt: skip


def a_loom_house() -> Partner:
    """The workshop and the category of `GOODS`."""
    with transaction() as session:
        partner = a_partner(slug="loom-house", name="Loom House")
        session.add_all([partner, Category(slug="home", name="Home")])
    return partner


def rows(number: int, **changes: str) -> list[dict[str, str]]:
    return [
        GOODS | {"Slug": f"throw-{n}", "Name": f"Throw {n}", "SKU": f"TH-{n}"} | changes for n in range(1, number + 1)
    ]


def csv_of(rows: list[dict[str, str]], *, separator: str = ",") -> bytes:
    target = io.StringIO()
    writer = csv.DictWriter(target, list(dict.fromkeys(name for row in rows for name in row)), delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue().encode()


def xlsx_of(rows: list[list[Any]]) -> bytes:
    book, target = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(target)
    return target.getvalue()


def sent(content: bytes, *, archive: bytes | None = None, partner_id: int | None = None) -> int:
    """An import whose files are kept, not yet looked over."""
    reference = new_reference()
    Workplace.of(settings.instance_dir, reference).keep(content, archive)
    with transaction():
        row = importing.begin(
            reference, file_name="goods.csv", pictures_name="goods.zip" if archive else None, partner_id=partner_id,
            by=WHO, at=now(),
        )  # fmt: skip
        return row.id


def looked_over(content: bytes, **rest: Any) -> Import:
    import_id = sent(content, **rest)
    while again(import_id).state is ImportState.CHECKING:
        look_over({"import": import_id}, None)
    return again(import_id)


def started(row: Import, *, mode: ImportMode = ImportMode.ALL, takes_stock: bool = False) -> Import:
    with transaction():
        importing.start(row.id, mode=mode, takes_stock=takes_stock, by=WHO, at=now())
    return again(row.id)


def taken_in(row: Import, **rest: Any) -> Import:
    started(row, **rest)
    take_in({"import": row.id}, None)
    return again(row.id)


def again(import_id: int) -> Import:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Import, import_id)


def product(slug: str) -> Product:
    db.session.rollback()
    return db.session.scalars(
        select(Product).where(Product.slug == slug).execution_options(populate_existing=True)
    ).one()


def faults_of(row: Import) -> list[tuple[int, str]]:
    return [(each["line"], each["column"]) for each in row.faults]
