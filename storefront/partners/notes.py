"""A note to a workshop: left by a visitor, read by the shop, handed over on paper to everybody there, then erased.

It goes one way and to a group. Nothing is kept of who wrote it, and no note is for one person.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update

from storefront.accounts import limits
from storefront.accounts.limits import DAY, HOUR, Count, Limit
from storefront.core.errors import ShopError
from storefront.core.refs import new_reference
from storefront.db import db, insert_or
from storefront.partners.contact_details import Found, contact_details
from storefront.partners.models import NOTE_MOVES, NoteState, Partner, WorkshopNote

NETWORK = (Limit("note_1h", 5, HOUR), Limit("note_1d", 20, DAY))
WORKSHOP = Limit("note_workshop", 200, HOUR)  # its row is also the lock under which waiting notes are counted
MOST_WAITING = 1000  # notes to one workshop
KEPT_AFTER_HANDING_OVER = timedelta(days=90)
KEPT_BEFORE = timedelta(days=180)  # while nobody reads it, and again while nobody hands it over


class HasContactDetails(ShopError):
    """Raised for a text by which somebody could be reached."""

    def __init__(self, found: Sequence[Found]) -> None:
        super().__init__(" ".join(map(str, found)) + " A note travels without contact details.")


class TooManyWaiting(ShopError):
    """Raised while more notes wait than the shop can read."""

    def __init__(self) -> None:
        super().__init__("So many notes to this workshop wait to be read that we take no more today. Please come back.")


def leave(partner: Partner, text: str, *, network: str, at: datetime) -> None:
    """Keep a note until somebody of the shop reads it. Pressed twice within an hour, it is kept once."""
    if found := contact_details(text):
        raise HasContactDetails(found)
    counts = [*(Count(limit, network) for limit in NETWORK), Count(WORKSHOP, partner.slug)]
    taken = limits.take(counts)
    stored = db.session.scalar(
        insert_or(WorkshopNote)
        .values(
            reference=new_reference(),
            partner_id=partner.id,
            text=text,
            state=NoteState.WAITING,
            received_at=at.replace(minute=0, second=0, microsecond=0),
        )
        .on_conflict_do_nothing(index_elements=["partner_id", "received_at", "text"])
        .returning(WorkshopNote.id)
    )
    if stored is None:
        limits.give_back(counts, taken)
    elif _waiting_for(partner.id) > MOST_WAITING:
        raise TooManyWaiting


def move(reference: str, to: NoteState, *, at: datetime) -> bool:
    """The only way a single note changes state. Returns whether it did: a colleague may have been quicker."""
    return _move([WorkshopNote.reference == reference], to, at=at) == 1


def hand_over(partner_id: int, references: Sequence[str], *, at: datetime) -> int:
    """Mark the notes of one printed sheet. Returns how many were still there and passed."""
    those = [WorkshopNote.partner_id == partner_id, WorkshopNote.reference.in_(references)]
    return _move(those, NoteState.HANDED_OVER, at=at)


def drop(reference: str) -> bool:
    """Erase a note at once, in whatever state. Returns whether it was still there."""
    gone = delete(WorkshopNote).where(WorkshopNote.reference == reference).returning(WorkshopNote.id)
    return db.session.scalar(gone) is not None


def erase_old(*, at: datetime) -> None:
    """Nothing is kept for good: not what was handed over, nor what nobody has read or handed over for half a year."""
    note = WorkshopNote
    handed_over = and_(note.state == NoteState.HANDED_OVER, note.moved_at <= at - KEPT_AFTER_HANDING_OVER)
    passed = and_(note.state == NoteState.PASSED, note.moved_at <= at - KEPT_BEFORE)
    unread = and_(note.state == NoteState.WAITING, note.received_at <= at - KEPT_BEFORE)
    db.session.execute(delete(note).where(or_(handed_over, passed, unread)))


def _move(those: list[ColumnElement[bool]], to: NoteState, *, at: datetime) -> int:
    before = [state for state, onward in NOTE_MOVES.items() if to in onward]
    moved = (
        update(WorkshopNote)
        .where(*those, WorkshopNote.state.in_(before))
        .values(state=to, moved_at=None if to is NoteState.WAITING else at)
        .returning(WorkshopNote.id)
    )
    return len(db.session.scalars(moved).all())


def _waiting_for(partner_id: int) -> int:
    waiting = select(func.count(WorkshopNote.id)).where(
        WorkshopNote.partner_id == partner_id, WorkshopNote.state == NoteState.WAITING
    )
    return db.session.scalar(waiting) or 0
