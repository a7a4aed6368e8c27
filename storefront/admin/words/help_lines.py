"""The desk of help lines: which are to be checked again, the editor, and "Checked today"."""

from __future__ import annotations

from typing import Any

from flask import current_app, redirect, render_template, request
from wtforms import BooleanField

from storefront.accounts import guard
from storefront.accounts.permissions import Permission
from storefront.admin import nouns
from storefront.admin.area import bp, me, takes
from storefront.admin.editing_forms import (
    SAID,
    EditorForm,
    Part,
    Rows,
    as_text,
    begin,
    edit,
    line,
    seen_by_the_public,
    text,
)
from storefront.admin.forms import DayField
from storefront.admin.nouns import MOST_BYTES, Answer, Document, Noun
from storefront.admin.stories.forms import CHOOSE, OneOf
from storefront.admin.stories.forms_of_writing import countries
from storefront.core.clock import now, today
from storefront.core.errors import ShopError
from storefront.db import db, transaction
from storefront.safety import editing
from storefront.safety.models import HelpLine
from storefront.safety.queries import listed
from storefront.safety.wording import KINDS, READ_AT, SOURCES
from storefront.web.filters import country
from storefront.web.forms import trimmed

LABELS = {
    "country": "Country",
    "name": "Name",
    "kind": "Who answers",
    "numbers": "Numbers",
    "sms": "Text messages",
    "url": "Their own page",
    "hours": "Open",
    "languages": "Languages",
    "emergency_number": "Emergency number of the country",
    "said_beside": "Said beside it",
    "verification": "The number was read",
    "display": "The number is shown",
    "last_checked_on": "Last checked on",
    "recheck_by": "To be checked again by",
    "sources": "Sources",
    "also": "Numbers of others",
    "notes": "Notes for editors",
}
NUMBER = {
    "display": Part("As it is read", most=60),
    "dial": Part("Digits that are dialled", kind="tel", most=20),
    "label": Part("Said beside it", most=120),
}


class HelpLineForm(EditorForm):
    country = OneOf(LABELS["country"], choices=CHOOSE | countries())
    name = line(LABELS["name"], most=200, needed="Enter the name of those who answer.")
    kind = OneOf(LABELS["kind"], choices=CHOOSE | {kind.value: words for kind, words in KINDS.items()})
    numbers = Rows(LABELS["numbers"], prefix="number", parts=NUMBER, most=editing.MOST_ROWS)
    sms = line(LABELS["sms"], most=20)
    url = line(LABELS["url"])
    hours = line(LABELS["hours"], most=200)
    languages = line(LABELS["languages"], most=300)
    emergency_number = line(LABELS["emergency_number"], most=60)
    said_beside = line(LABELS["said_beside"], most=500)
    verification = OneOf(
        LABELS["verification"], choices=CHOOSE | {each.value: words for each, words in READ_AT.items()}
    )
    display = BooleanField("Show the number on the page of help lines")
    last_checked_on = DayField(LABELS["last_checked_on"], filters=[trimmed])
    recheck_by = DayField(LABELS["recheck_by"], filters=[trimmed])
    sources = Rows(
        LABELS["sources"],
        prefix="source",
        most=editing.MOST_ROWS,
        parts={
            "title": Part("Title"),
            "url": Part("Web address", kind="url"),
            "kind": Part("Whose page it is", choices=CHOOSE | SOURCES),
            "source_date": Part("Date, as far as known", most=10),
            "accessed_on": Part("Read on", kind="date", most=10),
            "access_note": Part("How it was read", most=200),
        },
    )
    also = Rows(LABELS["also"], prefix="also", parts=NUMBER, most=editing.MOST_ROWS)
    notes = text(LABELS["notes"], most=2000)

    def document(self) -> Document:
        plain = {
            name: self[name].data or ""
            for name in ("country", "name", "kind", "verification", "last_checked_on", "recheck_by")
        }
        may_be_none = ("sms", "url", "hours", "languages", "emergency_number", "said_beside", "notes")
        return {
            **plain,
            **{name: self[name].data or None for name in may_be_none},
            "display": bool(self.display.data),
            "numbers": _numbers(self.numbers),
            "also": _numbers(self.also),
            "sources": [row | {"source_date": row["source_date"] or None} for row in self.sources.data],
        }


