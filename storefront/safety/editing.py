"""Writing and changing help lines. Nothing here dials a number: what is believed of one was read, and where is named.

A line is edited as one document of plain values under the names of the table's columns, days as ISO 8601.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from storefront.core.faults import Fault, NotYetRight, day_of, of_text, refuse
from storefront.db import db
from storefront.revisions.keeping import keep, lock
from storefront.revisions.models import Revision
from storefront.safety.models import HelpLine, LineKind, Verification
from storefront.safety.wording import SOURCES
from storefront.style_guide.fields import blocks, remarks
from storefront.style_guide.findings import Kind

Document = dict[str, Any]
KIND = "help_line"  # under which versions are kept
EVERY = 0  # locked by whoever names a line, so that no two of one country get one name
NOT_ENOUGH = {Verification.SINGLE_SECONDARY, Verification.NUMBER_NOT_SEEN}
OF_A_NUMBER = ("display", "dial", "label")
OF_A_SOURCE = ("title", "url", "kind", "source_date", "accessed_on", "access_note")
MOST_ROWS = 20
DIGITS = re.compile(r"\+?[0-9]{3,15}")
TOLD_OF = re.compile(r"[12][0-9]{3}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?")
WEB = re.compile(r"https?://[^\s<>\"]{3,500}")
A_DAY = "Enter a day like 2026-11-24."
MAY_BE_EMPTY: dict[str, int] = {
    "hours": 200, "languages": 300, "emergency_number": 60, "said_beside": 500, "notes": 2000,
}  # fmt: skip
CHECKED_AGAIN_IN = 6  # months


def read(line: HelpLine) -> Document:
    return {
        "country": line.country,
        "name": line.name,
        "kind": line.kind.value,
        "numbers": [{name: each.get(name) for name in OF_A_NUMBER} for each in line.numbers],
        "also": [{name: each.get(name) for name in OF_A_NUMBER} for each in line.also],
        "sms": line.sms,
        "url": line.url,
        "hours": line.hours,
        "languages": line.languages,
        "emergency_number": line.emergency_number,
        "said_beside": line.said_beside,
        "verification": line.verification.value,
        "display": line.display,
        "last_checked_on": line.last_checked_on.isoformat(),
        "recheck_by": line.recheck_by.isoformat(),
        "notes": line.notes,
        "sources": [{name: each.get(name) for name in OF_A_SOURCE} for each in line.sources],
    }


def create(document: Document, *, by: str, at: datetime) -> HelpLine:
    """Raises `NotYetRight`."""
    lock(KIND, EVERY, based_on=None)
    refuse(check(document, line_id=None, on=at.date()))
    line = HelpLine()
    _write(line, document)
    db.session.add(line)
    db.session.flush()
    keep(KIND, line.id, read(line), was=None, by=by, at=at, words="Made")
    return line


def change(
    line_id: int, document: Document, *, based_on: int | None, by: str, at: datetime, words: str = ""
) -> Revision | None:
    """Make the line what the document says.

    Raises `NotYetRight`, and `ChangedMeanwhile` when `based_on` is no longer the newest version.
    """
    lock(KIND, EVERY, based_on=None)
    lock(KIND, line_id, based_on=based_on)
    line = db.session.get_one(HelpLine, line_id, populate_existing=True)
    was = read(line)
    refuse(check(document, line_id=line_id, on=at.date()))
    _write(line, document)
    db.session.flush()
    return keep(KIND, line_id, read(line), was=was, by=by, at=at, words=words)


def checked(line_id: int, place: int, *, based_on: int, by: str, at: datetime) -> Revision | None:
    """Somebody has read the number anew at one of its sources, counted from 0: it holds for half a year more."""
    line = db.session.get_one(HelpLine, line_id, populate_existing=True)
    document, today = read(line), at.date()
    if not 0 <= place < len(document["sources"]):
        raise NotYetRight([Fault("source", "Say at which of its sources you have read the number again.")])
    source = document["sources"][place]
    source["accessed_on"] = today.isoformat()
    document |= {"last_checked_on": today.isoformat(), "recheck_by": months_after(today, CHECKED_AGAIN_IN).isoformat()}
    words = f"Checked today: {source['title']}"
    return change(line_id, document, based_on=based_on, by=by, at=at, words=words)


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def check(document: Document, *, line_id: int | None, on: date) -> list[Fault]:
    """All faults, in the order of the form. `on` is today."""
    return [
        *_named(document, line_id),
        *_numbers("numbers", document["numbers"]),
        *_reached(document),
        *(
            fault
            for name, most in MAY_BE_EMPTY.items()
            for fault in of_text(name, document[name], most=most, lines=name == "notes")
        ),
        *_numbers("also", document["also"]),
        *_sources(document["sources"]),
        *_days(document, on),
        *_shown(document),
        *blocks(remarks([("said_beside", document["said_beside"], Kind.PAGE)])),
    ]


def _named(document: Document, line_id: int | None) -> Iterator[Fault]:
    if not re.fullmatch("[A-Z]{2}", document["country"]):
        yield Fault("country", "Choose a country.")
    yield from of_text("name", document["name"], most=200, needed="Enter the name of those who answer.")
    same = select(HelpLine.id).where(HelpLine.country == document["country"], HelpLine.name == document["name"])
    if db.session.scalar(same.where(HelpLine.id != (line_id or 0))) is not None:
        yield Fault("name", "This country has a line of this name already.")
    if document["kind"] not in set(LineKind):
        yield Fault("kind", "Choose who answers.")


def _numbers(field: str, given: list[dict[str, Any]]) -> Iterator[Fault]:
    if len(given) > MOST_ROWS:
        yield Fault(field, f"Please keep to {MOST_ROWS} numbers.")
    for place, number in enumerate(given):
        yield from of_text(
            f"{field}.{place}.display", number["display"], most=60, needed="Write the number as it is read."
        )
        if not DIGITS.fullmatch(number["dial"] or ""):
            yield Fault(
                f"{field}.{place}.dial", "The digits that are dialled: 3 to 15, with or without a plus in front."
            )
        yield from of_text(f"{field}.{place}.label", number["label"], most=120)


def _reached(document: Document) -> Iterator[Fault]:
    if document["sms"] and not DIGITS.fullmatch(document["sms"]):
        yield Fault("sms", "The digits a text message goes to: 3 to 15, with or without a plus in front.")
    if document["url"] and not WEB.fullmatch(document["url"]):
        yield Fault("url", "Enter an address that begins with https:// or http://, or none.")


def _sources(given: list[dict[str, Any]]) -> Iterator[Fault]:
    if len(given) > MOST_ROWS:
        yield Fault("sources", f"Please name at most {MOST_ROWS} sources.")
    for place, source in enumerate(given):
        field = f"sources.{place}"
        yield from of_text(f"{field}.title", source["title"], most=500, needed="A title is needed.")
        if not WEB.fullmatch(source["url"] or ""):
            yield Fault(f"{field}.url", "Enter an address that begins with https:// or http://.")
        if source["kind"] not in SOURCES:
            yield Fault(f"{field}.kind", "Choose whose page it is.")
        if source["source_date"] and not TOLD_OF.fullmatch(source["source_date"]):
            yield Fault(f"{field}.source_date", "Enter a date like 2026, 2026-11 or 2026-11-24, or none.")
        if day_of(source["accessed_on"]) is None:
            yield Fault(f"{field}.accessed_on", "Enter the day on which it was read, like 2026-11-24.")
        yield from of_text(f"{field}.access_note", source["access_note"], most=200)


def _days(document: Document, on: date) -> Iterator[Fault]:
    checked_on, again = day_of(document["last_checked_on"]), day_of(document["recheck_by"])
    if checked_on is None:
        yield Fault("last_checked_on", A_DAY)
    elif checked_on > on:
        yield Fault("last_checked_on", "That day has not come yet.")
    if again is None:
        yield Fault("recheck_by", A_DAY)
    elif checked_on is not None and again <= checked_on:
        yield Fault("recheck_by", "It is checked again on a later day than the one it was checked.")


def _shown(document: Document) -> Iterator[Fault]:
    if document["verification"] not in set(Verification):
        yield Fault("verification", "Say where the number was read.")
    elif document["display"] and Verification(document["verification"]) in NOT_ENOUGH:
        yield Fault(
            "verification", "Read there alone, the number cannot be shown. Find a better place, or do not show it."
        )
    if document["display"] and not document["numbers"]:
        yield Fault("numbers", "A line that is shown needs a number.")
    if document["display"] and not document["sources"]:
        yield Fault("sources", "A line that is shown needs a source.")


def _write(line: HelpLine, document: Document) -> None:
    for name in (
        "country", "name", "numbers", "also", "sms", "url", "hours", "languages", "emergency_number", "said_beside",
        "display", "notes", "sources",
    ):  # fmt: skip
        setattr(line, name, document[name])
    line.kind, line.verification = LineKind(document["kind"]), Verification(document["verification"])
    line.last_checked_on = date.fromisoformat(document["last_checked_on"])
    line.recheck_by = date.fromisoformat(document["recheck_by"])
