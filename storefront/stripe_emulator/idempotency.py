"""Owns Stripe's promise about idempotency keys: the first result of a key is the result of that key for 24 hours."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass

from storefront.stripe_emulator.objects import Json
from storefront.stripe_emulator.refusals import StripeRefusal, invalid

KEPT_FOR = 24 * 3600
LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it goes over the wire, and the request that first produced it."""

    status: int
    body: bytes
    request_id: str
    content_type: str = "application/json"
    replayed: bool = False


@dataclass(slots=True)
class Slot:
    """One key of one account: what was asked, and the first reply; None while that is being made."""

    asked: str
    since: int
    reply: Reply | None = None


class Keys:
    """The keys in use. Safe to call from several threads."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._slots: dict[tuple[str, str], Slot] = {}

    def claim(self, account: str, key: str, *, method: str, path: str, params: Json) -> Reply | None:
        """The kept reply of a key, or None: then the caller holds the key and must `keep` or `free` it.

        Raises StripeRefusal: 409 `idempotency_key_in_use` while somebody holds it, 400 `idempotency_error` when the
        same key comes with another request.
        """
        if not 1 <= len(key) <= LONGEST_KEY:
            raise invalid(f"An idempotency key has 1 to {LONGEST_KEY} characters.")
        asked = hashlib.sha256(json.dumps([method, path, params], sort_keys=True).encode()).hexdigest()
        now = self._now()
        with self._lock:
            slot = self._slots.get((account, key))
            if slot is None or (slot.reply and now >= slot.since + KEPT_FOR):
                self._slots[account, key] = Slot(asked, now)
                return None
            if slot.asked != asked:
                message = f"Keys for idempotent requests can only be used with the parameters first used with: '{key}'."
                raise StripeRefusal(400, message, kind="idempotency_error")
            if slot.reply is None:
                raise in_use(key)
            return slot.reply

    def keep(self, account: str, key: str, reply: Reply) -> None:
        with self._lock:
            if slot := self._slots.get((account, key)):
                slot.reply = reply

    def free(self, account: str, key: str) -> None:
        """Forget the key: the request never began."""
        with self._lock:
            self._slots.pop((account, key), None)

    def forget(self) -> None:
        with self._lock:
            self._slots.clear()

    def listed(self) -> list[Json]:
        """What `/_emu/state` shows: never the account's secret key."""
        with self._lock:
            return [
                {"key": key, "since": slot.since, "status": slot.reply.status if slot.reply else None}
                for (_, key), slot in self._slots.items()
            ]


def in_use(key: str) -> StripeRefusal:
    message = (
        f"There is currently another in-progress request using this idempotency key ({key}). Please try again later."
    )
    return StripeRefusal(409, message, kind="invalid_request_error", code="idempotency_key_in_use")
