"""Owns the delivery of events to the shop: signatures, retries, and the switches that make the post go wrong."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import requests
from stripe import WebhookSignature

from storefront.stripe_emulator.objects import Json
from storefront.stripe_emulator.state import State

RETRY_AFTER = (1.0, 5.0, 25.0)  # seconds of real time
PATIENCE = 10.0  # seconds until an endpoint that does not answer has failed
FORGETTING = 2.0  # seconds that a reset waits for the delivery under way
HEARTBEAT = 0.2  # seconds between two looks at what falls due
FORGERIES = ("bad_signature", "no_signature", "other_secret", "old_timestamp", "altered_body")


@dataclass(slots=True)
class Switches:
    """What is wrong with the post at present.

    drop: so many events (or "all") are never delivered; duplicate: so many further copies of each event arrive at the
    same instant; hold: events wait for a release; order: in which the release delivers them.
    """

    drop: int | str | None = None
    duplicate: int = 0
    hold: bool = False
    order: str = "arrival"


@dataclass(slots=True, order=True)
class Parcel:
    due: float
    number: int
    event: str = field(compare=False)
    body: str = field(compare=False)
    type: str = field(compare=False)
    attempt: int = field(compare=False, default=1)
    copies: int = field(compare=False, default=1)
    forge: str | None = field(compare=False, default=None)


class Courier:
    """One thread that delivers in order and also lets the state's clock be noticed. Nobody waits for it."""

    def __init__(self, state: State, *, url: str | None, secret: str, retry_after: tuple[float, ...]) -> None:
        self._state, self._url, self._secret, self._retry_after = state, url, secret, retry_after
        self._wake = threading.Condition()
        self._waiting: list[Parcel] = []
        self._held: list[Parcel] = []
        self._number = 0
        self._stopped = False
        self._busy = False
        self.switches = Switches()
        self.deliveries: list[Json] = []
        self._thread = threading.Thread(target=self._run, name="stripe-emulator-courier", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._wake:
            self._stopped = True
            self._wake.notify_all()
        if self._thread.is_alive():
            self._thread.join(PATIENCE)

    def hand_over(self, event: Json) -> None:
        """Take a fresh event, as the switches will have it."""
        if self._url is None:
            return
        with self._wake:
            switches = self.switches
            if switches.drop:
                if isinstance(switches.drop, int):
                    switches.drop = switches.drop - 1 or None
                self._note(event["id"], event["type"], attempt=0, outcome="dropped")
                return
            parcel = self._parcel(event, copies=1 + switches.duplicate)
            (self._held if switches.hold else self._waiting).append(parcel)
            self._wake.notify_all()

    def set_switches(self, asked: Json) -> Switches:
        """Change the switches named; raises ValueError in words."""
        if unknown := set(asked) - {"drop", "duplicate", "hold", "order"}:
            raise ValueError(f"There is no switch {', '.join(sorted(unknown))}.")
        drop, duplicate = asked.get("drop", self.switches.drop), asked.get("duplicate", self.switches.duplicate)
        hold, order = asked.get("hold", self.switches.hold), asked.get("order", self.switches.order)
        if not (drop is None or drop == "all" or (type(drop) is int and drop >= 0)):
            raise ValueError('drop is a whole number, "all" or null.')
        if type(duplicate) is not int or not 0 <= duplicate <= 20:
            raise ValueError("duplicate is a whole number from 0 to 20.")
        if type(hold) is not bool:
            raise ValueError("hold is true or false.")
        if order not in ("arrival", "reversed"):
            raise ValueError('order is "arrival" or "reversed".')
        with self._wake:
            self.switches = Switches(drop or None, duplicate, hold, order)
            return self.switches

    def release(self) -> int:
        """Deliver all that was held, in the order of the switch; answers how many events that are."""
        with self._wake:
            held, self._held = self._held, []
            for parcel in reversed(held) if self.switches.order == "reversed" else held:
                self._number += 1
                parcel.number, parcel.due = self._number, time.monotonic()
                self._waiting.append(parcel)
            self._wake.notify_all()
            return len(held)

    def resend(self, event: Json, *, forge: str | None = None, copies: int = 1) -> None:
        """Deliver one event again at once, whatever the switches say; `forge` is one of FORGERIES."""
        with self._wake:
            parcel = self._parcel(event, copies=copies)
            parcel.forge = forge
            self._waiting.append(parcel)
            self._wake.notify_all()

    def forget(self) -> None:
        """Throw the post away and put every switch back, once the delivery under way is over. Hold no lock here."""
        with self._wake:
            self._waiting.clear()
            self._wake.wait_for(lambda: not self._busy, FORGETTING)
            self._waiting.clear()
            self._held.clear()
            self.deliveries.clear()
            self.switches = Switches()

    def listed(self) -> tuple[list[Json], list[str]]:
        """Every delivery so far, and the ids of the events held."""
        with self._wake:
            return [dict(one) for one in self.deliveries], [parcel.event for parcel in self._held]

    def _parcel(self, event: Json, *, copies: int) -> Parcel:
        self._number += 1
        body = json.dumps(event, indent=2, ensure_ascii=False)
        return Parcel(time.monotonic(), self._number, event["id"], body, event["type"], copies=copies)

    def _run(self) -> None:
        while not self._stopped:
            self._state.tick()
            if parcel := self._next():
                self._deliver(parcel)
                with self._wake:
                    self._busy = False
                    self._wake.notify_all()

    def _next(self) -> Parcel | None:
        with self._wake:
            soonest = min((parcel.due for parcel in self._waiting), default=float("inf")) - time.monotonic()
            if not self._stopped and soonest > 0:
                self._wake.wait(min(HEARTBEAT, soonest))
            due = [parcel for parcel in self._waiting if parcel.due <= time.monotonic()]
            if self._stopped or not due:
                return None
            first = min(due)
            self._waiting.remove(first)
            self._busy = True
            return first

    def _deliver(self, parcel: Parcel) -> None:
        """Post every copy at the same instant; the event has arrived when one of them was answered 2xx."""
        answers: list[bool] = []
        posts = [threading.Thread(target=lambda: answers.append(self._post(parcel))) for _ in range(parcel.copies)]
        for post in posts:
            post.start()
        for post in posts:
            post.join()
        if parcel.forge:
            return
        if any(answers):
            with self._state.lock:
                if event := self._state.events.get(parcel.event):
                    event["pending_webhooks"] = 0
        elif parcel.attempt <= len(self._retry_after):
            with self._wake:
                parcel.due = time.monotonic() + self._retry_after[parcel.attempt - 1]
                parcel.attempt += 1
                parcel.copies = 1
                self._waiting.append(parcel)
        else:
            with self._wake:
                self._note(parcel.event, parcel.type, attempt=parcel.attempt, outcome="given_up")

    def _post(self, parcel: Parcel) -> bool:
        body, headers = signed(parcel.body, self._secret, int(self._state.wall_clock()), forge=parcel.forge)
        status, error = None, None
        with requests.Session() as line:
            line.trust_env = False  # never through a proxy: the shop is on this machine
            try:
                answer = line.post(
                    self._url or "", data=body.encode(), headers=headers, timeout=PATIENCE, allow_redirects=False
                )
                status = answer.status_code
            except requests.RequestException as failure:
                error = type(failure).__name__
        arrived = status is not None and 200 <= status < 300
        with self._wake:
            outcome = "delivered" if arrived else "failed"
            self._note(parcel.event, parcel.type, parcel.attempt, outcome, status, error, parcel.forge)
        return arrived

    def _note(
        self,
        event: str,
        kind: str,
        attempt: int,
        outcome: str,
        status: int | None = None,
        error: str | None = None,
        forge: str | None = None,
    ) -> None:
        note = {"event": event, "type": kind, "attempt": attempt, "outcome": outcome, "status": status, "error": error}
        self.deliveries.append(note | ({"forge": forge} if forge else {}))


def signed(body: str, secret: str, at: int, *, forge: str | None = None) -> tuple[str, dict[str, str]]:
    """The body and headers of one delivery, signed by the library's own function; with a `forge`, wrong in that way."""
    sign: Callable[[str, str, int], str] = WebhookSignature.generate_signature_header
    header: str | None = sign(body, secret, at)
    if forge == "bad_signature":
        header = f"t={at},v1={'0' * 64}"
    elif forge == "no_signature":
        header = None
    elif forge == "other_secret":
        header = sign(body, "whsec_of_somebody_else", at)
    elif forge == "old_timestamp":
        header = sign(body, secret, at - 600)
    elif forge == "altered_body":
        body = body.replace('"livemode": false', '"livemode": true', 1)
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Stripe-Emulator/1.0"}
    return body, headers | ({"Stripe-Signature": header} if header else {})
