"""Owns the ways in which the emulator says no, in the shape that Stripe's API uses.

Every refusal is an exception that knows its HTTP status and its JSON body. `validation` marks those that Stripe answers
before it begins to work: they are not kept under an idempotency key.
"""

from __future__ import annotations

from typing import Any


class StripeRefusal(Exception):
    """An error answer of the API: status, and the members of its `error` object."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        validation: bool = False,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.validation = validation
        members = {"type": kind, "message": message, "code": code, "param": param, **more}
        self.body: dict[str, Any] = {"error": {name: value for name, value in members.items() if value is not None}}


def invalid(message: str, *, param: str | None = None, code: str | None = None) -> StripeRefusal:
    """A parameter is wrong: 400, and nothing is kept under the idempotency key."""
    return StripeRefusal(400, message, param=param, code=code, validation=True)


def missing(param: str) -> StripeRefusal:
    """A parameter that must be there is not: 400 `parameter_missing`."""
    return invalid(f"Missing required param: {param}.", param=param, code="parameter_missing")


def unexpected(message: str, *, code: str | None = None, param: str | None = None) -> StripeRefusal:
    """The request is well formed, but the object's state does not allow it: 400, kept under the idempotency key."""
    return StripeRefusal(400, message, code=code, param=param)


def no_such(kind: str, identifier: str, *, param: str) -> StripeRefusal:
    """404 `resource_missing`."""
    return StripeRefusal(404, f"No such {kind}: '{identifier}'", code="resource_missing", param=param)


def not_emulated(what: str) -> StripeRefusal:
    """501: Stripe has this, the emulator does not and will not guess. `what` is the beginning of a plain sentence."""
    return StripeRefusal(501, f"{what} not emulated.", kind="api_error", code="not_emulated", validation=True)
