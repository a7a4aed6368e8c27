"""A table of five hundred rows, seven of them wrong: read, mended, taken in, sent again, undone; and taken out again."""

from __future__ import annotations

import csv
import re
from io import StringIO

import pytest
from playwright.sync_api import FilePayload, Page, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storefront.accounts.permissions import Role
from storefront.catalog.models import Product, Stock, Variant
from tests.e2e.conftest import Visit
from tests.e2e.shopper import Shopper
from tests.e2e.staff import come
from tests.e2e.store import Store, until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
HEADER = [
    "Slug",
    "Name",
    "Workshop",
    "Category",
    "Made in",
    "Weight in grams",
    "Materials",
    "SKU",
    "Options",
    "Price",
    "Stock",
]
ROWS, OF_ONE = 500, 10  # variants, and how many of them are one product
# The row, counted from the first below the header, the column, what is typed there, and what the page says of it.
MISTAKES = (
    (20, "Workshop", "no-such-house", "Choose a workshop."),
    (60, "Category", "no-such-shelf", "Choose a category."),
    (80, "Materials", "Cotton 70; Silk 20", "The materials add up to 90 percent."),
    (107, "Price", "many", "Write an amount like 118 or 118.00"),
    (151, "SKU", "TAB-000", "The code TAB-000 stands on line 2 already."),
    (203, "Options", "large", "Write what tells this variant from the others"),
    (499, "Stock", "a few", "Write how many pieces there are as a whole number"),
)  # fmt: skip


def test_five_hundred_rows_with_seven_mistakes(store: Store, visit: Visit) -> None:
    admin = come(store, visit, Role.CATALOGUE_ADMIN)
    page = admin.page
    send(admin, "autumn.csv", _table(MISTAKES))
    expect(page.get_by_role("heading", name="7 mistakes in the file")).to_be_visible()
    table = page.get_by_role("table").filter(has=page.get_by_role("columnheader", name="What is wrong"))
    expect(table.get_by_role("row")).to_have_count(1 + len(MISTAKES))
    for place, column, _, says in MISTAKES:
        row = table.get_by_role("row").filter(has=page.get_by_role("rowheader", name=f"Line {place + 2}", exact=True))
        expect(row).to_contain_text(says)
        expect(row.locator("[data-head=Column]")).to_have_text(column)
    expect(page.get_by_role("radio", name=re.compile("^All of it"))).to_be_disabled()

    send(admin, "autumn-mended.csv", _table())
    expect(page.get_by_role("heading", name="No mistake in the file")).to_be_visible()
    expect(page.locator(".figures")).to_contain_text(re.compile(rf"new\s*{ROWS // OF_ONE}\s*changed\s*0"))
    assert _held_by(store) == (0, 0, 0)
    page.get_by_role("radio", name=re.compile("^One product after the other")).check()
    admin.button("Take it in").click()
    expect(page.get_by_role("status").filter(has_text="products gone through")).to_be_visible()
    expect(page.get_by_role("heading", name=f"{ROWS // OF_ONE} products were taken in")).to_be_visible()
    assert _held_by(store) == (ROWS // OF_ONE, ROWS, ROWS * 3)

    send(admin, "autumn-again.csv", _table())
    expect(page.get_by_role("heading", name="Nothing differs")).to_be_visible()
    expect(admin.button("Take it in")).to_have_count(0)

    admin.open("/admin/imports")
    with page.expect_download() as taken_out:
        page.get_by_role("link", name="All goods as CSV").click()
    exported = taken_out.value.path().read_bytes()
    assert exported.count(b"TAB-") >= ROWS
    send(admin, "taken-out.csv", exported)
    expect(page.get_by_role("heading", name="Nothing differs")).to_be_visible()
    expect(page.locator(".figures")).to_contain_text(
        re.compile(r"new\s*0\s*changed\s*0.*with a mistake\s*0", re.DOTALL)
    )

    admin.open("/admin/imports")
    page.get_by_role("link", name="autumn-mended.csv").click()
    page.locator("summary", has_text="Undo this import").click()
    admin.button("Undo now").click()
    expect(page.get_by_role("heading", name="Undone")).to_be_visible()
    expect(page.get_by_text(f"{ROWS // OF_ONE} products were put back")).to_be_visible()
    assert _held_by(store) == (0, ROWS, ROWS * 3)
    expect(page.locator("summary", has_text="Undo this import")).to_have_count(0)


def test_without_scripts_nothing_is_taken_in_by_itself(store: Store, visit: Visit) -> None:
    """On a small screen: a file that cannot be read says so, and one that can is dropped."""
    admin = come(store, visit, Role.CATALOGUE_ADMIN, width=390, scripts=False)
    page = admin.page
    admin.open("/admin/imports")
    admin.button("Look it over").click()
    expect(page.locator(".notice-bad")).to_be_focused()
    send(admin, "picture.xlsx", b"PK\x03\x04 and nothing that was packed")
    expect(page.locator("main .notice-bad")).to_be_visible()
    send(admin, "small.csv", b"SKU;Price\nRTH-RBC-WID;=1+1\n")
    expect(page.get_by_role("heading", name="1 mistake in the file")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Line 2")).to_contain_text("Write an amount")
    admin.button("Drop it").click()
    expect(page.get_by_text("Nothing of it was taken in.")).to_be_visible()


def send(admin: Shopper, name: str, content: bytes) -> None:
    """Send the file and look until the worker has looked it over."""
    page = admin.page
    admin.open("/admin/imports")
    file: FilePayload = {"name": name, "mimeType": "text/csv", "buffer": content}
    page.locator("input[type=file]").first.set_input_files(file)
    admin.button("Look it over").click()
    expect(admin.heading(name)).to_be_visible()
    until(lambda: _is_looked_over(page), what="the worker's look at the file")


def _is_looked_over(page: Page) -> bool:
    """Sooner than the page would tell by itself."""
    page.reload()
    return page.locator("[data-progress='0']").count() == 1


def _table(mistakes: tuple[tuple[int, str, str, str], ...] = ()) -> bytes:
    """Five hundred variants of fifty drafts; what belongs to the product stands in its first row alone."""
    rows = []
    for place in range(ROWS):
        number, nth = divmod(place, OF_ONE)
        rows.append(dict.fromkeys(HEADER, "") | {
            "Slug": f"table-throw-{number}", "SKU": f"TAB-{place:03}", "Options": f"Colour=Shade {nth}", "Price": "48.00", "Stock": "3",
        })  # fmt: skip
        if nth == 0:
            rows[-1] |= {
                "Name": f"Throw no. {number}", "Workshop": "sample-riverbend-thread-house", "Category": "home", "Made in": "IN",
                "Weight in grams": "900", "Materials": "Cotton 80; Silk 20",
            }  # fmt: skip
    for place, column, typed, _ in mistakes:
        rows[place][column] = typed
    written = StringIO()
    table = csv.DictWriter(written, HEADER)
    table.writeheader()
    table.writerows(rows)
    return written.getvalue().encode()


def _held_by(store: Store) -> tuple[int, int, int]:
    """Of this table: products that are not archived, variants, pieces on the shelf."""
    products = select(func.count(Product.id)).where(
        Product.slug.startswith("table-throw-"), Product.archived_at.is_(None)
    )
    variants = select(func.count(Stock.variant_id), func.coalesce(func.sum(Stock.on_hand), 0))
    with Session(store.engine) as session:
        row = session.execute(
            variants.join(Variant, Variant.id == Stock.variant_id).where(Variant.sku.startswith("TAB-"))
        ).one()
        return session.scalar(products) or 0, row[0], row[1]
