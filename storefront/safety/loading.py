"""Bringing the help lines that we have read about into the shop."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from storefront.db import db
from storefront.safety.models import HelpLine, LineKind, Verification

FILE = Path(__file__).parent / "data" / "help_lines.json"


def read() -> list[dict[str, Any]]:
    """The shipped lines: plain facts under the names of the table's columns."""
    entries: list[dict[str, Any]] = json.loads(FILE.read_text("utf-8"))
    return entries


def load() -> int:
    """Add every shipped line that is not in the shop yet; returns how many there were. Runs inside `transaction()`.

    A line is known by its country and its name. One that stands there is never written: somebody may have rung the
    operator since, and knows better.
    """
    known = {(row.country, row.name) for row in db.session.execute(select(HelpLine.country, HelpLine.name))}
    missing = [entry for entry in read() if (entry["country"], entry["name"]) not in known]
    db.session.add_all(_line(entry) for entry in missing)
    return len(missing)


def _line(entry: dict[str, Any]) -> HelpLine:
    return HelpLine(
        **entry
        | {
            "kind": LineKind(entry["kind"]),
            "verification": Verification(entry["verification"]),
            "last_checked_on": date.fromisoformat(entry["last_checked_on"]),
            "recheck_by": date.fromisoformat(entry["recheck_by"]),
        }
    )
