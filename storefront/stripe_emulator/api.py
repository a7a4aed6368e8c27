"""Owns the routes under /v1: who may call, what each call is, and the way from a request to its one answer."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Request, Response, request
from stripe import params
from stripe.params import checkout

from storefront.stripe_emulator import form, listing, refunding, sessions
from storefront.stripe_emulator.faults import CutConnection, Fault, Faults, cut
from storefront.stripe_emulator.idempotency import Keys, Reply
from storefront.stripe_emulator.objects import API_VERSION, Json
from storefront.stripe_emulator.refusals import StripeRefusal, invalid, no_such, not_emulated
from storefront.stripe_emulator.schema import Shape, request_schema
from storefront.stripe_emulator.state import Cause, State


@dataclass(frozen=True, slots=True)
class Call:
    """One request, read and typed."""

    state: State
    ids: tuple[str, ...]
    params: Json
    cause: Cause
    path: str
    base_url: str


Work = Callable[[Call], Json]


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str  # with {} where an id stands
    params: type
    answers: str  # the kind of its answer; "list refund" is a list of refunds
    work: Work

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.escape(self.path).replace(re.escape("{}"), "([^/]+)"))


def _retrieve(kind: str, param: str) -> Work:
    return lambda call: call.state.find(kind, call.ids[0], param=param)


def _list(kind: str) -> Work:
    return lambda call: listing.page(kind, listing.newest_first(call.state, kind), call.params, url=call.path)


def _retrieve_event(call: Call) -> Json:
    event = call.state.find("event", call.ids[0], param="id")
    if event["created"] < call.state.now() - listing.KEPT_EVENTS:
        raise no_such("event", call.ids[0], param="id")
    return event


ROUTES = (
    Route(
        "POST",
        "/v1/checkout/sessions",
        checkout.SessionCreateParams,
        "checkout.session",
        lambda call: sessions.open_session(call.state, call.params, base_url=call.base_url),
    ),
    Route(
        "GET", "/v1/checkout/sessions", checkout.SessionListParams, "list checkout.session", _list("checkout.session")
    ),
    Route(
        "GET",
        "/v1/checkout/sessions/{}",
        checkout.SessionRetrieveParams,
        "checkout.session",
        lambda call: call.state.checkout(call.ids[0]).session,
    ),
    Route(
        "POST",
        "/v1/checkout/sessions/{}",
        checkout.SessionUpdateParams,
        "checkout.session",
        lambda call: sessions.update_session(call.state, call.ids[0], call.params),
    ),
    Route(
        "POST",
        "/v1/checkout/sessions/{}/expire",
        checkout.SessionExpireParams,
        "checkout.session",
        lambda call: sessions.expire_session(call.state, call.ids[0], cause=call.cause),
    ),
    Route(
        "GET",
        "/v1/checkout/sessions/{}/line_items",
        checkout.SessionLineItemListParams,
        "list item",
        lambda call: listing.line_items(call.state, call.ids[0], call.params),
    ),
    Route(
        "GET",
        "/v1/payment_intents/{}",
        params.PaymentIntentRetrieveParams,
        "payment_intent",
        _retrieve("payment_intent", "intent"),
    ),
    Route("GET", "/v1/charges/{}", params.ChargeRetrieveParams, "charge", _retrieve("charge", "id")),
    Route(
        "POST",
        "/v1/refunds",
        params.RefundCreateParams,
        "refund",
        lambda call: refunding.refund(call.state, call.params, cause=call.cause),
    ),
    Route("GET", "/v1/refunds", params.RefundListParams, "list refund", _list("refund")),
    Route("GET", "/v1/refunds/{}", params.RefundRetrieveParams, "refund", _retrieve("refund", "id")),
    Route("GET", "/v1/disputes", params.DisputeListParams, "list dispute", _list("dispute")),
    Route("GET", "/v1/disputes/{}", params.DisputeRetrieveParams, "dispute", _retrieve("dispute", "id")),
    Route("GET", "/v1/events", params.EventListParams, "list event", _list("event")),
    Route("GET", "/v1/events/{}", params.EventRetrieveParams, "event", _retrieve_event),
)


class Api:
    """Answers every request under /v1, known or not."""

    def __init__(self, state: State, keys: Keys, faults: Faults) -> None:
        self._state, self._keys, self._faults = state, keys, faults
        self._routes: list[tuple[Route, re.Pattern[str], Shape]] = [
            (route, route.pattern, request_schema(route.params)) for route in ROUTES
        ]

    def blueprint(self) -> Blueprint:
        api = Blueprint("api", __name__)
        methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
        api.add_url_rule("/v1", view_func=self._answer, methods=methods, endpoint="root")
        api.add_url_rule("/v1/<path:rest>", view_func=self._answer, methods=methods, endpoint="any")
        return api

    def _answer(self, rest: str = "") -> Response:
        """Keep the log, and turn whatever happens into one response."""
        request_id = self._state.new_id("req_")
        entry: Json = {
            "id": request_id,
            "at": self._state.now(),
            "method": request.method,
            "path": request.path,
            "idempotency_key": request.headers.get("Idempotency-Key"),
            "params": None,
            "status": None,  # until it is answered; stays None when the connection is cut
            "replayed": False,
            "fault": None,
        }
        self._state.requests.append(entry)
        try:
            reply = self._reply(request, request_id, entry)
        except StripeRefusal as refusal:
            reply = _json(refusal.status, refusal.body, request_id)
        except CutConnection:
            cut(request.environ)
            return Response(status=500)  # nobody reads it
        entry |= {"status": reply.status, "replayed": reply.replayed}
        headers = {"Request-Id": request_id, "Stripe-Version": API_VERSION}
        if key := entry["idempotency_key"]:
            headers["Idempotency-Key"] = key
        if reply.replayed:
            headers |= {"Idempotent-Replayed": "true", "Original-Request": reply.request_id}
        return Response(reply.body, reply.status, headers, content_type=reply.content_type)

    def _reply(self, asked: Request, request_id: str, entry: Json) -> Reply:
        account = _account(asked)
        if asked.headers.get("Stripe-Version", API_VERSION) != API_VERSION:
            raise not_emulated(f"Any version of the API but {API_VERSION} is")
        fault = self._faults.take(asked.method, asked.path)
        entry["fault"] = f"{fault.kind} {fault.when}" if fault else None
        if fault and fault.when == "before" and not fault.is_result:
            if fault.kind == "hang":
                self._faults.wait(fault.seconds)
            return fault.reply(request_id)
        route, ids, shape = self._route(asked)
        wire = entry["params"] = _wire(asked)
        key = asked.headers.get("Idempotency-Key") if asked.method == "POST" else None

        def work() -> Json:
            cause = Cause(request_id, key)
            typed = form.typed(wire, shape)
            unfold = typed.get("expand", [])
            listing.check_expansions(route.answers, unfold)
            call = Call(self._state, ids, typed, cause, asked.path, asked.host_url.rstrip("/"))
            with self._state.lock:
                self._state.tick()
                return listing.expanded(self._state, route.work(call), unfold)

        if key is None:
            reply, _ = self._worked(work, fault, request_id)
        else:
            reply = self._under_key(account, key, wire, work, fault, request_id)
        if fault and fault.when != "before":
            if fault.kind == "hang" and fault.when == "after":
                self._faults.wait(fault.seconds)
                raise CutConnection
            if fault.kind != "hang" and not fault.is_result:
                return fault.reply(request_id)
        return reply

    def _under_key(
        self, account: str, key: str, wire: form.Wire, work: Callable[[], Json], fault: Fault | None, request_id: str
    ) -> Reply:
        kept = self._keys.claim(account, key, method=request.method, path=request.path, params=wire)
        if kept:
            return Reply(kept.status, kept.body, kept.request_id, kept.content_type, replayed=True)
        keep = False
        try:
            reply, keep = self._worked(work, fault, request_id)
            if keep:
                self._keys.keep(account, key, reply)
            return reply
        finally:
            if not keep:
                self._keys.free(account, key)

    def _worked(self, work: Callable[[], Json], fault: Fault | None, request_id: str) -> tuple[Reply, bool]:
        """Do the work, unless a fault says that it was not done; answers the reply and whether a key keeps it."""
        if fault and fault.when == "before":
            return fault.reply(request_id), True
        if fault and fault.when == "during":
            self._faults.wait(fault.seconds)
        try:
            reply, keep = _json(200, work(), request_id), True
        except StripeRefusal as refusal:
            return _json(refusal.status, refusal.body, request_id), not refusal.validation
        return (fault.reply(request_id), keep) if fault and fault.is_result else (reply, keep)

    def _route(self, asked: Request) -> tuple[Route, tuple[str, ...], Shape]:
        for route, pattern, shape in self._routes:
            found = pattern.fullmatch(asked.path)
            if found and route.method == asked.method:
                return route, found.groups(), shape
        raise not_emulated(f"{asked.method} {asked.path} is")


def _account(asked: Request) -> str:
    """The secret key of the caller, by Bearer or Basic; raises StripeRefusal (401) unless it is one of test mode."""
    scheme, _, credentials = asked.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            credentials = base64.b64decode(credentials, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            credentials = ""
    elif scheme.lower() != "bearer":
        credentials = ""
    if not credentials:
        raise StripeRefusal(401, "You did not provide an API key. Give it by Bearer or by Basic authorization.")
    if not re.fullmatch(r"sk_test_[\w-]+", credentials):
        raise StripeRefusal(401, f"Invalid API Key provided: {credentials[:8]}****. Only sk_test_ keys work here.")
    return credentials


def _wire(asked: Request) -> form.Wire:
    if asked.method != "POST":
        return form.decode(asked.query_string)
    if asked.query_string:
        raise invalid("Parameters of a POST belong in its body.")
    body = asked.get_data()
    if body and asked.mimetype != "application/x-www-form-urlencoded":
        raise invalid("The body must be application/x-www-form-urlencoded.")
    return form.decode(body)


def _json(status: int, body: Any, request_id: str) -> Reply:
    return Reply(status, json.dumps(body, indent=2, ensure_ascii=False).encode(), request_id)
