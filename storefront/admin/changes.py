"""Changes to many goods, by bulk edit and by import: what they were, how far they are, and taking them back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import abort, redirect, render_template
from sqlalchemy import func, select
from werkzeug.wrappers import Response as AnyResponse

from storefront.accounts import guard
from storefront.accounts.permissions import Permission
from storefront.admin import listing, nouns
from storefront.admin.area import REFERENCE, bp, known, me
from storefront.admin.listing import Listed
from storefront.catalog import bulk, undoing
from storefront.catalog.bulk import BATCH
from storefront.catalog.documents import KIND
from storefront.catalog.models import Product
from storefront.core.clock import now
from storefront.core.errors import ShopError
from storefront.db import db, transaction
from storefront.jobs.promises import promise
from storefront.revisions.models import ChangeSet, Revision

Answer = str | tuple[str, int] | AnyResponse
AT_HAND = 200  # products that a page waits for; more are put back by the worker
SHOWN = 200  # products that are named on a page
CHANGES = Listed("changes", "/admin/changes", Permission.CATALOGUE, ())


@dataclass(frozen=True, slots=True)
class Row:
    """A change set in a list: how many products it changed, and whether it can be taken back."""

    change_set: ChangeSet
    who: str
    changed: int
    can_undo: bool


@bp.get("/changes")
@guard.requires(Permission.CATALOGUE)
def changes() -> str:
    """The newest first."""
    query = select(ChangeSet)
    part = listing.window(query, (ChangeSet.at, ChangeSet.id), falling=True)
    sets = [row.ChangeSet for row in part.rows]
    names, changed = nouns.names_of([each.who for each in sets]), _changed(sets)
    rows = [
        Row(each, names.get(each.who, each.who), changed.get(each.id, 0), can_undo(each, changed.get(each.id, 0)))
        for each in sets
    ]
    return render_template("admin/changes.html", rows=rows, part=part, url=CHANGES.url)


@bp.get("/changes/<reference>")
@guard.requires(Permission.CATALOGUE)
def change_set(reference: str) -> Answer:
    return _page(_find(reference))


@bp.post("/changes/<reference>/undo")
@guard.requires(Permission.CATALOGUE)
def undo_changes(reference: str) -> Answer:
    """Put everything back that was not changed since. Pressed twice, it is done once."""
    by, at, set_id = me().reference, now(), _find(reference).id
    try:
        with transaction() as session:
            begun = undoing.start(session.get_one(ChangeSet, set_id), by=by, at=at)
            undo_id, new_reference, subjects = begun.id, begun.reference, undoing.subjects_of(set_id)
            if len(subjects) > AT_HAND:
                payload = {"set": undo_id, "subjects": subjects, "by": by, "at": at.isoformat()}
                promise("catalog.undo", payload, key=f"catalog.undo:{undo_id}:{len(subjects)}")
    except ShopError as error:
        return _page(_find(reference), wrong=error.message)
    if len(subjects) <= AT_HAND:
        for start in range(0, len(subjects), BATCH):
            with transaction():
                undoing.work(undo_id, subjects[start : start + BATCH], by=by, at=at)
    return redirect(f"/admin/changes/{new_reference}", 303)


def can_undo(change_set: ChangeSet, changed: int) -> bool:
    return bool(changed) and change_set.undone_at is None and change_set.undoes_id is None


def in_words(change_set: ChangeSet, changed: int) -> str:
    """ "42 products changed", "One product put back"."""
    number = "One product" if changed == 1 else f"{changed or 'No'} products"
    return f"{number} {'put back' if change_set.undoes_id else 'changed'}"


@dataclass(frozen=True, slots=True)
class Said:
    """What has just been done, over the list from which it was done."""

    words: str
    reference: str
    left: bool
    can_undo: bool


def said_of(reference: str) -> Said | None:
    found = of_reference(reference) if REFERENCE.fullmatch(reference) else None
    if found is None:
        return None
    changed = _changed([found]).get(found.id, 0)
    left = len(found.left_alone)
    more = f" {left} {'was' if left == 1 else 'were'} left alone." if left else ""
    return Said(f"{in_words(found, changed)}.{more}", reference, bool(left), can_undo(found, changed))


def of_reference(reference: str) -> ChangeSet | None:
    return db.session.scalar(select(ChangeSet).where(ChangeSet.reference == reference))


def _find(reference: str) -> ChangeSet:
    found = of_reference(known(reference))
    return found if found is not None else abort(404)


def _changed(sets: list[ChangeSet]) -> dict[int, int]:
    """How many things each set changed, in one statement."""
    one_each = (
        select(Revision.change_set_id, Revision.kind, Revision.subject_id)
        .where(Revision.change_set_id.in_([each.id for each in sets]))
        .distinct()
        .subquery()
    )
    query = select(one_each.c.change_set_id, func.count()).group_by(one_each.c.change_set_id)
    return {set_id: number for set_id, number in db.session.execute(query)}  # noqa: C416


def _page(change_set: ChangeSet, *, wrong: str | None = None) -> Answer:
    changed, left_to_do = bulk.progress(change_set)
    page = render_template(
        "admin/change_set.html",
        change_set=change_set,
        who=nouns.names_of([change_set.who]).get(change_set.who, change_set.who),
        said=in_words(change_set, changed),
        changed=changed,
        left_to_do=left_to_do,
        can_undo=can_undo(change_set, changed),
        products=_products(change_set),
        most_shown=SHOWN,
        wrong=wrong,
    )
    return page, 422 if wrong else 200


def _products(change_set: ChangeSet) -> list[Any]:
    """Name and address, as they are now, of the first products that were changed."""
    query = (
        select(Product.slug, Product.name)
        .where(
            Product.id.in_(
                select(Revision.subject_id).where(
                    Revision.change_set_id == change_set.id, Revision.kind.in_([KIND, bulk.LOW])
                )
            )
        )
        .order_by(Product.name, Product.id)
        .limit(SHOWN)
    )
    return list(db.session.execute(query))
