"""What was promised is done, at least once, by one worker at a time, whatever fails."""

from __future__ import annotations

import threading
import time
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.exc import OperationalError

from storefront.core.clock import now
from storefront.db import Generation, db, transaction
from storefront.jobs import working
from storefront.jobs.models import Job, Periodic
from storefront.jobs.promises import every, handles, promise
from storefront.jobs.working import LEASE, LONGEST_WAIT, MOST_TRIES, parked, unpark, work, work_all, work_once
from tests.conftest import NOON
from tests.jobs.conftest import Work
from tests.jobs.racing import at_once, beside


def promised(*names: str, **how: Any) -> None:
    with transaction():
        for name in names:
            promise("tried", {"name": name}, **how)


def job(name: str = "a") -> Job:
    db.session.rollback()
    return next(job for job in db.session.scalars(select(Job)) if job.payload.get("name") == name)


def tried_again(*names: str, times: int) -> None:
    """As much time as every try needs, and every try."""
    for n in range(times):
        with time_machine.travel(NOON + timedelta(days=n), tick=False):
            work_all(None)


def test_what_is_due_is_done_once_in_order(app: Flask, work_done: Work) -> None:
    promised("a", "b", "c")
    assert work_all(None) == 3
    assert work_done.done == ["a", "b", "c"]
    assert (job().done_at, job().tries, job().last_error) == (NOON, 1, None)
    assert work_all(None) == 0
    tried_again(times=3)
    assert work_done.done == ["a", "b", "c"]


def test_what_is_due_longer_is_done_first_and_nothing_too_early(app: Flask, work_done: Work) -> None:
    promised("later", at=NOON + timedelta(seconds=1))
    promised("now", at=NOON)
    promised("before", at=NOON - timedelta(hours=1))
    work_all(None)
    assert work_done.done == ["before", "now"]
    with time_machine.travel(NOON + timedelta(seconds=1), tick=False):
        work_all(None)
    assert work_done.done == ["before", "now", "later"]


def test_work_may_be_cut_short(app: Flask, work_done: Work) -> None:
    promised("a", "b", "c")
    assert work_all(None, most=2) == 2
    assert work_done.done == ["a", "b"]


def test_the_outside_is_handed_over(app: Flask, work_done: Work) -> None:
    seen = []
    handles("tried")(lambda payload, outside: seen.append((payload, outside)))
    promised("a")
    work_all("outside")
    assert seen == [({"name": "a"}, "outside")]


def test_a_handler_may_use_transactions_of_its_own(app: Flask, work_done: Work) -> None:
    def writes(payload: dict[str, Any], outside: Any) -> None:
        assert not db.session().in_transaction()
        with transaction() as session:
            session.add(Generation(group="tried", number=1))
            promise("tried", {"name": "after"})

    handles("writes")(writes)
    with transaction():
        promise("writes", {"name": "a"})
    assert work_all(None) == 2
    assert work_done.done == ["after"]
    assert db.session.get(Generation, "tried").number == 1


def test_what_a_failing_handler_left_open_is_not_written(app: Flask, work_done: Work) -> None:
    def leaves(payload: dict[str, Any], outside: Any) -> None:
        db.session.add(Generation(group="tried", number=1))
        db.session.flush()
        raise ValueError

    handles("leaves")(leaves)
    with transaction():
        promise("leaves", {"name": "a"})
    work_all(None)
    assert db.session.get(Generation, "tried") is None
    assert job().last_error == "ValueError"


# Failing.


def test_others_go_on_when_one_fails(app: Flask, work_done: Work) -> None:
    work_done.fails["b"] = ValueError("on purpose")
    promised("a", "b", "c")
    assert work_all(None) == 3
    assert work_done.done == ["a", "c"]
    assert (job("b").done_at, job("b").tries) == (None, 1)


def test_a_failed_job_waits_longer_every_time(app: Flask, work_done: Work) -> None:
    work_done.fails["a"] = ConnectionRefusedError()
    promised("a")
    waited, moment = [], NOON
    for _ in range(12):
        with time_machine.travel(moment, tick=False):
            assert work_all(None) == 1
            assert work_all(None) == 0
        waited.append((job().run_at - moment).total_seconds())
        moment = job().run_at
        with time_machine.travel(moment - timedelta(seconds=1), tick=False):
            assert work_all(None) == 0
    assert waited == [min(2.0**n, LONGEST_WAIT) for n in range(1, 13)]
    work_done.fails.clear()
    with time_machine.travel(moment, tick=False):
        work_all(None)
    assert work_done.done == ["a"]


