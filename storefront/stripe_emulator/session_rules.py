"""Owns what a new Checkout Session may ask for: Stripe's rules, and the line between emulated and not.

The request schema has already said what is a parameter at all. Here a valid parameter that the emulator does not act
on becomes a 501, and a value that Stripe would refuse becomes Stripe's refusal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from storefront.stripe_emulator.amounts import known_currency, whole_amount
from storefront.stripe_emulator.objects import Json
from storefront.stripe_emulator.refusals import invalid, missing, not_emulated

MINUTE = 60
SOONEST_EXPIRY, LATEST_EXPIRY = 30 * MINUTE, 24 * 60 * MINUTE
MOST_LINES, MOST_SHIPPING_OPTIONS, MOST_OF_ONE = 100, 5, 999_999
EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")

ACTED_ON = frozenset(
    [
        "success_url",
        "cancel_url",
        "client_reference_id",
        "customer_email",
        "expires_at",
        "locale",
        "metadata",
        "currency",
        "expand",
        "submit_type",
        "integration_identifier",
        "line_items[][quantity]",
        "line_items[][metadata]",
        "line_items[][price_data][currency]",
        "line_items[][price_data][unit_amount]",
        "line_items[][price_data][tax_behavior]",
        "line_items[][price_data][product_data][name]",
        "line_items[][price_data][product_data][description]",
        "line_items[][price_data][product_data][images]",
        "line_items[][price_data][product_data][metadata]",
        "line_items[][price_data][product_data][tax_code]",
        "line_items[][price_data][product_data][unit_label]",
        "payment_intent_data[metadata]",
        "payment_intent_data[description]",
        "payment_intent_data[receipt_email]",
        "payment_intent_data[statement_descriptor]",
        "payment_intent_data[statement_descriptor_suffix]",
        "payment_intent_data[transfer_group]",
        "payment_intent_data[shipping]",
        "shipping_options[][shipping_rate_data][display_name]",
        "shipping_options[][shipping_rate_data][type]",
        "shipping_options[][shipping_rate_data][fixed_amount][amount]",
        "shipping_options[][shipping_rate_data][fixed_amount][currency]",
        "shipping_options[][shipping_rate_data][metadata]",
        "shipping_options[][shipping_rate_data][tax_behavior]",
        "shipping_options[][shipping_rate_data][tax_code]",
    ]
)
ONLY_WITH: dict[str, tuple[Any, ...]] = {
    "mode": ("payment",),
    "ui_mode": ("hosted_page",),
    "allowed_payment_method_types": ("card", "sepa_debit"),
    "adaptive_pricing[enabled]": (False,),
    "after_expiration[recovery][enabled]": (False,),
    "allow_promotion_codes": (False,),
    "automatic_tax[enabled]": (False,),
    "billing_address_collection": ("auto",),
    "customer_creation": ("if_required",),
    "invoice_creation[enabled]": (False,),
    "line_items[][adjustable_quantity][enabled]": (False,),
    "managed_payments[enabled]": (False,),
    "origin_context": ("web",),
    "payment_intent_data[capture_method]": ("automatic", "automatic_async"),
    "phone_number_collection[enabled]": (False,),
    "tax_id_collection[enabled]": (False,),
}
WHOLE_OBJECTS = frozenset(path for path in ACTED_ON if path.endswith(("metadata", "metadata]", "[shipping]")))


def check(asked: Json, *, now: int) -> str:
    """Raise StripeRefusal unless Stripe would make this session and the emulator can; returns its currency."""
    for path, value in _leaves(asked, ""):
        if path in ONLY_WITH and value not in ONLY_WITH[path]:
            raise not_emulated(f"{path} = {str(value).lower()} is valid at Stripe, but")
        if path not in ONLY_WITH and path not in ACTED_ON:
            raise not_emulated(f"{path} is a parameter of Stripe's, but")
    for name in ("mode", "line_items", "success_url"):
        if not asked.get(name):
            raise missing(name)
    for name in ("success_url", "cancel_url"):
        _check_address(asked.get(name), name)
    _check_expiry(asked.get("expires_at"), now)
    for name, email in (
        ("customer_email", asked.get("customer_email")),
        ("payment_intent_data[receipt_email]", asked.get("payment_intent_data", {}).get("receipt_email")),
    ):
        if email is not None and not EMAIL.fullmatch(email):
            raise invalid(f"Invalid email address: {email}", param=name, code="email_invalid")
    return _check_amounts(asked)


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every given parameter with its path, indices left out: `line_items[][quantity]`, 2."""
    if isinstance(value, dict) and path not in WHOLE_OBJECTS:
        for name, member in value.items():
            yield from _leaves(member, f"{path}[{name}]" if path else name)
    elif isinstance(value, list):
        plain = not any(isinstance(item, dict) for item in value)
        for item in value:
            yield from _leaves(item, path if plain else f"{path}[]")
    else:
        yield path, value


