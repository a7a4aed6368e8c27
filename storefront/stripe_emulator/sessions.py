"""Owns the life of a Checkout Session at the API's side: made, changed, expired."""

from __future__ import annotations

from stripe import PaymentIntent
from stripe.checkout import Session

from storefront.stripe_emulator import session_rules
from storefront.stripe_emulator.amounts import chargeable
from storefront.stripe_emulator.objects import Json, blank, blank_part
from storefront.stripe_emulator.refusals import not_emulated, unexpected
from storefront.stripe_emulator.state import NOBODY, Cause, Checkout, State


def open_session(state: State, asked: Json, *, base_url: str) -> Json:
    """Make a session out of typed parameters; `base_url` is where shoppers find the hosted page, without a slash.

    Raises StripeRefusal for whatever Stripe would refuse, and 501 for what the emulator does not act on.
    """
    now = state.now()
    currency = session_rules.check(asked, now=now)
    lines = [_line(state, line, now) for line in asked["line_items"]]
    options = [_shipping_option(state, option) for option in asked.get("shipping_options", [])]
    subtotal = sum(line["amount_total"] for line in lines)
    chargeable(subtotal + (options[0]["amount"] if options else 0), currency)
    identifier = state.new_id("cs_test_a1")
    email = asked.get("customer_email")
    session = blank("checkout.session") | {
        "id": identifier,
        "adaptive_pricing": {"enabled": False},
        "amount_subtotal": subtotal,
        "cancel_url": asked.get("cancel_url"),
        "client_reference_id": asked.get("client_reference_id"),
        "created": now,
        "currency": currency,
        "customer_creation": "if_required",
        "customer_details": customer_details(email=email, name=None) if email else None,
        "customer_email": email,
        "expires_at": asked.get("expires_at", now + session_rules.LATEST_EXPIRY),
        "integration_identifier": asked.get("integration_identifier"),
        "invoice_creation": None,
        "locale": asked.get("locale"),
        "metadata": kept(asked.get("metadata", {})),
        "mode": "payment",
        "origin_context": asked.get("origin_context"),
        "payment_method_collection": "if_required",
        "payment_method_options": {},
        "payment_method_types": asked.get("allowed_payment_method_types", ["card"]),
        "allowed_payment_method_types": asked.get("allowed_payment_method_types"),
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [{"shipping_amount": one["amount"], "shipping_rate": one["id"]} for one in options],
        "status": "open",
        "submit_type": asked.get("submit_type"),
        "success_url": asked["success_url"],
        "ui_mode": "hosted_page",
        "url": f"{base_url}/c/pay/{identifier}",
    }
    checkout = Checkout(session, lines, _intent_data(asked.get("payment_intent_data", {})), options)
    choose_shipping(checkout, options[0] if options else None)
    state.checkouts[identifier] = checkout
    state.schedule(session["expires_at"], lambda: _expire_if_open(state, checkout, NOBODY))
    return session


def update_session(state: State, identifier: str, asked: Json) -> Json:
    """Merge metadata; anything else that Stripe would change is a 501."""
    session = state.checkout(identifier).session
    for name in asked:
        if name not in ("metadata", "expand"):
            raise not_emulated(f"Updating {name} of a session is possible at Stripe, but")
    session["metadata"] = merged(session["metadata"], asked.get("metadata", {}))
    return session


def expire_session(state: State, identifier: str, *, cause: Cause) -> Json:
    """Close an open session; raises StripeRefusal (400) when it is not open."""
    checkout = state.checkout(identifier)
    status = checkout.session["status"]
    if status != "open":
        raise unexpected(
            f"Only Checkout Sessions with a status in [open] can be expired. This one has a status of {status}.",
            param="session",
        )
    _expire_if_open(state, checkout, cause)
    return checkout.session


def choose_shipping(checkout: Checkout, option: Json | None) -> None:
    """Let the totals of the session follow the shipping option that is chosen."""
    session = checkout.session
    shipping = option["amount"] if option else 0
    session["amount_total"] = session["amount_subtotal"] + shipping
    session["total_details"] = {"amount_discount": 0, "amount_shipping": shipping, "amount_tax": 0}
    session["shipping_cost"] = (
        {"amount_subtotal": shipping, "amount_tax": 0, "amount_total": shipping, "shipping_rate": option["id"]}
        if option
        else None
    )


def customer_details(*, email: str, name: str | None) -> Json:
    return blank_part(Session.CustomerDetails) | {"email": email, "name": name, "tax_exempt": "none"}


def kept(metadata: dict[str, str]) -> dict[str, str]:
    """Metadata as it is stored: an empty value means no such key."""
    return {key: value for key, value in metadata.items() if value != ""}


def merged(metadata: dict[str, str], changes: dict[str, str] | str) -> dict[str, str]:
    """Metadata after an update: keys are added, replaced, or unset by an empty value; an empty string unsets all."""
    return kept(metadata | changes) if isinstance(changes, dict) else {}


def _expire_if_open(state: State, checkout: Checkout, cause: Cause) -> None:
    if checkout.session["status"] != "open":
        return
    checkout.session |= {"status": "expired", "url": None}
    checkout.awaiting = None
    if checkout.payment_intent:
        intent = state.payment_intents[checkout.payment_intent]
        intent |= {
            "status": "canceled",
            "canceled_at": state.now(),
            "cancellation_reason": "expired",
            "next_action": None,
        }
    state.emit("checkout.session.expired", checkout.session, cause=cause)


def _line(state: State, line: Json, now: int) -> Json:
    price = line["price_data"]
    total = price["unit_amount"] * line["quantity"]
    return blank("item") | {
        "id": state.new_id("li_"),
        "amount_subtotal": total,
        "amount_total": total,
        "currency": price["currency"],
        "description": price["product_data"]["name"],
        "metadata": kept(line.get("metadata", {})),
        "quantity": line["quantity"],
        "price": blank("price")
        | {
            "id": state.new_id("price_"),
            "active": False,  # a price made for one session cannot be used again
            "created": now,
            "currency": price["currency"],
            "product": state.new_id("prod_"),
            "tax_behavior": price.get("tax_behavior", "unspecified"),
            "type": "one_time",
            "unit_amount": price["unit_amount"],
            "unit_amount_decimal": str(price["unit_amount"]),
        },
    }


def _intent_data(asked: Json) -> Json:
    """`payment_intent_data` as the PaymentIntent and its charge will show it."""
    data = asked | {"metadata": kept(asked.get("metadata", {}))}
    if "shipping" in asked:
        address = blank_part(PaymentIntent.Shipping.Address) | asked["shipping"]["address"]
        data["shipping"] = blank_part(PaymentIntent.Shipping) | asked["shipping"] | {"address": address}
    return data


def _shipping_option(state: State, option: Json) -> Json:
    rate = option["shipping_rate_data"]
    return {
        "id": state.new_id("shr_"),
        "display_name": rate["display_name"],
        "amount": rate["fixed_amount"]["amount"],
    }
