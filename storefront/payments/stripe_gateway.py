"""The one gateway to Stripe: our frozen values in, our frozen values out, over the library's own client.

Measured with stripe-python 16.1 (API 2026-10-28.endive). The library's traps that this module closes: the client
retries nothing unless told, its default time limit is 80 seconds, `None` is dropped in silence (a refund without an
amount is a full refund), and a signature from the future passes its check.
"""

from __future__ import annotations

import hashlib
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, cast

import stripe
from structlog import get_logger

from storefront.core.money import Money

API_VERSION = "2026-10-28.endive"  # of stripe 16.1.0; written out so that a newer library cannot move it unseen
FUTURE_SECONDS = 300
SLOT_SECONDS = 1.0
KEY_IN_USE_TRIES, KEY_IN_USE_SECONDS = 6, 0.3
MOST_ITEMS = 2000
HTTPClient = stripe.HTTPClient  # what `create_app` takes in the place of the network
log = get_logger()


class StripeAway(Exception):
    """Stripe did not answer, or not in a way that tells whether the work was done. Ask again with the same key."""


class KeyInUse(StripeAway):
    """Another request with the same idempotency key is being answered at this moment."""


class StripeRefused(Exception):
    """Stripe understood and said no; asking again the same way cannot help. `code` is Stripe's word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class BadSignature(Exception):
    """What was posted to the webhook was not signed by Stripe with a secret of ours, or not lately."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Time limits in seconds, and how often the library repeats by itself."""

    connect: float
    read: float
    retries: int


WEB = Patience(2, 6, 0)  # the shopper's button repeats, with our key
RETURN_PAGE = Patience(1, 3, 0)
WORKER = Patience(3, 20, 2)


@dataclass(frozen=True, slots=True)
class Session:
    """A hosted payment page as Stripe knows it now.

    `amount` is what was asked in all; None while Stripe has not said.
    """

    id: str
    status: str  # open | complete | expired
    payment_status: str  # paid | unpaid | no_payment_required
    amount: Money | None
    payment_intent: str | None
    intent_status: str | None
    order: str | None  # our reference, from the metadata
    attempt: str | None  # our number of the attempt, from the metadata
    url: str | None
    livemode: bool

    @property
    def is_paid(self) -> bool:
        return self.status == "complete" and self.payment_status in {"paid", "no_payment_required"}

    @property
    def has_failed(self) -> bool:
        """A delayed payment that the bank refused in the end."""
        return (
            self.status == "complete"
            and not self.is_paid
            and self.intent_status in {"requires_payment_method", "canceled"}
        )


@dataclass(frozen=True, slots=True)
class Event:
    """That something happened to an object. What it is now must be asked."""

    id: str
    type: str
    object_id: str | None
    created: int  # seconds since 1970
    api_version: str | None
    livemode: bool
    body_sha256: str = ""


@dataclass(frozen=True, slots=True)
class RefundAnswer:
    id: str
    status: str  # pending | requires_action | succeeded | failed | canceled
    amount: Money
    key: str | None  # ours, from the metadata


