"""Owns everything the emulator remembers: its objects, events, clock and what falls due, under one lock."""

from __future__ import annotations

import copy
import secrets
import string
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from storefront.stripe_emulator.cards import Card, Later
from storefront.stripe_emulator.objects import API_VERSION, Json, blank
from storefront.stripe_emulator.refusals import no_such

LETTERS = string.ascii_letters + string.digits
ID_LENGTHS = {"cs_test_a1": 56, "req_": 14}


@dataclass(frozen=True, slots=True)
class Cause:
    """The API request that made an event; both None when the hosted page, the clock or a switch made it."""

    request: str | None = None
    idempotency_key: str | None = None


NOBODY = Cause()


@dataclass(slots=True)
class Checkout:
    """What a session needs beside the object that the API shows."""

    session: Json
    lines: list[Json]
    intent: Json  # `payment_intent_data` as it was asked for
    shipping: list[Json]  # one {id, display_name, amount} for every shipping option, in the order given
    payment_intent: str | None = None  # the session itself shows it only when it is complete
    awaiting: Awaiting | None = None


@dataclass(frozen=True, slots=True)
class Awaiting:
    """A confirmation that waits for 3-D Secure."""

    card: Card
    email: str
    name: str


@dataclass(frozen=True, slots=True, order=True)
class Due:
    at: int
    number: int
    change: Callable[[], object] = field(compare=False)


class State:
    """The store. Whoever reads or writes holds `lock`; `tick()` first brings it up to the present."""

    def __init__(self, *, clock: Callable[[], float], webhook: bool) -> None:
        self.lock = threading.RLock()
        self.on_event: Callable[[Json], None] = lambda event: None
        self.wall_clock = clock
        self._webhook = webhook
        self.reset()

    def reset(self) -> None:
        """Forget everything, the clock's advance included."""
        with self.lock:
            self.checkouts: dict[str, Checkout] = {}
            self.payment_intents: dict[str, Json] = {}
            self.charges: dict[str, Json] = {}
            self.refunds: dict[str, Json] = {}
            self.disputes: dict[str, Json] = {}
            self.after_payment: dict[str, Later] = {}  # by charge: what its test card does later
            self.events: dict[str, Json] = {}
            self.requests: list[Json] = []
            self._due: list[Due] = []
            self._numbers = 0
            self._ahead = 0
            self._moment: int | None = None

    # -- time

    def now(self) -> int:
        """The emulator's time in whole seconds; while something due happens, the second at which it fell due."""
        with self.lock:
            return int(self.wall_clock()) + self._ahead if self._moment is None else self._moment

    def advance(self, seconds: int) -> None:
        """Put the clock forward and let everything happen that falls due on the way."""
        with self.lock:
            self._ahead += seconds
            self.tick()

    def schedule(self, at: int, change: Callable[[], object]) -> None:
        """Let `change` happen when the emulator's clock has come to `at`."""
        self._numbers += 1
        self._due.append(Due(at, self._numbers, change))

    def tick(self) -> None:
        with self.lock:
            while self._due and (first := min(self._due)).at <= self.now():
                self._due.remove(first)
                self._moment = first.at
                try:
                    first.change()
                finally:
                    self._moment = None

    # -- identity

    def new_id(self, prefix: str) -> str:
        """`re_` and 24 letters and digits."""
        return prefix + "".join(secrets.choice(LETTERS) for _ in range(ID_LENGTHS.get(prefix, 24)))

    def checkout(self, identifier: str) -> Checkout:
        """Raises StripeRefusal (404) for an unknown session."""
        if identifier not in self.checkouts:
            raise no_such("checkout.session", identifier, param="session")
        return self.checkouts[identifier]

    def find(self, kind: str, identifier: str, *, param: str) -> Json:
        """One object by kind and id; raises StripeRefusal (404)."""
        rows = self.rows(kind)
        if identifier not in rows:
            raise no_such(kind, identifier, param=param)
        return rows[identifier]

    def rows(self, kind: str) -> dict[str, Json]:
        """All objects of a kind by id, oldest first."""
        if kind == "checkout.session":
            return {key: checkout.session for key, checkout in self.checkouts.items()}
        rows: dict[str, Json] = getattr(self, kind + "s")
        return rows

    # -- events

    def emit(self, kind: str, thing: Json, *, cause: Cause = NOBODY, before: Json | None = None) -> Json:
        """Write an event about a thing as it is at this moment, and hand it to whoever delivers.

        `before` holds the former values of the fields that an *.updated event is about.
        """
        event = blank("event") | {
            "id": self.new_id("evt_"),
            "api_version": API_VERSION,
            "created": self.now(),
            "data": {"object": copy.deepcopy(thing)} | ({"previous_attributes": before} if before else {}),
            "pending_webhooks": 1 if self._webhook else 0,
            "request": {"id": cause.request, "idempotency_key": cause.idempotency_key},
            "type": kind,
        }
        self.events[event["id"]] = event
        self.on_event(event)
        return event
