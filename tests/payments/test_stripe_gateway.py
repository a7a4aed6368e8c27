"""What the gateway keeps from the shop: Stripe's hangs, double clicks and odd answers."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from storefront.core.money import Money
from storefront.payments import stripe_gateway
from storefront.payments.stripe_gateway import StripeAway, StripeGateway
from tests.scripted_stripe import ScriptedStripe

pytestmark = pytest.mark.real_clock


class Hanging(ScriptedStripe):
    """Answers only when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on, self.waiting = threading.Event(), 0

    def request(self, *args: Any, **kwargs: Any) -> Any:
        self.waiting += 1
        self.go_on.wait(10)
        return "{}", 500, {}


def gateway(http: ScriptedStripe, slots: int | None = None) -> StripeGateway:
    return StripeGateway(
        secret_key="sk_test_1",
        webhook_secrets=(),
        api_base="https://stripe.test",
        http=http,
        slots=threading.BoundedSemaphore(slots) if slots else None,
    )


def test_a_hanging_stripe_does_not_take_every_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stripe_gateway, "SLOT_SECONDS", 0.05)
    hanging = Hanging()
    shared = gateway(hanging, slots=2)

    def ask() -> None:
        with pytest.raises(StripeAway):
            shared.session("cs_1")

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    while hanging.waiting < 2:
        time.sleep(0.01)
    begin = time.monotonic()
    with pytest.raises(StripeAway, match="too many"):
        shared.session("cs_1")
    assert time.monotonic() - begin < 5
    assert hanging.waiting == 2  # the third never reached the network
    hanging.go_on.set()
    for thread in threads:
        thread.join()


def test_a_slot_is_given_back_after_a_failure() -> None:
    answering = Hanging()
    answering.go_on.set()
    shared = gateway(answering, slots=1)
    for _ in range(3):
        with pytest.raises(StripeAway, match="refunds_of"):
            shared.refunds_of("pi_1")


@pytest.mark.parametrize("amount", [None, 0, 5, "5"])
def test_a_refund_without_an_amount_would_be_a_full_one(amount: Any) -> None:
    with pytest.raises((ValueError, AttributeError)):
        gateway(ScriptedStripe()).refund(
            "pi_1", amount if not isinstance(amount, int) else Money(min(amount, 0), "USD"), key="k"
        )
