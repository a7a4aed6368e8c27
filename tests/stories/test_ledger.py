"""The withdrawal ledger: every line reaches the disk, a torn end harms nothing, and anything else stops the shop."""

from __future__ import annotations

import json
import os
import stat

import pytest

from storefront.core import clock
from storefront.stories import ledger
from storefront.stories.ledger import Line, Unreadable
from tests.jobs.racing import at_once

AT = "2026-11-24T12:00:00+00:00"
ONE, TWO = Line("A1", "all", AT, "f" * 64), Line("B2", "press", AT)


def test_what_is_written_is_read(app):
    assert ledger.lines() == []
    ledger.append(ONE)
    ledger.append(TWO)
    assert ledger.lines() == [ONE, TWO]
    assert ledger.lines()[0].moment == clock.now()
    assert stat.S_IMODE(ledger.path().stat().st_mode) == 0o600


def test_a_line_holds_references_and_a_hash(app):
    ledger.append(ONE)
    assert json.loads(ledger.path().read_text()) == {"story": "A1", "channel": "all", "at": AT, "address": "f" * 64}


def test_it_is_down_to_the_disk_before_it_returns(app, monkeypatch):
    flushed = []
    monkeypatch.setattr(os, "fsync", lambda file: flushed.append(stat.S_ISDIR(os.fstat(file).st_mode)))
    ledger.append(ONE)
    assert flushed == [False, True]  # the file, and the folder that names it


def test_the_torn_end_of_a_power_cut_is_passed_over(app):
    ledger.append(ONE)
    ledger.append(TWO)
    whole = ledger.path().read_bytes()
    first = whole.index(b"\n") + 1
    for cut in range(first, len(whole)):
        ledger.path().write_bytes(whole[:cut])
        left = ledger.lines()
        assert left == ([ONE, TWO] if cut == len(whole) - 1 else [ONE]), cut
    ledger.append(TWO)  # after a torn end, a line of its own
    assert TWO in ledger.lines()


def test_after_a_torn_half_the_next_line_is_whole(app):
    ledger.append(ONE)
    with ledger.path().open("ab") as file:
        file.write(b'{"story": "B2"')
    ledger.append(TWO)
    assert ledger.lines() == [ONE, TWO]


def test_a_disk_that_takes_half_a_line_leaves_none_of_it(app, monkeypatch):
    ledger.append(ONE)
    write = os.write
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda file, text: write(file, text[:10]))
        ledger.append(TWO)  # said in the log; nobody is kept from taking a story back by a disk
    assert ledger.lines() == [ONE]
    ledger.append(TWO)
    assert ledger.lines() == [ONE, TWO]


NO_LINES = [
    "nonsense",
    "{}",
    '{"story": "A1"}',
    json.dumps({"story": "A1", "channel": "billboards", "at": AT}),
    json.dumps({"story": "A1", "channel": "all", "at": "yesterday"}),
    json.dumps({"story": "A1", "channel": "all", "at": "2026-11-24T12:00:00"}),
    json.dumps({"story": "A1", "channel": "all", "at": AT, "words": "x"}),
    "[]",
    "\udcff",
]


def test_a_line_that_is_none_is_never_passed_over(app):
    for line in NO_LINES:
        ledger.path().unlink(missing_ok=True)
        ledger.append(ONE)
        with ledger.path().open("ab") as file:
            file.write(line.encode("utf-8", "surrogateescape") + b"\n")
        with pytest.raises(Unreadable, match="Line 2"):
            ledger.lines()


def test_two_ledgers_become_one(app, tmp_path):
    ledger.append(ONE)
    other = tmp_path / "other"
    other.write_text(
        "".join(json.dumps({"story": s, "channel": "all", "at": AT, "address": None}) + "\n" for s in "XYX")
    )
    other.write_text(
        other.read_text() + json.dumps({"story": "A1", "channel": "all", "at": AT, "address": "f" * 64}) + "\n"
    )
    assert ledger.merge(other) == 2
    assert [line.story for line in ledger.lines()] == ["A1", "X", "Y"]
    assert ledger.merge(other) == 0


@pytest.mark.real_clock
def test_many_at_once_lose_no_line(app):
    at_once(app, [lambda n=n: ledger.append(Line(f"S{n}", "all", AT)) for n in range(20)])
    assert {line.story for line in ledger.lines()} == {f"S{n}" for n in range(20)}
