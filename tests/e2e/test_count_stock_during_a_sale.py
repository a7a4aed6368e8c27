"""Somebody counts the shelf while somebody else buys from it: both are right afterwards."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from storefront.accounts.permissions import Role
from tests.e2e.conftest import Visit
from tests.e2e.shopper import Shopper
from tests.e2e.staff import come
from tests.e2e.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
THROW, BRICK, CHARCOAL = "courtyard-throw", "REL-CYT-BRC", "REL-CYT-CHC"


@pytest.mark.parametrize(
    "screen",
    [pytest.param({"width": 1280}, id="scripts"), pytest.param({"width": 390, "scripts": False}, id="no scripts")],
)
def test_a_sale_while_somebody_counts(store: Store, visit: Visit, screen: dict[str, int]) -> None:
    counting, buying, paying = come(store, visit, Role.CATALOGUE_ADMIN, **screen), visit(store), visit(store)
    page, (before, _) = counting.page, store.stock_of(BRICK)
    paying.put_in_bag(THROW, BRICK)
    paying.go_to_payment()
    reference = store.order_of(paying.email).reference

    counting.open("/admin/stock")
    page.get_by_label("Code or product").fill("courtyard throw")
    page.get_by_role("main").get_by_role("button", name="Show", exact=True).click()
    row = _row(page.locator("main"), BRICK)
    expect(row.locator("[data-head='On hand']")).to_have_text(str(before))
    row.locator("summary").click()
    expect(row).to_contain_text(f"1 for order {reference}, being paid")
    page.get_by_label(f"Counted of {BRICK}").fill(str(before - 1))  # one has been stolen
    page.get_by_label(f"Counted of {CHARCOAL}").fill("many")
    counting.button("Show the differences").click()
    expect(page.locator(".notice-bad")).to_be_focused()
    page.locator(".notice-bad").get_by_role("link", name=re.compile(f"^{CHARCOAL}")).click()
    expect(page.get_by_label(f"Counted of {CHARCOAL}")).to_be_focused()
    expect(page.get_by_label(f"Counted of {BRICK}")).to_have_value(str(before - 1))
    page.get_by_label(f"Counted of {CHARCOAL}").fill("")

    _buy(buying)
    assert store.stock_of(BRICK) == (before - 1, 1)
    counting.button("Show the differences").click()
    line = _row(page.locator("main"), BRICK)
    expect(line.locator("[data-head='Page said']")).to_have_text(str(before))
    expect(line.locator("[data-head='Difference']")).to_have_text("-1")
    expect(line).to_contain_text("Moved while you counted")
    expect(line.locator("[data-head='Then on hand']")).to_contain_text(str(before - 2))
    expect(page.get_by_role("main")).not_to_contain_text(CHARCOAL)
    assert store.stock_of(BRICK) == (before - 1, 1)

    counting.button("Save this count").click()
    expect(counting.heading("Stock")).to_be_visible()
    expect(page.get_by_role("region", name="Done")).to_contain_text(BRICK)
    assert store.stock_of(BRICK) == (before - 2, 1)
    _take_back(counting, before)

    paying.pay()
    paying.is_thanked()
    assert store.stock_of(BRICK) == (before - 2, 0)


def _buy(shopper: Shopper) -> None:
    shopper.put_in_bag(THROW, BRICK)
    shopper.go_to_payment()
    shopper.pay()
    shopper.is_thanked()


def _take_back(counting: Shopper, before: int) -> None:
    """It was not stolen after all. What was sold stays sold."""
    page = counting.page
    page.get_by_role("link", name=BRICK, exact=True).click()
    history = page.get_by_role("region", name=f"What happened to {BRICK}")
    expect(history).to_contain_text(f"Counted 1 fewer than before: {before - 2} on hand")
    expect(history).to_contain_text("Sold 1")
    history.locator("summary", has_text="Take this back").click()
    history.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text(f"Taken back. {before - 1} are on hand.")).to_be_visible()
    assert counting.store.stock_of(BRICK) == (before - 1, 1)


def _row(place: Locator, sku: str) -> Locator:
    return place.get_by_role("row").filter(has_text=sku)
