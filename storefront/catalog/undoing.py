"""Taking a change set back: every product becomes what it was before, but those that were changed since.

It is taken back once. What that changes is a change set too, which cannot be taken back itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from storefront.catalog.bulk import LOW, Left, begin, leave, set_thresholds, thresholds
from storefront.catalog.documents import KIND
from storefront.catalog.editing import change, load
from storefront.catalog.models import Product
from storefront.core.errors import ShopError
from storefront.db import db
from storefront.revisions import keeping
from storefront.revisions.models import ChangeSet, Revision

SINCE = "It was changed since."


class NotUndone(ShopError):
    """Raised for a set that was taken back before, or that is a taking back itself."""


@dataclass(frozen=True, slots=True)
class Undone:
    put_back: int
    left_alone: list[Left]


def undo(change_set: ChangeSet, *, by: str, at: datetime) -> Undone:
    """Take it all back within the running transaction. Raises `NotUndone`. Long sets: `start`, then `work` in parts."""
    undoing = start(change_set, by=by, at=at)
    subjects = subjects_of(change_set.id)
    work(undoing.id, subjects, by=by, at=at)
    left = [Left(**each) for each in undoing.left_alone]
    return Undone(undoing.wanted - len(left), left)


def start(change_set: ChangeSet, *, by: str, at: datetime) -> ChangeSet:
    """Claim the set, so that nobody else takes it back too; returns the set that the taking back is kept under."""
    mine = (
        update(ChangeSet)
        .where(ChangeSet.id == change_set.id, ChangeSet.undone_at.is_(None), ChangeSet.undoes_id.is_(None))
        .values(undone_at=at)
        .returning(ChangeSet.id)
    )
    if db.session.scalar(mine) is None:
        raise NotUndone("This was taken back already, and a taking back is not taken back itself.")
    undoing = begin(f"Taken back: {change_set.words}", wanted=len(subjects_of(change_set.id)), by=by, at=at)
    undoing.undoes_id = change_set.id
    db.session.flush()
    return undoing


def subjects_of(change_set_id: int) -> list[tuple[str, int]]:
    """Kind and id of everything that was changed under a set, in one order."""
    query = (
        select(Revision.kind, Revision.subject_id)
        .where(Revision.change_set_id == change_set_id)
        .distinct()
        .order_by(Revision.kind, Revision.subject_id)
    )
    return [(kind, subject_id) for kind, subject_id in db.session.execute(query)]


def work(undoing_id: int, subjects: list[tuple[str, int]], *, by: str, at: datetime) -> None:
    """Put these things back to what they were before the set that `undoing_id` takes back. Safe to run twice."""
    undoing = db.session.get_one(ChangeSet, undoing_id)
    done = set(subjects_of(undoing_id))
    left = {each["key"] for each in undoing.left_alone}
    for kind, subject_id in subjects:
        product = db.session.get(Product, subject_id) if kind in {KIND, LOW} else None
        key = product.slug if product else f"{kind} {subject_id}"
        if (kind, subject_id) in done or key in left:
            continue
        try:
            if product is None:
                raise NotUndone("It is no longer there.")
            _put_back(kind, subject_id, undoing, by=by, at=at)
        except ShopError as error:
            leave(undoing, Left(key, product.name if product else key, error.message))


def _put_back(kind: str, product_id: int, undoing: ChangeSet, *, by: str, at: datetime) -> None:
    first, last = db.session.execute(
        select(func.min(Revision.number), func.max(Revision.number)).where(
            Revision.kind == kind, Revision.subject_id == product_id, Revision.change_set_id == undoing.undoes_id
        )
    ).one()
    old = keeping.version(kind, product_id, first - 1)
    try:
        if kind == LOW:
            _put_thresholds_back(product_id, last, old, undoing, by=by, at=at)
            return
        keeping.lock(kind, product_id, based_on=last)
        # What was made under the set was nothing before: it is put away, for orders may speak of it by now.
        content = old.content if old else keeping.newest(kind, product_id).content | {"archived": True}  # type: ignore[union-attr]
        change(product_id, content, based_on=last, by=by, at=at, words=undoing.words, change_set=undoing)
    except keeping.ChangedMeanwhile:
        raise NotUndone(SINCE) from None


def _put_thresholds_back(
    product_id: int, last: int, old: Revision | None, undoing: ChangeSet, *, by: str, at: datetime
) -> None:
    keeping.lock(LOW, product_id, based_on=last)
    product, made = load(product_id), keeping.version(LOW, product_id, last)
    # Numbers are set at the shelf too, without a version: what stands there is compared.
    if made is None or old is None or thresholds(product) != made.content:
        raise NotUndone(SINCE)
    set_thresholds(product, old.content, by=by, at=at, words=undoing.words, change_set=undoing)