def test_no_wait_is_longer_than_ten_minutes(app: Flask, work_done: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "MOST_TRIES", 40)
    work_done.fails["a"] = ValueError()
    promised("a")
    tried_again(times=16)
    assert job().tries == 16
    assert job().run_at - (NOON + timedelta(days=15)) == timedelta(minutes=10)


def test_after_the_last_try_it_is_parked_and_seen(app: Flask, work_done: Work) -> None:
    work_done.fails["a"] = ValueError("the text of a customer")
    promised("a", "b")
    tried_again(times=MOST_TRIES - 1)
    assert parked() == []
    tried_again(times=MOST_TRIES + 5)
    [given_up] = parked()
    assert (given_up.tries, given_up.last_error, given_up.done_at) == (MOST_TRIES, "ValueError", None)
    assert work_done.done == ["b"]


def test_a_parked_job_can_be_tried_again(app: Flask, work_done: Work) -> None:
    work_done.fails["a"] = ValueError()
    promised("a")
    tried_again(times=MOST_TRIES)
    work_done.fails.clear()
    with time_machine.travel(NOON + timedelta(days=MOST_TRIES), tick=False):
        with transaction():
            assert unpark(parked()[0].id)
        assert (job().tries, parked()) == (0, [])
        work_all(None)
    assert work_done.done == ["a"]


def test_only_a_parked_job_is_unparked(app: Flask, work_done: Work) -> None:
    promised("a")
    work_all(None)
    with transaction():
        assert not unpark(job_id := db.session.scalars(select(Job.id)).one())
        assert not unpark(job_id + 1)
    assert work_all(None) == 0


def test_a_kind_that_is_not_known_any_more_waits_for_people(app: Flask, work_done: Work) -> None:
    with transaction() as session:
        session.execute(
            insert(Job).values(
                kind="of.an.older.version",
                payload={"name": "a"},
                promised_at=NOON,
                run_at=NOON,
                lease_until=NOON,
                tries=0,
            )
        )
    promised("b")
    assert work_all(None) == 2
    assert (job().last_error, work_done.done) == ("KeyError", ["b"])


def test_nothing_of_the_error_s_words_is_kept(app: Flask, work_done: Work, capfd: pytest.CaptureFixture[str]) -> None:
    work_done.fails["a"] = ValueError("mara@example.org")
    promised("a")
    work_all(None)
    out = capfd.readouterr()
    assert "mara" not in out.out + out.err + str(job().last_error)


# Leases.


def test_a_job_whose_worker_died_is_taken_again_after_the_lease(app: Flask, work_done: Work) -> None:
    class Killed(BaseException):
        """As when the power goes: nothing after it runs."""

    def dies(payload: dict[str, Any], outside: Any) -> None:
        raise Killed

    handles("tried")(dies)
    promised("a", "b")
    with pytest.raises(Killed):
        work_all(None)
    db.session.rollback()
    handles("tried")(work_done)
    assert work_all(None) == 1  # the other one
    assert work_done.done == ["b"]
    with time_machine.travel(NOON + LEASE - timedelta(seconds=1), tick=False):
        assert work_all(None) == 0
    with time_machine.travel(NOON + LEASE, tick=False):
        assert work_all(None) == 1
    assert work_done.done == ["b", "a"]
    assert job().tries == 2


def test_a_job_that_kills_every_worker_is_parked(app: Flask, work_done: Work) -> None:
    class Killed(BaseException):
        pass

    begun = []

    def dies(payload: dict[str, Any], outside: Any) -> None:
        begun.append(1)
        raise Killed

    handles("tried")(dies)
    promised("a")
    for n in range(MOST_TRIES + 3):
        with time_machine.travel(NOON + n * LEASE, tick=False), suppress(Killed):
            work_all(None)
        db.session.rollback()
    assert len(begun) == MOST_TRIES
    assert [job.last_error for job in parked()] == ["WorkerDied"]


def test_nobody_else_takes_what_is_being_done(app: Flask, work_done: Work) -> None:
    taken_beside = []
    handles("tried")(lambda payload, outside: taken_beside.append(beside(app, lambda: work_all(None))))
    promised("a")
    assert work_all(None) == 1
    assert taken_beside == [0]


@pytest.mark.real_clock
def test_several_workers_do_every_job_once(app: Flask, work_done: Work) -> None:
    names = [f"job-{n}" for n in range(30)]
    promised(*names)
    done = at_once(app, [lambda: work_all(None)] * 4)
    assert sum(done) >= 30, done
    assert Counter(work_done.done) == Counter(names)