class StripeGateway:
    """Everything the shop asks of Stripe. `http` replaces the connection in tests.

    `slots` bounds how many threads of a web process may wait for Stripe: pages are answered also when it hangs.
    """

    def __init__(
        self,
        *,
        secret_key: str,
        webhook_secrets: tuple[str, ...],
        api_base: str,
        patience: Patience = WEB,
        http: stripe.HTTPClient | None = None,
        slots: threading.BoundedSemaphore | None = None,
    ) -> None:
        stripe.enable_telemetry = False  # module-wide; the client has no switch
        self._webhook_secrets, self._slots = webhook_secrets, slots
        self.livemode = not secret_key.startswith(("sk_test_", "rk_test_"))
        self._client = stripe.StripeClient(
            secret_key,
            stripe_version=API_VERSION,
            base_addresses={"api": cast(Any, api_base)},
            max_network_retries=patience.retries,
            http_client=http or stripe.RequestsClient(timeout=(patience.connect, patience.read)),
        )

    def open_session(self, params: dict[str, Any], *, key: str) -> Session:
        """Make the hosted page, or find it again: the same key and parameters always answer with the same page."""
        options: Any = {"idempotency_key": key}
        for _ in range(KEY_IN_USE_TRIES):
            try:
                made = self._ask("open_session", lambda c: c.v1.checkout.sessions.create(cast(Any, params), options))
                return _session(made)
            except KeyInUse:  # a double click: the first is still being answered
                time.sleep(KEY_IN_USE_SECONDS)
        raise StripeAway("the key stays in use")

    def session(self, session_id: str) -> Session:
        """The page as it is now, with what became of its payment."""
        expand = {"expand": ["payment_intent"]}
        return _session(self._ask("session", lambda c: c.v1.checkout.sessions.retrieve(session_id, cast(Any, expand))))

    def expire(self, session_id: str) -> Session:
        """Close a page so that it can no longer be paid, and say what it is now.

        It may have been paid in this instant.
        """
        try:
            return _session(self._ask("expire", lambda c: c.v1.checkout.sessions.expire(session_id)))
        except StripeRefused:
            return self.session(session_id)

    def find_session(self, *, order: str, attempt: int, around: datetime) -> Session | None:
        """Look for a page whose making was never answered, by our references in it."""
        window = {
            "created": {
                "gte": int((around - timedelta(minutes=10)).timestamp()),
                "lte": int((around + timedelta(minutes=50)).timestamp()),
            },
            "limit": 100,
        }
        found = self._ask("find_session", lambda c: c.v1.checkout.sessions.list(cast(Any, window)))
        for item in self._all(found):
            session = _session(item)
            if session.order == order and session.attempt == str(attempt):
                return session
        return None

    def events_since(self, moment: datetime) -> list[Event]:
        """What happened to payment pages and refunds since then, oldest first. Stripe reaches back 30 days."""
        kinds = [
            "checkout.session.completed", "checkout.session.expired",
            "checkout.session.async_payment_succeeded", "checkout.session.async_payment_failed",
            "refund.updated", "refund.failed",
        ]  # fmt: skip
        asked = {"created": {"gte": int(moment.timestamp())}, "types": kinds, "limit": 100}
        found = self._ask("events_since", lambda c: c.v1.events.list(cast(Any, asked)))
        return [_event(item) for item in self._all(found)][::-1]

    def refunds_of(self, payment_intent: str) -> list[RefundAnswer]:
        asked = {"payment_intent": payment_intent, "limit": 100}
        return [
            _refund(item) for item in self._all(self._ask("refunds_of", lambda c: c.v1.refunds.list(cast(Any, asked))))
        ]

    def refund(self, payment_intent: str, amount: Money, *, key: str) -> RefundAnswer:
        """Send money back. `amount` is always said: without it Stripe gives back everything."""
        if type(amount.minor) is not int or amount.minor <= 0:
            raise ValueError("a refund needs an amount")
        asked = {"payment_intent": payment_intent, "amount": amount.minor, "metadata": {"refund": key}}
        return _refund(self._ask("refund", lambda c: c.v1.refunds.create(cast(Any, asked), {"idempotency_key": key})))

    def verify(self, body: bytes, header: str | None) -> Event:
        """The event in a signed body. Raises `BadSignature`; tries every secret, so that one can be rotated."""
        for secret in self._webhook_secrets:
            try:
                event = self._client.construct_event(body, header or "", secret)
            except (stripe.SignatureVerificationError, ValueError, AttributeError, KeyError, TypeError, RecursionError):
                continue
            signed_at = max(
                (int(part[2:]) for part in (header or "").split(",") if part.startswith("t=") and part[2:].isdigit()),
                default=0,
            )
            if signed_at > time.time() + FUTURE_SECONDS:
                break
            try:
                return _event(event, body_sha256=hashlib.sha256(body).hexdigest())
            except (AttributeError, KeyError, TypeError) as error:
                raise BadSignature from error
        raise BadSignature

    def _ask(self, what: str, call: Any) -> Any:
        if self._slots is None:
            return self._call(what, call)
        if not self._slots.acquire(timeout=SLOT_SECONDS):
            raise StripeAway("too many wait for Stripe")
        try:
            return self._call(what, call)
        finally:
            self._slots.release()

    def _call(self, what: str, call: Any) -> Any:
        try:
            return call(self._client)
        except (stripe.InvalidRequestError, stripe.CardError, stripe.IdempotencyError) as error:
            self._note(what, error)
            raise StripeRefused(error.code or type(error).__name__) from error
        except (stripe.AuthenticationError, stripe.PermissionError) as error:
            self._note(what, error)
            raise StripeAway(what) from error  # our key's fault, not the shopper's: the order waits until staff mend it
        except stripe.StripeError as error:
            self._note(what, error)
            raise (KeyInUse if error.http_status == 409 else StripeAway)(what) from error

    def _all(self, found: Any) -> list[Any]:
        """Every item of a list, page after page, up to a cap."""
        return cast(list[Any], self._ask("next_page", lambda c: list(islice(found.auto_paging_iter(), MOST_ITEMS))))

    def _note(self, what: str, error: stripe.StripeError) -> None:
        log.warning(
            "stripe_said_no",
            kind=what,
            error=type(error).__name__,
            code=error.code,
            stripe_status=error.http_status,
            stripe_request=error.request_id,
        )


def _session(answer: Any) -> Session:
    """Refuses, as no answer at all, what is not a session.

    A proxy's page with status 200 must not decide about money.
    """
    try:
        intent = answer.payment_intent
        metadata = answer.metadata.to_dict() if answer.metadata is not None else {}
        return Session(
            id=answer.id,
            status=answer.status,
            payment_status=answer.payment_status,
            amount=Money(answer.amount_total, answer.currency.upper()) if answer.amount_total is not None else None,
            payment_intent=intent if intent is None or isinstance(intent, str) else intent.id,
            intent_status=None if intent is None or isinstance(intent, str) else intent.status,
            order=metadata.get("order"),
            attempt=metadata.get("attempt"),
            url=answer.url,
            livemode=answer.livemode,
        )
    except (AttributeError, TypeError, ValueError) as error:
        raise StripeAway("not a session") from error


def _event(answer: Any, *, body_sha256: str = "") -> Event:
    thing = answer.data.object
    return Event(
        id=answer.id,
        type=answer.type,
        object_id=getattr(thing, "id", None),
        created=answer.created,
        api_version=answer.api_version,
        livemode=answer.livemode,
        body_sha256=body_sha256,
    )


def _refund(answer: Any) -> RefundAnswer:
    metadata = answer.metadata.to_dict() if answer.metadata is not None else {}
    return RefundAnswer(
        answer.id, answer.status or "pending", Money(answer.amount, answer.currency.upper()), metadata.get("refund")
    )
