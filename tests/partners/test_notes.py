"""A note goes one way, to a group, is stored once, moves as it should, and is not kept for good."""

from __future__ import annotations

import inspect as python
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from storefront.accounts.limits import TooOften
from storefront.accounts.models import RateLimit
from storefront.core.clock import now
from storefront.core.refs import new_reference
from storefront.db import db, transaction
from storefront.jobs.promises import ROUNDS
from storefront.partners import notes
from storefront.partners.models import NOTE_MOVES, NoteState, Partner, WorkshopNote
from storefront.partners.notes import HasContactDetails, TooManyWaiting, drop, erase_old, hand_over, leave, move
from tests.conftest import NOON
from tests.factories import a_partner
from tests.jobs.racing import at_once

WORDS = "The throw lies on our sofa, and everybody asks about the stitches."


@pytest.fixture
def workshop(app: Flask) -> Partner:
    with transaction() as session:
        session.add(partner := a_partner())
    return partner


def a_note(partner: Partner, text: str = WORDS, *, state: NoteState = NoteState.WAITING, at: datetime = NOON) -> str:
    """A stored note; returns its reference. Moved, if at all, when it came."""
    with transaction() as session:
        note = WorkshopNote(
            reference=new_reference(), partner_id=partner.id, text=text, state=state, received_at=at,
            moved_at=None if state is NoteState.WAITING else at,
        )  # fmt: skip
        session.add(note)
    return note.reference


def stored() -> list[WorkshopNote]:
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(select(WorkshopNote).order_by(WorkshopNote.id)))


def left(partner: Partner, text: str = WORDS, *, network: str = "192.0.2.1") -> None:
    with transaction():
        leave(partner, text, network=network, at=now())


def test_a_note_is_stored_with_nothing_about_who_wrote_it(workshop: Partner) -> None:
    with time_machine.travel(NOON + timedelta(minutes=37), tick=False):
        left(workshop)
    [note] = stored()
    assert (note.text, note.state, note.partner_id, note.moved_at) == (WORDS, NoteState.WAITING, workshop.id, None)
    assert note.received_at == NOON, "the hour only"
    assert set(WorkshopNote.__table__.columns.keys()) == {
        "id", "reference", "partner_id", "text", "state", "received_at", "moved_at",
    }  # fmt: skip
    assert "192.0.2.1" not in str([row.key for row in db.session.scalars(select(RateLimit))])


def test_contact_details_are_refused_and_nothing_is_stored_or_counted(workshop: Partner) -> None:
    with pytest.raises(HasContactDetails, match="Please take out “mara@example"):
        left(workshop, f"{WORDS} mara@example.org")
    assert stored() == []
    assert db.session.scalars(select(RateLimit)).all() == []


def test_pressed_twice_it_is_stored_and_counted_once(workshop: Partner) -> None:
    for _ in range(8):
        left(workshop)
    assert len(stored()) == 1
    left(workshop, WORDS + "!")
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        left(workshop)
    assert len(stored()) == 3


def test_pressed_twice_at_the_same_moment_it_is_stored_once(app: Flask, workshop: Partner) -> None:
    answers = at_once(app, [lambda: left(workshop)] * 6)
    assert answers == [None] * 6
    assert len(stored()) == 1


def test_the_same_words_to_another_workshop_are_another_note(workshop: Partner) -> None:
    with transaction() as session:
        session.add(other := a_partner())
    left(workshop)
    left(other)
    assert len(stored()) == 2


def test_five_an_hour_and_twenty_a_day_for_a_network(workshop: Partner) -> None:
    sent = 0
    for hour in range(5):
        with time_machine.travel(NOON + timedelta(hours=hour, minutes=hour), tick=False):
            for _ in range(5 if hour < 4 else 0):
                left(workshop, f"{WORDS} {sent} times")
                sent += 1
            with pytest.raises(TooOften) as told:
                left(workshop, f"{WORDS} once more")
            assert 0 < told.value.retry_after <= 24 * 3600
            assert hour < 4 or told.value.retry_after > 3600
    assert len(stored()) == 20
    left(workshop, network="192.0.2.2")


def test_six_at_the_same_moment_are_five(app: Flask, workshop: Partner) -> None:
    acts: list[Callable[[], None]] = [lambda n=n: left(workshop, f"{WORDS} {n}") for n in range(7)]  # type: ignore[misc]
    answers = at_once(app, acts)
    assert sum(isinstance(answer, TooOften) for answer in answers) == 2
    assert len(stored()) == 5


