"""Help lines for tests."""

from __future__ import annotations

from datetime import date
from typing import Any

from storefront.db import transaction
from storefront.safety.models import HelpLine, LineKind, Verification

SOURCE = {
    "title": "The line's page", "url": "https://line.example", "kind": "operator", "source_date": None,
    "accessed_on": "2026-11-20", "access_note": "read",
}  # fmt: skip


def a_line(**changes: Any) -> HelpLine:
    """A line in Ireland whose number may be shown until 22 February 2027."""
    given: dict[str, Any] = {
        "country": "IE", "name": "Night line", "kind": LineKind.TRAFFICKING, "also": [], "sms": "50999",
        "numbers": [{"display": "1800 111 222", "dial": "+3531800111222", "label": "at night"}],
        "url": "https://line.example/help", "hours": "20:00 to 8:00", "languages": "Irish, English",
        "emergency_number": "112", "said_beside": "Ask for Una.", "verification": Verification.OPERATOR_SITE,
        "display": True, "last_checked_on": date(2026, 11, 24), "recheck_by": date(2027, 2, 22),
        "notes": "For editors only.", "sources": [SOURCE],
    }  # fmt: skip
    return HelpLine(**given | changes)


def keep(*lines: HelpLine) -> None:
    with transaction() as session:
        session.add_all(lines)
