"""Stripe's own client talks to this instead of the network.

A small Stripe in memory that keeps sessions and refunds.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import stripe

from storefront.db import db

Answer = tuple[Any, int, dict[str, str]]


class ScriptedStripe(stripe.HTTPClient):
    """Answers sessions, refunds and events. `fail` queues what the next calls meet instead of an answer."""

    name = "scripted"

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, str, dict[str, list[str]], dict[str, str]]] = []
        self.sessions: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []
        self.by_key: dict[str, dict[str, Any]] = {}
        self.fail: list[Callable[[], Answer | None]] = []
        self.lock = threading.Lock()

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None, *, _usage: Any = None
    ) -> Answer:
        assert not db.session().in_transaction(), "a network call while a transaction is open"
        parts = urlsplit(url)
        form = parse_qs(post_data or parts.query)
        with self.lock:
            self.asked.append((method, parts.path, form, dict(headers or {})))
            if self.fail and (answer := self.fail.pop(0)()) is not None:
                return answer
            return self._answer(method, parts.path, form, dict(headers or {}))

    def close(self) -> None:
        pass

    def _sleep_time_seconds(self, *args: Any, **kwargs: Any) -> float:
        return 0.0  # the library's own repeats come at once

    # What a test does in the shopper's place.

    def pay(self, session_id: str, **changes: Any) -> dict[str, Any]:
        session = self.sessions[session_id]
        session.update(status="complete", payment_status="paid", payment_intent=f"pi_{session_id}", url=None)
        session.update(changes)
        self.happened("checkout.session.completed", session)
        return session

    def expire(self, session_id: str) -> None:
        self.sessions[session_id].update(status="expired", url=None)
        self.happened("checkout.session.expired", self.sessions[session_id])

    def happened(self, kind: str, thing: dict[str, Any]) -> dict[str, Any]:
        event = {
            "id": f"evt_{len(self.events) + 1}", "object": "event", "type": kind, "api_version": stripe.api_version,
            "created": int(time.time()), "livemode": False, "data": {"object": dict(thing)}, "pending_webhooks": 1, "request": None,
        }  # fmt: skip
        self.events.append(event)
        return event

    @property
    def only_session(self) -> dict[str, Any]:
        [session] = self.sessions.values()
        return session

    # What Stripe does.

    def _answer(self, method: str, path: str, form: dict[str, list[str]], headers: dict[str, str]) -> Answer:
        match [method, *path.removeprefix("/v1/").split("/")]:
            case ["post", "checkout", "sessions"]:
                return self._once(headers, lambda: self._new_session(form))
            case ["get", "checkout", "sessions"]:
                return self._list(list(self.sessions.values()))
            case ["get", "checkout", "sessions", name]:
                return self._found(self.sessions.get(name))
            case ["post", "checkout", "sessions", name, "expire"]:
                if name not in self.sessions or self.sessions[name]["status"] != "open":
                    return refused("Only open sessions can be expired.")
                self.sessions[name].update(status="expired", url=None)
                return self._found(self.sessions[name])
            case ["post", "refunds"]:
                return self._once(headers, lambda: self._new_refund(form))
            case ["get", "refunds"]:
                wanted = form["payment_intent"][0]
                return self._list([r for r in self.refunds.values() if r["payment_intent"] == wanted])
            case ["get", "events"]:
                since = int(form["created[gte]"][0])
                return self._list([e for e in reversed(self.events) if e["created"] >= since])
        raise AssertionError(f"nobody scripted {method} {path}")

    def _once(self, headers: dict[str, str], make: Callable[[], dict[str, Any]]) -> Answer:
        key = headers["Idempotency-Key"]
        if key not in self.by_key:
            self.by_key[key] = make()
        return self._found(self.by_key[key])

    def _new_session(self, form: dict[str, list[str]]) -> dict[str, Any]:
        name = f"cs_test_{len(self.sessions) + 1:04d}"
        lines = {key.split("[")[1].rstrip("]") for key in form if key.startswith("line_items")}
        goods = sum(
            int(form[f"line_items[{n}][quantity]"][0]) * int(form[f"line_items[{n}][price_data][unit_amount]"][0])
            for n in lines
        )
        shipping = int(form["shipping_options[0][shipping_rate_data][fixed_amount][amount]"][0])
        self.sessions[name] = {
            "id": name, "object": "checkout.session", "status": "open", "payment_status": "unpaid", "payment_intent": None,
            "amount_total": goods + shipping, "currency": form["line_items[0][price_data][currency]"][0], "livemode": False,
            "client_reference_id": form["client_reference_id"][0], "created": int(time.time()), "url": f"https://pay.test/{name}",
            "metadata": {"order": form["metadata[order]"][0], "attempt": form["metadata[attempt]"][0]},
        }  # fmt: skip
        return self.sessions[name]

    def _new_refund(self, form: dict[str, list[str]]) -> dict[str, Any]:
        name = f"re_{len(self.refunds) + 1}"
        self.refunds[name] = {
            "id": name, "object": "refund", "status": "succeeded", "amount": int(form["amount"][0]), "currency": "usd",
            "payment_intent": form["payment_intent"][0], "metadata": {"refund": form["metadata[refund]"][0]},
        }  # fmt: skip
        return self.refunds[name]

    def _list(self, items: list[dict[str, Any]]) -> Answer:
        return self._found({"object": "list", "data": items, "has_more": False, "url": "/v1/list"})

    def _found(self, thing: dict[str, Any] | None) -> Answer:
        if thing is None:
            return refused("No such object", code="resource_missing", status=404)
        return json.dumps(thing), 200, {"Request-Id": "req_1"}


def refused(message: str, *, code: str | None = None, status: int = 400) -> Answer:
    error = {"type": "invalid_request_error", "message": message, "code": code}
    return json.dumps({"error": error}), status, {"Request-Id": "req_1"}


def away() -> Answer:
    """The line is dead."""
    raise stripe.APIConnectionError("scripted: no answer", should_retry=True)


def broken(status: int = 500) -> Callable[[], Answer]:
    return lambda: (json.dumps({"error": {"type": "api_error", "message": "scripted"}}), status, {})


def garbage() -> Answer:
    """A proxy's page, with status 200."""
    return "<html>please wait</html>", 200, {}
