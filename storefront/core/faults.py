"""What is wrong with something that was filled in, field by field, and refusing it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from storefront.core.errors import ShopError
from storefront.core.texts import prints


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where: "name", "variants.2.price" (counted from 0)."""

    field: str
    message: str


class NotYetRight(ShopError):
    """Raised for a document with faults; nothing of it has been written."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(faults[0].message)
        self.faults = faults


def refuse(faults: Iterable[Fault]) -> None:
    """Raises `NotYetRight` if there is any."""
    if found := list(faults):
        raise NotYetRight(found)


def of_text(field: str, text: str | None, *, most: int, lines: bool = False, needed: str = "") -> Iterator[Fault]:
    """`needed` is what is said of an empty text; without it a text may be empty."""
    given = text or ""
    if needed and not given.strip():
        yield Fault(field, needed)
    elif len(given) > most:
        yield Fault(field, f"Please use at most {most:,} letters.")
    elif not prints(given, lines=lines):
        yield Fault(field, "Please use letters and signs that can be printed.")


def day_of(text: str | None) -> date | None:
    """A day like 2026-11-24 of this or the last century, or None for anything else."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2200 and day.isoformat() == text else None
