"""The desk of announcements: the line above the pages, from when until when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import abort, render_template, request
from sqlalchemy import select
from wtforms import BooleanField

from storefront.accounts import guard
from storefront.accounts.permissions import Permission
from storefront.admin import nouns
from storefront.admin.area import bp, known, takes
from storefront.admin.editing_forms import SAID, EditorForm, MomentField, as_text, begin, edit, line
from storefront.admin.nouns import MOST_BYTES, Answer, Document, Noun
from storefront.admin.stories.findings import Findings
from storefront.admin.words.findings import findings
from storefront.core.clock import now
from storefront.db import db
from storefront.pages import announcing, front
from storefront.pages.models import Announcement
from storefront.partners.wording import KINDS
from storefront.web.filters import moment
from storefront.web.forms import trimmed

LABELS = {
    "text": "Text",
    "link": "Leads to",
    "starts_at": "From",
    "ends_at": "Until",
    "is_shown": "Shown",
}


class AnnouncementForm(EditorForm):
    text = line("Text", most=announcing.MOST_LETTERS, needed="Enter a sentence.")
    link = line("Leads to", most=300)
    starts_at = MomentField("From, in UTC", filters=[trimmed])
    ends_at = MomentField("Until, in UTC", filters=[trimmed])
    is_shown = BooleanField("Show it above the pages while it lasts")

    def document(self) -> Document:
        return {
            "text": self.text.data or "",
            "link": self.link.data or None,
            "starts_at": self.starts_at.moment or "",
            "ends_at": self.ends_at.moment,
            "is_shown": bool(self.is_shown.data),
        }


def find(reference: str) -> Announcement:
    query = select(Announcement).where(Announcement.reference == known(reference))
    found = db.session.scalar(query.execution_options(populate_existing=True))
    return found if found is not None else abort(404)


def _page(announcement_id: int) -> str:
    """The first page with this line above it, whatever its dates say."""
    row = db.session.get_one(Announcement, announcement_id)
    above = announcing.Line(row.text, row.link, row.starts_at, row.ends_at)
    found = front.read(at=now())
    return render_template(
        "pages/home.html", front=found, kinds=KINDS, demonstration=found.demonstration, announcement=lambda: above
    )


def _in_words(field: str, value: Any) -> str:
    return moment(datetime.fromisoformat(value)) if field in {"starts_at", "ends_at"} and value else as_text(value)


NOUN: Noun[Announcement] = Noun(
    kind=announcing.KIND,
    words="announcement",
    folder="/admin/announcements",
    permission=Permission.WORDS,
    find=find,
    key=lambda row: row.reference,
    name=lambda row: row.text,
    read=announcing.read,
    change=announcing.change,
    labels=LABELS,
    in_words=_in_words,
    page=_page,
)
nouns.register(NOUN)


@bp.get("/announcements")
@guard.requires(Permission.WORDS)
def announcements() -> str:
    rows = list(
        db.session.scalars(select(Announcement).order_by(Announcement.starts_at.desc(), Announcement.id.desc()))
    )
    begun = [row for row in rows if state_of(row, now()) == "begun"]
    return render_template(
        "admin/announcements.html",
        announcements=rows,
        state=lambda row: state_of(row, now()),
        on_top=begun[0].id if begun else None,
    )


def state_of(row: Announcement, at: datetime) -> str:
    if not row.is_shown:
        return "hidden"
    if row.ends_at is not None and row.ends_at <= at:
        return "ended"
    return "begun" if row.starts_at <= at else "scheduled"


@bp.route("/announcements/new", methods=["GET", "POST"])
@guard.requires(Permission.WORDS)
@takes(MOST_BYTES)
def announcement_new() -> Answer:
    begun = {"starts_at": now().isoformat(timespec="minutes"), "is_shown": True}
    return begin(
        NOUN,
        lambda sent: AnnouncementForm(sent, data=begun),
        lambda form, by, at: announcing.create(form.document(), by=by, at=at),
        "admin/announcement_new.html",
        facts=lambda form: {"found": _found(form)},
    )


@bp.route("/announcements/<reference>", methods=["GET", "POST"])
@guard.requires(Permission.WORDS)
@takes(MOST_BYTES)
def announcement(reference: str) -> Answer:
    return edit(
        NOUN,
        find(reference),
        lambda sent, document: AnnouncementForm(sent, data=document),
        "admin/announcement.html",
        said=SAID,
        facts=lambda row, form: {"found": _found(form), "state": state_of(row, now())},
    )


@bp.post("/announcements/lint")
@guard.requires(Permission.WORDS)
def lint_announcement() -> str:
    """What the house rules say of words that are still being typed. Nothing is stored."""
    return render_template("admin/_word_findings.html", found=_found(AnnouncementForm(request.form)))


def _found(form: Any) -> Findings:
    document = form.document()
    words = document["text"] = document["text"][: announcing.MOST_LETTERS]
    return findings(announcing.look_over(document), labels=LABELS, field="text", text=words)
