"""One emulator on a real port for the whole session, a place that takes its webhooks, and the real Stripe client."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import stripe
from flask import Flask, Response, request
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from storefront.stripe_emulator.app import create_emulator

SECRET = "whsec_of_the_tests"


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        pass


def serve(app: Flask) -> tuple[BaseWSGIServer, str, threading.Thread]:
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    return server, f"http://127.0.0.1:{server.server_port}", thread


class Shop:
    """Takes webhooks: every delivery is kept with its signature, and answered with the next of `answers`, or 200."""

    def __init__(self) -> None:
        self.arrived: list[tuple[bytes, str | None]] = []
        self.answers: list[int] = []
        self.app = Flask("shop")
        self.app.add_url_rule("/hook", "hook", self._take, methods=["POST"])

    def _take(self) -> Response:
        self.arrived.append((request.get_data(), request.headers.get("Stripe-Signature")))
        return Response(status=self.answers.pop(0) if self.answers else 200)

    @property
    def events(self) -> list[stripe.Event]:
        """Everything that arrived, each one verified by Stripe's own function."""
        return [stripe.Webhook.construct_event(body, signature, SECRET) for body, signature in list(self.arrived)]

    @property
    def types(self) -> list[str]:
        return [event.type for event in self.events]

    def wait_for(self, count: int) -> list[stripe.Event]:
        wait_until(lambda: len(self.arrived) >= count)
        return self.events


def wait_until(true: Callable[[], Any], seconds: float = 4.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came to pass"
        time.sleep(0.01)


class Stand:
    """The emulator as a test sees it: the library's client, the hosted page, the switches."""

    def __init__(self, url: str, shop: Shop) -> None:
        self.url, self.shop = url, shop
        self._http = stripe.RequestsClient(timeout=5)
        self.stripe = stripe.StripeClient(
            "sk_test_of_the_tests", base_addresses={"api": url}, http_client=self._http, max_network_retries=0
        )
        self.browser = requests.Session()
        self.wait_until = wait_until

    def close(self) -> None:
        self._http.close()
        self.browser.close()

    @property
    def sessions(self) -> Any:
        return self.stripe.v1.checkout.sessions

    @property
    def refunds(self) -> Any:
        return self.stripe.v1.refunds

    def emu(self, path: str, /, **asked: Any) -> dict[str, Any]:
        answer = self.browser.post(f"{self.url}/_emu/{path}", json=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    @property
    def state(self) -> dict[str, Any]:
        return self.browser.get(f"{self.url}/_emu/state").json()

    def params(self, **more: Any) -> dict[str, Any]:
        """What the shop asks for: two shirts and their shipping, EUR 104.70."""
        return {
            "mode": "payment",
            "success_url": "http://shop.test/checkout/return?session_id={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://shop.test/cart",
            "line_items": [self.line(4990, quantity=2)],
            "shipping_options": [self.shipping(490)],
            "customer_email": "a@example.org",
            "client_reference_id": "R7K2",
            "metadata": {"order": "R7K2", "attempt": "1"},
            "payment_intent_data": {"metadata": {"order": "R7K2"}, "description": "Order R7K2"},
            **more,
        }

    @staticmethod
    def line(amount: int, *, quantity: int = 1, currency: str = "eur", name: str = "Shirt") -> dict[str, Any]:
        price = {"currency": currency, "unit_amount": amount, "product_data": {"name": name}}
        return {"quantity": quantity, "price_data": price}

    @staticmethod
    def shipping(amount: int, currency: str = "eur", name: str = "By post") -> dict[str, Any]:
        rate = {"type": "fixed_amount", "fixed_amount": {"amount": amount, "currency": currency}}
        return {"shipping_rate_data": {"display_name": name, **rate}}

    def open(self, options: dict[str, Any] | None = None, **more: Any) -> Any:
        return self.sessions.create(self.params(**more), options or {})

    def pay(self, session: Any, number: str = "4242424242424242", **more: str) -> requests.Response:
        form = {"pay_by": "card", "number": number, "expiry": "04/40", "cvc": "123", "name": "A. Shopper", **more}
        return self.browser.post(session.url, data=form, allow_redirects=False)

    def debit(self, session: Any, iban: str) -> requests.Response:
        form = {"pay_by": "debit", "iban": iban, "debit_name": "A. Shopper"}
        return self.browser.post(session.url, data=form, allow_redirects=False)

    def paid(self, number: str = "4242424242424242", **more: Any) -> Any:
        """A session paid with a card, as the API shows it, with its PaymentIntent and charge unfolded."""
        session = self.open(**more)
        assert self.pay(session, number).status_code == 303
        return self.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})

    def post(self, path: str, body: str = "", key: str = "sk_test_x", **headers: str) -> requests.Response:
        """A request that the library would not send."""
        sent = {"Authorization": f"Bearer {key}", "Content-Type": "application/x-www-form-urlencoded", **headers}
        return self.browser.post(self.url + path, data=body, headers=sent)


@pytest.fixture(scope="session")
def _running() -> Iterator[tuple[str, Shop]]:
    shop = Shop()
    shop_server, shop_url, shop_thread = serve(shop.app)
    app = create_emulator(
        webhook_url=shop_url + "/hook", webhook_secret=f"{SECRET},whsec_older", retry_after=(0.05, 0.05, 0.05)
    )
    server, url, thread = serve(app)
    yield url, shop
    app.extensions["stripe_emulator"].close()
    for running, its_thread in ((server, thread), (shop_server, shop_thread)):
        running.shutdown()
        its_thread.join()
        running.server_close()


@pytest.fixture
def stand(_running: tuple[str, Shop], monkeypatch: pytest.MonkeyPatch) -> Iterator[Stand]:
    """A fresh emulator, as far as any test can tell."""
    url, shop = _running
    monkeypatch.setattr(stripe, "enable_telemetry", False)
    for proxy in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(proxy, raising=False)
    stand = Stand(url, shop)
    stand.emu("reset")
    shop.arrived.clear()
    shop.answers.clear()
    yield stand
    stand.emu("reset")
    stand.close()
