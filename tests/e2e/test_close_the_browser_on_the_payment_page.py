"""Paid, and the lid shut before the shop was seen again: Stripe's call finishes the order."""

import pytest

from tests.e2e.conftest import Visit
from tests.e2e.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_close_the_browser_on_the_payment_page(store: Store, visit: Visit) -> None:
    shopper = visit(store)
    shopper.put_in_bag("organic-cotton-daily-tote", "FRS-OCT-NAT")
    on_hand, _ = store.stock_of("FRS-OCT-NAT")
    hosted_page = shopper.go_to_payment()
    shopper.context.close()
    store.pay_and_leave(hosted_page)

    order = store.wait_for_order(shopper.email, "paid")
    assert [move.by for move in order.history] == ["customer", "webhook"]
    assert store.stock_of("FRS-OCT-NAT") == (on_hand - 1, 0)
    assert order.reference in store.wait_for_mail(shopper.email).get_body(("plain",)).get_content()


def test_closed_the_browser_and_opens_the_shop_again(store: Store, visit: Visit) -> None:
    """The same browser later: the bag that was paid for is empty, and paying again is not offered."""
    shopper = visit(store)
    shopper.put_in_bag("organic-cotton-daily-tote", "FRS-OCT-LEA")
    store.pay_and_leave(shopper.go_to_payment())
    store.wait_for_order(shopper.email, "paid")

    shopper.open("/checkout")
    assert shopper.page.get_by_role("heading", name="Your bag is empty").is_visible()
