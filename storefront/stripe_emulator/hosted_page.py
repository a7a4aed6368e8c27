"""Owns the page on which a shopper pays: what Stripe would show at checkout.stripe.com, in test mode."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from storefront.stripe_emulator import paying
from storefront.stripe_emulator.amounts import in_words
from storefront.stripe_emulator.cards import CARDS, DEBITS, Card, digits
from storefront.stripe_emulator.session_rules import EMAIL
from storefront.stripe_emulator.sessions import choose_shipping
from storefront.stripe_emulator.state import Checkout, State

Answer = Response | str | tuple[str, int]
BUTTONS = {"book": "Book", "donate": "Donate", "subscribe": "Subscribe"}
EXPIRY = re.compile(r"\s*([0-9]{1,2})\s*/\s*([0-9]{2}|[0-9]{4})\s*")


class Closed(Exception):
    """Raised for a page that cannot be paid on: unknown (None), complete or expired."""

    def __init__(self, checkout: Checkout | None) -> None:
        super().__init__()
        self.checkout = checkout


def hosted_page(state: State) -> Blueprint:
    """The blueprint of /c/pay: the form, the payment, and the page of 3-D Secure."""
    pages = Blueprint("hosted_page", __name__, url_prefix="/c/pay")

    @pages.get("/<session_id>")
    def pay(session_id: str) -> Answer:
        with state.lock:
            return _form(state, _open(state, session_id))

    @pages.post("/<session_id>")
    def confirm(session_id: str) -> Answer:
        with state.lock:
            checkout = _open(state, session_id)
            if wrong := _wrong(request.form, checkout, state.now()):
                return _form(state, checkout, wrong=wrong), 422
            return _next_page(state, _confirmed(state, checkout), checkout)

    @pages.get("/<session_id>/authenticate")
    def challenge(session_id: str) -> Answer:
        with state.lock:
            checkout = _open(state, session_id)
            return _challenge(checkout) if checkout.awaiting else redirect(url_for(".pay", session_id=session_id), 303)

    @pages.post("/<session_id>/authenticate")
    def authenticate(session_id: str) -> Answer:
        with state.lock:
            checkout = _open(state, session_id)
            if checkout.awaiting is None:
                return redirect(url_for(".pay", session_id=session_id), 303)
            outcome = paying.authenticate(state, checkout, passed=request.form.get("answer") == "complete")
            return _next_page(state, outcome, checkout)

    @pages.errorhandler(Closed)
    def closed(reason: Closed) -> Answer:
        return _closed(reason.checkout)

    return pages


def _open(state: State, session_id: str) -> Checkout:
    """An open session, as it is at this moment; raises Closed."""
    state.tick()
    checkout = state.checkouts.get(session_id)
    if checkout is None or checkout.session["status"] != "open":
        raise Closed(checkout)
    return checkout


def _closed(checkout: Checkout | None) -> tuple[str, int]:
    if checkout is None:
        return render_template("closed.html", heading="There is no such payment page", session=None), 404
    heading = {
        ("complete", "paid"): "You have already paid",
        ("complete", "no_payment_required"): "You have already paid",
        ("complete", "unpaid"): "You have already paid: the bank debit is on its way",
    }.get((checkout.session["status"], checkout.session["payment_status"]), "This payment page has expired")
    return render_template("closed.html", heading=heading, session=checkout.session, back=_back(checkout)), 410


def _back(checkout: Checkout) -> str | None:
    session = checkout.session
    if session["status"] == "complete":
        return _success_address(checkout)
    address: str | None = session["cancel_url"]
    return address


def _success_address(checkout: Checkout) -> str:
    address: str = checkout.session["success_url"]
    return address.replace("{CHECKOUT_SESSION_ID}", checkout.session["id"])


def _form(state: State, checkout: Checkout, *, wrong: Mapping[str, str] | None = None, declined: str = "") -> str:
    session = checkout.session
    typed = {name: value for name, value in request.form.items() if name in ("email", "name", "debit_name", "shipping")}
    return render_template(
        "pay.html",
        session=session,
        lines=checkout.lines,
        shipping=checkout.shipping,
        chosen=(session["shipping_cost"] or {}).get("shipping_rate"),
        money=lambda amount: in_words(amount, session["currency"]),
        button=BUTTONS.get(session["submit_type"] or "", "Pay"),
        debit="sepa_debit" in session["payment_method_types"] and session["currency"] == "eur",
        card="card" in session["payment_method_types"],
        cards=CARDS,
        debits=DEBITS,
        year=datetime.fromtimestamp(state.now(), UTC).year + 4,
        typed=typed,
        wrong=wrong or {},
        declined=declined,
    )


def _challenge(checkout: Checkout) -> str:
    return render_template(
        "authenticate.html",
        last4=checkout.awaiting.card.number[-4:] if checkout.awaiting else "",
        total=in_words(checkout.session["amount_total"], checkout.session["currency"]),
    )


def _wrong(form: Mapping[str, str], checkout: Checkout, now: int) -> dict[str, str]:
    """What the shopper must correct, by field; empty when all is well."""
    wrong = {}
    if not checkout.session["customer_email"] and not EMAIL.fullmatch(form.get("email", "").strip()):
        wrong["email"] = "Enter your e-mail address, such as name@example.org."
    if len(checkout.shipping) > 1 and form.get("shipping") not in [option["id"] for option in checkout.shipping]:
        wrong["shipping"] = "Choose how it should be sent."
    if not checkout.session["amount_total"]:
        return wrong
    if form.get("pay_by") == "debit":
        if "sepa_debit" not in checkout.session["payment_method_types"] or _iban(form) not in DEBITS:
            wrong["iban"] = "Enter one of the test IBANs listed on this page."
        if not form.get("debit_name", "").strip():
            wrong["debit_name"] = "Enter the name of the account's holder."
        return wrong
    if digits(form.get("number", "")) is None:
        wrong["number"] = "This is not a card number. Use one of the test cards listed on this page."
    if (month := _expiry(form)) is None:
        wrong["expiry"] = "Enter the month and year, such as 04/30."
    elif month < (datetime.fromtimestamp(now, UTC).year, datetime.fromtimestamp(now, UTC).month):
        wrong["expiry"] = "Your card's expiry date is in the past."
    if not re.fullmatch(r"[0-9]{3,4}", form.get("cvc", "").strip()):
        wrong["cvc"] = "Enter the three or four digits of the security code."
    if not form.get("name", "").strip():
        wrong["name"] = "Enter the name on the card."
    return wrong


def _expiry(form: Mapping[str, str]) -> tuple[int, int] | None:
    """(year, month), or None when it is neither MM/YY nor MM/YYYY."""
    found = EXPIRY.fullmatch(form.get("expiry", ""))
    if found is None or not 1 <= int(found[1]) <= 12:
        return None
    return int(found[2]) + (2000 if len(found[2]) == 2 else 0), int(found[1])


def _iban(form: Mapping[str, str]) -> str:
    return re.sub(r"\s", "", form.get("iban", "")).upper()


def _confirmed(state: State, checkout: Checkout) -> paying.Outcome:
    """Carry out a form in which nothing is wrong."""
    form: Any = request.form
    email = checkout.session["customer_email"] or form["email"].strip()
    if chosen := next((option for option in checkout.shipping if option["id"] == form.get("shipping")), None):
        choose_shipping(checkout, chosen)
    if not checkout.session["amount_total"]:
        return paying.confirm_free(state, checkout, email=email, name=form.get("name", "").strip())
    if form.get("pay_by") == "debit":
        return paying.confirm_with_debit(state, checkout, _iban(form), email=email, name=form["debit_name"].strip())
    year, month = _expiry(form) or (0, 0)
    card = Card(digits(form["number"]) or "", month, year)
    base_url = request.host_url.rstrip("/")
    return paying.confirm_with_card(state, checkout, card, email=email, name=form["name"].strip(), base_url=base_url)


def _next_page(state: State, outcome: paying.Outcome, checkout: Checkout) -> Answer:
    if outcome.kind == "complete":
        return redirect(_success_address(checkout), 303)
    if outcome.kind == "authenticate":
        return redirect(url_for(".challenge", session_id=checkout.session["id"]), 303)
    return _form(state, checkout, declined=outcome.message), 402
