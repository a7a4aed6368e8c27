"""Notes to workshops in the staff area: who reads which, what each button does, and that a text stays a text."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from storefront.accounts.permissions import Role
from storefront.db import transaction
from storefront.partners.models import NoteState, Partner
from tests.admin.people import Staff, a_person
from tests.conftest import NOON
from tests.factories import a_partner
from tests.partners.test_notes import WORDS, a_note, stored

READERS = {Role.OWNER, Role.EDITOR, Role.GUARDIAN}
HOSTILE = "<script>alert(1)</script> {{ 7 * 7 }} </blockquote><form action='//evil.example'>"


@pytest.fixture
def workshop(app: Flask) -> Partner:
    return a_workshop()


@pytest.fixture
def editor(app: Flask) -> Staff:
    return Staff(app, a_person(Role.EDITOR))


def a_workshop() -> Partner:
    with transaction() as session:
        session.add(partner := a_partner())
    return partner


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_each_role_does_what_it_may_and_nothing_by_a_direct_post(app: Flask, workshop: Partner, role: Role) -> None:
    reference = a_note(workshop)
    sheet = f"/admin/notes/{workshop.slug}"
    staff = Staff(app, a_person(role, partner_id=workshop.id))
    expected = (200, 303) if role in READERS else (404, 404)
    for word, state in (("pass", NoteState.PASSED), ("take-back", NoteState.WAITING), ("pass", NoteState.PASSED)):
        assert staff.post(f"/admin/notes/{reference}/{word}").status_code == expected[1]
        assert [note.state for note in stored()] == [state if role in READERS else NoteState.WAITING]
    assert [staff.get(path).status_code for path in ("/admin/notes", sheet)] == [expected[0]] * 2
    assert staff.post(f"{sheet}/handed-over", note=reference).status_code == expected[1]
    assert [note.state for note in stored()] == [NoteState.HANDED_OVER if role in READERS else NoteState.WAITING]
    assert staff.post(f"/admin/notes/{reference}/drop").status_code == expected[1]
    assert len(stored()) == (0 if role in READERS else 1)
    assert staff.get("/admin/own-notes").status_code == (200 if role is Role.PARTNER_STAFF else 404)


def test_a_workshop_reads_what_was_passed_on_to_it_and_nothing_else(app: Flask, workshop: Partner) -> None:
    other = a_workshop()
    a_note(workshop, "A waiting note.")
    a_note(workshop, "A passed note.", state=NoteState.PASSED)
    a_note(workshop, "A note that was handed over.", state=NoteState.HANDED_OVER)
    a_note(other, "A note to others.", state=NoteState.PASSED)
    page = Staff(app, a_person(Role.PARTNER_STAFF, partner_id=workshop.id)).get("/admin/own-notes").text
    assert "A passed note." in page
    assert "A note that was handed over." in page
    assert "A waiting note." not in page
    assert "A note to others." not in page
    page = Staff(app, a_person(Role.PARTNER_STAFF)).get("/admin/own-notes?partner=" + workshop.slug).text
    assert "No note yet" in page
    assert "A passed note." not in page


def test_waiting_notes_stand_oldest_first_by_workshop(editor: Staff, workshop: Partner) -> None:
    other = a_workshop()
    for partner, days in ((workshop, 3), (other, 9), (workshop, 5), (other, 1)):
        a_note(partner, f"{days} days ago it came", at=NOON - timedelta(days=days))
    a_note(workshop, "This one was passed.", state=NoteState.PASSED)
    page = editor.get("/admin/notes").text
    assert re.findall(r"To (Workshop \d+)|(\d) days ago", page) == [
        (other.name, ""), ("", "9"), ("", "1"), (workshop.name, ""), ("", "5"), ("", "3"),
    ]  # fmt: skip
    assert "This one was passed." not in page


def test_the_rail_counts_them(editor: Staff, workshop: Partner) -> None:
    for number in range(3):
        a_note(workshop, f"{WORDS} {number}")
    a_note(workshop, state=NoteState.PASSED)
    page = editor.get("/admin").text
    assert '3<span class="visually-hidden"> to be read</span>' in page


def test_empty_pages_teach(app: Flask, editor: Staff, workshop: Partner) -> None:
    assert "No note waits to be read" in editor.get("/admin/notes").text
    assert "No passed note for this workshop" in editor.get(f"/admin/notes/{workshop.slug}").text


@pytest.mark.parametrize("state", list(NoteState), ids=str)
def test_a_hostile_text_is_shown_as_text(app: Flask, workshop: Partner, state: NoteState) -> None:
    a_note(workshop, HOSTILE, state=state)
    staff, own = Staff(app, a_person(Role.GUARDIAN)), Staff(app, a_person(Role.PARTNER_STAFF, partner_id=workshop.id))
    pages = [staff.get(path).text for path in ("/admin/notes", f"/admin/notes/{workshop.slug}")]
    pages.append(own.get("/admin/own-notes").text)
    assert sum("&lt;script&gt;alert(1)&lt;/script&gt; {{ 7 * 7 }}" in page for page in pages) == (
        1 if state is NoteState.WAITING else 2
    )
    assert all("<script" not in page and "action='//evil" not in page for page in pages)


def test_the_sheet_marks_what_stood_on_it(editor: Staff, workshop: Partner) -> None:
    first = a_note(workshop, WORDS + "1", state=NoteState.PASSED)
    sheet = f"/admin/notes/{workshop.slug}"
    page = editor.get(sheet).text
    assert f"For everybody at {workshop.name}" in page
    given = re.findall(r'name="note" value="(\w+)"', page)
    assert given == [first]
    a_note(workshop, WORDS + "2", state=NoteState.PASSED)
    answer = editor.post(f"{sheet}/handed-over", note=given)
    assert answer.headers["Location"] == f"{sheet}?done=handed_over"
    assert [note.state for note in stored()] == [NoteState.HANDED_OVER, NoteState.PASSED]
    page = editor.get(answer.headers["Location"]).text
    assert "The notes are marked as handed over" in page
    assert "Handed over in the last 90 days: 1" in page
    assert (
        editor.post(f"/admin/notes/{first}/pass", workshop=workshop.slug).headers["Location"] == f"{sheet}?done=passed"
    )
    assert [note.state for note in stored()] == [NoteState.PASSED] * 2


def test_a_sheet_that_is_out_of_date_says_so(editor: Staff, workshop: Partner) -> None:
    reference, sheet = a_note(workshop, state=NoteState.PASSED), f"/admin/notes/{workshop.slug}"
    assert editor.post(f"/admin/notes/{reference}/take-back").status_code == 303
    answer = editor.post(f"{sheet}/handed-over", note=reference)
    assert "Please destroy that sheet" in editor.get(answer.headers["Location"]).text
    assert [note.state for note in stored()] == [NoteState.WAITING]


def test_notes_of_another_workshop_are_not_handed_over_by_its_sheet(editor: Staff, workshop: Partner) -> None:
    foreign = a_note(a_workshop(), state=NoteState.PASSED)
    editor.post(f"/admin/notes/{workshop.slug}/handed-over", note=[foreign, "' or 1=1", ""])
    assert [note.state for note in stored()] == [NoteState.PASSED]


def test_a_colleague_who_was_quicker_is_mentioned(editor: Staff, workshop: Partner) -> None:
    reference = a_note(workshop)
    for word, said in (
        ("drop", "The note is erased."),
        ("drop", "a colleague had been quicker"),
        ("pass", "a colleague had been quicker"),
    ):
        answer = editor.post(f"/admin/notes/{reference}/{word}", workshop="//evil.example")
        assert answer.headers["Location"].startswith("/admin/notes?done=")
        assert said in editor.get(answer.headers["Location"]).text


def test_unknown_workshops_are_not_there(editor: Staff) -> None:
    for slug in ("no-such", "1" * 300, "A", "%00"):
        assert editor.get(f"/admin/notes/{slug}").status_code == 404
        assert editor.post(f"/admin/notes/{slug}/handed-over").status_code == 404


def test_the_page_costs_the_same_for_many(editor: Staff, workshop: Partner, statements: object) -> None:
    def cost() -> int:
        with statements() as seen:  # type: ignore[operator]
            assert editor.get("/admin/notes").status_code == 200
        return len(seen)

    a_note(workshop)
    few = cost()
    for _ in range(6):
        a_note(a_workshop())
    assert cost() == few <= 9
