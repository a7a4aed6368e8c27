"""One piece, two people: held for who pays, back when she does not, and no money kept for what cannot be sent."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.store import Store, until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
AN_HOUR = 3600
BEING_PAID = "Somebody is paying for"


def test_the_other_one_sees_that_somebody_is_paying(store: Store, visit: Visit) -> None:
    first, second = visit(store), visit(store)
    for shopper in (first, second):
        shopper.put_in_bag("sari-bed-cover", "SBR-SBC-001")
    first.go_to_payment()

    second.open("/shop/sari-bed-cover?variant=SBR-SBC-001")
    expect(second.page.get_by_role("main")).to_contain_text(BEING_PAID)
    expect(second.button("Being paid for")).to_be_disabled()
    second.open("/cart")
    expect(second.page.get_by_role("article")).to_contain_text(BEING_PAID)
    expect(second.page.get_by_role("link", name="Check out")).to_have_count(0)
    second.open("/checkout")
    second.fill_in()
    second.pay_button().click()
    expect(second.page.get_by_role("main")).to_contain_text("someone bought the last one while you were looking")
    assert store.orders_of(second.email) == []

    first.pay()
    first.is_thanked()
    second.open("/cart")
    expect(second.page.get_by_role("article")).to_contain_text("This piece has been sold since.")


def test_a_payment_that_is_not_made_gives_the_piece_back(store: Store, visit: Visit) -> None:
    store.stripe("webhooks", drop="all")
    first, second = visit(store), visit(store)
    first.put_in_bag("sari-baby-blanket", "SBR-SBB-001")
    first.go_to_payment()
    second.open("/shop/sari-baby-blanket?variant=SBR-SBB-001")
    expect(second.page.get_by_role("main")).to_contain_text(BEING_PAID)

    store.stripe("clock", advance=AN_HOUR)
    assert store.stock_of("SBR-SBB-001") == (1, 1), "held stock has no clock of its own"
    assert "ended: 1" in store.flask("payments", "reconcile")

    assert store.order_of(first.email).state.value == "cancelled"
    second.page.reload()
    expect(second.button("Add to bag")).to_be_enabled()
    first.page.reload()
    expect(first.heading("This payment page has expired")).to_be_visible()
    first.page.get_by_role("link", name="Back to the shop").click()
    expect(first.page.get_by_role("article")).to_contain_text("Sari baby blanket")
    store.stripe("reset")  # the clock too: a page made an hour in Stripe's past would be refused
    first.go_to_payment()
    first.pay()
    first.is_thanked()
    assert [order.state.value for order in store.orders_of(first.email)] == ["cancelled", "paid"]


def test_money_that_cannot_be_used_goes_back(store: Store, visit: Visit) -> None:
    shopper = visit(store)
    shopper.put_in_bag("sari-baby-blanket", "SBR-SBB-002")
    shopper.go_to_payment()
    store.sell_behind_the_back_of(store.order_of(shopper.email))

    shopper.pay()

    expect(shopper.heading("Your money is on its way back")).to_be_visible()
    order = store.wait_for_order(shopper.email, "cancelled")
    mail = store.wait_for_mail(shopper.email)
    assert mail["Subject"] == f"Your payment for order {order.reference} is on its way back"
    (refund,) = until(lambda: store.stripe("state")["refunds"], what="the refund")
    assert (refund["amount"], refund["status"]) == (order.total_minor, "succeeded")
    assert store.stock_of("SBR-SBB-002") == (0, 0)
    shopper.open("/cart")
    expect(shopper.page.get_by_role("article")).to_contain_text("This piece has been sold since.")
