"""From a draft to a page: everything must be there, two people agree, and a withdrawal always wins."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from storefront.accounts.permissions import Role
from storefront.audit.models import Act
from storefront.core import clock
from storefront.db import db, transaction
from storefront.stories import checking, locking, publishing, withdrawing
from storefront.stories.locking import NoSuchStory
from storefront.stories.models import Approval, Consent, ReviewResult, Story, StoryKind
from storefront.stories.publishing import MayNotApprove, NotReady
from storefront.stories.vocabulary import CHECKLIST
from tests.accounts.people import a_user
from tests.factories import a_partner
from tests.jobs.racing import at_once
from tests.stories.telling import (
    BY,
    SLUG,
    TEXT,
    agree,
    approve,
    audited,
    begin,
    look_at_risk,
    publish,
    story_by,
    words_of,
)

PAGE = f"/stories/{SLUG}"
TELLING_TOGETHER = "She is 34 and has three children. She came in March 2019. She keeps the register."


def a_guardian():
    return a_user(Role.GUARDIAN, totp=False)


def ready(**changes) -> str:
    """Everything but the page."""
    reference = begin(a_guardian(), **changes)
    look_at_risk(reference)
    agree(reference)
    approve(reference, a_guardian())
    return reference


def test_with_everything_there_it_is_public(app, client):
    reference = ready()
    assert client.get(PAGE).status_code == 404
    assert publish(reference).published_at == clock.now()
    assert client.get(PAGE).status_code == 200
    assert len(audited(Act.STORY_PUBLISHED)) == len(audited(Act.STORY_APPROVED)) == 1
    publish(reference)
    assert len(audited(Act.STORY_PUBLISHED)) == 1


MISSING = {
    "risk review": lambda reference: look_at_risk(reference, result=ReviewResult.NOT_TO_BE_SHOWN),
    "Her yes": lambda reference: _consent(withdrawn_at=clock.now()),
    "Seven days": lambda reference: agree(reference, granted_on=clock.today() - timedelta(6)),
    "taken back": lambda reference: _consent(no_proceedings=False),
    "Approval by": lambda reference: _no_approval(reference),
}


def _consent(**values) -> None:
    with transaction() as session:
        session.execute(update(Consent).values(**values))


def _no_approval(reference: str) -> None:
    with transaction():
        wording = words_of(reference)
        wording.approvals.clear()


@pytest.mark.parametrize("said", MISSING)
def test_with_one_thing_missing_it_is_not(app, client, monkeypatch, said):
    reference = ready()
    MISSING[said](reference)
    with pytest.raises(NotReady) as error:
        publish(reference)
    assert any(said in sentence for sentence in error.value.missing)
    assert words_of(reference).published_at is None
    monkeypatch.setattr(publishing, "needs", lambda wording, on: [])
    publish(reference)  # nothing else stood in the way


def test_seven_days_and_not_six(app):
    reference = ready()
    agree(reference, granted_on=clock.today() - timedelta(6))
    with pytest.raises(NotReady):
        publish(reference)
    agree(reference, granted_on=clock.today() - timedelta(7))
    publish(reference)


def test_every_fault_is_told_at_once(app):
    reference = begin()
    with pytest.raises(NotReady) as error:
        publish(reference)
    assert len(error.value.missing) == 4


def test_whoever_wrote_it_does_not_approve_it(app):
    author = a_guardian()
    reference = begin(author)
    with pytest.raises(MayNotApprove, match="wrote"):
        approve(reference, author)
    assert words_of(reference).approvals == []


def test_an_author_who_approved_past_the_rule_counts_for_nothing(app):
    """Whoever wrote to the database: the author's own approval is left out when it is counted."""
    author = a_guardian()
    reference = begin(author)
    look_at_risk(reference)
    agree(reference)
    with transaction():
        wording = words_of(reference)
        wording.approvals.append(Approval(by_id=author.id, at=clock.now()))
    with pytest.raises(NotReady, match="Approval by one"):
        publish(reference)


def test_nobody_approves_twice(app):
    reference, guardian = begin(), a_guardian()
    approve(reference, guardian)
    with pytest.raises(MayNotApprove, match="already"):
        approve(reference, guardian)


def test_every_point_of_the_list_is_ticked(app):
    reference, guardian = begin(), a_guardian()
    for left_out in CHECKLIST:
        with pytest.raises(MayNotApprove, match="Still open"):
            approve(reference, guardian, ticked=[point for point in CHECKLIST if point != left_out])
    approve(reference, guardian)