def test_a_workshop_has_a_most_of_waiting_notes(workshop: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "MOST_WAITING", 2)
    first = a_note(workshop, WORDS + "1")
    a_note(workshop, WORDS + "2")
    with pytest.raises(TooManyWaiting, match="So many notes"):
        left(workshop)
    assert len(stored()) == 2
    with transaction():
        move(first, NoteState.PASSED, at=now())
    left(workshop)
    assert len(stored()) == 3


def test_the_most_is_exact_over_many_at_the_same_moment(
    app: Flask, workshop: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes, "MOST_WAITING", 2)
    acts: list[Callable[[], None]] = [
        lambda n=n: left(workshop, f"{WORDS} {n}", network=f"192.0.2.{n}") for n in range(6)
    ]  # type: ignore[misc]
    answers = at_once(app, acts)
    assert sum(isinstance(answer, TooManyWaiting) for answer in answers) == 4
    assert len(stored()) == 2


@pytest.mark.parametrize("text", ["x" * 9, "x" * 601])
def test_the_table_refuses_what_the_form_would(workshop: Partner, text: str) -> None:
    with pytest.raises(IntegrityError):
        left(workshop, text)


def test_the_longest_note_in_the_widest_letters_fits(workshop: Partner) -> None:
    text = "".join(chr(0x1F300 + n % 500) for n in range(600))
    left(workshop, text)
    left(workshop, text)
    assert [note.text for note in stored()] == [text]


@pytest.mark.parametrize("was", list(NoteState))
@pytest.mark.parametrize("to", list(NoteState))
def test_only_listed_moves(workshop: Partner, was: NoteState, to: NoteState) -> None:
    reference = a_note(workshop, state=was, at=NOON - timedelta(days=1))
    with transaction():
        done = move(reference, to, at=NOON)
    [note] = stored()
    assert done is (to in NOTE_MOVES[was])
    assert note.state is (to if done else was)
    assert note.moved_at == (
        (None if to is NoteState.WAITING else NOON)
        if done
        else (None if was is NoteState.WAITING else NOON - timedelta(days=1))
    )


def test_passing_and_dropping_at_the_same_moment_end_in_one(app: Flask, workshop: Partner) -> None:
    reference = a_note(workshop)

    def act(what: Callable[[], bool]) -> bool:
        with transaction():
            return what()

    passed, dropped = at_once(
        app, [lambda: act(lambda: move(reference, NoteState.PASSED, at=now())), lambda: act(lambda: drop(reference))]
    )
    assert dropped is True
    assert passed in {True, False}
    assert stored() == []


def test_a_dropped_note_is_gone(workshop: Partner) -> None:
    reference = a_note(workshop)
    with transaction():
        assert drop(reference)
        assert not drop(reference)
    assert stored() == []


def test_only_notes_of_the_sheet_and_the_workshop_are_handed_over(workshop: Partner) -> None:
    with transaction() as session:
        session.add(other := a_partner())
    on_sheet = a_note(workshop, WORDS + "1", state=NoteState.PASSED)
    later = a_note(workshop, WORDS + "2", state=NoteState.PASSED)
    taken_back = a_note(workshop, WORDS + "3")
    foreign = a_note(other, state=NoteState.PASSED)
    with transaction():
        assert hand_over(workshop.id, [on_sheet, taken_back, foreign, "NOSUCH"], at=NOON) == 1
    states = {note.reference: note.state for note in stored()}
    assert states == {
        on_sheet: NoteState.HANDED_OVER, later: NoteState.PASSED, taken_back: NoteState.WAITING, foreign: NoteState.PASSED,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("state", "days"), [(NoteState.HANDED_OVER, 90), (NoteState.PASSED, 180), (NoteState.WAITING, 180)]
)
def test_old_notes_are_erased(workshop: Partner, state: NoteState, days: int) -> None:
    a_note(workshop, state=state, at=NOON)
    for moment, kept in ((timedelta(days=days, seconds=-1), 1), (timedelta(days=days), 0)):
        with transaction():
            erase_old(at=NOON + moment)
        assert len(stored()) == kept


def test_the_worker_does_it_once_a_day(app: Flask, workshop: Partner) -> None:
    a_note(workshop, at=NOON - timedelta(days=181))
    round_ = ROUNDS["partners.erase_old_notes"]
    assert round_.every == timedelta(days=1)
    round_.run(None)
    assert stored() == []


