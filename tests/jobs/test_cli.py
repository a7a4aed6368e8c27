"""The worker and its list, from the command line."""

from __future__ import annotations

import os
import signal
import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from storefront.db import transaction
from storefront.jobs import cli
from storefront.jobs.promises import promise
from storefront.jobs.working import MOST_TRIES, parked, work_all
from tests.conftest import NOON
from tests.jobs.conftest import Work
from tests.jobs.test_working import tried_again


def run(app: Flask, *words: str) -> Any:
    return app.test_cli_runner().invoke(args=["jobs", *words])


@pytest.fixture
def promised(app: Flask, work_done: Work) -> Work:
    """One job that is given up and one that is due."""
    work_done.fails["given up"] = ValueError("mara@example.org")
    with transaction():
        promise("tried", {"name": "given up"})
    tried_again(times=MOST_TRIES)
    with transaction():
        promise("tried", {"name": "due"})
    return work_done


def test_the_list(app: Flask, promised: Work) -> None:
    answer = run(app, "list")
    assert answer.exit_code == 0
    first, second, total = answer.output.splitlines()
    assert f"\ttried\tparked\t{MOST_TRIES} tries\tValueError" in first
    assert "\ttried\tdue 2026-11-24 12:00:00 UTC\t0 tries\t-" in second
    assert total == "2 jobs."
    assert "mara" not in answer.output


def test_the_list_of_what_is_parked(app: Flask, promised: Work) -> None:
    lines = run(app, "list", "--parked").output.splitlines()
    assert "parked" in lines[0]
    assert lines[1:] == ["1 job."]


def test_what_is_done_is_not_listed(app: Flask, work_done: Work) -> None:
    with transaction():
        promise("tried", {"name": "a"})
    work_all(None)
    assert run(app, "list").output == "0 jobs.\n"


def test_retry(app: Flask, promised: Work) -> None:
    number = str(parked()[0].id)
    promised.fails.clear()
    with time_machine.travel(NOON + timedelta(days=MOST_TRIES), tick=False):
        answer = run(app, "retry", number)
        assert (answer.exit_code, "tried again" in answer.output) == (0, True)
        assert work_all(None) == 2
    again = run(app, "retry", number)
    assert (again.exit_code, "no parked job" in again.output) == (1, True)


@pytest.mark.parametrize("number", ["0", "4711", "x", "-1", "1.5"])
def test_retry_of_what_is_not_there(app: Flask, number: str) -> None:
    answer = run(app, "retry", "--", number)
    assert answer.exit_code != 0
    assert "Traceback" not in answer.output


@pytest.mark.real_clock
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_worker_stops_when_it_is_told(
    app: Flask, work_done: Work, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    before = {kind: signal.getsignal(kind) for kind in (signal.SIGTERM, signal.SIGINT)}
    stopped: list[bool] = []

    def work(outside: Any, *, stop: threading.Event) -> None:
        assert outside is app.extensions["outside"]
        os.kill(os.getpid(), number)
        stopped.append(stop.wait(5))

    monkeypatch.setattr(cli, "work", work)
    try:
        answer = run(app, "work")
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
    assert (answer.exit_code, answer.output, stopped) == (0, "The worker is ready.\n", [True])
