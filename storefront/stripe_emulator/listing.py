"""Owns lists and expansions: which objects answer a GET, in which order, how many, and with what unfolded."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from storefront.stripe_emulator.objects import Json, is_expandable, list_of
from storefront.stripe_emulator.refusals import invalid, no_such, not_emulated
from storefront.stripe_emulator.state import State

DEFAULT_LIMIT, LARGEST_LIMIT = 10, 100
DEEPEST = 4
PAGING = frozenset({"limit", "starting_after", "ending_before", "expand"})
LINKS = {
    ("checkout.session", "payment_intent"): "payment_intent",
    ("payment_intent", "latest_charge"): "charge",
    ("charge", "payment_intent"): "payment_intent",
    ("refund", "charge"): "charge",
    ("refund", "payment_intent"): "payment_intent",
    ("dispute", "charge"): "charge",
    ("dispute", "payment_intent"): "payment_intent",
}
LISTS = {("checkout.session", "line_items"): "list item", ("charge", "refunds"): "list refund"}
INSIDE = {("item", "price"): "price"}
KEPT_EVENTS = 30 * 24 * 3600

Keep = Callable[[Json, Any], bool]  # may this row stay, given the filter's value


def _equal(name: str) -> Keep:
    return lambda row, wanted: bool(row.get(name) == wanted)


def _created(row: Json, wanted: Any) -> bool:
    if isinstance(wanted, int):
        return bool(row["created"] == wanted)
    tests: dict[str, Callable[[int, int], bool]] = {
        "gt": int.__gt__,
        "gte": int.__ge__,
        "lt": int.__lt__,
        "lte": int.__le__,
    }
    return all(tests[name](row["created"], bound) for name, bound in wanted.items())


def _type(row: Json, wanted: str) -> bool:
    return bool(row["type"].startswith(wanted[:-1]) if wanted.endswith("*") else row["type"] == wanted)


FILTERS: dict[str, dict[str, Keep]] = {
    "checkout.session": {
        "created": _created,
        "customer": _equal("customer"),
        "customer_account": _equal("customer_account"),
        "customer_details": lambda row, wanted: (row["customer_details"] or {}).get("email") == wanted["email"],
        "payment_intent": _equal("payment_intent"),
        "payment_link": _equal("payment_link"),
        "status": _equal("status"),
        "subscription": _equal("subscription"),
    },
    "refund": {"charge": _equal("charge"), "created": _created, "payment_intent": _equal("payment_intent")},
    "dispute": {"charge": _equal("charge"), "created": _created, "payment_intent": _equal("payment_intent")},
    "event": {
        "created": _created,
        "delivery_success": lambda row, wanted: (row["pending_webhooks"] == 0) == wanted,
        "type": _type,
        "types": lambda row, wanted: row["type"] in wanted,
    },
    "item": {},
}


def page(kind: str, rows: list[Json], asked: Json, *, url: str) -> Json:
    """One page of a list. `rows` come in the order in which the list answers; every filter given is honoured."""
    filters = FILTERS[kind]
    for name in asked:
        if name not in filters and name not in PAGING:
            raise not_emulated(f"Filtering by {name} is possible at Stripe, but")
    if "type" in asked and "types" in asked:
        raise invalid("Give one of type and types, not both.", param="type", code="parameters_exclusive")
    if len(asked.get("types", [])) > 20:
        raise invalid("At most 20 types.", param="types")
    found = [row for row in rows if all(keep(row, asked[name]) for name, keep in filters.items() if name in asked)]
    limit = asked.get("limit", DEFAULT_LIMIT)
    if not 1 <= limit <= LARGEST_LIMIT:
        message = f"limit must be between 1 and {LARGEST_LIMIT}, not {limit}."
        raise invalid(message, param="limit", code="parameter_invalid_integer")
    if "starting_after" in asked and "ending_before" in asked:
        message = "Give one of starting_after and ending_before, not both."
        raise invalid(message, param="starting_after", code="parameters_exclusive")
    if "ending_before" in asked:
        before = found[: _place(kind, found, rows, asked["ending_before"], "ending_before")]
        return list_of(before[-limit:], url=url, has_more=len(before) > limit)
    after = found
    if "starting_after" in asked:
        after = found[_place(kind, found, rows, asked["starting_after"], "starting_after") + 1 :]
    return list_of(after[:limit], url=url, has_more=len(after) > limit)


def _place(kind: str, found: list[Json], rows: list[Json], identifier: str, param: str) -> int:
    for place, row in enumerate(found):
        if row["id"] == identifier:
            return place
    if any(row["id"] == identifier for row in rows):
        raise not_emulated(f"A {param} that the filters leave out is possible at Stripe, but")
    raise no_such(kind, identifier, param=param)


def newest_first(state: State, kind: str) -> list[Json]:
    """All objects of a kind, the latest first; events only of the last 30 days."""
    rows = list(reversed(state.rows(kind).values()))
    return [row for row in rows if row["created"] >= state.now() - KEPT_EVENTS] if kind == "event" else rows


def check_expansions(kind: str, paths: list[str]) -> None:
    """Before any work is done: may these dotted paths be unfolded in an answer of this kind (`list refund`: a list)?

    Raises StripeRefusal: 400 for what Stripe cannot expand, 501 for what it can and the emulator cannot.
    """
    for path in paths:
        steps, here = path.split("."), kind
        if len(steps) > DEEPEST:
            raise invalid(f"You cannot expand more than {DEEPEST} levels of a property: {path}", param="expand")
        for place, step in enumerate(steps, 1):
            is_list, of = here.startswith("list "), here.removeprefix("list ")
            onwards = of if is_list and step == "data" else INSIDE.get((here, step))
            if onwards and place < len(steps):
                here = onwards
            elif (here, step) in LISTS or (here, step) in LINKS:
                here = LISTS.get((here, step)) or LINKS[here, step]
            elif is_expandable(here, step):
                raise not_emulated(f"Expanding {path} is possible at Stripe, but")
            else:
                raise invalid(f"This property cannot be expanded ({path}).", param="expand")


def expanded(state: State, thing: Json, paths: list[str]) -> Json:
    """A copy of an object or a list with every dotted path unfolded; the paths have been checked."""
    whole = copy.deepcopy(thing)
    for path in paths:
        _unfold(state, whole, path.split("."))
    return whole


def _unfold(state: State, here: Json, steps: list[str]) -> None:
    step, rest = steps[0], steps[1:]
    link = (here["object"], step)
    if link in LISTS and step not in here:
        here[step] = copy.deepcopy(_listed(state, here))
    elif link in LINKS and isinstance(here[step], str):
        here[step] = copy.deepcopy(state.rows(LINKS[link])[here[step]])
    inner = here[step]
    if rest:
        for one in inner if isinstance(inner, list) else [inner] if inner else []:
            _unfold(state, one, rest)


def _listed(state: State, owner: Json) -> Json:
    """The list that Stripe leaves out of a session or a charge unless it is asked for: its first page."""
    if owner["object"] == "checkout.session":
        return line_items(state, owner["id"], {})
    url = f"/v1/charges/{owner['id']}/refunds"
    return page("refund", newest_first(state, "refund"), {"charge": owner["id"]}, url=url)


def line_items(state: State, identifier: str, asked: Json) -> Json:
    """A session's lines as a list; an expansion shows the first ten."""
    checkout = state.checkout(identifier)
    return page("item", checkout.lines, asked, url=f"/v1/checkout/sessions/{identifier}/line_items")