def test_a_workshop_that_goes_takes_its_notes_along(workshop: Partner) -> None:
    a_note(workshop)
    with transaction() as session:
        session.delete(session.get_one(Partner, workshop.id))
    assert stored() == []


# ----- the page


def address(partner: Partner) -> str:
    return f"/partners/{partner.slug}/note"


def test_the_page_says_how_a_note_travels(client: FlaskClient, workshop: Partner) -> None:
    answer = client.get(address(workshop))
    assert answer.status_code == 200
    for words in (
        "one way",
        "We read it first",
        "for everybody there and never for one person",
        "No answer is sent",
        "no contact details",
    ):
        assert words in answer.text
    assert "csrf_token" not in answer.text
    assert "Set-Cookie" not in answer.headers
    assert 'name="message"' in answer.text
    assert "noindex" in answer.text


def test_the_page_is_the_same_for_everybody(app: Flask, workshop: Partner) -> None:
    visitor = app.test_client()
    visitor.set_cookie("bag", "x" * 43)
    visitor.set_cookie("session", "y")
    for query in ("", "?left=yes"):
        assert visitor.get(address(workshop) + query).data == app.test_client().get(address(workshop) + query).data


def test_leaving_leads_to_thanks(client: FlaskClient, workshop: Partner) -> None:
    answer = client.post(address(workshop), data={"message": f"  {WORDS}\r\nThank you.  "})
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{address(workshop)}?left=yes"
    assert [note.text for note in stored()] == [f"{WORDS}\nThank you."]
    page = client.get(answer.headers["Location"]).text
    assert "Thank you. Your note is with us" in page
    assert WORDS not in page
    assert "<form" not in page[page.index("<main") : page.index("</main>")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "at least 10 letters"), ("   short  ", "at least 10 letters"), ("x" * 601, "at most 600 letters"),
        (f"{WORDS} 01711-223344", "it looks like a telephone number"), (f"{WORDS}\u202e", "letters and signs that can be printed"),
        (f"{WORDS}\x00", "letters and signs that can be printed"),
    ],
)  # fmt: skip
def test_what_is_refused_keeps_its_text(client: FlaskClient, workshop: Partner, text: str, said: str) -> None:
    answer = client.post(address(workshop), data={"message": text})
    assert answer.status_code == 422
    assert said in answer.text
    assert text.strip().replace("\x00", "") in answer.text.replace("\x00", "").replace("\ufffd", "")
    assert answer.headers["Cache-Control"] == "no-store"
    assert stored() == []


def test_a_hostile_text_comes_back_as_text(client: FlaskClient, workshop: Partner) -> None:
    answer = client.post(address(workshop), data={"message": "</textarea><script>alert(1)</script> " * 20})
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text


def test_too_many_are_told_when_to_come_back(client: FlaskClient, workshop: Partner) -> None:
    for number in range(5):
        assert client.post(address(workshop), data={"message": f"{WORDS} {number}"}).status_code == 303
    answer = client.post(address(workshop), data={"message": f"{WORDS} again"})
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "3600"
    assert f"{WORDS} again" in answer.text
    assert len(stored()) == 5


def test_a_crowded_workshop_says_so(client: FlaskClient, workshop: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "MOST_WAITING", 0)
    answer = client.post(address(workshop), data={"message": WORDS})
    assert answer.status_code == 422
    assert "we take no more today" in answer.text


def test_a_form_of_another_site_is_refused(client: FlaskClient, workshop: Partner) -> None:
    answer = client.post(address(workshop), data={"message": WORDS}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert stored() == []


def test_an_unknown_workshop_has_no_form(client: FlaskClient, workshop: Partner) -> None:
    for slug in ("no-such", "%00", "1" * 400, "Freeset", "%F0%9F%99%82"):
        assert client.get(f"/partners/{slug}/note").status_code == 404
        assert client.post(f"/partners/{slug}/note", data={"message": WORDS}).status_code == 404


def test_the_workshop_page_leads_there(client: FlaskClient, workshop: Partner) -> None:
    assert f'href="{address(workshop)}"' in client.get(f"/partners/{workshop.slug}").text


def test_whoever_reads_a_note_learns_nothing_of_the_writer() -> None:
    """The use case is given a network for the limits and has no place to keep it."""
    assert set(python.signature(leave).parameters) == {"partner", "text", "network", "at"}
    assert {key.column.table.name for key in WorkshopNote.__table__.foreign_keys} == {"partners"}
