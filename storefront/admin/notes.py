"""Notes to workshops: read, pass or drop each, print what was passed as one sheet, mark it as handed over."""

from __future__ import annotations

from flask import abort, redirect, render_template, request
from sqlalchemy import func, select
from werkzeug.wrappers import Response as AnyResponse

from storefront.accounts import guard
from storefront.accounts.permissions import Permission
from storefront.admin.area import REFERENCE, bp, known, me
from storefront.core.clock import now
from storefront.core.slugs import is_slug
from storefront.db import db, transaction
from storefront.partners import notes as rules
from storefront.partners import queries
from storefront.partners.models import NoteState, Partner, WorkshopNote

MOST = 50  # waiting notes on one page, and passed ones on one sheet

SAID = {
    "passed": "The note will stand on the workshop's next sheet. Until then it can be taken back.",
    "taken_back": "The note waits to be read again.",
    "dropped": "The note is erased.",
    "gone": "Nothing was changed: a colleague had been quicker.",
    "handed_over": "The notes are marked as handed over. They are erased in 90 days.",
    "changed": "Some of the notes on your sheet had been taken back or dropped meanwhile. Please destroy that sheet "
    "and print this one; what was still passed is marked as handed over.",
}


@bp.get("/notes")
@guard.requires(Permission.NOTES)
def notes() -> str:
    workshops: dict[Partner, list[WorkshopNote]] = {}  # in the order of who has waited longest
    for note in db.session.scalars(queries.unread_notes().limit(MOST)):
        workshops.setdefault(note.partner, []).append(note)
    return render_template(
        "admin/notes.html", workshops=workshops.items(), sheets=_sheets(), most=MOST, said=_said(), is_bad=_is_bad()
    )


@bp.post("/notes/<note>/pass")
@guard.requires(Permission.NOTES)
def pass_note(note: str) -> AnyResponse:
    """To the next sheet; also for a note that was marked as handed over by mistake."""
    return _moved(note, NoteState.PASSED, "passed")


@bp.post("/notes/<note>/take-back")
@guard.requires(Permission.NOTES)
def take_note_back(note: str) -> AnyResponse:
    return _moved(note, NoteState.WAITING, "taken_back")


@bp.post("/notes/<note>/drop")
@guard.requires(Permission.NOTES)
def drop_note(note: str) -> AnyResponse:
    with transaction():
        done = rules.drop(known(note))
    return _back("dropped" if done else "gone")


@bp.get("/notes/<workshop>")
@guard.requires(Permission.NOTES)
def note_sheet(workshop: str) -> str:
    partner = _find(workshop)
    return render_template(
        "admin/note_sheet.html",
        partner=partner,
        passed=db.session.scalars(queries.notes_to(partner.id, NoteState.PASSED).limit(MOST)).all(),
        handed_over=db.session.scalars(queries.notes_to(partner.id, NoteState.HANDED_OVER)).all(),
        today=now().date(),
        said=_said(),
        is_bad=_is_bad(),
    )


@bp.post("/notes/<workshop>/handed-over")
@guard.requires(Permission.NOTES)
def hand_notes_over(workshop: str) -> AnyResponse:
    """The notes that were on the sheet, and none that was passed after it had been printed."""
    partner, given = _find(workshop), {ref for ref in request.form.getlist("note")[:MOST] if REFERENCE.fullmatch(ref)}
    with transaction():
        done = rules.hand_over(partner.id, sorted(given), at=now())
    return redirect(f"/admin/notes/{workshop}?done={'handed_over' if done == len(given) else 'changed'}", 303)


@bp.get("/own-notes")
@guard.requires(Permission.OWN_NOTES)
def own_notes() -> str:
    """What the shop has passed on to the workshop of the person who asks; to nobody else's, and nothing unread."""
    partner = db.session.get(Partner, me().partner_id) if me().partner_id else None
    states = (NoteState.PASSED, NoteState.HANDED_OVER)
    found = db.session.scalars(queries.notes_to(partner.id, *states)).all() if partner else []
    return render_template("admin/own_notes.html", partner=partner, notes=found)


def _find(slug: str) -> Partner:
    partner = db.session.scalar(select(Partner).where(Partner.slug == slug)) if is_slug(slug) else None
    if partner is None:
        abort(404)
    return partner


def _moved(reference: str, to: NoteState, word: str) -> AnyResponse:
    with transaction():
        done = rules.move(known(reference), to, at=now())
    return _back(word if done else "gone")


def _back(word: str) -> AnyResponse:
    """To the sheet that the button stood on, or to the notes that wait."""
    workshop = request.form.get("workshop", "")
    return redirect(f"/admin/notes/{workshop}?done={word}" if is_slug(workshop) else f"/admin/notes?done={word}", 303)


def _said() -> str | None:
    return SAID.get(request.args.get("done", ""))


def _is_bad() -> bool:
    return request.args.get("done") in {"gone", "changed"}


def _sheets() -> list[tuple[Partner, dict[NoteState, int]]]:
    """Every workshop with notes, and how many of each state."""
    rows = db.session.execute(
        select(Partner, WorkshopNote.state, func.count())
        .join(WorkshopNote, WorkshopNote.partner_id == Partner.id)
        .group_by(Partner.id, WorkshopNote.state)
        .order_by(Partner.position, Partner.id)
    ).all()
    counted: dict[Partner, dict[NoteState, int]] = {}
    for partner, state, number in rows:
        counted.setdefault(partner, {})[state] = number
    return list(counted.items())
