"""Who may do what to a story in which state: every role, every state, every act, the sending of bare forms included."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from storefront.accounts.permissions import Role
from storefront.audit.models import Act, AuditLine
from storefront.core import clock
from storefront.db import db, transaction
from storefront.stories import consenting, drafting, withdrawing
from storefront.stories.drafting import Words
from storefront.stories.models import Story, StoryTask, WithdrawalCode
from storefront.stories.states import State, state_of
from tests.admin.desk import TICKED, address, consent_form, public, ready, review_form
from tests.admin.people import SAME, Staff, a_person, anew
from tests.factories import a_partner
from tests.stories.telling import BY, TEXT, agree, audited, begin, look_at_risk, story_by, words_of

GUARDIANS = ("guardian who wrote it", "another guardian")
SEEN_BY = (*GUARDIANS, "editor who wrote it", "owner")
NOT_SEEN_BY = ("another editor", "catalogue", "order desk", "workshop", "stranger")
WHO = (*SEEN_BY, *NOT_SEEN_BY)
TURNED_AWAY = ("catalogue", "order desk", "workshop")  # before any story is looked at: asked in one state only


def _reflection(reference: str) -> None:
    look_at_risk(reference)
    agree(reference, granted_on=clock.today() - timedelta(2))


def _hidden(reference: str) -> None:
    with transaction():
        consenting.hide(reference, by=BY, at=clock.now())


def _withdrawn(reference: str) -> None:
    with transaction():
        withdrawing.withdraw(reference, by=BY, at=clock.now())


def _translated(reference: str, editor: Any) -> None:
    with transaction():
        drafting.save(
            reference, "bn", about=None, words=Words("Jui", TEXT), seen=0, author=editor,
            at=clock.now() - timedelta(20),
        )  # fmt: skip


STATES: dict[State, Any] = {
    State.DRAFT: begin,
    State.REFLECTION: lambda author: _then(begin(author), _reflection),
    State.READY: ready,
    State.PUBLIC: public,
    State.HIDDEN: lambda author: _then(public(author), _hidden),
    State.WITHDRAWN: lambda author: _then(public(author), _withdrawn),
}


def _then(reference: str, act: Any) -> str:
    act(reference)
    return reference


@pytest.fixture
def people(app: Flask) -> dict[str, Staff | None]:
    with transaction() as session:
        session.add(partner := a_partner())
    return {
        "guardian who wrote it": Staff(app, a_person(Role.GUARDIAN)),
        "another guardian": Staff(app, a_person(Role.GUARDIAN)),
        "editor who wrote it": Staff(app, a_person(Role.EDITOR)),
        "owner": Staff(app, a_person(Role.OWNER)),
        "another editor": Staff(app, a_person(Role.EDITOR)),
        "catalogue": Staff(app, a_person(Role.CATALOGUE_ADMIN)),
        "order desk": Staff(app, a_person(Role.ORDER_DESK)),
        "workshop": Staff(app, a_person(Role.PARTNER_STAFF, partner_id=partner.id)),
        "stranger": None,
    }


def acts(state: State, reference: str) -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any], dict[str, int]]]:
    """(method, path, a complete form, one that changes nothing, who is answered with what): all others get 404.

    The last two take the story off the web, and come last.
    """
    gone = state is State.WITHDRAWN
    guards = {} if gone else dict.fromkeys(GUARDIANS, 200)
    refused = {} if gone else dict.fromkeys(GUARDIANS, 422)
    may_close = {} if gone else dict.fromkeys((*GUARDIANS, "owner"), 200)
    told = "" if gone else words_of(reference).words_hash
    has_yes = state not in {State.DRAFT, State.WITHDRAWN}
    yield "GET", "", {}, {}, dict.fromkeys((*GUARDIANS, "owner") if gone else SEEN_BY, 200)
    yield "GET", "/words/bn", {}, {}, guards
    yield "GET", "/drawing", {}, {}, guards
    yield "GET", "/receipt/en", {}, {}, guards if has_yes else {}
    yield "GET", "/risk-review", {}, {}, guards
    yield "POST", "/risk-review", review_form(), {}, refused
    yield "GET", "/consent/en", {}, {}, guards
    yield "POST", "/consent/en", {} if gone else consent_form(reference), {}, refused
    yield "POST", "/approve/en", {"words_hash": told, "ticked": TICKED}, {}, dict.fromkeys(GUARDIANS, 422)
    yield "POST", "/publish/en", {"words_hash": told}, {}, dict.fromkeys(GUARDIANS, 422)
    yield "POST", "/show-again", {"attested_by": "social_worker"}, {}, dict.fromkeys(GUARDIANS, 422)
    yield "GET", "/withdraw", {}, {}, dict.fromkeys((*GUARDIANS, "owner"), 200)
    yield "GET", "/channels/press/close", {}, {}, may_close
    yield "POST", "/channels/press/close", {}, {}, dict.fromkeys(may_close, 303)
    yield "POST", "/ask", {}, {}, {} if gone else {"editor who wrote it": 303}
    yield "POST", "/card", {}, {}, dict.fromkeys(GUARDIANS, 422 if gone else 200)
    yield "POST", "/hide", {}, {}, dict.fromkeys(GUARDIANS, 422 if gone else 303)
    yield "POST", "/withdraw", {}, {}, dict.fromkeys((*GUARDIANS, "owner"), 303)


@pytest.mark.parametrize("state", STATES, ids=str)
def test_the_matrix(app: Flask, people: dict[str, Staff | None], state: State) -> None:
    author, editor = people["guardian who wrote it"], people["editor who wrote it"]
    assert author
    assert editor
    reference = STATES[state](author.person)
    if state is not State.WITHDRAWN:
        _translated(reference, editor.person)
    assert state_of(story_by(reference), at=clock.now()) is state
    table = list(acts(state, reference))

    before = _everything()
    for method, path, full, _, answers in table:
        for who in WHO:
            if who not in answers and (state is State.PUBLIC or who not in TURNED_AWAY):
                status = _ask(app, people[who], method, address(reference, path), full)
                outside = 303 if who == "stranger" and method == "GET" else 404
                # The owner may open the page, and nothing behind it.
                assert status == outside, (method, path, who)
    assert _everything() == before

    for method, path, _, empty, answers in table:
        for who, expected in answers.items():
            assert _ask(app, people[who], method, address(reference, path), empty) == expected, (method, path, who)


def test_letters_are_for_those_who_withdraw(app: Flask, people: dict[str, Staff | None]) -> None:
    reference = public()
    _withdrawn(reference)
    waiting = select(StoryTask.reference).where(StoryTask.closed_at.is_(None))
    for who in sorted(WHO, key=(*NOT_SEEN_BY, *SEEN_BY).index):
        db.session.rollback()
        before = db.session.scalars(waiting).all()
        may = who in (*GUARDIANS, "owner")
        done = _ask(app, people[who], "POST", f"/admin/stories/letters/{before[0]}/done", {})
        assert done == (303 if may else 404), who
        db.session.rollback()
        assert db.session.scalars(waiting).all() == (before[1:] if may else before), who
        seen = _ask(app, people[who], "GET", "/admin/stories/letters", {})
        assert seen == (200 if may else 303 if who == "stranger" else 404), who


def _ask(app: Flask, staff: Staff | None, method: str, path: str, fields: dict[str, Any]) -> int:
    if staff is None:
        form = {"data": fields} if method == "POST" else {}
        return int(anew(app.test_client(), path, method=method, headers=SAME, **form).status_code)
    answer = staff.post(path, **fields) if method == "POST" else staff.get(path)
    return int(answer.status_code)


def _everything() -> tuple[Any, ...]:
    """What must not have moved."""
    db.session.rollback()
    return (
        db.session.execute(select(Story.revision, Story.withdrawn_at)).all(),
        db.session.scalar(select(func.count(AuditLine.id))),
        db.session.scalar(select(func.count(StoryTask.id))),
        db.session.scalar(select(func.count()).select_from(WithdrawalCode)),
    )


def test_an_editor_reads_no_translation_of_somebody_else(app: Flask, people: dict[str, Staff | None]) -> None:
    author, editor = people["guardian who wrote it"], people["editor who wrote it"]
    assert author
    assert editor
    reference = begin(author.person)
    _translated(reference, editor.person)
    page = editor.get(address(reference)).text
    assert 'lang="bn"' in page
    assert "language=en" not in page
    assert editor.get(address(reference, "?language=bn")).status_code == 200
    assert editor.get(address(reference, "?language=en")).status_code == 404
    assert editor.get(address(reference, "?language=xx")).status_code == 404


def test_a_guardian_with_an_old_factor_takes_off_the_web_and_puts_nothing_on(app: Flask) -> None:
    """Approving, publishing and showing again ask for a fresh second factor; withdrawing, closing and hiding never."""
    reference = ready()
    stale = Staff(app, a_person(Role.GUARDIAN), stale=True)
    told = {"words_hash": words_of(reference).words_hash}
    for path, fields in (
        ("/approve/en", told | {"ticked": TICKED}),
        ("/publish/en", told),
        ("/show-again", {"attested_by": "social_worker"}),
    ):
        answer = stale.post(address(reference, path), **fields)
        assert answer.status_code == 403
        assert "prove your second factor again" in answer.text
    page = stale.get(address(reference)).text
    assert f"/account/second-factor?next=/admin/stories/{reference}" in page
    assert 'name="ticked"' not in page
    assert audited(Act.STORY_PUBLISHED) == []
    for path in ("/channels/web_story/close", "/hide", "/withdraw"):
        assert stale.post(address(reference, path)).status_code == 303
    assert story_by(reference).withdrawn_at is not None


def test_what_may_not_be_seen_looks_like_what_does_not_exist(app: Flask) -> None:
    reference, editor = begin(), Staff(app, a_person(Role.EDITOR))
    for path in ("", "/withdraw", "/risk-review", "/consent/en", "/receipt/en", "/words/en", "/channels/press/close"):
        theirs, none = editor.get(address(reference, path)), editor.get(address("R7K2M4QX9D", path))
        assert (theirs.status_code, theirs.text) == (none.status_code, none.text), path
        assert theirs.status_code == 404
