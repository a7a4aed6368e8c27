"""Owns refunds and disputes: how much may go back, and what becomes of it later."""

from __future__ import annotations

from stripe import Dispute

from storefront.stripe_emulator.amounts import in_words
from storefront.stripe_emulator.objects import Json, blank, blank_part
from storefront.stripe_emulator.refusals import invalid, not_emulated, unexpected
from storefront.stripe_emulator.sessions import kept
from storefront.stripe_emulator.state import Cause, State

LATER = 60  # seconds of the emulator's clock until a test card's refund fails or a pending one succeeds
EVIDENCE_DUE = 7 * 24 * 3600
GIVEN_BACK = ("pending", "succeeded", "requires_action")
ACTED_ON = frozenset({"amount", "charge", "payment_intent", "metadata", "reason", "expand"})
CLOSED = ("won", "lost")


def refund(state: State, asked: Json, *, cause: Cause) -> Json:
    """Give money back for a charge or a PaymentIntent; without `amount`, all that is left of it.

    Raises StripeRefusal: `charge_already_refunded`, `amount_too_large`, `charge_disputed`, `resource_missing`.
    """
    for name in asked:
        if name not in ACTED_ON:
            raise not_emulated(f"Refunding with {name} is possible at Stripe, but")
    if "amount" in asked and asked["amount"] < 1:
        raise invalid("Invalid positive integer", param="amount", code="parameter_invalid_integer")
    charge = _charge_to_refund(state, asked)
    left = charge["amount_captured"] - charge["amount_refunded"]
    if left == 0:
        raise unexpected(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if charge["disputed"] and _open_or_lost(state, charge):
        raise unexpected(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
    amount = asked.get("amount", left)
    if amount > left:
        wanted, rest = in_words(amount, charge["currency"]), in_words(left, charge["currency"])
        message = f"Refund amount ({wanted}) is greater than what is left of the charge ({rest})."
        raise unexpected(message, code="amount_too_large", param="amount")
    later = state.after_payment.get(charge["id"])
    given = blank("refund") | {
        "id": state.new_id("re_"),
        "amount": amount,
        "charge": charge["id"],
        "created": state.now(),
        "currency": charge["currency"],
        "destination_details": {"type": "card", "card": {"type": "refund"}},
        "metadata": kept(asked.get("metadata") or {}),
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": asked.get("reason"),
        "status": "pending" if later == "refund_pends" else "succeeded",
    }
    if charge["payment_method_details"]["type"] != "card":
        del given["destination_details"]
    if given["status"] == "pending":
        given["pending_reason"] = "processing"
    state.refunds[given["id"]] = given
    _count(state, charge)
    state.emit("refund.created", given, cause=cause)
    state.emit("charge.refunded", charge, cause=cause)
    if later in ("refund_fails", "refund_pends"):
        outcome = "failed" if later == "refund_fails" else "succeeded"
        state.schedule(state.now() + LATER, lambda: settle_refund(state, given["id"], outcome))
    return given


def settle_refund(state: State, identifier: str, outcome: str) -> Json:
    """Let a refund succeed or fail; a failed one gives its amount back to the charge. Nothing happens twice."""
    given = state.find("refund", identifier, param="refund")
    if given["status"] == outcome or given["status"] in ("failed", "canceled"):
        return given
    before = {"status": given["status"]}
    given["status"] = outcome
    given.pop("pending_reason", None)
    if outcome == "failed":
        given["failure_reason"] = "unknown"
        _count(state, state.charges[given["charge"]])
    state.emit("refund.updated", given, before=before)
    if outcome == "failed":
        state.emit("refund.failed", given)
    return given


def open_dispute(state: State, charge: Json) -> Json:
    """A cardholder asks the bank for the money back."""
    dispute = blank("dispute") | {
        "id": state.new_id("du_"),
        "amount": charge["amount"],
        "charge": charge["id"],
        "created": state.now(),
        "currency": charge["currency"],
        "evidence": blank_part(Dispute.Evidence, without=frozenset({"appeal"})) | {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": state.now() + EVIDENCE_DUE,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "is_charge_refundable": False,
        "payment_intent": charge["payment_intent"],
        "reason": "fraudulent",
        "status": "needs_response",
    }
    state.disputes[dispute["id"]] = dispute
    charge["disputed"] = True
    state.emit("charge.dispute.created", dispute)
    return dispute


def settle_dispute(state: State, identifier: str, outcome: str) -> Json:
    """Close a dispute as won or lost; nothing happens twice."""
    dispute = state.find("dispute", identifier, param="dispute")
    if dispute["status"] not in CLOSED:
        dispute["status"] = outcome
        state.emit("charge.dispute.closed", dispute)
    return dispute


def _charge_to_refund(state: State, asked: Json) -> Json:
    if ("charge" in asked) == ("payment_intent" in asked):
        both = "charge" in asked
        raise invalid(
            "Give one of payment_intent and charge" + (", not both." if both else "."),
            code="parameters_exclusive" if both else "parameter_missing",
            param="payment_intent",
        )
    if "charge" in asked:
        charge = state.find("charge", asked["charge"], param="charge")
    else:
        intent = state.find("payment_intent", asked["payment_intent"], param="payment_intent")
        charge = state.charges.get(intent["latest_charge"] or "", {})
    if not charge.get("paid"):
        message = "There is no successful charge to refund."
        code = "charge_not_refundable" if "charge" in asked else "payment_intent_unexpected_state"
        raise unexpected(message, code=code)
    return charge


def _open_or_lost(state: State, charge: Json) -> bool:
    return any(one["charge"] == charge["id"] and one["status"] != "won" for one in state.disputes.values())


def _count(state: State, charge: Json) -> None:
    """Let the charge say what has gone back of it: refunds that failed do not count."""
    given = [one for one in state.refunds.values() if one["charge"] == charge["id"] and one["status"] in GIVEN_BACK]
    charge["amount_refunded"] = sum(one["amount"] for one in given)
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
