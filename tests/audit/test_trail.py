"""A line is written with the act or neither happens; what a line must not hold is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from storefront.audit.models import Act, AuditLine
from storefront.audit.trail import COMMAND_LINE, STRIPE, SYSTEM, UnfitForTheTrail, lines, record
from storefront.core.clock import now
from storefront.db import Generation, db, reading, transaction
from tests.audit.tampering import a_line

GOOD: dict[str, Any] = {"who": "R7K2M4QX9D", "subject": "account:R7K2M4QX9D"}


def act_and_record(**changes: Any) -> None:
    """Something is done, and a line tells of it."""
    with transaction() as session:
        session.add(Generation(group="act", number=1))
        session.flush()
        record(Act.ROLE_CHANGED, **GOOD | changes)


def happened() -> tuple[int, int]:
    """How many acts and how many lines there are."""
    with reading() as session:
        acts = session.scalar(select(func.count()).select_from(Generation).where(Generation.group == "act"))
        return acts or 0, session.scalar(select(func.count()).select_from(AuditLine)) or 0


def test_act_and_line_are_one(app: Flask) -> None:
    details = {"now": "keeper", "two": 2, "new": True, "was": None}
    act_and_record(why="She keeps the stories now.", details=details)
    assert happened() == (1, 1)
    with reading() as session:
        line = session.scalars(lines()).one()
    assert (line.at, line.who, line.what) == (now(), "R7K2M4QX9D", Act.ROLE_CHANGED)
    assert (line.subject, line.why, line.details) == ("account:R7K2M4QX9D", "She keeps the stories now.", details)


def test_a_line_goes_with_an_act_that_is_rolled_back(app: Flask) -> None:
    def act_and_fail() -> None:
        with transaction():
            record(Act.ROLE_CHANGED, **GOOD)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act_and_fail()
    assert happened() == (0, 0)


def test_an_act_whose_line_cannot_be_written_does_not_happen(app: Flask, backend: str) -> None:
    broken = {
        "sqlite": ["CREATE TRIGGER broken BEFORE INSERT ON audit_lines BEGIN SELECT RAISE(ABORT, 'disk is full'); END"],
        "postgresql": [
            "CREATE TRIGGER broken BEFORE INSERT ON audit_lines FOR EACH ROW EXECUTE FUNCTION audit_refuse()"
        ],
    }
    with db.engine.begin() as connection:
        for statement in broken[backend]:
            connection.execute(text(statement))
    with pytest.raises(DBAPIError):
        act_and_record()
    assert happened() == (0, 0)


def test_an_act_whose_line_is_refused_does_not_happen(app: Flask) -> None:
    with pytest.raises(UnfitForTheTrail):
        act_and_record(why="asked by anna@example.org")
    assert happened() == (0, 0)


def test_outside_of_a_transaction_it_is_refused(app: Flask) -> None:
    with pytest.raises(RuntimeError, match="outside of a transaction"):
        record(Act.SIGN_IN, **GOOD)
    with reading(), pytest.raises(RuntimeError):
        record(Act.SIGN_IN, **GOOD)
    with transaction():
        pass
    with pytest.raises(RuntimeError):
        record(Act.SIGN_IN, **GOOD)
    assert happened() == (0, 0)


UNFIT: list[dict[str, Any]] = [
    {"who": "anna@example.org"},
    {"who": "Anna Smith"},
    {"who": ""},
    {"who": "x" * 101},
    {"subject": "account:anna@example.org"},
    {"subject": "the account of Anna"},
    {"subject": ""},
    {"why": "Asked by anna@example.org."},
    {"why": "anna＠example.org"},
    {"why": "mailto:anna%40example.org"},
    {"why": "x" * 1001},
    {"why": "a\0b"},
    {"details": {"address": "anna@example.org"}},
    {"details": {"anna@example.org": 1}},
    {"details": {"much": "x" * 2000}},
]


@pytest.mark.parametrize("change", UNFIT, ids=str)
def test_what_a_line_must_not_hold(change: dict[str, Any], any_app: Flask) -> None:
    with pytest.raises(UnfitForTheTrail), transaction():
        record(Act.SIGN_IN, **GOOD | change)


@pytest.mark.parametrize("value", [1.5, ["a"], {"a": 1}, b"a", datetime(2026, 11, 24, tzinfo=UTC)], ids=str)
def test_details_are_plain_values(value: Any, any_app: Flask) -> None:
    with pytest.raises(TypeError), transaction():
        record(Act.SIGN_IN, **GOOD, details={"value": value})


def test_a_line_is_not_written_for_another_time(any_app: Flask) -> None:
    for shift in (timedelta(minutes=-11), timedelta(minutes=11)):
        with pytest.raises(ValueError, match="the time at which it is written"), transaction():
            record(Act.SIGN_IN, **GOOD, at=now() + shift)
    with transaction():
        record(Act.SIGN_IN, **GOOD, at=now() - timedelta(seconds=5))


def test_an_act_of_nobody_with_an_account(app: Flask) -> None:
    for who in (SYSTEM, STRIPE, COMMAND_LINE, "stories:meera-1", "order:R7K2M4QX9D#1"):
        a_line(who=who, subject=who.replace(" ", "-"), why="At 5 @ the till, 50% off, ০১২")
    assert happened() == (0, 5)


def test_lines_newest_first_by_act_person_subject_and_day(app: Flask) -> None:
    for day in range(1, 5):
        with time_machine.travel(datetime(2026, 11, day, 23, 59, 59, 999999, tzinfo=UTC), tick=False):
            a_line(day, act=Act.SIGN_IN if day % 2 else Act.CONSENT_READ)
    a_line(1, act=Act.CONSENT_READ)

    def found(**filters: Any) -> list[int]:
        with reading() as session:
            return [line.id for line in session.scalars(lines(**filters))]

    assert found() == [5, 4, 3, 2, 1]
    assert found(act=Act.CONSENT_READ) == [5, 4, 2]
    assert found(who="USER1") == [5, 1]
    assert found(subject="account:REF2") == [2]
    assert found(first_day=date(2026, 11, 2), last_day=date(2026, 11, 4)) == [4, 3, 2]
    assert found(act=Act.SIGN_IN, who="USER1", before=5) == [1]
    with reading() as session:
        assert [line.id for line in session.scalars(lines(before=4).limit(2))] == [3, 2]
