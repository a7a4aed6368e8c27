"""From the front page to "Thank you" with a piece of which there is only one; on both databases."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
THROW, SKU = "/shop/sari-layer-throw", "SBR-SLT-001"


def test_buy_the_last_throw(store_on_both: Store, visit: Visit) -> None:
    store = store_on_both
    shopper = visit(store, width=1280)
    page = shopper.page

    shopper.open("/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Shop").click()
    expect(shopper.heading("Shop")).to_be_visible()
    page.locator("summary", has_text="Filter").click()
    page.get_by_label("Collection").select_option("one-of-a-kind")
    shopper.button("Show pieces").click()
    expect(shopper.heading("One of a kind")).to_be_visible()
    expect(page.get_by_role("link", name="Jute market shopper")).to_have_count(0)

    page.get_by_role("main").get_by_role("link", name="Sari layer throw").click()
    page.get_by_role("link", name="No. 1, marigold and ink").click()
    expect(page.get_by_text("One left, and there will not be another like it.")).to_be_visible()
    story = page.get_by_role("main").locator("a[href^='/stories/']").first
    title = page.locator(".story-band h2").inner_text()
    story.click()
    expect(shopper.heading(title)).to_be_visible()
    page.go_back()

    shopper.button("Add to bag").click()
    expect(page.get_by_text("Sari layer throw is in your bag.")).to_be_visible()
    page.get_by_role("link", name="Check out").click()
    shopper.fill_in()
    page.get_by_label("Gift message").fill("For the long evenings")
    total = page.locator("[data-shown-total]").inner_text()
    shopper.pay_button().click()
    shopper.arrive_at_payment()
    expect(shopper.heading(total.replace("$", "Pay USD "))).to_be_visible()
    shopper.pay()

    shopper.is_thanked()
    expect(page.get_by_role("main")).to_contain_text("48 Linden Street")
    expect(page.get_by_role("main")).to_contain_text("For the long evenings")
    expect(page.get_by_role("main")).to_contain_text(total)
    order = store.order_of(shopper.email)
    assert (order.state.value, store.stock_of(SKU)) == ("paid", (0, 0))
    mail = store.wait_for_mail(shopper.email)
    assert mail["Subject"] == f"Your order {order.reference} is paid"
    assert len(store.mail_files_to(shopper.email)) == 1

    shopper.open(f"{THROW}?variant={SKU}")
    expect(shopper.button("Sold")).to_be_disabled()
    shopper.open("/cart")
    expect(page.get_by_role("heading", name="Your bag is empty")).to_be_visible()
