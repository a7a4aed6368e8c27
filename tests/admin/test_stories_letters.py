"""Letters about a page that is gone: what they say, when they are due, and that a sent one forgets the address."""

from __future__ import annotations

import html
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from storefront.accounts.permissions import Role
from storefront.core import clock
from storefront.db import db, transaction
from storefront.stories import withdrawing
from storefront.stories.models import StoryTask
from tests.admin.desk import a_guardian, public
from tests.admin.people import Staff, a_person
from tests.conftest import NOON
from tests.stories.telling import BY, SLUG, agree, begin, change_consent, tell

PAGE = f"http://localhost/stories/{SLUG}"


@pytest.fixture
def withdrawn(app: Flask) -> str:
    reference = public()
    with transaction():
        withdrawing.withdraw(reference, by=BY, at=clock.now())
    return reference


def tasks() -> list[StoryTask]:
    db.session.rollback()
    return list(db.session.scalars(select(StoryTask).order_by(StoryTask.id)))


def test_nothing_to_send(app: Flask) -> None:
    page = a_guardian(app).get("/admin/stories/letters").text
    assert "No letter waits" in page
    assert "data-print" not in page


def test_three_letters_are_ready_and_due_today(app: Flask, withdrawn: str) -> None:
    page = html.unescape(a_guardian(app).get("/admin/stories/letters").text)
    for words in (
        "To Google", "https://search.google.com/search-console/remove-outdated-content", "To Bing",
        "https://www.bing.com/webmasters/tools/contentremoval", "To Internet Archive", "info@archive.org",
        f"About story {withdrawn}.",
    ):  # fmt: skip
        assert words in page, words
    assert page.count("Due today") == 3
    assert page.count(f">{PAGE}<") == 3
    assert "Jui" not in page.replace(PAGE, "")
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        assert a_guardian(app).get("/admin/stories/letters").text.count("Due on 24 November 2026") == 3


def test_done_closes_a_letter_and_forgets_the_address(app: Flask, withdrawn: str) -> None:
    owner, first = Staff(app, a_person(Role.OWNER)), tasks()[0]
    answer = owner.post(f"/admin/stories/letters/{first.reference}/done")
    page = owner.get(answer.headers["Location"]).text
    assert "It is done, and the address is forgotten." in page
    assert "To Google" not in page
    assert "To Bing" in page
    closed, *others = tasks()
    assert closed.closed_at == clock.now()
    assert closed.sealed_address is None
    assert all(task.sealed_address and task.closed_at is None for task in others)
    for unknown in ("R7K2M4QX9D", "nothing", "1" * 300):
        assert owner.post(f"/admin/stories/letters/{unknown}/done").status_code in {303, 404}
    assert len([task for task in tasks() if task.closed_at]) == 1


def test_an_address_sealed_under_another_key_is_said_to_be_lost(app: Flask, withdrawn: str) -> None:
    with transaction():
        db.session.execute(update(StoryTask).values(sealed_address="gAAAAAsealed-elsewhere"))
    page = a_guardian(app).get("/admin/stories/letters").text
    assert page.count("The address cannot be read") == 3
    assert "search-console" not in page
    assert PAGE not in page


def test_requests_of_editors_stand_there_too(app: Flask) -> None:
    reference, guardian = tell(), a_guardian(app)
    with transaction():
        withdrawing.ask(reference, at=clock.now())
    page = guardian.get("/admin/stories/letters").text
    assert f'<a href="/admin/stories/{reference}">{reference}</a>' in page
    assert "No letter waits" not in page
    [task] = tasks()
    guardian.post(f"/admin/stories/letters/{task.reference}/done")
    assert "No letter waits" in guardian.get("/admin/stories/letters").text


def test_today_tells_of_them_to_those_who_may_withdraw(app: Flask, withdrawn: str) -> None:
    for role in Role:
        page = Staff(app, a_person(role)).get("/admin").text
        told = page.count(f"about story {withdrawn}")
        assert told == (3 if role in {Role.GUARDIAN, Role.OWNER} else 0), role
        assert ("letters to send" in page) == (told > 0)
        assert "Jui" not in page
        assert SLUG not in page


def test_guardians_see_how_many_end_within_thirty_days(app: Flask) -> None:
    for days, slug in ((0, "ends-today"), (30, "in-thirty-days"), (31, "later")):
        agree(begin(slug=slug))
        change_consent(slug, expires_on=clock.today() + timedelta(days))
    page = a_guardian(app).get("/admin").text
    assert "<dt>consents end within 30 days</dt><dd>2</dd>" in page
    assert "30 days" not in Staff(app, a_person(Role.OWNER)).get("/admin").text
