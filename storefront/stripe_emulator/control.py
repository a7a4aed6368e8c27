"""Owns /_emu: the switches that tests and demonstrations use. Nothing here exists at Stripe.

All JSON. A wrong request is answered 400 with {"error": "a plain sentence"}.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request

from storefront.stripe_emulator import paying, refunding
from storefront.stripe_emulator.faults import Faults
from storefront.stripe_emulator.idempotency import Keys
from storefront.stripe_emulator.objects import Json
from storefront.stripe_emulator.refusals import StripeRefusal
from storefront.stripe_emulator.state import State
from storefront.stripe_emulator.webhooks import FORGERIES, Courier

LONGEST_ADVANCE = 366 * 24 * 3600


def control(state: State, keys: Keys, faults: Faults, courier: Courier) -> Blueprint:
    """The blueprint of every switch."""
    emu = Blueprint("control", __name__, url_prefix="/_emu")

    @emu.errorhandler(ValueError)
    def _wrong(error: ValueError) -> tuple[Response, int]:
        return jsonify(error=str(error)), 400

    @emu.errorhandler(StripeRefusal)
    def _refused(refusal: StripeRefusal) -> tuple[Response, int]:
        return jsonify(error=str(refusal)), refusal.status

    @emu.post("/clock")
    def clock() -> Response:
        seconds = _asked("advance")["advance"]
        if type(seconds) is not int or not 0 <= seconds <= LONGEST_ADVANCE:
            raise ValueError(f"advance is a whole number of seconds from 0 to {LONGEST_ADVANCE}.")
        state.advance(seconds)
        return jsonify(now=state.now())

    @emu.post("/fault")
    def fault() -> Response:
        return jsonify(asdict(faults.order(_asked())))

    @emu.post("/webhooks")
    def switches() -> Response:
        return jsonify(asdict(courier.set_switches(_asked())))

    @emu.post("/webhooks/release")
    def release() -> Response:
        return jsonify(released=courier.release())

    @emu.post("/webhooks/resend")
    def resend() -> Response:
        asked = _asked("event", "forge", "copies")
        forge, copies = asked.get("forge"), asked.get("copies", 1)
        if forge is not None and forge not in FORGERIES:
            raise ValueError(f"forge is one of {', '.join(FORGERIES)}.")
        if type(copies) is not int or not 1 <= copies <= 20:
            raise ValueError("copies is a whole number from 1 to 20.")
        with state.lock:
            event = copy.deepcopy(state.find("event", str(asked.get("event")), param="event"))
        courier.resend(event, forge=forge, copies=copies)
        return jsonify(event=event["id"])

    @emu.post("/settle")
    def settle() -> Response:
        asked = _asked("session", "refund", "dispute", "outcome")
        with state.lock:
            state.tick()
            return jsonify(_settled(state, asked))

    @emu.post("/dispute")
    def dispute() -> Response:
        with state.lock:
            charge = state.find("charge", str(_asked("charge").get("charge")), param="charge")
            if not charge["paid"] or charge["disputed"]:
                raise ValueError("Only a paid charge can be disputed, and only once.")
            return jsonify(refunding.open_dispute(state, charge))

    @emu.post("/reset")
    def reset() -> Response:
        faults.forget()
        state.reset()
        keys.forget()
        courier.forget()
        return jsonify(now=state.now())

    @emu.get("/state")
    def everything() -> Response:
        deliveries, held = courier.listed()
        with state.lock:
            state.tick()
            return jsonify(
                now=state.now(),
                sessions=list(state.rows("checkout.session").values()),
                payment_intents=list(state.payment_intents.values()),
                charges=list(state.charges.values()),
                refunds=list(state.refunds.values()),
                disputes=list(state.disputes.values()),
                events=list(state.events.values()),
                deliveries=deliveries,
                held=held,
                switches=asdict(courier.switches),
                faults=faults.listed(),
                requests=state.requests,
                idempotency_keys=keys.listed(),
            )

    return emu


def _settled(state: State, asked: Json) -> Json:
    """Settle the one thing named: a session's debit or a refund as succeeded|failed, a dispute as won|lost."""
    outcome = asked.get("outcome")
    settlers: dict[str, tuple[tuple[str, str], Callable[[str, str], Json]]] = {
        "session": (("succeeded", "failed"), lambda one, end: _settle_session(state, one, end)),
        "refund": (("succeeded", "failed"), lambda one, end: refunding.settle_refund(state, one, end)),
        "dispute": (("won", "lost"), lambda one, end: refunding.settle_dispute(state, one, end)),
    }
    named = [name for name in settlers if name in asked]
    if len(named) != 1:
        raise ValueError("Name one of session, refund and dispute.")
    outcomes, settler = settlers[named[0]]
    if outcome not in outcomes:
        raise ValueError(f"The outcome of a {named[0]} is one of {', '.join(outcomes)}.")
    return settler(str(asked[named[0]]), outcome)


def _settle_session(state: State, identifier: str, outcome: str) -> Json:
    checkout = state.checkout(identifier)
    if checkout.session["status"] != "complete" or checkout.session["payment_status"] != "unpaid":
        raise ValueError("Only a session that is complete and unpaid can be settled.")
    paying.settle_debit(state, checkout, outcome)
    return checkout.session


def _asked(*allowed: str) -> Json:
    """The JSON object of the request; with names, only these may be in it, and the first must be unless several."""
    asked: Any = request.get_json(silent=True) if request.get_data() else {}
    if not isinstance(asked, dict):
        raise ValueError("The body must be a JSON object.")
    if allowed and (unknown := set(asked) - set(allowed)):
        raise ValueError(f"Nothing here is called {', '.join(sorted(unknown))}.")
    if len(allowed) == 1 and allowed[0] not in asked:
        raise ValueError(f"{allowed[0]} is missing.")
    return asked
