"""Owns what happens when a shopper confirms: the PaymentIntent, its charge, 3-D Secure, debits that settle later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from stripe import Charge

from storefront.stripe_emulator import refunding
from storefront.stripe_emulator.cards import DEBITS, NOT_AUTHENTICATED, Behaviour, Card, Decline
from storefront.stripe_emulator.objects import Json, blank, blank_part
from storefront.stripe_emulator.refusals import unexpected
from storefront.stripe_emulator.sessions import customer_details
from storefront.stripe_emulator.state import Awaiting, Checkout, State

DEBIT_SETTLES_AFTER = 5 * 24 * 3600  # seconds of the emulator's clock


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the page does next; `message` is for the shopper when the payment was declined."""

    kind: Literal["complete", "declined", "authenticate"]
    message: str = ""


COMPLETE = Outcome("complete")


def confirm_free(state: State, checkout: Checkout, *, email: str, name: str) -> Outcome:
    """Complete a session whose total is nothing: no PaymentIntent, `no_payment_required`."""
    _complete(state, checkout, email=email, name=name, payment_status="no_payment_required")
    return COMPLETE


def confirm_with_card(state: State, checkout: Checkout, card: Card, *, email: str, name: str, base_url: str) -> Outcome:
    """Pay an open session with a test card, as far as the card goes without 3-D Secure."""
    intent = _intent(state, checkout)
    behaviour = card.behaviour
    checkout.awaiting = None
    if behaviour.three_d_secure:
        checkout.awaiting = Awaiting(card, email, name)
        page = f"{base_url}/c/pay/{checkout.session['id']}/authenticate"
        intent |= {
            "status": "requires_action",
            "last_payment_error": None,
            "next_action": {"type": "redirect_to_url", "redirect_to_url": {"return_url": None, "url": page}},
        }
        return Outcome("authenticate")
    return _charge_card(state, checkout, card, behaviour, email=email, name=name)


def authenticate(state: State, checkout: Checkout, *, passed: bool) -> Outcome:
    """Go on where 3-D Secure was asked for; the session must be awaiting it."""
    awaiting, checkout.awaiting = checkout.awaiting, None
    if awaiting is None:
        raise unexpected("Nothing waits to be authenticated.")
    if not passed:
        intent = _intent(state, checkout)
        _refuse(state, intent, NOT_AUTHENTICATED, charge=None)
        return Outcome("declined", NOT_AUTHENTICATED.message)
    behaviour = awaiting.card.behaviour
    return _charge_card(state, checkout, awaiting.card, behaviour, email=awaiting.email, name=awaiting.name)


def confirm_with_debit(state: State, checkout: Checkout, iban: str, *, email: str, name: str) -> Outcome:
    """Complete an open session by a bank debit: unpaid now, succeeded or failed five days of emulator time later."""
    intent = _intent(state, checkout)
    details = {
        "type": "sepa_debit",
        "sepa_debit": {
            "bank_code": iban[4:12],
            "branch_code": None,
            "country": iban[:2],
            "fingerprint": None,
            "last4": iban[-4:],
            "mandate": None,
        },
    }
    charge = _charge(state, checkout, intent, details, email=email, name=name) | {"status": "pending", "captured": True}
    state.charges[charge["id"]] = charge
    intent |= {
        "status": "processing",
        "latest_charge": charge["id"],
        "payment_method": charge["payment_method"],
        "last_payment_error": None,
        "next_action": None,
    }
    _complete(state, checkout, email=email, name=name, payment_status="unpaid")
    outcome, _ = DEBITS[iban]
    state.schedule(state.now() + DEBIT_SETTLES_AFTER, lambda: settle_debit(state, checkout, outcome))
    return COMPLETE


def settle_debit(state: State, checkout: Checkout, outcome: str) -> None:
    """Let a delayed payment arrive (`succeeded`) or not (`failed`); nothing happens twice."""
    intent = state.payment_intents.get(checkout.payment_intent or "")
    if intent is None or intent["status"] != "processing":
        return
    charge = state.charges[intent["latest_charge"]]
    if outcome == "succeeded":
        _take(state, intent, charge)
        checkout.session["payment_status"] = "paid"
        state.emit("checkout.session.async_payment_succeeded", checkout.session)
        return
    decline = Decline("payment_intent_payment_attempt_failed", "The bank did not carry out the debit.")
    charge |= {"status": "failed", "failure_code": "payment_failed", "failure_message": decline.message}
    _refuse(state, intent, decline, charge=charge)
    state.emit("checkout.session.async_payment_failed", checkout.session)


def _intent(state: State, checkout: Checkout) -> Json:
    """The session's PaymentIntent, made at the first confirmation; later ones use it again."""
    if checkout.payment_intent:
        intent = state.payment_intents[checkout.payment_intent]
        intent["amount"] = checkout.session["amount_total"]  # another way of shipping may have been chosen since
        return intent
    session, asked = checkout.session, checkout.intent
    identifier = state.new_id("pi_")
    intent = blank("payment_intent") | {
        "id": identifier,
        "allowed_payment_method_types": session["allowed_payment_method_types"],
        "amount": session["amount_total"],
        "capture_method": asked.get("capture_method", "automatic_async"),
        "client_secret": f"{identifier}_secret_{state.new_id('')}",
        "confirmation_method": "automatic",
        "created": state.now(),
        "currency": session["currency"],
        "payment_method_options": {},
        "payment_method_types": session["payment_method_types"],
        "status": "requires_payment_method",
        **{name: asked[name] for name in COPIED if name in asked},
    }
    state.payment_intents[identifier] = intent
    checkout.payment_intent = identifier
    return intent


