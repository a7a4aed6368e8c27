"""Lines are linked once, in one chain, whoever links them and however late they come."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select, text

from storefront.audit import anchor, linking
from storefront.audit.anchor import GENESIS
from storefront.audit.linking import link_new_lines
from storefront.audit.models import Act, AuditLink
from storefront.audit.verifying import Report, verify
from storefront.core.clock import now
from storefront.db import db, reading, transaction
from tests.audit.tampering import LINES, a_line, anchors, unchain
from tests.jobs.racing import at_once

KNOWN_HASH = "380d960071e33c1e55b59478d63b1b09c7bdb5a8a7221a28eaf2df04407abfe3"


def chain() -> list[tuple[int, int]]:
    with reading() as session:
        rows = session.execute(
            select(AuditLink.position, AuditLink.line_id).order_by(AuditLink.position, AuditLink.line_id)
        )
        return [(position, line) for position, line in rows]


def test_each_hash_covers_the_one_before(app: Flask) -> None:
    for n in range(3):
        a_line(n)
    assert link_new_lines() == 3
    assert link_new_lines() == 0
    with reading() as session:
        links = session.scalars(select(AuditLink).order_by(AuditLink.position)).all()
    assert [link.position for link in links] == [1, 2, 3]
    assert [link.previous for link in links] == [GENESIS, links[0].hash, links[1].hash]
    assert len({link.hash for link in links}) == 3


def test_a_chain_is_the_same_on_both_databases(app: Flask) -> None:
    """So it goes along when the shop moves. This hash must never change: what was linked would no longer verify."""
    a_line(1, why="ünïcödé \N{SNOWMAN}", act=Act.SIGN_IN)
    link_new_lines()
    with reading() as session:
        assert session.scalar(select(AuditLink.hash)) == KNOWN_HASH


def test_many_lines_take_several_transactions_and_one_anchor(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linking, "BATCH", 3)
    for n in range(10):
        a_line(n)
    assert link_new_lines() == 10
    assert [known.head.position for known in anchors() if known.head] == [0, 10]
    assert verify() == Report([], 10, 0, 10)


def held(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold each linker between reading and writing until the other is there too, if the database lets it come."""
    both, done, whole = threading.Barrier(2), threading.local(), linking.fingerprint

    def wait(*args: Any) -> str:
        if not hasattr(done, "here"):
            done.here = True
            with suppress(threading.BrokenBarrierError):
                both.wait(1)
        return whole(*args)

    monkeypatch.setattr(linking, "fingerprint", wait)


def test_two_linkers_at_once_never_fork_the_chain(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(5):
        a_line(n)
    held(monkeypatch)
    linked = at_once(app, [link_new_lines, link_new_lines])
    assert sorted(linked) == [0, 5]
    assert chain() == [(n, n) for n in range(1, 6)]
    assert verify() == Report([], 5, 0, 5)


def test_without_the_unique_position_they_would(app: Flask, backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin. On SQLite the write lock that `transaction()` takes holds the second linker back all the same."""
    for n in range(5):
        a_line(n)
    with db.engine.begin() as connection:
        unchain(connection)
    held(monkeypatch)
    linked = at_once(app, [link_new_lines, link_new_lines])
    if backend == "sqlite":
        assert sorted(linked) == [0, 5]
        assert verify().faults == []
    else:
        assert linked == [5, 5]
        assert chain() == [(n, n) for n in range(1, 6) for _ in range(2)]
        assert verify().faults


def late(id_: int) -> dict[str, Any]:
    return {"id": id_, "at": now(), "who": "A", "what": Act.SIGN_IN, "subject": "account:A", "why": "", "details": {}}


@pytest.mark.parametrize("window", [1000, 0])
def test_a_line_that_is_committed_late_is_linked_when_it_is_there(
    app: Flask, backend: str, monkeypatch: pytest.MonkeyPatch, window: int
) -> None:
    """Far behind the newest line only the round that looks at everything finds it."""
    monkeypatch.setattr(linking, "WINDOW", window)
    if backend == "postgresql":
        with db.engine.begin() as slow:
            number = slow.scalar(text("SELECT nextval('audit_lines_id_seq')"))
            slow.execute(insert(LINES).values(late(number)))
            a_line(2)
            assert link_new_lines() == 1
            assert verify() == Report([], 1, 0, 1)
    else:  # where two transactions cannot overlap, but an id can be given by hand
        with transaction() as session:
            session.execute(insert(LINES).values(late(2)))
        assert link_new_lines() == 1
        with transaction() as session:
            session.execute(insert(LINES).values(late(1)))
    assert verify() == Report([], 1, 1, 1)
    assert link_new_lines() == (1 if window else 0)
    assert link_new_lines(everything=True) == (0 if window else 1)
    assert chain() == [(1, 2), (2, 1)]
    assert verify() == Report([], 2, 0, 2)


def test_an_anchor_that_was_lost_in_a_crash_is_written_by_the_next_round(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_line(1)
    link_new_lines()
    a_line(2)
    with monkeypatch.context() as broken:

        def full(*args: Any) -> None:
            raise OSError(28, "No space left on device")

        broken.setattr(anchor, "append", full)
        with pytest.raises(OSError, match="No space"):
            link_new_lines()
    assert verify() == Report([], 2, 0, 1)
    assert link_new_lines() == 0
    assert verify() == Report([], 2, 0, 2)
