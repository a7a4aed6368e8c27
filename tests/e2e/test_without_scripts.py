"""The whole purchase on a small screen with scripts off, wrong turns included."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_without_scripts(store: Store, visit: Visit) -> None:
    shopper = visit(store, width=390, scripts=False)
    page = shopper.page

    shopper.open("/")
    page.locator("summary", has_text="Menu").click()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Shop").click()
    page.get_by_label("Sort by").select_option("name")
    shopper.button("Sort").click()
    page.get_by_role("main").get_by_role("link", name="Block-print square scarf").click()
    page.get_by_label("How many").select_option("2")
    shopper.button("Add to bag").click()
    expect(page.get_by_text("Block-print square scarf is in your bag.")).to_be_visible()
    page.get_by_label(re.compile("^How many of Block-print square scarf")).fill("3")
    shopper.button("Update Block-print square scarf").click()
    expect(page.get_by_role("main")).to_contain_text("3 pieces")
    shopper.button("Remove Block-print square scarf").click()
    shopper.button("Put it back").click()
    expect(page.get_by_role("main")).to_contain_text("3 pieces")

    page.get_by_role("link", name="Check out").click()
    shopper.fill_in()
    page.get_by_label("Gift message").fill("With love")
    _change_country(page, "DE")
    expect(page.get_by_label(re.compile("^Postal code"))).to_be_visible()
    expect(page.get_by_label(re.compile("^State"))).to_have_count(0)
    _nothing_is_lost(page, "With love")
    page.get_by_label("Tracked").check()
    _change_country(page, "US")
    expect(page.get_by_label("Tracked")).to_be_checked()
    _nothing_is_lost(page, "With love")

    shopper.fill_in(ZIP="4520")
    shopper.pay_button().click()
    zip_code = page.get_by_label("ZIP code")
    expect(zip_code).to_have_attribute("aria-invalid", "true")
    expect(zip_code).to_have_accessible_description(re.compile("Enter a ZIP code like"))
    expect(page.locator(".notice-bad")).to_be_focused()
    page.locator(".notice-bad").get_by_role("link", name=re.compile("Enter a ZIP code like")).click()
    expect(zip_code).to_be_focused()
    expect(zip_code).to_have_value("4520")
    expect(page.get_by_label("Tracked")).to_be_checked()
    _nothing_is_lost(page, "With love")
    assert store.orders_of(shopper.email) == []

    zip_code.fill("45202")
    zip_code.press("Enter")  # the form's first button is the one that pays
    shopper.arrive_at_payment()
    shopper.pay()
    shopper.is_thanked()
    order = store.order_of(shopper.email)
    assert (order.shipping_method, order.gift_message, order.lines[0].quantity) == ("tracked", "With love", 3)
    expect(page.get_by_role("main")).to_contain_text("With love")


def _change_country(page: Page, code: str) -> None:
    page.get_by_label("Country").select_option(code)
    page.locator("button[name=change_country]").click()  # its words may change, its name is promised
    expect(page.get_by_label("Country")).to_have_value(code)


def _nothing_is_lost(page: Page, note: str) -> None:
    expect(page.get_by_label("Name")).to_have_value("Mara Lindqvist")
    expect(page.get_by_label(re.compile("^Street"))).to_have_value("48 Linden Street")
    expect(page.get_by_label("City")).to_have_value("Cincinnati")
    expect(page.get_by_label("Gift message")).to_have_value(note)
