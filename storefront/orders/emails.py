"""What an order tells by e-mail. Facts are plain values; nothing of a story is among them."""

from __future__ import annotations

from typing import Any

from storefront.core.money import Money
from storefront.mail.promising import Email
from storefront.orders.models import Order


def order_confirmed(order: Order) -> Email:
    return Email(to=order.email, template="orders/emails/confirmed", facts=_facts(order))


def payment_returned(order: Order, amount: Money) -> Email:
    """Money came that cannot be used and is on its way back."""
    facts = {"reference": order.reference, "name": order.name, "amount": _plain(amount)}
    return Email(to=order.email, template="orders/emails/payment_returned", facts=facts)


def _facts(order: Order) -> dict[str, Any]:
    return {
        "reference": order.reference,
        "name": order.name,
        "lines": [
            {"name": line.name, "options": line.options, "quantity": line.quantity, "total": _plain(line.total)}
            for line in order.lines
        ],
        "goods": _plain(order.goods),
        "shipping_name": order.shipping_name,
        "shipping": _plain(order.shipping),
        "total": _plain(order.total),
        "address": [
            part for part in (order.name, order.line1, order.line2, order.city, order.region, order.postal_code) if part
        ],
        "country": order.country,
        "gift_message": order.gift_message,
    }


def _plain(amount: Money) -> dict[str, Any]:
    return {"minor": amount.minor, "currency": amount.currency}
