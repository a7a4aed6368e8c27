"""What all editors share: saving over nobody, versions and putting one back, preview, and what was typed and not saved.

An editor describes its thing as a `Noun` and registers it. The thing is edited as one document of plain values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any, Generic, Protocol, TypeVar

from flask import abort, redirect, render_template, request
from sqlalchemy import delete, select
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from storefront.accounts import guard
from storefront.accounts.models import User
from storefront.accounts.permissions import Permission
from storefront.admin.area import bp, me, takes
from storefront.admin.wording import WHO
from storefront.core.clock import now
from storefront.core.errors import ShopError
from storefront.core.refs import matches, signature
from storefront.db import db, insert_or, transaction, trying
from storefront.revisions import keeping
from storefront.revisions.keeping import ChangedMeanwhile
from storefront.revisions.models import Revision, Unsaved
from storefront.settings import settings

Answer = str | tuple[str, int] | AnyResponse
Document = dict[str, Any]
Row = TypeVar("Row")
MOST_BYTES = 1_000_000  # of a form
NUMBER = re.compile(r"[0-9]{1,9}")  # of a version
PUT_BACK = "Version {number} put back"


class Change(Protocol):
    """A use case that makes the thing `row_id` what the document says. Runs inside `transaction()`."""

    def __call__(
        self, row_id: int, document: Document, /, *, based_on: int | None, by: str, at: datetime, words: str = ""
    ) -> Revision | None: ...


@dataclass(frozen=True, slots=True)
class Noun(Generic[Row]):
    """One kind of thing that staff edit.

    `find` answers a key of an address with the row, and aborts with 404 for one that the person at hand may not see.
    `page` draws the thing with this id as the public sees it, dates or not; called inside `trying()`, already changed.
    `labels` are the words for the fields of the document; a field that is not named there is not shown to differ.
    `in_words` says one value of a field as a person reads it.
    """

    kind: str
    words: str  # "product"
    folder: str  # "/admin/products"
    permission: Permission
    find: Callable[[str], Row]
    key: Callable[[Row], str]
    name: Callable[[Row], str]
    read: Callable[[Row], Document]
    change: Change
    labels: Mapping[str, str]
    in_words: Callable[[str, Any], str]
    page: Callable[[int], str] | None = None

    def address(self, row: Row) -> str:
        return f"{self.folder}/{self.key(row)}"


@dataclass(frozen=True, slots=True)
class Line:
    """A field in which two versions differ, in words."""

    label: str
    was: str
    now: str


def lines(noun: Noun[Any], was: Document, new: Document) -> list[Line]:
    return [
        Line(noun.labels[each.field], noun.in_words(each.field, each.was), noun.in_words(each.field, each.now))
        for each in keeping.differences(was, new)
        if each.field in noun.labels
    ]


def number_of(noun: Noun[Any], row: Any) -> int:
    """The version that a form is written upon; it travels in the form's hidden field `version`."""
    return keeping.number_of(noun.kind, row.id)


def based_on() -> int:
    """The version that the form at hand was written upon."""
    given = request.form.get("version", "")
    if not NUMBER.fullmatch(given):
        abort(400, "This form lacks the number of the version it was written upon. Please open the page again.")
    return int(given)


@dataclass(frozen=True, slots=True)
class Clash:
    """Somebody saved meanwhile: what of theirs differs from what was typed here, and the number to save upon now."""

    who: str
    at: datetime
    number: int
    lines: list[Line]


def save(
    noun: Noun[Any], row_id: int, document: Document, *, subject: str | None = None, words: str = ""
) -> Revision | None:
    """Save what was typed, upon the version it was written upon; what was kept unsaved of it is forgotten.

    Raises `ChangedMeanwhile` (draw `clash`) and whatever the noun's own use case refuses with.
    """
    by, at, number, subject = me().reference, now(), based_on(), subject or request.path
    with transaction():
        revision = noun.change(row_id, document, based_on=number, by=by, at=at, words=words)
        forget_unsaved(by, subject)
    return revision


def clash(noun: Noun[Any], error: ChangedMeanwhile, row: Any, document: Document) -> Clash:
    """What stands there now beside what was typed. The form is drawn with what was typed and the newer number."""
    newest = error.newest
    return Clash(
        who=names_of([newest.who]).get(newest.who, "somebody") if newest else "somebody",
        at=newest.at if newest else now(),
        number=number_of(noun, row),
        lines=lines(noun, noun.read(row), document),
    )


def names_of(references: list[str]) -> dict[str, str]:
    """The part of the e-mail address before the sign, or what stands for nobody of the staff."""
    rows = db.session.execute(select(User.reference, User.email).where(User.reference.in_(set(references))))
    return WHO | {row.reference: row.email.partition("@")[0] for row in rows}


def register(noun: Noun[Any]) -> None:
    """Give the noun its pages: `{folder}/<key>/history`, its POST of a number, and `{folder}/<key>/preview`."""
    path = noun.folder.removeprefix("/admin")

    @guard.requires(noun.permission)
    def history(key: str) -> Answer:
        return _history(noun, noun.find(key))

    @guard.requires(noun.permission)
    def put_back(key: str, version: str) -> Answer:
        return _put_back(noun, noun.find(key), version)

    @guard.requires(noun.permission)
    def preview(key: str) -> Answer:
        row = noun.find(key)
        with trying():
            return draw(noun, row.id, key, None)

    for view in (history, preview):
        view.of_noun = True  # type: ignore[attr-defined]
    bp.add_url_rule(f"{path}/<key>/history", f"{noun.kind}_history", history)
    bp.add_url_rule(f"{path}/<key>/history/<version>", f"{noun.kind}_put_back", put_back, methods=["POST"])
    if noun.page is not None:
        bp.add_url_rule(f"{path}/<key>/preview", f"{noun.kind}_preview", preview)


