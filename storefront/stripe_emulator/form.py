"""Owns the reading of Stripe's bracket-encoded forms: first into nested text, then typed by the request schema.

`line_items[0][quantity]=2&expand[]=line_items` becomes `{"line_items": [{"quantity": 2}], "expand": ["line_items"]}`.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qsl

from storefront.stripe_emulator.refusals import StripeRefusal, invalid, missing
from storefront.stripe_emulator.schema import Shape

Wire = dict[str, Any]  # text, or another Wire, by key; lists are still objects with the keys 0, 1, 2
KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
WHOLE = re.compile(r"-?[0-9]+")
LONGEST_TEXT = 5000
LONGER_OR_SHORTER = {  # by the end of the parameter's name, where Stripe's specification gives a length of its own
    "client_reference_id": 200,
    "display_name]": 100,
    "[product_data][description]": 40_000,
    "payment_intent_data[description]": 1000,
    "[statement_descriptor]": 22,
    "[statement_descriptor_suffix]": 22,
    "[unit_label]": 12,
}
METADATA_KEYS, METADATA_KEY, METADATA_VALUE = 50, 40, 500


def decode(encoded: bytes) -> Wire:
    """Nested text from a body or a query string; refuses what is not UTF-8 or not well bracketed."""
    try:
        pairs = parse_qsl(encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20_000)
    except ValueError as error:
        raise invalid("The request is not a valid UTF-8 form.") from error
    wire: Wire = {}
    for key, value in pairs:
        found = KEY.fullmatch(key)
        if found is None:
            raise invalid(f"The parameter name {key!r} is not well bracketed.")
        steps = [found[1], *re.findall(r"\[([^\[\]]*)\]", found[2])]
        _put(wire, steps, value, key)
    return wire


def _put(wire: Wire, steps: list[str], value: str, key: str) -> None:
    here = wire
    for step in steps[:-1]:
        here = here.setdefault(step or str(len(here)), {})
        if not isinstance(here, dict):
            raise invalid(f"The parameter {key} is given both as a value and as an object.", param=key)
    last = steps[-1] or str(len(here))
    if last in here:
        raise invalid(f"The parameter {key} is given twice.", param=key)
    here[last] = value


def typed(wire: Wire, shape: Shape) -> dict[str, Any]:
    """The parameters of a call, typed; raises StripeRefusal for what is unknown, ill-typed or missing."""
    return _members(wire, shape, "")


def _members(wire: Wire, shape: Shape, param: str) -> dict[str, Any]:
    fields = shape.fields or {}
    for name in wire:
        if name not in fields:
            full = _inside(param, name)
            raise invalid(f"Received unknown parameter: {full}", param=full, code="parameter_unknown")
    members = {name: _value(given, fields[name].shape, _inside(param, name)) for name, given in wire.items()}
    for name, field in fields.items():
        if field.required and name not in members:
            raise missing(_inside(param, name))
    return members


def _inside(param: str, name: str) -> str:
    return f"{param}[{name}]" if param else name


def _value(given: str | Wire, shape: Shape, param: str) -> Any:
    if isinstance(given, str):
        return _text(given, shape, param)
    if shape.items is not None:
        if not all(WHOLE.fullmatch(key) for key in given):
            raise invalid("Invalid array", param=param, code="parameter_invalid_array")
        ordered = sorted(given.items(), key=lambda pair: int(pair[0]))
        return [_value(item, shape.items, f"{param}[{key}]") for key, item in ordered]
    if shape.fields is not None:
        return _members(given, shape, param)
    if shape.values is not None:
        return _metadata(given, shape.values, param)
    raise _mismatch(shape, param, "an object")


def _metadata(given: Wire, values: Shape, param: str) -> dict[str, Any]:
    """An object with free keys. For texts, Stripe's limits of metadata; an empty value stays, and unsets its key."""
    if len(given) > METADATA_KEYS:
        raise invalid(f"{param} holds {len(given)} keys; the most is {METADATA_KEYS}.", param=param)
    for key, value in given.items():
        if len(key) > METADATA_KEY:
            raise invalid(f"The key {key!r} of {param} is longer than {METADATA_KEY} characters.", param=param)
        if isinstance(value, str) and len(value) > METADATA_VALUE:
            full = _inside(param, key)
            raise invalid(f"The value of {full} is longer than {METADATA_VALUE} characters.", param=full)
    return {key: "" if value == "" else _value(value, values, _inside(param, key)) for key, value in given.items()}


def _text(given: str, shape: Shape, param: str) -> Any:
    if given == "" and shape.clearable:
        return ""
    if given == "":
        message = f"An empty string was passed for {param}, which cannot be unset."
        raise invalid(message, param=param, code="parameter_invalid_empty")
    if shape.choices and given in shape.choices:
        return given
    for scalar, read in READERS.items():
        if scalar in shape.scalars and (value := read(given)) is not None:
            return value
    if "string" in shape.scalars:
        longest = next((most for end, most in LONGER_OR_SHORTER.items() if param.endswith(end)), LONGEST_TEXT)
        if len(given) > longest:
            raise invalid(f"Invalid string: {given[:20]}...; must be at most {longest} characters", param=param)
        return given
    raise _mismatch(shape, param, given)


def _whole(given: str) -> int | None:
    return int(given) if WHOLE.fullmatch(given) and len(given) <= 20 else None


def _boolean(given: str) -> bool | None:
    return {"true": True, "false": False}.get(given)


def _number(given: str) -> Decimal | None:
    try:
        value = Decimal(given)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


READERS = {"integer": _whole, "boolean": _boolean, "number": _number}


def _mismatch(shape: Shape, param: str, given: str) -> StripeRefusal:
    """The refusal of an ill-typed value. Where Stripe documents no code of its own, the code names the type."""
    if "integer" in shape.scalars and shape.fields is None:
        return invalid(f"Invalid integer: {given}", param=param, code="parameter_invalid_integer")
    if shape.choices:
        listed = ", ".join(shape.choices[:-1]) + (", or " if len(shape.choices) > 1 else "") + shape.choices[-1]
        return invalid(f"Invalid {param}: must be one of {listed}", param=param, code="parameter_invalid_enum")
    kind = "array" if shape.items else "object" if shape.fields or shape.values else next(iter(shape.scalars), "value")
    return invalid(f"Invalid {kind}: {given}", param=param, code=f"parameter_invalid_{kind}")
