"""Reading a document out of a form whose fields are named by their place in it: `facts.2.claim`, counted from 0.

What cannot be what it should be stays as it was typed, so that it can be shown beside what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from flask import abort
from werkzeug.datastructures import MultiDict

from storefront.core.faults import Fault
from storefront.web.forms import trimmed

Form = MultiDict[str, str]
ACT = re.compile(r"([a-z]+(?:\.[0-9]{1,3}\.[a-z]+)?):(add|earlier|later|out)(?::([0-9]{1,3}))?")


def text(form: Form, name: str) -> str:
    return trimmed(form.get(name))


def maybe(form: Form, name: str) -> str | None:
    return text(form, name) or None


def lines(form: Form, name: str) -> list[str]:
    """One on a line; empty lines are none."""
    return [line.strip() for line in text(form, name).splitlines() if line.strip()]


def ticked(form: Form, name: str) -> bool:
    return name in form


def whole(form: Form, name: str) -> int | str | None:
    """A whole number, what was typed in its place, or None for nothing."""
    given = text(form, name)
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else given or None


def rows(form: Form, name: str) -> list[str]:
    """The beginnings of the names of a list's rows, `facts.2`, in the order in which they stand on the page."""
    begins = re.compile(rf"({re.escape(name)}\.[0-9]{{1,3}})\.")
    return list(dict.fromkeys(found[1] for key in form if (found := begins.match(key))))


def act(document: dict[str, Any], do: str, blanks: Mapping[str, Any]) -> None:
    """What a button does to a list of the document: `facts:add`, `facts:earlier:2`, `facts.1.sources:out:0`.

    `blanks` are the empty rows of each list. What is no such button is not answered.
    """
    found = ACT.fullmatch(do) or abort(400)
    place, rows_of = int(found[3] or 0), _list(document, found[1])
    if found[2] == "add":
        rows_of.append(blanks[found[1].rpartition(".")[2]]())
    elif place >= len(rows_of):
        abort(400)
    elif found[2] == "out":
        del rows_of[place]
    else:
        to = place + (1 if found[2] == "later" else -1)
        rows_of.insert(max(to, 0), rows_of.pop(place))


def _list(document: dict[str, Any], path: str) -> list[Any]:
    held: Any = document
    try:
        for step in path.split("."):
            held = held[int(step) if step.isdigit() else step]
    except (KeyError, IndexError):
        abort(400)
    return held if isinstance(held, list) else abort(400)


def beside(faults: Iterable[Fault]) -> dict[str, list[str]]:
    """Sentences by the field that they belong to, in the order of the form."""
    found: dict[str, list[str]] = {}
    for fault in faults:
        sentences = found.setdefault(fault.field, [])
        if fault.message not in sentences:
            sentences.append(fault.message)
    return found