def _check_address(address: str | None, param: str) -> None:
    if address is None:
        return
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise invalid(
            "Invalid URL: an explicit scheme (such as https) must be provided.", param=param, code="url_invalid"
        )


def _check_expiry(expires_at: int | None, now: int) -> None:
    if expires_at is None:
        return
    if expires_at < now + SOONEST_EXPIRY:
        raise invalid("The session must expire at least 30 minutes from its creation.", param="expires_at")
    if expires_at > now + LATEST_EXPIRY:
        raise invalid("The session must expire less than 24 hours from its creation.", param="expires_at")


def _check_amounts(asked: Json) -> str:
    """Every line and shipping option: amounts, quantities, one known currency, which is returned."""
    lines, options = asked["line_items"], asked.get("shipping_options", [])
    if len(lines) > MOST_LINES:
        raise invalid(f"A session holds at most {MOST_LINES} line items.", param="line_items")
    if len(options) > MOST_SHIPPING_OPTIONS:
        raise invalid(f"A session holds at most {MOST_SHIPPING_OPTIONS} shipping options.", param="shipping_options")
    currencies: dict[str, str] = {}
    if "currency" in asked:
        currencies["currency"] = known_currency(asked["currency"], param="currency")
    for place, line in enumerate(lines):
        currencies |= _check_line(line, f"line_items[{place}]")
    for place, option in enumerate(options):
        currencies |= _check_shipping(option, f"shipping_options[{place}]")
    first = currencies.get("line_items[0][price_data][currency]", "")
    for param, currency in currencies.items():
        if currency != first:
            raise invalid(f"All prices must have one currency; found {first} and {currency}.", param=param)
    return first


def _check_line(line: Json, param: str) -> dict[str, str]:
    price = line.get("price_data")
    if price is None:
        raise missing(f"{param}[price_data]")
    for name in ("unit_amount", "product_data"):
        if name not in price:
            raise missing(f"{param}[price_data][{name}]")
    if "quantity" not in line:
        raise missing(f"{param}[quantity]")
    if not 1 <= line["quantity"] <= MOST_OF_ONE:
        message = f"The quantity must be between 1 and {MOST_OF_ONE}."
        raise invalid(message, param=f"{param}[quantity]", code="parameter_invalid_integer")
    if not price["product_data"]["name"].strip():
        where = f"{param}[price_data][product_data][name]"
        raise invalid("The name is blank.", param=where, code="parameter_invalid_string_blank")
    if len(price["product_data"].get("images", [])) > 8:
        raise invalid("A product has at most 8 images.", param=f"{param}[price_data][product_data][images]")
    return _check_price(price["unit_amount"], price["currency"], f"{param}[price_data]", "unit_amount")


def _check_shipping(option: Json, param: str) -> dict[str, str]:
    rate = option.get("shipping_rate_data")
    if rate is None:
        raise missing(f"{param}[shipping_rate_data]")
    if "fixed_amount" not in rate:
        raise missing(f"{param}[shipping_rate_data][fixed_amount]")
    fixed = rate["fixed_amount"]
    return _check_price(fixed["amount"], fixed["currency"], f"{param}[shipping_rate_data][fixed_amount]", "amount")


def _check_price(amount: int, currency: str, param: str, name: str) -> dict[str, str]:
    known_currency(currency, param=f"{param}[currency]")
    whole_amount(amount, currency, param=f"{param}[{name}]")
    return {f"{param}[currency]": currency}
