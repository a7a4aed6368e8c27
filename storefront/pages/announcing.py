"""The line above every page: writing it, and which one is shown now.

One is edited as `{"text", "link": address of this shop or None, "starts_at", "ends_at": moment as ISO 8601 or None,
"is_shown"}`. At most one is shown at a time: the one that began last.

Which there are is read at most once a second and process. What was changed is read anew at once in the process that
changed it, and within that second in the others. When one begins and ends is looked up at every page.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, event, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from storefront.core.faults import Fault, of_text, refuse
from storefront.core.refs import new_reference
from storefront.db import db
from storefront.pages.models import Announcement
from storefront.revisions.keeping import keep, lock
from storefront.revisions.models import Revision
from storefront.style_guide.fields import Remark, blocks, remarks
from storefront.style_guide.findings import Kind

Document = dict[str, Any]
KIND = "announcement"  # under which versions are kept
MOST_LETTERS = 200
HOLDS = 1.0  # seconds
GROUP = "pages"  # of tables, as `storefront.db.GROUPS` calls it
OF_THIS_SHOP = re.compile(r"/(?![/\\])[^\s\\<>\"]{0,300}")


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    link: str | None
    starts_at: datetime
    ends_at: datetime | None


def shown(*, at: datetime) -> Line | None:
    """The line that stands above the pages now."""
    return latest(_lines(), at=at)


def latest(lines: Iterable[Line], *, at: datetime) -> Line | None:
    begun = [line for line in lines if line.starts_at <= at and (line.ends_at is None or at < line.ends_at)]
    return max(begun, key=lambda line: line.starts_at, default=None)


def read(announcement: Announcement) -> Document:
    return {
        "text": announcement.text,
        "link": announcement.link,
        "starts_at": announcement.starts_at.isoformat(),
        "ends_at": announcement.ends_at.isoformat() if announcement.ends_at else None,
        "is_shown": announcement.is_shown,
    }


def create(document: Document, *, by: str, at: datetime) -> Announcement:
    """Raises `NotYetRight`."""
    refuse(check(document))
    announcement = Announcement(reference=new_reference())
    _write(announcement, document)
    db.session.add(announcement)
    db.session.flush()
    keep(KIND, announcement.id, read(announcement), was=None, by=by, at=at, words="Made")
    return announcement


def change(
    announcement_id: int, document: Document, *, based_on: int | None, by: str, at: datetime, words: str = ""
) -> Revision | None:
    """Make it what the document says.

    Raises `NotYetRight`, and `ChangedMeanwhile` when `based_on` is no longer the newest version.
    """
    lock(KIND, announcement_id, based_on=based_on)
    announcement = db.session.get_one(Announcement, announcement_id, populate_existing=True)
    was = read(announcement)
    refuse(check(document))
    _write(announcement, document)
    db.session.flush()
    return keep(KIND, announcement_id, read(announcement), was=was, by=by, at=at, words=words)


def look_over(document: Document) -> list[Remark]:
    """What the style guide says of the words, also while they are being typed."""
    return remarks([("text", document["text"], Kind.PAGE)], links=[document["link"] or ""])


def check(document: Document) -> list[Fault]:
    """All faults, in the order of the form."""
    return [
        *of_text("text", document["text"], most=MOST_LETTERS, needed="Enter a sentence."),
        *_link(document["link"]),
        *_moments(document["starts_at"], document["ends_at"]),
        *blocks(look_over(document)),
    ]


def _link(link: str | None) -> Iterator[Fault]:
    if link and not (link.isprintable() and OF_THIS_SHOP.fullmatch(link)):
        yield Fault("link", "Enter an address of this shop, like /delivery, or none.")


def _moments(starts_at: str | None, ends_at: str | None) -> Iterator[Fault]:
    begins, ends = _moment(starts_at), _moment(ends_at)
    if begins is None:
        yield Fault("starts_at", "Enter a day and an hour like 2026-11-24 09:00.")
    if ends_at and ends is None:
        yield Fault("ends_at", "Enter a day and an hour like 2026-11-24 09:00, or none.")
    if begins and ends and ends <= begins:
        yield Fault("ends_at", "It ends after it begins.")


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo and 1900 < moment.year < 2200 else None


def _write(announcement: Announcement, document: Document) -> None:
    announcement.text, announcement.link = document["text"], document["link"]
    announcement.is_shown = document["is_shown"]
    announcement.starts_at = datetime.fromisoformat(document["starts_at"])
    announcement.ends_at = datetime.fromisoformat(document["ends_at"]) if document["ends_at"] else None


# What was read of the database: when, and which lines.

_kept: WeakKeyDictionary[Engine, tuple[float, list[Line]]] = WeakKeyDictionary()
_changes = 0
_lock = threading.Lock()


def _lines() -> list[Line]:
    """Every line that is not hidden. None, where the database cannot be asked: a page goes on without it."""
    engine, asked = db.engine, monotonic()
    with _lock:
        held, changes = _kept.get(engine), _changes
    if held is not None and 0 <= asked - held[0] < HOLDS:
        return held[1]
    query = select(Announcement.text, Announcement.link, Announcement.starts_at, Announcement.ends_at)
    try:
        # A connection of its own: what the page at hand reads may be older than this moment, or only tried.
        with engine.connect() as connection:
            lines = [Line(*row) for row in connection.execute(query.where(Announcement.is_shown))]
    except SQLAlchemyError:
        lines = []
    with _lock:
        if changes == _changes:
            _kept[engine] = asked, lines
    return lines


@event.listens_for(Session, "after_commit")
def _read_anew(session: Session) -> None:
    global _changes
    if GROUP in session.info.get("written", ()):
        with _lock:
            _changes += 1
            _kept.clear()
