"""Writing a line of the trail in the transaction of the act itself, and reading lines back."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Select, insert, select

from storefront.audit.models import Act, AuditLine
from storefront.core.clock import now
from storefront.core.errors import ShopError
from storefront.db import db

SYSTEM, STRIPE, COMMAND_LINE = "system", "stripe", "command line"  # who, when it is nobody with an account
Plain = str | int | bool | None

# By how much the time that a line gives may differ from the time it is written at. `verifying` finds a line that was
# put in an hour later than it says, which leaves the rest of the hour for the transaction to be committed.
NEAR = timedelta(minutes=10)
LONGEST_REASON, LONGEST_DETAILS = 1000, 2000  # letters
_REFERENCE = re.compile(r"[A-Za-z0-9_:.#/-]{1,100}")
_ADDRESS = re.compile(r"\S(?:@|%40)\S")


class UnfitForTheTrail(ShopError):
    """Raised for what a line must not hold, because a line can never be erased."""


def record(
    act: Act,
    *,
    who: str,
    subject: str,
    why: str = "",
    details: Mapping[str, Plain] | None = None,
    at: datetime | None = None,
) -> None:
    """Write one line, inside the transaction of the act: both happen or neither does.

    `who` is a reference or one of `SYSTEM`, `STRIPE`, `COMMAND_LINE`; `subject` a kind and a reference, such as
    `account:R7K2M4QX9D`; `details` plain values. `at` is for a use case that was handed the moment, not for the past.
    """
    if not db.session().info.get("in_use_case"):
        raise RuntimeError("an audit line outside of a transaction")
    written_at = now()
    at = at or written_at
    if abs(at - written_at) > NEAR:
        raise ValueError("an audit line gives the time at which it is written; tell of another time in its details")
    plain = dict(details or {})
    _refuse_unfit(who, subject, why, plain)
    db.session.execute(insert(AuditLine).values(at=at, who=who, what=Act(act), subject=subject, why=why, details=plain))


def lines(
    *,
    act: Act | None = None,
    who: str | None = None,
    subject: str | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
    before: int | None = None,
) -> Select[AuditLine]:
    """Lines, newest first; days are UTC and both count. The next page is `before` the id of this page's last line."""
    found = select(AuditLine).order_by(AuditLine.id.desc())
    if act is not None:
        found = found.where(AuditLine.what == act)
    if who is not None:
        found = found.where(AuditLine.who == who)
    if subject is not None:
        found = found.where(AuditLine.subject == subject)
    if first_day is not None:
        found = found.where(AuditLine.at >= datetime.combine(first_day, time.min, UTC))
    if last_day is not None:
        found = found.where(AuditLine.at <= datetime.combine(last_day, time.max, UTC))
    if before is not None:
        found = found.where(AuditLine.id < before)
    return found


def _refuse_unfit(who: str, subject: str, why: str, details: dict[str, Plain]) -> None:
    for text in (who, subject, why, *_texts(details)):
        if _ADDRESS.search(unicodedata.normalize("NFKC", text)):
            raise UnfitForTheTrail("Please leave e-mail addresses out: this is kept for good and cannot be erased.")
        if "\0" in text:
            raise UnfitForTheTrail("Please use letters and signs that can be printed.")
    if len(why) > LONGEST_REASON:
        raise UnfitForTheTrail(f"Please give the reason in at most {LONGEST_REASON} letters.")
    if who not in (SYSTEM, STRIPE, COMMAND_LINE) and not _REFERENCE.fullmatch(who):
        raise UnfitForTheTrail("An audit line names who did it by a reference.")
    if not _REFERENCE.fullmatch(subject):
        raise UnfitForTheTrail("An audit line names its subject by a reference.")
    if len(json.dumps(details)) > LONGEST_DETAILS:
        raise UnfitForTheTrail("The details of an audit line are small.")


def _texts(details: dict[str, Plain]) -> Iterator[str]:
    for key, value in details.items():
        if not isinstance(key, str) or not isinstance(value, str | int | bool | None):
            raise TypeError(f"the details of an audit line are plain values, and {key!r} is not")
        yield key
        yield str(value)


__all__ = ["COMMAND_LINE", "NEAR", "STRIPE", "SYSTEM", "Plain", "UnfitForTheTrail", "lines", "record"]
