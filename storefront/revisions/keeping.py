"""Keeping a version, reading versions, and refusing to write over what somebody else saved meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, select, update

from storefront.core.errors import ShopError
from storefront.core.refs import new_reference
from storefront.db import db, insert_or
from storefront.revisions.models import ChangeSet, Head, Revision

AS_IT_CAME = "As it was before it was first changed here"


class ChangedMeanwhile(ShopError):
    """Raised when a newer version stands there than the one that somebody had before her eyes."""

    def __init__(self, newest: Revision | None) -> None:
        super().__init__("Somebody saved another version while you were writing. Nothing of yours is lost: compare.")
        self.newest = newest


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in which two versions differ; `was` and `now` are plain values, None where there is none."""

    field: str
    was: Any
    now: Any


def number_of(kind: str, subject_id: int) -> int:
    """The number of the newest version; 0 for a thing that was never edited here."""
    query = select(Head.number).where(Head.kind == kind, Head.subject_id == subject_id)
    return db.session.scalar(query) or 0


def lock(kind: str, subject_id: int, *, based_on: int | None) -> None:
    """Let nobody else save this thing until the transaction ends. The first statement of whoever changes it.

    `based_on` is the number that the writer had seen, or None for a writer that reads and writes in one transaction.
    Raises `ChangedMeanwhile`.
    """
    db.session.execute(insert_or(Head).values(kind=kind, subject_id=subject_id, number=0).on_conflict_do_nothing())
    mine = update(Head).where(Head.kind == kind, Head.subject_id == subject_id)
    if based_on is not None:
        mine = mine.where(Head.number == based_on)
    if db.session.scalar(mine.values(number=Head.number).returning(Head.number)) is None:
        raise ChangedMeanwhile(newest(kind, subject_id))


def keep(
    kind: str,
    subject_id: int,
    content: dict[str, Any],
    *,
    was: dict[str, Any] | None,
    by: str,
    at: datetime,
    words: str = "",
    change_set: ChangeSet | None = None,
) -> Revision | None:
    """Keep what the thing is now as its newest version. Behind `lock`, except for a thing that is new.

    `was` is what it was before, or None for a thing that is new. Nothing is kept, and None returned, where nothing
    differs.
    """
    if was == content:
        return None
    number = number_of(kind, subject_id) + 1
    if was is not None and number == 1:
        _add(kind, subject_id, 0, was, by=by, at=at, words=AS_IT_CAME)
    moved = insert_or(Head).values(kind=kind, subject_id=subject_id, number=number)
    db.session.execute(
        moved.on_conflict_do_update(index_elements=[Head.kind, Head.subject_id], set_={"number": number})
    )
    return _add(kind, subject_id, number, content, by=by, at=at, words=words, change_set=change_set)


def newest(kind: str, subject_id: int) -> Revision | None:
    return db.session.scalar(_of(kind, subject_id).limit(1))


def history(kind: str, subject_id: int, *, most: int = 100) -> list[Revision]:
    """The newest versions first."""
    return list(db.session.scalars(_of(kind, subject_id).limit(most)))


def version(kind: str, subject_id: int, number: int) -> Revision | None:
    return db.session.scalar(_of(kind, subject_id).where(Revision.number == number))


def differences(was: dict[str, Any], now: dict[str, Any]) -> list[Difference]:
    """The fields that differ, in the order of the newer version."""
    names = [*now, *(name for name in was if name not in now)]
    return [Difference(name, was.get(name), now.get(name)) for name in names if was.get(name) != now.get(name)]


def begin_set(words: str, *, by: str, at: datetime) -> ChangeSet:
    """A set that the versions of one act over many things are kept under."""
    change_set = ChangeSet(reference=new_reference(), at=at, who=by, words=words)
    db.session.add(change_set)
    db.session.flush()
    return change_set


def members(change_set: ChangeSet) -> list[Revision]:
    """Every version that was kept under a set, in the order of things."""
    query = select(Revision).where(Revision.change_set_id == change_set.id)
    return list(db.session.scalars(query.order_by(Revision.kind, Revision.subject_id)))


def forget(kind: str, subject_id: int) -> None:
    """Every version of a thing that is deleted for good."""
    for table in (Revision, Head):
        db.session.execute(delete(table).where(table.kind == kind, table.subject_id == subject_id))


def _of(kind: str, subject_id: int) -> Select[Revision]:
    return (
        select(Revision)
        .where(Revision.kind == kind, Revision.subject_id == subject_id)
        .order_by(Revision.number.desc())
    )


def _add(
    kind: str,
    subject_id: int,
    number: int,
    content: dict[str, Any],
    *,
    by: str,
    at: datetime,
    words: str,
    change_set: ChangeSet | None = None,
) -> Revision:
    revision = Revision(
        kind=kind, subject_id=subject_id, number=number, at=at, who=by, words=words, content=content,
        change_set_id=change_set.id if change_set else None,
    )  # fmt: skip
    db.session.add(revision)
    db.session.flush()
    return revision
