"""A promise is a row of the transaction that made it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from storefront.db import db, transaction
from storefront.jobs import promises
from storefront.jobs.models import Job
from storefront.jobs.promises import every, handles, promise
from tests.conftest import NOON
from tests.jobs.conftest import Work
from tests.jobs.racing import at_once


def jobs() -> list[Job]:
    db.session.rollback()
    return list(db.session.scalars(select(Job).order_by(Job.id)))


def promised(name: str = "a", *, key: str | None = None) -> None:
    with transaction():
        promise("tried", {"name": name}, key=key)


def test_a_promise_is_due_at_once(app: Flask, work_done: Work) -> None:
    promised()
    [job] = jobs()
    assert (job.kind, job.payload, job.tries) == ("tried", {"name": "a"}, 0)
    assert job.promised_at == job.run_at == job.lease_until == NOON
    assert job.done_at is job.parked_at is job.last_error is None
    assert work_done.done == []


def test_or_later(app: Flask, work_done: Work) -> None:
    with transaction():
        promise("tried", {"name": "a"}, at=NOON + timedelta(hours=1))
    assert jobs()[0].run_at == NOON + timedelta(hours=1)


def test_rolled_back_it_never_was(app: Flask, work_done: Work) -> None:
    def fail() -> None:
        with transaction():
            promise("tried", {"name": "a"}, key="k")
            raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        fail()
    assert jobs() == []
    promised(key="k")  # and its key is free
    assert len(jobs()) == 1


def test_the_same_key_is_one_promise(app: Flask, work_done: Work) -> None:
    promised("first", key="k")
    promised("second", key="k")
    with transaction():
        promise("tried", {"name": "third"}, key="k")
        promise("tried", {"name": "other"}, key="l")
        promise("tried", {"name": "other"}, key="l")
    assert [job.payload["name"] for job in jobs()] == ["first", "other"]


def test_without_a_key_every_promise_is_its_own(app: Flask, work_done: Work) -> None:
    promised()
    promised()
    assert len(jobs()) == 2


@pytest.mark.real_clock
def test_the_same_key_at_once_is_one_promise(app: Flask, work_done: Work) -> None:
    assert at_once(app, [lambda: promised(key="k")] * 10) == [None] * 10
    assert len(jobs()) == 1


def test_a_kind_that_nobody_does_is_refused(app: Flask) -> None:
    with pytest.raises(LookupError, match="nobody handles"), transaction():
        promise("not.known", {})
    assert jobs() == []


def test_naming_who_does_it(work_done: Work) -> None:
    @handles("other")
    def other(payload: dict[str, object], outside: object) -> None: ...

    @every("now.and.then", seconds=60, lease_seconds=30)
    def now_and_then(outside: object) -> None: ...

    assert promises.HANDLERS["other"] is other
    round_ = promises.ROUNDS["now.and.then"]
    assert (round_.run, round_.every, round_.lease) == (now_and_then, timedelta(minutes=1), timedelta(seconds=30))
