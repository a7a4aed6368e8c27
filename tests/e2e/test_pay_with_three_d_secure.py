"""The bank asks back: saying yes pays, saying no does not, and a second try may."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.shopper import SECURE
from tests.e2e.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_complete_three_d_secure(store: Store, visit: Visit) -> None:
    shopper = visit(store)
    shopper.put_in_bag("jute-bottle-carrier", "FRS-JBC-NAT")
    shopper.go_to_payment()
    shopper.pay(SECURE)
    shopper.button("Complete authentication").click()
    shopper.is_thanked()
    assert store.order_of(shopper.email).state.value == "paid"


def test_fail_three_d_secure_then_complete_it(store: Store, visit: Visit) -> None:
    shopper = visit(store)
    shopper.put_in_bag("jute-bottle-carrier", "FRS-JBC-MOS")
    shopper.go_to_payment()
    shopper.pay(SECURE)
    shopper.button("Fail authentication").click()
    expect(shopper.page.get_by_role("alert")).to_contain_text("The payment did not go through")
    assert store.order_of(shopper.email).state.value == "pending"

    shopper.pay(SECURE)
    shopper.button("Complete authentication").click()
    shopper.is_thanked()
    assert len(store.sessions_of(store.order_of(shopper.email).reference)) == 1
