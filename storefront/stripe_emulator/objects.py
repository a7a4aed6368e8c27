"""Owns the shape of what the API answers: blank objects made from the library's resource classes.

A blank holds every field of the class: null where it may be null, the first allowed word, an empty list, 0 or a blank
of its own elsewhere. Fields that Stripe leaves out, rather than answering null, are named in ABSENT.
"""

from __future__ import annotations

import typing
from decimal import Decimal
from typing import Any, ForwardRef

import stripe
import stripe.checkout
from stripe._stripe_object import UntypedStripeObject

API_VERSION = "2026-10-28.endive"  # written out, so that a new library cannot move it unseen; a test compares the two

Json = dict[str, Any]

CLASSES: dict[str, type[stripe.StripeObject]] = {
    "checkout.session": stripe.checkout.Session,
    "payment_intent": stripe.PaymentIntent,
    "charge": stripe.Charge,
    "refund": stripe.Refund,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
    "item": stripe.LineItem,
    "price": stripe.Price,
}
ABSENT: dict[str, frozenset[str]] = {
    "checkout.session": frozenset(
        [
            "branding_settings",
            "excluded_payment_method_types",
            "line_items",
            "name_collection",
            "optional_items",
            "phone_number_collection",
            "presentment_details",
            "redirect_on_completion",
            "return_url",
            "tax_id_collection",
        ]
    ),
    "payment_intent": frozenset(["amount_details", "hooks", "payment_details", "presentment_details", "transfer_data"]),
    "charge": frozenset(
        ["authorization_code", "level3", "presentment_details", "radar_options", "refunds", "transfer"]
    ),
    "refund": frozenset(
        [
            "description",
            "destination_details",
            "failure_balance_transaction",
            "failure_reason",
            "instructions_email",
            "next_action",
            "pending_reason",
            "presentment_details",
        ]
    ),
    "dispute": frozenset({"network_reason_code", "payment_method_details"}),
    "event": frozenset({"account", "context"}),
    "item": frozenset({"discounts", "taxes"}),
    "price": frozenset({"currency_options", "deleted", "tiers"}),
}


def blank(kind: str) -> Json:
    """A fresh object of this kind (`checkout.session`, `refund`, ...), valid but empty."""
    return _blank(CLASSES[kind], without=ABSENT[kind])


def blank_part(part: type[stripe.StripeObject], *, without: frozenset[str] = frozenset()) -> Json:
    """The same for a class inside another, such as `stripe.Charge.Outcome`."""
    return _blank(part, without=without)


def fields_of(kind: str) -> dict[str, Any]:
    """The annotations of a kind's resource class: what it may hold."""
    return _annotations(CLASSES[kind])


def is_nullable(annotation: Any) -> bool:
    """May a field of this annotation be null?"""
    return type(None) in typing.get_args(annotation)


def is_expandable(kind: str, field: str) -> bool:
    """Does the library say that this field is an id that may be asked for as an object, or a list left out?"""
    annotation = CLASSES[kind].__annotations__.get(field) if kind in CLASSES else None
    parts = typing.get_args(annotation)
    is_link = any(isinstance(part, ForwardRef) for part in parts) and str in parts
    return is_link or any(typing.get_origin(part) is stripe.ListObject for part in parts)


def list_of(rows: list[Json], *, url: str, has_more: bool) -> Json:
    return {"object": "list", "url": url, "has_more": has_more, "data": rows}


def _annotations(part: type[stripe.StripeObject]) -> dict[str, Any]:
    return {
        name: annotation
        for name, annotation in part.__annotations__.items()
        if not str(annotation).startswith("typing.ClassVar") and not name.startswith("_")
    }


def _blank(part: type[stripe.StripeObject], *, without: frozenset[str]) -> Json:
    return {name: _empty(annotation) for name, annotation in _annotations(part).items() if name not in without}


def _empty(annotation: Any) -> Any:
    origin: Any = typing.get_origin(annotation)
    arguments = typing.get_args(annotation)
    if origin is typing.Union:
        return None if is_nullable(annotation) else _empty(arguments[0])
    if origin is list:
        return []
    if origin in (dict, UntypedStripeObject):
        return {}
    if arguments:  # a Literal, whichever module it comes from
        return arguments[0]
    if isinstance(annotation, type) and issubclass(annotation, stripe.StripeObject):
        return _blank(annotation, without=frozenset())
    return {int: 0, bool: False, float: 0, Decimal: "0"}.get(annotation, "")
