"""What the worker does: remember the time, agree with the ledger, erase, and remind guardians of what ends."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from storefront.accounts.permissions import Role
from storefront.core import clock
from storefront.db import db, transaction
from storefront.jobs.promises import HANDLERS, ROUNDS
from storefront.jobs.working import work_all
from storefront.stories import jobs
from storefront.stories.jobs import StillBusy
from storefront.stories.models import ClockMark, Consent, RiskReview
from tests.accounts.people import a_user
from tests.stories.telling import SLUG, TEXT, TITLE, story_by, tell

PAGE = f"/stories/{SLUG}"
LAST = date(2027, 11, 1)


def days_before(days: int):
    return time_machine.travel(f"{LAST - timedelta(days)}T12:00:00+00:00", tick=False)


def test_they_come_round_by_themselves():
    assert {"stories.clock", "stories.ledger", "stories.care"} <= ROUNDS.keys()
    assert "stories.leave_no_trace" in HANDLERS


def test_the_latest_moment_is_remembered(told, client):
    jobs.mark_the_time(None)
    moment = clock.now()
    with time_machine.travel(moment + timedelta(days=30), tick=False):
        jobs.mark_the_time(None)
    jobs.mark_the_time(None)  # set back again
    assert db.session.scalars(select(ClockMark.latest)).all() == [moment + timedelta(days=30)]
    assert client.get(PAGE).status_code == 404
    with time_machine.travel(moment + timedelta(days=30), tick=False):
        assert client.get(PAGE).status_code == 200


def test_machines_of_one_shop_may_differ_by_minutes(told, client):
    with time_machine.travel(clock.now() + timedelta(minutes=10), tick=False):
        jobs.mark_the_time(None)
    assert client.get(PAGE).status_code == 200


def test_guardians_are_reminded_at_sixty_thirty_and_seven_days_once_each(app, postbox):
    tell()
    first, second = (a_user(Role.GUARDIAN, totp=False).email for _ in range(2))
    for role in (Role.OWNER, Role.EDITOR):
        a_user(role, totp=False)
    a_user(Role.GUARDIAN, totp=False, active=False)
    sent: dict[int, list[str]] = {}
    for days in (90, 61, 60, 59, 31, 30, 29, 8, 7, 6, 1, 0, -1):
        with days_before(days):
            jobs.care(None)
            jobs.care(None)
            work_all(app.extensions["outside"])
        sent[days] = [str(message["To"]) for message in postbox.messages]
        postbox.messages.clear()
    assert {days: to for days, to in sent.items() if to} == {days: [first, second] for days in (60, 30, 7)}


def test_a_reminder_says_nothing_of_the_story(app, postbox):
    reference = tell()
    a_user(Role.GUARDIAN, totp=False)
    with days_before(30):
        jobs.care(None)
        work_all(app.extensions["outside"])
    [message] = postbox.messages
    whole = message.as_string() + "".join(str(part.get_payload(decode=True)) for part in message.walk())
    for word in (SLUG, TITLE, TEXT, "Jui", "register", "ST-0042"):
        assert word not in whole
    assert reference in whole
    assert "1 November 2027" in whole


@pytest.mark.parametrize("values", [{"withdrawn_at": True}, {"replaced_at": True}])
def test_nobody_is_reminded_of_what_is_over(app, values):
    tell()
    a_user(Role.GUARDIAN, totp=False)
    with transaction() as session:
        session.execute(update(Consent).values(**dict.fromkeys(values, clock.now())))
    with days_before(30), transaction():
        assert jobs.remind(at=clock.now()) == 0


def test_nothing_renews_itself(app):
    reference = tell()
    a_user(Role.GUARDIAN, totp=False)
    before = [(c.granted_on, c.expires_on) for c in story_by(reference).consents]
    for days in (60, 30, 7, 0, -1):
        with days_before(days):
            jobs.care(None)
            jobs.mark_the_time(None)
            jobs.agree_with_the_ledger(None)
    assert [(c.granted_on, c.expires_on) for c in story_by(reference).consents] == before


def test_with_the_worker_stopped_every_rule_holds(told, client):
    """Nothing of these rounds decides what is shown."""
    with transaction() as session:
        session.execute(update(RiskReview).values(reviewed_on=date(2027, 10, 1)))
    with days_before(0):
        assert client.get(PAGE).status_code == 200
    with days_before(-1):
        assert client.get(PAGE).status_code == 410


def test_cleaning_waits_until_nothing_stands_in_the_way(app, monkeypatch):
    jobs.clean_files({}, None)
    monkeypatch.setattr(jobs, "leave_no_trace", lambda *tables: False)
    with pytest.raises(StillBusy):
        jobs.clean_files({}, None)