COPIED = (  # from payment_intent_data to the PaymentIntent, and from there to its charge
    "description",
    "metadata",
    "receipt_email",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)


def _charge_card(
    state: State, checkout: Checkout, card: Card, behaviour: Behaviour, *, email: str, name: str
) -> Outcome:
    intent = _intent(state, checkout)
    charge = _charge(state, checkout, intent, _card_details(card, behaviour), email=email, name=name)
    state.charges[charge["id"]] = charge
    intent |= {"latest_charge": charge["id"], "payment_method": charge["payment_method"], "next_action": None}
    if behaviour.decline:
        charge |= {
            "status": "failed",
            "failure_code": behaviour.decline.code,
            "failure_message": behaviour.decline.message,
            "outcome": _outcome("issuer_declined", behaviour.decline.decline_code or behaviour.decline.code),
        }
        _refuse(state, intent, behaviour.decline, charge=charge)
        return Outcome("declined", behaviour.decline.message)
    _take(state, intent, charge)
    _complete(state, checkout, email=email, name=name, payment_status="paid")
    if behaviour.later:
        state.after_payment[charge["id"]] = behaviour.later
    if behaviour.later == "dispute":
        refunding.open_dispute(state, charge)
    return COMPLETE


def _charge(state: State, checkout: Checkout, intent: Json, details: Json, *, email: str, name: str) -> Json:
    return blank("charge") | {
        "id": state.new_id("ch_"),
        "amount": intent["amount"],
        "billing_details": blank_part(Charge.BillingDetails) | {"email": email, "name": name},
        "captured": False,
        "created": state.now(),
        "currency": intent["currency"],
        "payment_intent": intent["id"],
        "payment_method": state.new_id("pm_"),
        "payment_method_details": details,
        **{name: checkout.intent[name] for name in COPIED if name in checkout.intent},
    }


def _take(state: State, intent: Json, charge: Json) -> None:
    """The money is there."""
    charge |= {
        "amount_captured": charge["amount"],
        "captured": True,
        "outcome": _outcome("approved_by_network", None),
        "paid": True,
        "status": "succeeded",
    }
    intent |= {
        "amount_received": intent["amount"],
        "last_payment_error": None,
        "next_action": None,
        "status": "succeeded",
    }
    state.emit("charge.succeeded", charge)
    state.emit("payment_intent.succeeded", intent)


def _refuse(state: State, intent: Json, decline: Decline, *, charge: Json | None) -> None:
    """The money is not there: the intent waits for another payment method."""
    error = {"type": "card_error" if charge is None or "card" in charge["payment_method_details"] else "api_error"}
    error |= {"code": decline.code, "message": decline.message}
    if decline.decline_code:  # left out, not null, when there is none
        error["decline_code"] = decline.decline_code
    if charge:
        error["charge"] = charge["id"]
    intent |= {
        "last_payment_error": error,
        "next_action": None,
        "payment_method": None,
        "status": "requires_payment_method",
    }
    state.emit("payment_intent.payment_failed", intent)


def _complete(state: State, checkout: Checkout, *, email: str, name: str, payment_status: str) -> None:
    checkout.awaiting = None
    checkout.session |= {
        "customer_details": customer_details(email=email, name=name),
        "payment_intent": checkout.payment_intent,
        "payment_status": payment_status,
        "status": "complete",
        "url": None,
    }
    state.emit("checkout.session.completed", checkout.session)


def _card_details(card: Card, behaviour: Behaviour) -> Json:
    secure = None
    if behaviour.three_d_secure:
        secure = blank_part(
            Charge.PaymentMethodDetails.Card.ThreeDSecure, without=frozenset({"exemption_indicator_applied"})
        ) | {
            "authentication_flow": "challenge",
            "result": "authenticated",
            "version": "2.2.0",
        }
    return {
        "type": "card",
        "card": blank_part(Charge.PaymentMethodDetails.Card, without=CARD_PARTS_LEFT_OUT)
        | {
            "brand": behaviour.brand,
            "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
            "country": "US",
            "exp_month": card.month,
            "exp_year": card.year,
            "funding": "credit",
            "last4": card.number[-4:],
            "network": behaviour.brand,
            "three_d_secure": secure,
        },
    }


CARD_PARTS_LEFT_OUT = frozenset(
    [
        "capture_before",
        "extended_authorization",
        "incremental_authorization",
        "moto",
        "multicapture",
        "network_token",
        "overcapture",
        "setup_credential_usage",
        "stored_credential_usage",
        "description",
        "iin",
        "issuer",
    ]
)


def _outcome(kind: str, reason: str | None) -> Json:
    declined = kind == "issuer_declined"
    return blank_part(Charge.Outcome, without=frozenset({"risk_level", "risk_score", "rule"})) | {
        "network_status": "declined_by_network" if declined else "approved_by_network",
        "reason": reason,
        "seller_message": "The bank declined the payment." if declined else "Payment complete.",
        "type": "issuer_declined" if declined else "authorized",
    }