def _numbers(rows: Rows) -> list[dict[str, Any]]:
    return [row | {"label": row["label"] or None} for row in rows.data]


def find(key: str) -> HelpLine:
    return nouns.find_by_key(HelpLine, editing.KIND, key)


def _in_words(field: str, value: Any) -> str:
    words: dict[str, Any] = {"country": country, "kind": KINDS.get, "verification": READ_AT.get}
    return str(words[field](value)) if field in words and value else as_text(value)


NOUN: Noun[HelpLine] = Noun(
    kind=editing.KIND,
    words="help line",
    folder="/admin/help-lines",
    permission=Permission.WORDS,
    find=find,
    key=lambda row: nouns.key_of(editing.KIND, row.id),
    name=lambda row: f"{country(row.country)}: {row.name}",
    read=editing.read,
    change=editing.change,
    labels=LABELS,
    in_words=_in_words,
    page=lambda line_id: seen_by_the_public(current_app.view_functions["safety.help_lines"]),
)
nouns.register(NOUN)


@bp.get("/help-lines")
@guard.requires(Permission.WORDS)
def help_lines() -> str:
    """Those that no longer show their number come first, then by the day on which they are checked again."""
    on = today()
    rows = sorted(db.session.scalars(listed()), key=lambda row: (not row.is_overdue(on), row.recheck_by, row.id))
    return render_template("admin/help_lines.html", noun=NOUN, lines=rows, kinds=KINDS, today=on)


@bp.route("/help-lines/new", methods=["GET", "POST"])
@guard.requires(Permission.WORDS)
@takes(MOST_BYTES)
def help_line_new() -> Answer:
    again = editing.months_after(today(), editing.CHECKED_AGAIN_IN)
    begun = {"last_checked_on": today().isoformat(), "recheck_by": again.isoformat()}
    return begin(
        NOUN,
        lambda sent: HelpLineForm(sent, data=begun),
        lambda form, by, at: editing.create(form.document(), by=by, at=at),
        "admin/help_line_new.html",
    )


@bp.route("/help-lines/<key>", methods=["GET", "POST"])
@guard.requires(Permission.WORDS)
@takes(MOST_BYTES)
def help_line(key: str) -> Answer:
    return _editor(find(key))


@bp.post("/help-lines/<key>/checked")
@guard.requires(Permission.WORDS)
def help_line_checked(key: str) -> Answer:
    """Somebody has read the number again at one of its sources."""
    row_id, number, by = find(key).id, nouns.based_on(), me().reference
    given = request.form.get("source", "")
    place = int(given) if given.isascii() and given.isdigit() and len(given) < 4 else -1
    try:
        with transaction():
            editing.checked(row_id, place, based_on=number, by=by, at=now())
    except ShopError as error:
        row = find(key)
        page = render_template(
            "admin/help_line.html", **_facts(row), noun=NOUN, row=row, key=key, clash=None, kept=None, said=None,
            form=HelpLineForm(None, data=editing.read(row)), number=nouns.number_of(NOUN, row), unsaved=False,
            wrong=error.message,
        )  # fmt: skip
        return page, 422
    return redirect(f"/admin/help-lines/{key}?done=checked", 303)


def _editor(row: HelpLine) -> Answer:
    return edit(
        NOUN,
        row,
        lambda sent, document: HelpLineForm(sent, data=document),
        "admin/help_line.html",
        said=SAID | {"checked": "Checked today. It is to be checked again in half a year."},
        facts=lambda row, form: _facts(row),
    )


def _facts(row: HelpLine) -> dict[str, Any]:
    return {"overdue": row.is_overdue(today()), "again": editing.months_after(today(), editing.CHECKED_AGAIN_IN)}
