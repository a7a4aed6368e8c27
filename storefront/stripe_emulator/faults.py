"""Owns the faults that a test can order: which request they meet, at which moment, and what they look like."""

from __future__ import annotations

import fnmatch
import json
import socket
import struct
import threading
from dataclasses import dataclass
from typing import Any

from storefront.stripe_emulator.idempotency import Reply, in_use
from storefront.stripe_emulator.objects import Json
from storefront.stripe_emulator.refusals import StripeRefusal

KINDS = ("500", "502-html", "429", "409", "402", "reset", "hang", "garbage-200")
MOMENTS = ("before", "after", "during")
RESULTS = ("500", "402")  # Stripe's own answers, kept under the key; the others happen on the way
DEFAULT_SECONDS = {"hang": 30.0}


class CutConnection(Exception):
    """Raised through a request whose connection is to be cut instead of answered."""


@dataclass(slots=True)
class Fault:
    """`before`: nothing is done. `after`: done, the answer is lost. `during`: as after, but slow, with the key held."""

    path: str
    method: str
    when: str
    kind: str
    n: int
    seconds: float
    stored: bool

    def meets(self, method: str, path: str) -> bool:
        return self.n > 0 and self.method in ("*", method) and fnmatch.fnmatchcase(path, self.path)

    @property
    def is_result(self) -> bool:
        """Is this an answer that the idempotency key keeps, as it would at Stripe?"""
        return self.kind in RESULTS and self.stored

    def reply(self, request_id: str) -> Reply:
        """The answer to give; raises CutConnection when there is none."""
        if self.kind in ("reset", "hang"):
            raise CutConnection
        if self.kind == "502-html":
            page = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
            return Reply(502, page, request_id, "text/html")
        if self.kind == "garbage-200":
            return Reply(200, b"<!doctype html><p>Welcome to the hotel network", request_id, "text/html")
        refusal = {
            "500": StripeRefusal(500, "An unknown error occurred.", kind="api_error"),
            "429": StripeRefusal(429, "Too many requests made to the API too quickly.", code="rate_limit"),
            "409": in_use("ordered by a fault"),
            "402": StripeRefusal(
                402, "Your card was declined.", kind="card_error", code="card_declined", decline_code="generic_decline"
            ),
        }[self.kind]
        return Reply(refusal.status, json.dumps(refusal.body).encode(), request_id)


class Faults:
    """The faults on order. Safe to call from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ordered: list[Fault] = []
        self._hurry = threading.Event()

    def order(self, asked: Json) -> Fault:
        """Add a fault from the control's JSON; raises ValueError in words."""
        fault = fault_from(asked)
        with self._lock:
            self._ordered.append(fault)
        return fault

    def take(self, method: str, path: str) -> Fault | None:
        """The first fault that meets this request; it is one fewer afterwards."""
        with self._lock:
            for fault in self._ordered:
                if fault.meets(method, path):
                    fault.n -= 1
                    return fault
        return None

    def wait(self, seconds: float) -> None:
        """Be slow; `forget` ends every wait at once."""
        self._hurry.wait(seconds)

    def forget(self) -> None:
        with self._lock:
            self._ordered.clear()
            self._hurry.set()
            self._hurry = threading.Event()

    def listed(self) -> list[Json]:
        with self._lock:
            return [
                {"path": one.path, "method": one.method, "when": one.when, "kind": one.kind, "n": one.n}
                for one in self._ordered
                if one.n > 0
            ]


def fault_from(asked: Json) -> Fault:
    """Read {path, method, when, kind, n, seconds, stored}; raises ValueError in words."""
    if unknown := set(asked) - {"path", "method", "when", "kind", "n", "seconds", "stored"}:
        raise ValueError(f"A fault has no {', '.join(sorted(unknown))}.")
    kind = str(asked.get("kind"))
    if kind not in KINDS:
        raise ValueError(f"kind is one of {', '.join(KINDS)}.")
    when = asked.get("when", "before")
    if when not in MOMENTS:
        raise ValueError(f"when is one of {', '.join(MOMENTS)}.")
    n, seconds, stored = (
        asked.get("n", 1),
        asked.get("seconds", DEFAULT_SECONDS.get(kind, 2.0)),
        asked.get("stored", True),
    )
    if type(n) is not int or n < 1:
        raise ValueError("n is a whole number from 1.")
    if type(seconds) not in (int, float) or seconds < 0:
        raise ValueError("seconds is a number from 0.")
    if type(stored) is not bool:
        raise ValueError("stored is true or false.")
    path, method = asked.get("path", "/v1/*"), asked.get("method", "*")
    if not isinstance(path, str) or not path.startswith("/v1/") or not isinstance(method, str):
        raise ValueError('path begins with /v1/ and may hold *; method is "POST", "GET", ... or "*".')
    return Fault(path, method.upper(), when, kind, n, float(seconds), stored)


def cut(environ: dict[str, Any]) -> None:
    """Cut the TCP connection of a request served by werkzeug, so that its client sees a reset and no answer."""
    connection: socket.socket = environ["werkzeug.socket"]
    connection.setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
    )  # close with a reset, not a goodbye
    connection.shutdown(socket.SHUT_RDWR)
