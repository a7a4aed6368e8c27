"""Versions are counted, compared and never written over by somebody who had not seen the newest."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask

from storefront.core.clock import now
from storefront.db import db, transaction
from storefront.revisions.keeping import (
    AS_IT_CAME,
    ChangedMeanwhile,
    begin_set,
    differences,
    forget,
    history,
    keep,
    lock,
    members,
    number_of,
    version,
)
from storefront.revisions.models import ChangeSet


def save(content: dict[str, object], *, was: dict[str, object] | None, based_on: int | None, by: str = "ANNA") -> None:
    with transaction():
        lock("thing", 7, based_on=based_on)
        keep("thing", 7, content, was=was, by=by, at=now())


def test_the_first_change_keeps_what_stood_there_before(app: Flask) -> None:
    save({"name": "new"}, was={"name": "old"}, based_on=0)
    assert [(each.number, each.content["name"], each.words) for each in history("thing", 7)] == [
        (1, "new", ""),
        (0, "old", AS_IT_CAME),
    ]
    assert number_of("thing", 7) == 1
    assert version("thing", 7, 0).content == {"name": "old"}  # type: ignore[union-attr]
    assert version("thing", 7, 5) is None
    assert history("thing", 8) == []
    assert history("other", 7) == []


def test_a_new_thing_has_no_version_before_its_first(app: Flask) -> None:
    with transaction():
        keep("thing", 7, {"name": "new"}, was=None, by="ANNA", at=now())
    assert [each.number for each in history("thing", 7)] == [1]
    save({"name": "newer"}, was={"name": "new"}, based_on=1)
    assert [each.number for each in history("thing", 7)] == [2, 1]


def test_nothing_is_kept_where_nothing_differs(app: Flask) -> None:
    with transaction():
        lock("thing", 7, based_on=0)
        assert keep("thing", 7, {"name": "same"}, was={"name": "same"}, by="ANNA", at=now()) is None
    assert (number_of("thing", 7), history("thing", 7)) == (0, [])


def test_who_had_not_seen_the_newest_is_told_what_it_is(app: Flask) -> None:
    save({"name": "hers"}, was={"name": "old"}, based_on=0, by="BERTA")
    with pytest.raises(ChangedMeanwhile) as refused:
        save({"name": "mine"}, was={"name": "old"}, based_on=0)
    assert refused.value.newest is not None
    assert (refused.value.newest.who, refused.value.newest.content) == ("BERTA", {"name": "hers"})
    assert number_of("thing", 7) == 1
    save({"name": "mine"}, was={"name": "hers"}, based_on=1)
    assert number_of("thing", 7) == 2


def test_a_number_from_the_future_is_no_newer_version(app: Flask) -> None:
    with pytest.raises(ChangedMeanwhile):
        save({"name": "mine"}, was={"name": "old"}, based_on=9)


def test_of_two_at_once_one_is_refused(app: Flask) -> None:
    """Both have seen version 0. The second waits for the first to end and is then told of it."""
    barrier, outcomes = threading.Barrier(4), []

    def write(name: str) -> None:
        with app.app_context():
            barrier.wait()
            try:
                save({"name": name}, was={"name": "old"}, based_on=0, by=name)
                outcomes.append("saved")
            except ChangedMeanwhile:
                outcomes.append("told")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=write, args=(f"W{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["saved", "told", "told", "told"]
    assert [each.number for each in history("thing", 7)] == [1, 0]


def test_differences_come_in_the_order_of_the_newer_version() -> None:
    was = {"name": "a", "price": 1, "gone": [1], "same": 0}
    now_ = {"price": 2, "same": 0, "name": "b", "come": None, "late": 3}
    assert [(each.field, each.was, each.now) for each in differences(was, now_)] == [
        ("price", 1, 2),
        ("name", "a", "b"),
        ("late", None, 3),
        ("gone", [1], None),
    ]


def test_a_set_knows_its_members(app: Flask) -> None:
    with transaction():
        one = begin_set("Price plus 5 percent", by="ANNA", at=now())
        for subject in (9, 4):
            lock("thing", subject, based_on=None)
            keep("thing", subject, {"n": 1}, was={"n": 0}, by="ANNA", at=now(), change_set=one)
        lock("thing", 5, based_on=None)
        keep("thing", 5, {"n": 1}, was={"n": 0}, by="ANNA", at=now() + timedelta(minutes=1))
    kept = db.session.query(ChangeSet).one()
    assert [(each.subject_id, each.number) for each in members(kept)] == [(4, 1), (9, 1)]


def test_what_is_forgotten_begins_anew(app: Flask) -> None:
    save({"name": "new"}, was={"name": "old"}, based_on=0)
    with transaction():
        forget("thing", 7)
    assert (history("thing", 7), number_of("thing", 7)) == ([], 0)
