"""Whatever is done to the trail is found, by name of what was done and by a thousand throws of the die."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

from storefront.audit import verifying
from storefront.audit.linking import link_new_lines
from storefront.audit.models import Act
from storefront.audit.verifying import Report, examine, verify
from storefront.core.clock import now
from storefront.db import transaction
from tests.audit.tampering import (
    LINES,
    TAMPERINGS,
    Hand,
    Tampering,
    a_chain,
    a_line,
    anchors,
    attacked,
    edit_text,
    remove_and_rewrite,
    truncate,
)


def throw(times: int) -> Counter[str]:
    """Tamper so often, each time with the whole chain as it was; answers what was not found."""
    a_chain()
    known, missed, rng = anchors(), Counter[str](), random.Random(times)
    with attacked() as connection:
        assert examine(connection, iter(known), at=now()).faults == []
        for n in range(times):
            tampering = TAMPERINGS[n % len(TAMPERINGS)] if n < 2 * len(TAMPERINGS) else rng.choice(TAMPERINGS)
            with connection.begin_nested() as savepoint:
                tampering(Hand(connection, rng))
                if not examine(connection, iter(known), at=now()).faults:
                    missed[tampering.__name__] += 1
                savepoint.rollback()
        assert examine(connection, iter(known), at=now()).faults == []
    return missed


def test_a_hundred_random_tamperings_are_found(app: Flask) -> None:
    assert throw(100) == {}


@pytest.mark.proof
def test_a_thousand_random_tamperings_are_found(app: Flask) -> None:
    assert throw(1000) == {}


def after(tampering: Tampering, *, seed: int = 1) -> Report:
    a_chain(20)
    known = anchors()
    with attacked() as connection:
        tampering(Hand(connection, random.Random(seed)))
        return examine(connection, iter(known), at=now())


@pytest.mark.parametrize("tampering", [remove_and_rewrite, truncate], ids=lambda tampering: tampering.__name__)
def test_without_the_file_nobody_would_know(app: Flask, tampering: Tampering) -> None:
    """The twin of the throws: it is the anchors that find these, for the chain that is left is sound."""
    a_chain(20)
    [first, *_] = anchors()
    with attacked() as connection:
        tampering(Hand(connection, random.Random(3)))
        assert examine(connection, iter([first]), at=now()).faults == []


def test_a_hash_that_leaves_a_column_out_would_not_find_its_edit(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin of the edits: with the whole hash each is found, with one that looks at nothing none is."""
    edits = {
        "at": "2026-11-24 12:00:00.000001",
        "what": "sign_out",
        "details": "{}",
        "who": "other",
        "subject": "other",
        "why": "other",
    }
    a_line(act=Act.SIGN_IN)
    link_new_lines()
    [*_, last] = known = anchors()
    assert last.head
    of_the_line, whole = last.head.hash, verifying.fingerprint
    with attacked() as connection:
        for column, value in edits.items():
            with connection.begin_nested() as savepoint:
                Hand(connection, random.Random(1)).set(1, column, value)
                monkeypatch.setattr(verifying, "fingerprint", whole)
                assert len(examine(connection, iter(known), at=now()).faults) == 1, column
                monkeypatch.setattr(verifying, "fingerprint", lambda previous, position, line: of_the_line)
                assert examine(connection, iter(known), at=now()).faults == []
                savepoint.rollback()


def test_a_sound_trail_is_sound_and_says_what_is_not_linked_yet(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert verify() == Report([], 0, 0, 0)
    a_chain(20)
    assert verify() == Report([], 20, 0, 20)
    a_line()
    a_line()
    assert verify() == Report([], 20, 2, 20)
    monkeypatch.setattr(verifying, "BATCH", 3)
    assert verify() == Report([], 20, 2, 20)


def test_it_says_what_is_wrong_and_where(app: Flask) -> None:
    report = after(edit_text)
    [fault] = report.faults
    assert fault.position
    assert fault.sentence == f"The line at position {fault.position} (number {fault.position}) is not as it was linked."


def test_a_truncation_names_the_missing_head(app: Flask) -> None:
    a_chain(20)
    known = anchors()
    with attacked() as connection:
        hand = Hand(connection, random.Random(1))
        hand.write_links(hand.links()[:10])
        report = examine(connection, iter(known), at=now())
    [fault] = report.faults
    assert known[-1].head
    assert f"it had come to position 20 with hash {known[-1].head.hash}" in fault.sentence
    assert (report.linked, report.unlinked, report.anchored) == (10, 10, 20)


def test_a_line_that_is_linked_twice(app: Flask) -> None:
    """With sound hashes, behind the last anchor."""
    a_chain(5)
    known = anchors()
    with attacked() as connection:
        hand = Hand(connection, random.Random(1))
        hand.rewrite([*hand.order(), hand.order()[-1]])
        assert [fault.sentence for fault in examine(connection, iter(known), at=now()).faults] == [
            "Line number 5 is in the chain more than once."
        ]


def test_a_line_with_a_time_that_has_passed_is_found_when_it_has_been_linked_too(app: Flask) -> None:
    a_chain(10)
    with transaction() as session:
        row = {"who": "X", "what": Act.CONSENT_READ, "subject": "story:X", "why": "", "details": {}}
        session.execute(insert(LINES).values(at=now() - timedelta(hours=100), **row))
    assert "was not there when the chain came to" in verify().faults[0].sentence
    link_new_lines()
    [fault] = verify().faults
    assert fault.position == 11


def test_a_worker_that_stood_still_for_days_is_no_fault(app: Flask) -> None:
    a_chain(5)
    for day in range(1, 5):
        with time_machine.travel(now() + timedelta(days=day), tick=False):
            a_line(day)
    with time_machine.travel(now() + timedelta(days=5), tick=False):
        assert verify() == Report([], 5, 4, 5)
        link_new_lines()
        assert verify() == Report([], 9, 0, 9)


def test_no_amount_of_damage_fills_the_memory(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "MOST_FAULTS", 3)
    a_chain(20)
    known = anchors()
    with attacked() as connection:
        connection.execute(text("UPDATE audit_lines SET why = 'other'"))
        faults = examine(connection, iter(known), at=now()).faults
    assert [fault.sentence for fault in faults[3:]] == ["There are 17 more faults."]


def test_text_that_is_no_text_is_a_fault_and_no_crash(app: Flask, backend: str) -> None:
    """Only SQLite takes it."""
    a_chain(5)
    known = anchors()
    with attacked() as connection:
        if backend == "postgresql":
            with pytest.raises(DBAPIError):
                connection.execute(text(r"UPDATE audit_lines SET who = convert_from('\xff', 'UTF8') WHERE id = 3"))
        else:
            connection.execute(text("UPDATE audit_lines SET who = CAST(x'ff' AS TEXT) WHERE id = 3"))
            assert "cannot be read to its end" in examine(connection, iter(known), at=now()).faults[0].sentence


def test_not_inside_a_transaction(app: Flask) -> None:
    with transaction(), pytest.raises(RuntimeError, match="outside"):
        verify()


def test_a_hundred_throws_go_round_twice() -> None:
    assert len({tampering.__name__ for tampering in TAMPERINGS}) == len(TAMPERINGS) <= 50
