"""A bank that says no is not the end: the same page takes another card, and one order comes of it."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.shopper import DECLINED
from tests.e2e.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_pay_with_a_declined_card_then_a_good_one(store: Store, visit: Visit) -> None:
    shopper = visit(store)
    shopper.put_in_bag("jute-market-shopper", "FRS-JMS-NAT")
    before = store.stock_of("FRS-JMS-NAT")
    shopper.go_to_payment()

    shopper.pay(DECLINED)
    expect(shopper.page.get_by_role("alert")).to_contain_text("The payment did not go through")
    assert store.order_of(shopper.email).state.value == "pending"
    assert store.stock_of("FRS-JMS-NAT") == (before[0], before[1] + 1)

    shopper.pay()
    shopper.is_thanked()
    order = store.order_of(shopper.email)
    (session,) = store.sessions_of(order.reference)
    assert session["amount_total"] == order.total_minor
    assert store.stock_of("FRS-JMS-NAT") == (before[0] - 1, before[1])
    store.wait_for_mail(shopper.email)


def test_declined_shopper_who_goes_back_finds_her_bag_and_what_she_typed(store: Store, visit: Visit) -> None:
    shopper = visit(store)
    shopper.put_in_bag("jute-market-shopper", "FRS-JMS-INK")
    shopper.go_to_payment()
    shopper.pay(DECLINED)
    expect(shopper.page.get_by_role("alert")).to_be_visible()

    shopper.page.get_by_role("link", name="Back").click()
    expect(shopper.page.get_by_role("article")).to_contain_text("Jute market shopper")
    shopper.page.get_by_role("link", name="Check out").click()
    expect(shopper.page.get_by_label("Street and number")).to_have_value("48 Linden Street")
    shopper.pay_button().click()
    shopper.arrive_at_payment()
    shopper.pay()

    shopper.is_thanked()
    assert store.order_of(shopper.email).state.value == "paid"