def test_what_the_house_rules_block_is_neither_approved_nor_published(app, monkeypatch):
    reference = begin(text="She was rescued. She keeps the register.")
    with pytest.raises(NotReady, match="rescued"):
        approve(reference, a_guardian())
    with monkeypatch.context() as careless:
        careless.setattr(checking, "blocks", lambda wording: [])
        approve(reference, a_guardian())
        look_at_risk(reference)
        agree(reference)
    with pytest.raises(NotReady, match="house rules"):
        publish(reference)


def test_what_identifies_together_needs_two_people(app, monkeypatch):
    reference = ready(text=TELLING_TOGETHER)
    with pytest.raises(NotReady, match="Approval by 2 people"):
        publish(reference)
    with monkeypatch.context() as careless:
        careless.setattr(publishing, "approvals_wanted", lambda wording: 1)
        with transaction():
            assert all(need.is_met for need in publishing.needs(words_of(reference), on=clock.today()))
    approve(reference, a_guardian())
    publish(reference)


def test_a_testimony_waits_for_an_impact_assessment(app):
    real = a_partner(is_real=True, kind="partner")
    reference = ready(partner=real, kind=StoryKind.TESTIMONY)
    with pytest.raises(NotReady, match="IMPACT_ASSESSMENT_URL"):
        publish(reference)
    app.extensions["settings"] = replace(
        app.extensions["settings"], impact_assessment_url="https://shop.example/assessment"
    )
    publish(reference)


def test_what_was_looked_at_is_what_is_published(app):
    reference = ready()
    for act in (
        lambda: publish(reference, words_hash="0" * 64),
        lambda: approve(reference, a_guardian(), words_hash="0"),
    ):
        with pytest.raises(NotReady, match="changed since"):
            act()
    with transaction() as session:
        session.execute(update(Story).values(country="BD"))
    with pytest.raises(NotReady, match="changed since"):
        publish(reference)


@pytest.mark.real_clock
def test_publishing_against_a_withdrawal_ends_unpublished(app, client):
    """Whoever comes first: at the end nothing is public and everything is erased."""
    reference = ready(at=clock.now() - timedelta(30))
    guardian = a_guardian()
    words_hash = words_of(reference).words_hash

    def withdraw():
        with transaction():
            return withdrawing.withdraw(reference, by=BY, at=clock.now())

    def go_public():
        with transaction():
            return publishing.publish(reference, "en", words_hash=words_hash, by=BY, at=clock.now())

    def approve_again():
        with transaction():
            return publishing.approve(
                reference, "en", words_hash=words_hash, ticked=list(CHECKLIST), by=guardian, at=clock.now()
            )

    answers = at_once(app, [go_public, withdraw, approve_again, go_public])
    for answer in answers:
        assert not isinstance(answer, Exception) or isinstance(answer, NoSuchStory), answer
    story = story_by(reference)
    assert story.erased_at is not None
    assert story.wordings == []
    assert client.get(PAGE).status_code in {404, 410}


@pytest.mark.real_clock
def test_without_the_lock_publishing_would_work_on_what_is_gone(app, monkeypatch):
    """The twin: read, wait, write. Between the two the story is withdrawn, and nothing notices."""
    reference = ready(at=clock.now() - timedelta(30))
    words_hash = words_of(reference).words_hash
    read, withdrawn = threading.Event(), threading.Event()
    needs = publishing.needs

    def slow(wording, *, on):
        found = needs(wording, on=on)
        read.set()
        withdrawn.wait(10)
        return found

    def go_public():
        with transaction():
            return publishing.publish(reference, "en", words_hash=words_hash, by=BY, at=clock.now())

    def withdraw():
        read.wait(10)
        try:
            with transaction():
                return withdrawing.withdraw(reference, by=BY, at=clock.now())
        finally:
            withdrawn.set()

    monkeypatch.setattr(publishing, "needs", slow)
    monkeypatch.setattr(publishing, "lock", lambda reference: story_by_session(reference))
    if db.engine.dialect.name == "sqlite":
        monkeypatch.setattr("storefront.db._kind_of_begin", lambda connection: "DEFERRED")
    published, _ = at_once(app, [go_public, withdraw])
    assert isinstance(published, Exception)
    assert not isinstance(published, NoSuchStory)  # a fault, and no answer anybody could read
    assert locking.lock is not publishing.lock


def story_by_session(reference: str) -> Story:
    return db.session.scalars(db.select(Story).where(Story.reference == reference)).one()


def test_a_reader_sees_text_that_was_agreed(app, client):
    publish(ready())
    assert TEXT.split(".")[0] in client.get(PAGE).text
