"""Where a story stands: every state, and that public is what readers are shown."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from storefront.accounts.permissions import Role
from storefront.core import clock
from storefront.db import db, transaction
from storefront.stories import consenting, drafting, gone, withdrawing
from storefront.stories.drafting import Words
from storefront.stories.models import Channel, ReviewResult, Story, StoryKind
from storefront.stories.states import LOADED, STATE_WORDS, State, shown, state_of
from tests.admin.people import a_person
from tests.factories import a_partner
from tests.stories.telling import (
    BY,
    PRODUCT,
    SLUG,
    TEXT,
    TITLE,
    about,
    agree,
    approve,
    begin,
    change_consent,
    change_review,
    change_words,
    give,
    look_at_risk,
    publish,
    set_clock_mark,
    take_back,
    tell,
    tell_anew,
    words_of,
)


def state(reference: str) -> State:
    db.session.rollback()
    db.session.expire_all()
    story = db.session.scalars(select(Story).where(Story.reference == reference).options(*LOADED)).one()
    return state_of(story, at=clock.now())


def test_every_step_of_the_way(app: Flask) -> None:
    reference = begin(a_person(Role.EDITOR))
    assert state(reference) is State.DRAFT
    look_at_risk(reference)
    assert state(reference) is State.CONSENT
    agree(reference, granted_on=clock.today() - timedelta(6))
    assert state(reference) is State.REFLECTION
    agree(reference)
    assert state(reference) is State.APPROVAL
    approve(reference, a_person(Role.GUARDIAN))
    assert state(reference) is State.READY
    publish(reference)
    assert state(reference) is State.PUBLIC
    with transaction():
        consenting.hide(reference, by=BY, at=clock.now())
    assert state(reference) is State.HIDDEN
    with transaction():
        withdrawing.withdraw(reference, by=BY, at=clock.now())
    assert state(reference) is State.WITHDRAWN


def test_of_an_enterprise(app: Flask) -> None:
    told = about(display_name=None, sources=[{"url": "https://example.org"}])
    reference = begin(
        a_person(Role.EDITOR), kind=StoryKind.ENTERPRISE, about=told, storyteller_reference=None,
        partner=a_partner(is_real=True, kind="partner"),
    )  # fmt: skip
    assert state(reference) is State.APPROVAL
    approve(reference, a_person(Role.GUARDIAN))
    assert state(reference) is State.READY
    publish(reference)
    assert state(reference) is State.PUBLIC


def test_two_approvals_are_waited_for_where_the_text_tells_too_much(app: Flask) -> None:
    reference = begin(text="She is 34 and has three children. She came in March 2019. She keeps the register.")
    look_at_risk(reference)
    agree(reference)
    approve(reference, a_person(Role.GUARDIAN))
    assert state(reference) is State.APPROVAL
    approve(reference, a_person(Role.GUARDIAN))
    assert state(reference) is State.READY


ALTERED: list[tuple[str, Any, State]] = [
    ("nothing", lambda: None, State.PUBLIC),
    ("every place closed but one", lambda: take_back(*(set(Channel) - {Channel.PRODUCT_PAGE})), State.PUBLIC),
    ("every place closed", lambda: take_back(*Channel), State.ENDED),
    ("only search engines", lambda: (take_back(*Channel), give(Channel.SEARCH_INDEXING)), State.NOWHERE),
    ("her yes taken back", take_back, State.CONSENT),
    ("replaced by nothing", lambda: change_consent(replaced_at=clock.now()), State.CHANGED),
    ("over", lambda: change_consent(expires_on=date(2026, 11, 23)), State.ENDED),
    ("its last day", lambda: change_consent(expires_on=date(2026, 11, 24)), State.PUBLIC),
    ("other words", lambda: change_words(text="She keeps another register."), State.CHANGED),
    ("no read-back", lambda: change_consent(read_back=False), State.NOWHERE),
    ("proceedings", lambda: change_consent(no_proceedings=False), State.HIDDEN),
    ("an old review", lambda: change_review(reviewed_on=date(2025, 11, 23)), State.UNREVIEWED),
    ("a no", lambda: change_review(result=ReviewResult.NOT_TO_BE_SHOWN), State.UNREVIEWED),
    ("seven days", lambda: change_consent(granted_on=date(2026, 11, 20), publish_not_before=date(2026, 11, 27)), State.REFLECTION),
    ("not published", lambda: change_words(published_at=None), State.APPROVAL),
    ("published tomorrow", lambda: change_words(published_at=clock.now() + timedelta(days=1)), State.NOWHERE),
    ("a clock set back", lambda: set_clock_mark(clock.now() + timedelta(hours=1)), State.NOWHERE),
]  # fmt: skip


def test_public_is_what_readers_are_shown(app: Flask, client: FlaskClient) -> None:
    tell()
    for what, change, expected in ALTERED:
        reference = tell_anew()
        change()
        assert state(reference) is expected, what
        db.session.rollback()
        title = words_of(reference).title
        pages = [client.get(f"/stories/{SLUG}"), client.get(PRODUCT)]
        is_read = any(title in page.text for page in pages if page.status_code == 200)
        assert is_read is (expected is State.PUBLIC), what


def test_many_are_asked_for_at_once(app: Flask, statements: Any) -> None:
    public, draft = tell(), begin(slug="a-draft")
    db.session.rollback()
    with statements() as seen:
        found = shown(at=clock.now())
        stories = db.session.scalars(select(Story).options(*LOADED)).all()
        states = {story.reference: state_of(story, at=clock.now(), shown_now=found) for story in stories}
    assert states == {public: State.PUBLIC, draft: State.DRAFT}
    assert len(seen) == 6


def test_every_state_has_its_words() -> None:
    assert set(STATE_WORDS) == set(State)


def test_the_state_is_that_of_the_language_it_was_told_in(app: Flask) -> None:
    reference = tell()
    with transaction() as session:
        story = session.scalars(select(Story).where(Story.reference == reference)).one()
        story.language = "bn"
    assert state(reference) is State.ENDED


def test_what_was_public_once_stays_known(app: Flask) -> None:
    """An edit takes it off the web; taken back afterwards, its address is gone for good and copies are asked for."""
    reference, draft = begin(), begin(slug="a-draft")
    look_at_risk(reference)
    agree(reference)
    approve(reference, a_person(Role.GUARDIAN))
    publish(reference)
    with transaction():
        drafting.save(reference, "en", about=None, words=Words(TITLE, TEXT + "!"), seen=1, author=None, at=clock.now())
    for which, tasks in ((reference, 3), (draft, 0)):
        with transaction():
            assert withdrawing.withdraw(which, by=BY, at=clock.now()).tasks == tasks
    assert [gone.is_taken(slug) for slug in (SLUG, "a-draft")] == [True, False]