@pytest.mark.real_clock
def test_twin_without_the_claim_jobs_are_done_twice(app: Flask, work_done: Work) -> None:
    """What the test above would see if a worker read what is due and went to work."""
    promised("a")
    all_have_read = threading.Barrier(4)

    def naive() -> None:
        rows = db.session.execute(select(Job.payload).where(Job.done_at.is_(None))).all()
        db.session.rollback()
        all_have_read.wait(10)
        for row in rows:
            work_done(row.payload, None)

    at_once(app, [naive] * 4)
    assert Counter(work_done.done) == {"a": 4}


# Rounds.


def test_a_round_comes_round(app: Flask, work_done: Work) -> None:
    every("round", seconds=60, lease_seconds=30)(lambda outside: work_done({"name": outside}, None))
    for seconds in (0, 1, 59, 60, 61, 119, 120):
        with time_machine.travel(NOON + timedelta(seconds=seconds), tick=False):
            work_once(f"at {seconds}")
    assert work_done.done == ["at 0", "at 60", "at 120"]


def test_a_round_that_was_missed_is_not_made_up_for(app: Flask, work_done: Work) -> None:
    every("round", seconds=60, lease_seconds=30)(lambda outside: work_done({"name": "a"}, None))
    work_once(None)
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        work_once(None)
        work_once(None)
    assert work_done.done == ["a", "a"]


def test_a_round_that_fails_comes_round_again_and_stops_nobody(app: Flask, work_done: Work) -> None:
    def fails(outside: Any) -> None:
        work_done.done.append("tried")
        raise ValueError

    every("fails", seconds=60, lease_seconds=3600)(fails)
    every("other", seconds=60, lease_seconds=30)(lambda outside: work_done({"name": "other"}, None))
    promised("a")
    assert work_once(None) is True
    assert work_done.done == ["tried", "other", "a"]
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        assert work_once(None) is False
    assert work_done.done[3:] == ["tried", "other"]


@pytest.mark.real_clock
def test_a_round_is_run_by_one_worker_at_a_time(app: Flask, work_done: Work) -> None:
    running: list[int] = []

    def slow(outside: Any) -> None:
        running.append(1)
        time.sleep(0.2)

    every("slow", seconds=0, lease_seconds=30)(slow)
    at_once(app, [lambda: work_once(None)] * 4)
    assert len(running) == 1


def test_a_round_whose_worker_died_is_taken_again_after_the_lease(app: Flask, work_done: Work) -> None:
    every("round", seconds=60, lease_seconds=90)(lambda outside: work_done({"name": "a"}, None))
    with transaction() as session:
        session.add(Periodic(name="round", next_at=NOON, lease_until=NOON + timedelta(seconds=90)))
    work_once(None)
    assert work_done.done == []
    with time_machine.travel(NOON + timedelta(seconds=90), tick=False):
        work_once(None)
    assert work_done.done == ["a"]


# The loop.


@pytest.mark.real_clock
def test_the_loop_works_until_it_is_stopped(app: Flask, work_done: Work) -> None:
    stop, seen = threading.Event(), []

    def worker() -> None:
        work(None, stop=stop)
        seen.append("stopped")

    def visitor() -> None:
        promised("a")
        until = time.monotonic() + 10
        while not work_done.done and time.monotonic() < until:
            time.sleep(0.01)
        stop.set()

    assert at_once(app, [worker, visitor]) == [None, None]
    assert (work_done.done, seen) == (["a"], ["stopped"])


@pytest.mark.real_clock
def test_the_loop_waits_for_a_database_that_is_away(
    app: Flask, work_done: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, away = threading.Event(), [2]
    original = working.work_once

    def sometimes(outside: Any) -> bool:
        if away[0]:
            away[0] -= 1
            raise OperationalError("SELECT 1", {}, ConnectionRefusedError())
        stop.set()
        return original(outside)

    monkeypatch.setattr(working, "work_once", sometimes)
    monkeypatch.setattr(working, "SLEEP", 0.01)
    promised("a")
    work(None, stop=stop)
    assert work_done.done == ["a"]


def test_the_loop_that_is_stopped_does_nothing(app: Flask, work_done: Work) -> None:
    stop = threading.Event()
    stop.set()
    promised("a")
    work(None, stop=stop)
    assert work_done.done == []
    assert now() == NOON
