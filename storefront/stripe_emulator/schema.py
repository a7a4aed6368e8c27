"""Owns the request schema: what each call may carry, read from the installed library's generated parameter types.

So the emulator is always exactly as strict as the library in the lock file. Nothing is written down here by hand.
"""

from __future__ import annotations

import sys
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import typing_extensions
from stripe._request_options import RequestOptions
from stripe._stripe_context import StripeContext

SCALARS = {str: "string", int: "integer", bool: "boolean", float: "number", Decimal: "number"}
UNIONS = (typing.Union, types.UnionType)
LITERALS = (typing.Literal, typing_extensions.Literal)


@dataclass(frozen=True, slots=True)
class Shape:
    """Every form that one value may take; a wire value must fit one of them.

    `scalars` are names out of SCALARS, `choices` the only strings allowed, `clearable` says whether the empty string
    is, `fields` is an object with these members, `items` a list of such, `values` an object with free keys.
    """

    scalars: frozenset[str] = frozenset()
    choices: tuple[str, ...] = ()
    clearable: bool = False
    fields: Mapping[str, Field] | None = None
    items: Shape | None = None
    values: Shape | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One member of an object: its shape, and whether it must be there."""

    shape: Shape
    required: bool


def request_schema(params: type) -> Shape:
    """The schema of one call, from its class of parameters such as `SessionCreateParams`; the options are left out."""
    return _object(params, _names_of_the_library(), without=frozenset(RequestOptions.__annotations__))


def _names_of_the_library() -> dict[str, Any]:
    """Every name in every loaded module of the library: the annotations refer to each other as text."""
    names: dict[str, Any] = {"Mapping": Mapping, "StripeContext": StripeContext}  # imported there for checkers only
    for name, module in list(sys.modules.items()):
        if name == "stripe" or name.startswith("stripe."):
            names.update((key, value) for key, value in vars(module).items() if not key.startswith("__"))
    return names


def _object(params: type, names: dict[str, Any], *, without: frozenset[str] = frozenset()) -> Shape:
    scope = {**names, **vars(sys.modules[params.__module__])}
    hints = typing.get_type_hints(params, scope, include_extras=True)
    fields = {}
    for name, hint in hints.items():
        if name not in without:
            optional = typing.get_origin(hint) in (typing_extensions.NotRequired, typing.NotRequired)
            fields[name] = Field(_shape(typing.get_args(hint)[0] if optional else hint, names), required=not optional)
    return Shape(fields=fields)


def _shape(hint: Any, names: dict[str, Any]) -> Shape:
    origin = typing.get_origin(hint)
    if origin in UNIONS:
        return _either([_shape(part, names) for part in typing.get_args(hint)])
    if origin in LITERALS:
        allowed = typing.get_args(hint)
        return Shape(choices=tuple(value for value in allowed if value), clearable="" in allowed)
    if origin is list:
        return Shape(items=_shape(typing.get_args(hint)[0], names))
    if origin is dict:
        return Shape(values=_shape(typing.get_args(hint)[1], names))
    if hint in SCALARS:
        return Shape(scalars=frozenset({SCALARS[hint]}))
    if typing_extensions.is_typeddict(hint):
        return _object(hint, names)
    if origin is not None and origin.__name__ == "UntypedStripeObject":  # the same thing as the dict beside it
        return Shape(values=_shape(typing.get_args(hint)[0], names))
    raise TypeError(f"the library's parameter types hold something new: {hint!r}")


def _either(shapes: list[Shape]) -> Shape:
    """Several shapes as one. Beside a Literal, `str` is only the library's leniency towards newer APIs: it goes."""
    choices = tuple(choice for shape in shapes for choice in shape.choices)
    scalars = frozenset().union(*(shape.scalars for shape in shapes))
    return Shape(
        scalars=scalars - {"string"} if choices else scalars,
        choices=choices,
        clearable=any(shape.clearable for shape in shapes),
        fields=next((shape.fields for shape in shapes if shape.fields is not None), None),
        items=next((shape.items for shape in shapes if shape.items is not None), None),
        values=next((shape.values for shape in shapes if shape.values is not None), None),
    )
