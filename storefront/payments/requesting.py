"""Asking for a payment: the attempt is written down, parameters and all, before Stripe hears of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from storefront.core.clock import now
from storefront.core.errors import ShopError
from storefront.db import db, transaction
from storefront.orders.models import Order
from storefront.orders.queries import locked
from storefront.payments.models import AttemptState, PaymentAttempt
from storefront.payments.settling import void
from storefront.payments.stripe_gateway import Session, StripeAway, StripeGateway, StripeRefused
from storefront.settings import settings

AWAY = (
    "Our payment provider does not answer just now. Nothing has been charged, and your bag is as it was. "
    "Please try again in a minute."
)
REPEAT = timedelta(
    minutes=4
)  # Stripe wants a page to live 30 minutes when it is made; after this a repeat would be refused


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """What leaves the transaction: enough to open the hosted page, now or again."""

    attempt_id: int
    order: str
    n: int
    key: str
    params: dict[str, Any]
    created_at: datetime
    expires_at: datetime
    session_id: str | None
    url: str | None


class PaymentPageAway(ShopError):
    """Raised when the hosted page cannot be opened now. The order waits, and the same button tries again."""


class PaymentPageRefused(ShopError):
    """Raised when Stripe will not take this payment however often it is asked. The order has been cancelled."""


def request_payment(order: Order, *, cart_id: int | None, at: datetime) -> PaymentRequest:
    """Write the next attempt of a pending order, with its key and its frozen parameters. Nothing has been sent."""
    n = 1 + (db.session.scalar(select(func.max(PaymentAttempt.n)).where(PaymentAttempt.order_id == order.id)) or 0)
    expires_at = (at + timedelta(minutes=settings.session_minutes)).replace(microsecond=0)
    attempt = PaymentAttempt(
        order_id=order.id,
        n=n,
        state=AttemptState.CREATING,
        idempotency_key=f"order:{order.reference}:a{n}",
        params=_params(order, n=n, expires_at=expires_at),
        created_at=at,
        expires_at=expires_at,
        amount=order.total,
        cart_id=cart_id,
    )
    db.session.add(attempt)
    db.session.flush()
    return as_request(attempt, order.reference)


def as_request(attempt: PaymentAttempt, reference: str) -> PaymentRequest:
    return PaymentRequest(
        attempt.id, reference, attempt.n, attempt.idempotency_key, attempt.params,
        attempt.created_at, attempt.expires_at, attempt.session_id, attempt.url,
    )  # fmt: skip


def start_paying(payment: PaymentRequest, *, gateway: StripeGateway) -> str:
    """Open (or find again) the hosted page of this attempt; returns its address.

    Raises `PaymentPageAway` or `PaymentPageRefused`. The network is asked with no transaction open.
    """
    if payment.url is not None:
        return payment.url
    try:
        session = open_again(payment, gateway=gateway)
    except StripeAway as away:
        raise PaymentPageAway(AWAY) from away
    except StripeRefused as refused:
        with transaction():
            void(payment.attempt_id, at=now(), why=f"Stripe refused to open the page: {refused.code}")
        raise PaymentPageRefused(
            "Our payment provider cannot take this payment. Nothing has been charged. "
            "Please look over your order and try again, or write to us."
        ) from refused
    with transaction():
        is_open = attach(payment.attempt_id, session, at=now())
    if session.url is None or not is_open:
        raise PaymentPageAway("This payment page has just been closed from another tab. Please pay again.")
    return session.url


def open_again(payment: PaymentRequest, *, gateway: StripeGateway) -> Session:
    """Ask Stripe for the page, with the same key and the same bytes at every repeat.

    When the parameters have grown too old to be sent again, look for what an unanswered call may have made.
    Raises `StripeAway`, `StripeRefused`.
    """
    if now() < payment.created_at + REPEAT:
        return gateway.open_session(payment.params, key=payment.key)
    found = gateway.find_session(order=payment.order, attempt=payment.n, around=payment.created_at)
    if found is None:
        raise StripeRefused("too_late_to_repeat")
    return found


def attach(attempt_id: int, session: Session, *, at: datetime) -> bool:
    """Note the page that Stripe made; returns whether it can still be paid.

    A webhook may have been quicker, or another tab may have closed the page meanwhile.
    """
    attempt = db.session.get_one(PaymentAttempt, attempt_id)
    locked(attempt.order_id)
    db.session.refresh(attempt)
    if attempt.state is AttemptState.CREATING:
        attempt.session_id, attempt.url = session.id, session.url
        attempt.move(AttemptState.OPEN, at=at, by="shop", why="The payment page is open")
    return attempt.is_live


def _params(order: Order, *, n: int, expires_at: datetime) -> dict[str, Any]:
    """Stripe's parameters for a hosted page.

    Names of goods only: nothing of a story, a maker or a workshop goes there.
    """
    currency = order.currency.lower()
    metadata = {"order": order.reference, "attempt": str(n)}
    return {
        "mode": "payment",
        "ui_mode": "hosted_page",
        "success_url": f"{settings.shop_url}/checkout/return?session_id={{CHECKOUT_SESSION_ID}}",
        "cancel_url": f"{settings.shop_url}/cart",
        "customer_email": order.email,
        "client_reference_id": order.reference,
        "metadata": metadata,
        "payment_intent_data": {
            "metadata": metadata,
            "description": f"Order {order.reference}",
            "statement_descriptor_suffix": settings.statement_descriptor,
        },
        "line_items": [
            {
                "quantity": line.quantity,
                "price_data": {
                    "currency": currency,
                    "unit_amount": line.price.minor,
                    "product_data": {
                        "name": ", ".join(part for part in (line.name, line.options) if part)[:250],
                        "metadata": {"sku": line.sku},
                    },
                },
            }
            for line in order.lines
        ],
        "shipping_options": [
            {
                "shipping_rate_data": {
                    "display_name": order.shipping_name[:100],
                    "type": "fixed_amount",
                    "fixed_amount": {"amount": order.shipping_minor, "currency": currency},
                }
            }
        ],
        "expires_at": int(expires_at.timestamp()),
        "allowed_payment_method_types": ["card"],
        "adaptive_pricing": {"enabled": False},
        "after_expiration": {"recovery": {"enabled": False}},
    }
