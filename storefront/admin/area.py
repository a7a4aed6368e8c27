"""The staff area itself: its blueprint, its rail, and what every answer under /admin carries."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeVar

from flask import Blueprint, Response, abort, current_app, redirect, request
from flask_wtf.csrf import validate_csrf
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.wrappers import Response as AnyResponse
from wtforms.validators import ValidationError

from storefront.accounts import guard
from storefront.accounts.models import User
from storefront.accounts.permissions import Permission, allowed
from storefront.accounts.sessions import own_session
from storefront.admin.waiting import Figure, figures
from storefront.admin.wording import in_words
from storefront.core.clock import now
from storefront.web.security import SAFE, private

bp = Blueprint("admin", __name__, url_prefix="/admin")
REFERENCE = re.compile(r"[0-9A-Z]{1,20}")
MOST_PARTS = 5_000  # fields of a form with files; a workshop with sixty facts and their sources has three thousand
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the rail, seen by those who may open it. `counts` names the figures whose sum stands beside it."""

    name: str
    address: str
    permission: Permission
    group: str = ""
    counts: frozenset[str] = frozenset()
    counted: str = ""


ENTRIES = (
    Entry(
        "Today",
        "/admin",
        Permission.DASHBOARD,
        "",
        frozenset({"review", "refunds", "parked", "ended", "asked", "letters"}),
        "need a person",
    ),
    Entry("Products", "/admin/products", Permission.GOODS, "Catalogue"),
    Entry("Stock", "/admin/stock", Permission.STOCK, "Catalogue", frozenset({"low"}), "low"),
    Entry("Collections", "/admin/collections", Permission.CATALOGUE, "Catalogue"),
    Entry("Imports", "/admin/imports", Permission.GOODS, "Catalogue"),
    Entry(
        "Consent desk",
        "/admin/stories",
        Permission.STORIES,
        "Words and care",
        frozenset({"asked", "letters"}),
        "to be done today",
    ),
    Entry(
        "Articles",
        "/admin/articles",
        Permission.WORDS,
        "Words and care",
        frozenset({"to_review"}),
        "to be reviewed again",
    ),
    Entry(
        "Help lines",
        "/admin/help-lines",
        Permission.WORDS,
        "Words and care",
        frozenset({"to_check"}),
        "to be checked again",
    ),
    Entry("Texts", "/admin/texts", Permission.WORDS, "Words and care"),
    Entry("Announcements", "/admin/announcements", Permission.WORDS, "Words and care"),
    Entry("Notes to workshops", "/admin/notes", Permission.NOTES, "Words and care", frozenset({"notes"}), "to be read"),
    Entry("Notes to your workshop", "/admin/own-notes", Permission.OWN_NOTES, "Words and care"),
    Entry("Workshops", "/admin/partners", Permission.CATALOGUE, "House"),
    Entry("Shipping", "/admin/shipping", Permission.CATALOGUE, "House"),
    Entry("People and roles", "/admin/people", Permission.PEOPLE, "House", frozenset({"ended"}), "invitations ran out"),
    Entry("Audit trail", "/admin/audit", Permission.AUDIT, "House"),
    Entry("Your sign-in", "/admin/security", Permission.OWN_SECURITY, "You"),
)


def me() -> User:
    """Who is signed in. The guard of the view has made sure that somebody is."""
    person = guard.current_user()
    if person is None:
        abort(404)
    return person


def known(reference: str) -> str:
    """A reference from an address. What cannot be one is not found, and never asked of the database."""
    if not REFERENCE.fullmatch(reference):
        abort(404)
    return reference


def after_change(address: str) -> AnyResponse:
    """On to a page that can be loaded again; whoever has just ended their own session signs in first."""
    is_open = own_session().device(again=True) is not None
    return redirect(address if is_open else "/account/sign-in", 303)


def takes(most_bytes: int) -> Callable[[View], View]:
    """Let a view be sent more than forms usually hold, by whoever may open it. Stands below `requires`."""

    def mark(view: View) -> View:
        view.most_bytes = most_bytes  # type: ignore[attr-defined]
        return view

    return mark


def permissions() -> frozenset[Permission]:
    """What the person who asks may do."""
    return allowed(me().roles)


def own_partner_id() -> int | None:
    """The one workshop whose goods she may touch; None for those who may touch all."""
    may = permissions()
    if Permission.OWN_CATALOGUE not in may or Permission.CATALOGUE in may:
        return None
    # Somebody of a workshop that is gone touches nothing: no partner has this number.
    return me().partner_id or -1


def rail(counted: dict[Figure, int] | None) -> dict[str, Any]:
    """Groups of entries with their numbers, and who is signed in. A page that has counted already hands it over."""
    person, may = me(), permissions()
    counted = figures(may, at=now(), of_partner=own_partner_id()) if counted is None else counted
    numbers = {figure.name: number for figure, number in counted.items()}
    lines = [
        {
            "group": entry.group,
            "name": entry.name,
            "address": entry.address,
            "count": sum(numbers.get(name, 0) for name in entry.counts),
            "counted": entry.counted,
            "here": request.path == entry.address
            or (entry.address != "/admin" and request.path.startswith(f"{entry.address}/")),
        }
        for entry in ENTRIES
        if entry.permission in may
    ]
    groups = [
        {"name": name, "entries": list(inside)} for name, inside in groupby(lines, key=lambda line: line["group"])
    ]
    return {"groups": groups, "email": person.email, "roles": in_words(person.roles)}


@bp.context_processor
def _for_pages() -> dict[str, Any]:
    # A function and not its answer: a page that is not found is drawn here too, for somebody who is not signed in.
    return {"staff_rail": rail}


def _is_here(path: str) -> bool:
    return path == "/admin" or path.startswith("/admin/")


@bp.before_app_request
def _unlisted_is_missing() -> None:
    """Here no wrong method and no OPTIONS tells that a page exists: what is not listed is not found."""
    if _is_here(request.path) and (
        request.method == "OPTIONS" or isinstance(request.routing_exception, MethodNotAllowed)
    ):
        abort(404)


@bp.before_app_request
def _more_is_taken() -> None:
    """Before anything is read of the form. Whoever may not open the view is not told by this that there is one."""
    view = current_app.view_functions.get(request.endpoint or "")
    most = getattr(view, "most_bytes", None)
    if most and request.method not in SAFE and (person := guard.current_user()) and person.may(view.permission):  # type: ignore[union-attr]
        request.max_content_length = request.max_form_memory_size = most
        request.max_form_parts = MOST_PARTS


@bp.before_app_request
def _token_is_shown() -> None:
    """Besides the guard before every unsafe request; asked at every address, so that it tells of none."""
    if _is_here(request.path) and request.method not in SAFE:
        try:
            validate_csrf(request.form.get("csrf_token"))
        except ValidationError:
            abort(403, "This form has grown too old. Please open the page again and send it once more.")


@bp.after_app_request
def _keep_to_oneself(response: Response) -> Response:
    """By address and not by view, so that a page one may not see answers as one that does not exist."""
    return private(response) if _is_here(request.path) else response
