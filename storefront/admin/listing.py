"""Lists of the staff area: filters that stand in the address, and pages of which each begins behind the one before.

No list counts everything: beyond a thousand it says so.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import abort, request
from sqlalchemy import Select, func, literal, select, tuple_

from storefront.accounts.permissions import Permission
from storefront.core.texts import prints
from storefront.db import UtcDateTime, db

SIZE = 50
MOST_COUNTED = 1000
MOST_LETTERS = 120  # of one filter
MOST_OF_A_CURSOR = 400
NO_SUCH = "\N{REPLACEMENT CHARACTER}"  # stands for what cannot be looked for, and finds nothing


@dataclass(frozen=True, slots=True)
class Listed:
    """A list that can be filtered: the names of its filters, in the order in which they stand in an address."""

    name: str
    address: str
    permission: Permission
    filters: tuple[str, ...]

    def kept(self, given: Mapping[str, str]) -> dict[str, str]:
        """What an address asks for: known filters only, each once, in one order. The rest is left out."""
        found = {name: given.get(name, "").strip() for name in self.filters}
        return {name: text if _can_be(text) else NO_SUCH for name, text in found.items() if text}

    def read(self, query: str) -> dict[str, str]:
        """The same of the part behind the question mark."""
        return self.kept(dict(parse_qsl(query, max_num_fields=40)))

    def url(self, kept: Mapping[str, str], **changes: str) -> str:
        """The address with these filters, some of them changed; an empty text takes one out. Pages begin anew."""
        query = self.query({**kept, **changes})
        return f"{self.address}?{query}" if query else self.address

    @staticmethod
    def query(kept: Mapping[str, str]) -> str:
        return urlencode({name: text for name, text in kept.items() if text})


LISTS: dict[str, Listed] = {}


def register(listed: Listed) -> Listed:
    LISTS[listed.name] = listed
    return listed


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a list: rows as the query gave them, and the cursors of the parts before and behind it, if any."""

    rows: list[Any]
    before: str | None
    after: str | None


def window(query: Select[Any], keys: tuple[Any, ...], *, falling: bool, size: int = SIZE) -> Window:
    """The rows that the address at hand asks for by `after` or `before`; 404 for what cannot be a cursor.

    The rows are read along `keys`, of which the last tells any two rows apart; all of them run the same way.
    """
    after, before = request.args.get("after"), request.args.get("before")
    backwards = before is not None and after is None
    cursor = before if backwards else after
    down = falling != backwards
    if cursor is not None:
        here, there = tuple_(*keys), tuple_(*_values(cursor, keys))
        query = query.where(here < there if down else here > there)
    labelled = [key.label(f"key_{place}") for place, key in enumerate(keys)]
    query = query.add_columns(*labelled).order_by(*(key.desc() if down else key for key in keys)).limit(size + 1)
    rows = list(db.session.execute(query).all())
    is_more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    if not rows:
        return Window([], None, None)
    ends = [_cursor(row[-len(keys) :]) for row in (rows[0], rows[-1])]
    has_before = is_more if backwards else cursor is not None
    has_after = cursor is not None if backwards else is_more
    return Window(rows, ends[0] if has_before else None, ends[1] if has_after else None)


def count(query: Select[Any], part: Window) -> int | None:
    """How many rows; one more than `MOST_COUNTED` stands for any number beyond. Only the first page is told."""
    if part.before:
        return None
    if not part.after:
        return len(part.rows)
    some = query.with_only_columns(literal(1)).order_by(None).limit(MOST_COUNTED + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def in_words(number: int | None, one: str, many: str) -> str:
    """ "1 product", "36 products", "More than 1,000 products"; nothing where nobody counted."""
    if number is None:
        return ""
    if number > MOST_COUNTED:
        return f"More than {MOST_COUNTED:,} {many}"
    return f"{number} {one if number == 1 else many}"


def _can_be(text: str) -> bool:
    return len(text) <= MOST_LETTERS and prints(text)


def _cursor(values: Any) -> str:
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def _values(cursor: str, keys: tuple[Any, ...]) -> list[Any]:
    """What a cursor holds, as values of the keys' types."""
    try:
        if len(cursor) > MOST_OF_A_CURSOR:
            raise ValueError
        plain = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [literal(_value(each, key.type), key.type) for each, key in zip(plain, keys, strict=True)]
    except (ValueError, TypeError, binascii.Error, RecursionError):
        abort(404)


def _value(plain: Any, kind: Any) -> Any:
    if isinstance(kind, UtcDateTime):
        moment = datetime.fromisoformat(plain)
        if moment.tzinfo is None:
            raise ValueError("a time without a zone")
        return moment
    wanted = kind.python_type
    if type(plain) is not wanted or (wanted is int and abs(plain) > 2**31 - 1) or (wanted is str and "\0" in plain):
        raise ValueError("not a value of this key")
    return plain
