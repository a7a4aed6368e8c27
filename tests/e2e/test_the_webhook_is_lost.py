"""Stripe's calls never come and the browser is shut: the shop looks by itself and finds the money."""

import pytest

from tests.e2e.conftest import Visit
from tests.e2e.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def pay_and_vanish(store: Store, visit: Visit, sku: str) -> str:
    """Returns the shopper's address."""
    store.stripe("webhooks", drop="all")
    shopper = visit(store)
    shopper.put_in_bag("canvas-make-up-pouch", sku)
    hosted_page = shopper.go_to_payment()
    shopper.context.close()
    store.pay_and_leave(hosted_page)
    assert store.order_of(shopper.email).state.value == "pending"
    return shopper.email


def test_reconcile_finishes_the_order(store: Store, visit: Visit) -> None:
    email = pay_and_vanish(store, visit, "FRS-CMP-LEA")

    assert "paid: 1" in store.flask("payments", "reconcile")

    order = store.order_of(email)
    assert (order.state.value, order.history[-1].by) == ("paid", "sweep")
    store.wait_for_mail(email)
    assert all(delivery["outcome"] == "dropped" for delivery in store.stripe("state")["deliveries"])


def test_the_worker_s_round_finishes_the_order(store: Store, visit: Visit) -> None:
    email = pay_and_vanish(store, visit, "FRS-CMP-WAV")

    store.make_sweep_due()

    order = store.wait_for_order(email, "paid")
    assert order.history[-1].by == "sweep"
    store.wait_for_mail(email)
