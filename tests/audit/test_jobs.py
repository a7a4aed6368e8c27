"""A line is in the chain within five seconds of being written."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from flask import Flask

from storefront.audit import jobs
from storefront.audit.verifying import verify
from storefront.core.clock import now
from storefront.jobs.promises import ROUNDS
from storefront.jobs.working import SLEEP, work_once
from tests.audit.tampering import a_line


def waiting(app: Flask, seconds: float) -> int:
    with time_machine.travel(now() + timedelta(seconds=seconds), tick=False):
        work_once(app.extensions["outside"])
        return verify().unlinked


def test_within_five_seconds(app: Flask) -> None:
    """The worst case is a line written right after a round: the next comes in three seconds and the worker's sleep."""
    a_line(1)
    assert waiting(app, 0) == 0
    a_line(2)
    assert waiting(app, 2.9) == 1
    assert waiting(app, 3 + SLEEP) == 0
    assert ROUNDS["audit.link"].every + timedelta(seconds=SLEEP) < timedelta(seconds=5)


def test_the_far_look_comes_round_too(app: Flask) -> None:
    a_line(1)
    assert ROUNDS["audit.link_late"].run is jobs.link_late
    jobs.link_late(None)
    assert verify().unlinked == 0
