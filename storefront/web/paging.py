"""One page of a list, asked for by number in the address."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Generic, TypeVar

from flask import abort

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Items `first` to `last` of `total`, counted from one."""

    items: Sequence[Item]
    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        return max(1, ceil(self.total / self.size))

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last(self) -> int:
        return (self.number - 1) * self.size + len(self.items)

    @property
    def has_next(self) -> bool:
        return self.number < self.pages


def page_number(given: str | None) -> int:
    """The page that an address asks for; 404 for anything that is not a page number."""
    if not given:
        return 1
    if not re.fullmatch(r"[1-9][0-9]{0,5}", given):
        abort(404)
    return int(given)
