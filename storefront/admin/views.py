"""Saved views: the filters of a list under a name, for the person who saved them alone."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, redirect, render_template, request
from sqlalchemy import Select, delete, func, select, update
from werkzeug.wrappers import Response as AnyResponse

from storefront.accounts import guard
from storefront.accounts.permissions import Permission
from storefront.admin.area import bp, known, me, permissions
from storefront.admin.listing import LISTS, Listed
from storefront.admin.models import SavedView
from storefront.core.clock import now
from storefront.core.errors import ShopError
from storefront.core.refs import new_reference
from storefront.core.texts import prints
from storefront.db import db, insert_or, transaction

Answer = tuple[str, int] | AnyResponse
MOST_VIEWS = 30  # of one person, of one list
MOST_LETTERS = 60  # of a name


@dataclass(frozen=True, slots=True)
class View:
    """A view as the list shows it. `is_here`: its filters are those of the page at hand."""

    reference: str
    name: str
    address: str
    is_here: bool


def views_of(listed: Listed, kept: dict[str, str]) -> list[View]:
    """Her own views of this list, by name. A filter that is no longer known is left out."""
    rows = db.session.scalars(_hers(listed, me().reference).order_by(SavedView.name))
    found = [(row, listed.read(row.query)) for row in rows]
    return [View(row.reference, row.name, listed.url(filters), filters == kept) for row, filters in found]


@bp.post("/views")
@guard.requires(Permission.DASHBOARD)
def save_view() -> Answer:
    """Keep the filters in `query` of the list `listed` under `name`; a view of that name takes them over."""
    listed = _list()
    kept, name, who = listed.read(request.form.get("query", "")), _name(), me().reference
    row = {
        "reference": new_reference(), "who": who, "listed": listed.name, "name": name, "query": listed.query(kept),
        "created_at": now(),
    }  # fmt: skip
    try:
        _refuse_name(name)
        if not kept:
            raise ShopError("There is nothing to keep: choose at least one filter or another order first.")
        with transaction() as session:
            others = _hers(listed, who).where(SavedView.name != name)
            if (session.scalar(select(func.count()).select_from(others.subquery())) or 0) >= MOST_VIEWS:
                raise ShopError(f"You have {MOST_VIEWS} views of this list. Delete one of them first.")
            session.execute(
                insert_or(SavedView)
                .values(**row)
                .on_conflict_do_update(
                    index_elements=[SavedView.who, SavedView.listed, SavedView.name], set_={"query": row["query"]}
                )
            )
    except ShopError as error:
        return _again("/admin/views", listed, kept, name, error)
    return redirect(listed.url(kept), 303)


@bp.post("/views/<reference>")
@guard.requires(Permission.DASHBOARD)
def rename_view(reference: str) -> Answer:
    view, name = _find(reference), _name()
    view_id, who, listed = view.id, view.who, LISTS[view.listed]
    kept = listed.read(view.query)
    try:
        _refuse_name(name)
        with transaction() as session:
            same = _hers(listed, who).where(SavedView.name == name, SavedView.id != view_id)
            if session.scalar(same) is not None:
                raise ShopError("You have a view of that name already.")
            session.execute(update(SavedView).where(SavedView.id == view_id).values(name=name))
    except ShopError as error:
        return _again(f"/admin/views/{reference}", listed, kept, name, error)
    return redirect(listed.url(kept), 303)


@bp.post("/views/<reference>/delete")
@guard.requires(Permission.DASHBOARD)
def delete_view(reference: str) -> AnyResponse:
    view = _find(reference)
    view_id, listed = view.id, LISTS[view.listed]
    with transaction() as session:
        session.execute(delete(SavedView).where(SavedView.id == view_id))
    return redirect(listed.address, 303)


def _list() -> Listed:
    """The list that the form names; one that she may not open is not found."""
    listed = LISTS.get(request.form.get("listed", ""))
    if listed is None or listed.permission not in permissions():
        abort(404)
    return listed


def _find(reference: str) -> SavedView:
    """A view of her own, of a list that she may still open."""
    view = db.session.scalar(
        select(SavedView).where(SavedView.reference == known(reference), SavedView.who == me().reference)
    )
    if view is None or view.listed not in LISTS or LISTS[view.listed].permission not in permissions():
        abort(404)
    return view


def _hers(listed: Listed, who: str) -> Select[SavedView]:
    return select(SavedView).where(SavedView.who == who, SavedView.listed == listed.name)


def _name() -> str:
    return " ".join(request.form.get("name", "").split(" ")).strip()


def _refuse_name(name: str) -> None:
    if not name:
        raise ShopError("Give the view a name.")
    if len(name) > MOST_LETTERS or not prints(name):
        raise ShopError(f"Please use at most {MOST_LETTERS} letters that can be printed.")


def _again(action: str, listed: Listed, kept: dict[str, str], name: str, error: ShopError) -> Answer:
    page = render_template(
        "admin/save_view.html", action=action, listed=listed, query=listed.query(kept), back=listed.url(kept),
        name=name, wrong=error.message, most=MOST_LETTERS,
    )  # fmt: skip
    return page, 422
