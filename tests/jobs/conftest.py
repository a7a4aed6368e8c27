"""Kinds of work and rounds of a test's own, in the place of the shop's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from storefront.db import db
from storefront.jobs import promises
from storefront.jobs.promises import handles


class Work:
    """What was done, in order. `fails` names what shall go wrong with a payload's name."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.fails: dict[str, Exception] = {}

    def __call__(self, payload: dict[str, Any], outside: Any) -> None:
        assert not db.session().in_transaction(), "a handler inside an open transaction"
        if error := self.fails.get(payload["name"]):
            raise error
        self.done.append(payload["name"])


@pytest.fixture
def work_done() -> Iterator[Work]:
    """The kind "tried" is done by this; no round comes round unless a test names it."""
    known, rounds = dict(promises.HANDLERS), dict(promises.ROUNDS)
    promises.ROUNDS.clear()
    work = Work()
    handles("tried")(work)
    yield work
    for registry, before in ((promises.HANDLERS, known), (promises.ROUNDS, rounds)):
        registry.clear()
        registry.update(before)  # type: ignore[arg-type]
