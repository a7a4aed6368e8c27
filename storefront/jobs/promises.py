"""Promising work, and naming who does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from storefront.core.clock import now
from storefront.db import db, insert_or
from storefront.jobs.models import Job

# A handler gets the payload and the outside connections that `app` made for it.
Handler = Callable[[dict[str, Any], Any], None]
HANDLERS: dict[str, Handler] = {}
Function = TypeVar("Function", bound=Handler)


@dataclass(frozen=True, slots=True)
class Round:
    """Periodic work: how often, and for how long one worker may be at it alone."""

    every: timedelta
    lease: timedelta
    run: Callable[[Any], None]


ROUNDS: dict[str, Round] = {}


def handles(kind: str) -> Callable[[Function], Function]:
    """Name the function that does jobs of this kind. It must be safe to run twice."""

    def register(function: Function) -> Function:
        HANDLERS[kind] = function
        return function

    return register


def every(name: str, *, seconds: int, lease_seconds: int) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """Name a function that comes round every so many seconds, in one worker at a time."""

    def register(function: Callable[[Any], None]) -> Callable[[Any], None]:
        ROUNDS[name] = Round(timedelta(seconds=seconds), timedelta(seconds=lease_seconds), function)
        return function

    return register


def promise(kind: str, payload: dict[str, Any], *, key: str | None = None, at: datetime | None = None) -> None:
    """Have work done after this transaction has committed; with a `key`, once for all."""
    if kind not in HANDLERS:
        raise LookupError(f"nobody handles {kind}")
    moment = now()
    db.session.execute(
        insert_or(Job)
        .values(
            kind=kind, key=key, payload=payload, promised_at=moment, run_at=at or moment, lease_until=moment, tries=0
        )
        .on_conflict_do_nothing()
    )