def preview_of(noun: Noun[Any], row: Any, document: Document) -> str:
    """The page as the public would see it with this document, of which nothing is kept. Raises what `change` raises."""
    with trying():
        return draw(noun, row.id, noun.key(row), document)


def draw(noun: Noun[Any], row_id: int, key: str, document: Document | None) -> str:
    """Inside `trying()`: write the document, if there is one, and draw the page of what it makes."""
    if noun.page is None:
        abort(404)
    if document is not None:
        noun.change(row_id, document, based_on=None, by=me().reference, at=now())
    return noun.page(row_id)


# For things that have no name of their own for an address: a key that tells nothing and cannot be counted.


def key_of(kind: str, row_id: int) -> str:
    return signature(settings.secret_key, kind, str(row_id))[:12]


def find_by_key(table: type[Row], kind: str, key: str) -> Row:
    """The row of this key, read anew; among few, so that each is tried. Aborts with 404."""
    ids: Any = db.session.scalars(select(table.id))  # type: ignore[attr-defined]
    found = next((row_id for row_id in ids if matches(key, key_of(kind, row_id))), None)
    row = db.session.get(table, found, populate_existing=True) if found is not None else None
    return row if row is not None else abort(404)


def _history(noun: Noun[Any], row: Any, *, wrong: str | None = None) -> Answer:
    versions = keeping.history(noun.kind, row.id)
    names = names_of([each.who for each in versions])
    steps = [
        (each, names.get(each.who, each.who), lines(noun, before.content, each.content) if before else [])
        for each, before in zip_longest(versions, versions[1:])
    ]
    page = render_template(
        "admin/_history.html",
        noun=noun,
        row=row,
        steps=steps,
        newest=versions[0].number if versions else 0,
        wrong=wrong,
        said="That version stands again." if request.args.get("done") == "put_back" else None,
    )
    return page, 422 if wrong else 200


def _put_back(noun: Noun[Any], row: Any, version: str) -> Answer:
    number = int(version) if NUMBER.fullmatch(version) else -1
    row_id, old = row.id, keeping.version(noun.kind, row.id, number)
    if old is None:
        abort(404)
    content, by, at, newest = old.content, me().reference, now(), based_on()
    try:
        with transaction():
            words = PUT_BACK.format(number=number)
            noun.change(row_id, content, based_on=newest, by=by, at=at, words=words)
    except ShopError as error:
        return _history(noun, noun.find(noun.key(row)), wrong=error.message)
    # The key may have been another one in that version.
    return redirect(f"{noun.folder}/{content.get('slug') or noun.key(row)}/history?done=put_back", 303)


# What was typed and not saved


@bp.post("/unsaved")
@guard.requires(Permission.DASHBOARD)
@takes(MOST_BYTES)
def keep_unsaved() -> AnyResponse:
    """Keep what stands in a form, for who types it alone. The form's page is named by `unsaved_form`."""
    subject = request.form.get("unsaved_form", "")
    # A storyteller's words lie in one place, from which they can be erased.
    if not subject.startswith("/admin/") or subject.startswith("/admin/stories") or len(subject) > 200:
        abort(422, "This form does not say to which page of the staff area it belongs.")
    fields = [
        [name, value] for name, value in request.form.items(multi=True) if name not in {"csrf_token", "unsaved_form"}
    ]
    row = {"who": me().reference, "subject": subject, "at": now(), "fields": fields}
    with transaction() as session:
        statement = insert_or(Unsaved).values(**row)
        session.execute(
            statement.on_conflict_do_update(
                index_elements=[Unsaved.who, Unsaved.subject], set_={"at": row["at"], "fields": fields}
            )
        )
    return AnyResponse(status=204)


@bp.post("/unsaved/drop")
@guard.requires(Permission.DASHBOARD)
def drop_unsaved() -> AnyResponse:
    subject, who = request.form.get("unsaved_form", ""), me().reference
    if not subject.startswith("/admin/") or "//" in subject or "\\" in subject:
        abort(422, "This form does not say to which page of the staff area it belongs.")
    with transaction():
        forget_unsaved(who, subject)
    return redirect(subject, 303)


def forget_unsaved(who: str, subject: str) -> None:
    db.session.execute(delete(Unsaved).where(Unsaved.who == who, Unsaved.subject == subject))


@dataclass(frozen=True, slots=True)
class Kept:
    """What she typed into the form of this page and did not save. `fields` are taken when the address asks for them."""

    at: datetime
    fields: MultiDict[str, str] | None


def unsaved() -> Kept | None:
    """For the page at hand. `?unsaved=1` puts it into the form: draw the form from `fields`."""
    query = select(Unsaved).where(Unsaved.who == me().reference, Unsaved.subject == request.path)
    row = db.session.scalar(query)
    if row is None:
        return None
    taken = request.args.get("unsaved") == "1"
    return Kept(row.at, MultiDict((name, value) for name, value in row.fields) if taken else None)
