"""Impatience costs nothing: however often and from however many tabs she pays, one order and one payment come of it."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_double_click_on_pay(store_on_both: Store, visit: Visit) -> None:
    store = store_on_both
    shopper = visit(store)
    shopper.put_in_bag("running-stitch-zip-pouch", "LSR-RZP-IND")
    on_hand, _ = store.stock_of("LSR-RZP-IND")
    shopper.open("/checkout")
    shopper.fill_in()
    shopper.pay_button().dblclick()
    shopper.arrive_at_payment()

    order = store.order_of(shopper.email)
    assert len(store.sessions_of(order.reference)) == 1
    assert store.stock_of("LSR-RZP-IND") == (on_hand, 1)
    shopper.pay()
    shopper.is_thanked()


def test_two_tabs_with_the_same_wish(store_on_both: Store, visit: Visit) -> None:
    store = store_on_both
    shopper = visit(store)
    shopper.put_in_bag("running-stitch-zip-pouch", "LSR-RZP-TER")
    on_hand, _ = store.stock_of("LSR-RZP-TER")
    tabs = [shopper.page, shopper.context.new_page()]
    for tab in tabs:
        tab.goto(store.url + "/checkout")
        shopper.fill_in(tab)
    # Sent by a script, which waits for no page: both are on their way at once.
    for tab in tabs:
        tab.evaluate("document.querySelector('form[action=\"/checkout\"]').requestSubmit()")
    first, second = (shopper.arrive_at_payment(tab) for tab in tabs)

    order = store.order_of(shopper.email)
    assert first == second
    assert len(store.sessions_of(order.reference)) == 1
    shopper.pay()
    shopper.is_thanked()
    tabs[1].reload()
    expect(tabs[1].get_by_role("heading", level=1, name="You have already paid")).to_be_visible()
    tabs[1].get_by_role("link", name="Back to the shop").click()
    expect(tabs[1].get_by_role("heading", level=1, name="Thank you, Mara.")).to_be_visible()
    assert store.stock_of("LSR-RZP-TER") == (on_hand - 1, 0)
    store.wait_for_mail(shopper.email)


def test_two_tabs_with_different_wishes(store: Store, visit: Visit) -> None:
    """The later wish counts: its page is payable, the earlier one is closed before it opens."""
    shopper = visit(store)
    shopper.put_in_bag("running-stitch-zip-pouch", "LSR-RZP-MOS")
    on_hand, _ = store.stock_of("LSR-RZP-MOS")
    earlier, later = shopper.page, shopper.context.new_page()
    for tab in (earlier, later):
        tab.goto(store.url + "/checkout")
        shopper.fill_in(tab)
    shopper.pay_button(earlier).click()
    shopper.arrive_at_payment(earlier)
    later.get_by_label("Gift message").fill("Many happy returns")
    shopper.pay_button(later).click()
    shopper.arrive_at_payment(later)

    assert store.stock_of("LSR-RZP-MOS") == (on_hand, 1)
    earlier.reload()
    expect(earlier.get_by_role("heading", level=1, name="This payment page has expired")).to_be_visible()
    shopper.page = later
    shopper.pay()
    shopper.is_thanked()
    states = {order.gift_message: order.state.value for order in store.orders_of(shopper.email)}
    assert states == {"": "cancelled", "Many happy returns": "paid"}
