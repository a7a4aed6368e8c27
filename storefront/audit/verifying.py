"""Looking the whole trail through: any edit, removal, insertion, reordering or truncation, as a plain sentence.

What it cannot see: a change of a line before it is linked, within seconds of being written; and a line that somebody
with the database puts in as if it were happening now, give or take an hour. One with an older time is found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DatabaseError

from storefront.audit import anchor
from storefront.audit.anchor import GENESIS, Anchor, Head
from storefront.audit.linking import STORED, fingerprint, unlinked
from storefront.audit.models import AuditLine, AuditLink
from storefront.core.clock import now
from storefront.db import db, reading

BATCH = 1000  # rows that are in memory at one time
MOST_FAULTS = 100  # that are told one by one
LATE = timedelta(hours=1)  # after which a line was put in later than it says; see `trail.NEAR`


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it was written. `position` is that of the link where it shows, if it shows at one."""

    sentence: str
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, how many lines are in the chain and how many not yet, and how far the anchors reach."""

    faults: list[Fault]
    linked: int
    unlinked: int
    anchored: int


@dataclass(slots=True)
class _Found:
    """The faults so far: the first hundred, and how many more, so that no amount of damage fills the memory."""

    at: datetime
    newest: datetime | None = None  # of the times that linked lines give
    faults: list[Fault] = field(default_factory=list)
    more: int = 0

    def add(self, sentence: str, position: int | None = None) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(sentence, position))
        else:
            self.more += 1

    def all(self) -> list[Fault]:
        return [*self.faults, Fault(f"There are {self.more} more faults.")] if self.more else self.faults


def verify() -> Report:
    """Compare every line, every link and every anchor. It only reads, and must not stand inside a transaction."""
    if db.session().info.get("in_use_case"):
        raise RuntimeError("the audit trail is verified outside of a transaction")
    with reading():
        pass  # what was read before ends here, so that the rows are at least as new as the anchors
    with anchor.opened() as anchors, reading() as session:
        return examine(session.connection(), anchors, at=now())


def examine(connection: Connection, anchors: Iterator[Anchor], *, at: datetime) -> Report:
    """The same on this connection, as it sees the rows now; `anchors` must have been read before it looked at them."""
    found = _Found(at)
    linked = _look_at_chain(connection, found)
    _look_for_lines_linked_twice(connection, found)
    anchored = _look_at_anchors(connection, anchors, found, linked)
    waiting = _look_at_unlinked(connection, found)
    return Report(found.all(), linked, waiting, anchored)


def _look_at_chain(connection: Connection, found: _Found) -> int:
    """Walk from the first link to the last; returns how many there are."""
    chain = (
        select(AuditLink.position, AuditLink.line_id, AuditLink.hash, AuditLink.previous, *STORED)
        .outerjoin_from(AuditLink, AuditLine, AuditLine.id == AuditLink.line_id)
        .order_by(AuditLink.position)
    )
    linked, last = 0, Head(0, GENESIS)
    for link in _stream(connection, chain, found):
        linked += 1
        _look_at_place(link, last, found)
        name = f"The line at position {link.position} (number {link.line_id})"
        if link.id is None:
            found.add(f"{name} is missing.", link.position)
        elif fingerprint(link.previous, link.position, link) != link.hash:
            found.add(f"{name} is not as it was linked.", link.position)
        elif at := _look_at_time(link, name, found, link.position):
            found.newest = max(found.newest or at, at)
        last = Head(link.position, link.hash)
    return linked


def _look_at_place(link: Any, last: Head, found: _Found) -> None:
    """Does the link stand behind `last`, and was it made there?"""
    place = last.position + 1
    if link.position > place:
        gap = f"Positions {place} to {link.position - 1} are" if link.position > place + 1 else f"Position {place} is"
        found.add(f"{gap} missing from the chain.", link.position)
    elif link.position < place:
        found.add(f"Position {link.position} stands where position {place} should.", link.position)
    elif link.previous != last.hash:
        found.add(f"Position {link.position} does not follow from the one before it.", link.position)


def _look_for_lines_linked_twice(connection: Connection, found: _Found) -> None:
    doubles = select(AuditLink.line_id).group_by(AuditLink.line_id).having(func.count() > 1)
    for double in _stream(connection, doubles, found):
        found.add(f"Line number {double.line_id} is in the chain more than once.")


def _look_at_unlinked(connection: Connection, found: _Found) -> int:
    waiting = 0
    for line in _stream(connection, unlinked(), found):
        waiting += 1
        _look_at_time(line, f"Line number {line.id}, not linked yet,", found)
    return waiting


def _look_at_time(line: Any, name: str, found: _Found, position: int | None = None) -> datetime | None:
    """The time that a line gives, if it can be true: one put in later is older than lines that came long before it."""
    try:
        at = datetime.fromisoformat(str(line.at)).replace(tzinfo=UTC)
    except ValueError:
        found.add(f"{name} gives no time that can be read.", position)
        return None
    if at > found.at + LATE:
        found.add(f"{name} gives a time that has not come, {at:%Y-%m-%d %H:%M:%S} UTC.", position)
        return None
    if found.newest and at < found.newest - LATE:
        until = f"{found.newest:%Y-%m-%d %H:%M:%S}"
        found.add(
            f"{name} says {at:%Y-%m-%d %H:%M:%S} UTC, but was not there when the chain came to {until} UTC.", position
        )
    return at


def _look_at_anchors(connection: Connection, anchors: Iterator[Anchor], found: _Found, linked: int) -> int:
    """Look every anchored head up in the chain; returns the highest anchored position."""
    first = lost = unlike = unread = None
    lost_count, highest = 0, 0
    while batch := list(islice(anchors, BATCH)):
        chain = _hashes(connection, [known.head.position for known in batch if known.head])
        for known in batch:
            if known.head is None:
                unread = unread or known
                continue
            first = first or known.head
            highest = max(highest, known.head.position)
            if known.head.position not in chain:
                lost, lost_count = known, lost_count + 1
            elif chain[known.head.position] != known.head.hash:
                unlike = unlike or known
    if first is None and linked:
        found.add(
            f"The file {anchor.NAME} is lost or empty, though {linked} of the links are there: it cannot be told "
            "whether the chain was cut off or written anew."
        )
    if first and first.position:
        found.add(
            f"The file {anchor.NAME} begins at position {first.position}: what it said before is lost, and it cannot "
            "be told whether the chain was cut off or written anew up to there."
        )
    if unread:
        found.add(f"Line {unread.number} of the file {anchor.NAME} cannot be read.")
    if lost and lost.head:
        found.add(
            f"The chain was cut off: at {lost.at} it had come to position {lost.head.position} with hash "
            f"{lost.head.hash}, and that is missing ({lost_count} of the anchored heads in all).",
            lost.head.position,
        )
    if unlike and unlike.head:
        found.add(
            f"The chain is not the one that was anchored: at {unlike.at} the hash of position {unlike.head.position} "
            f"was {unlike.head.hash}.",
            unlike.head.position,
        )
    return highest


def _hashes(connection: Connection, positions: list[int]) -> dict[int, str]:
    rows = connection.execute(select(AuditLink.position, AuditLink.hash).where(AuditLink.position.in_(positions)))
    return {0: GENESIS} | {row.position: row.hash for row in rows}


def _stream(connection: Connection, statement: Any, found: _Found) -> Iterator[Any]:
    """The rows as one look at the database sees them, a batch in memory at a time."""
    try:
        with connection.execute(statement, execution_options={"yield_per": BATCH}) as rows:
            yield from rows
    except DatabaseError as error:
        if connection.dialect.name != "sqlite":  # there a damaged file and text that is no text show as this
            raise
        found.add(f"The trail cannot be read to its end: {error.orig}.")
