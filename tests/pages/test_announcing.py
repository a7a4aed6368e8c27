"""The line above the pages: which is shown, when, where, and how soon a change is seen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, event, text, update
from sqlalchemy.exc import OperationalError

from storefront.core.clock import now
from storefront.core.faults import NotYetRight
from storefront.db import db, transaction, trying
from storefront.pages import announcing
from storefront.pages.models import Announcement
from storefront.revisions.keeping import ChangedMeanwhile, history


def a_document(**changes: Any) -> dict[str, Any]:
    given = {
        "text": "We are closed until Monday.",
        "link": None,
        "starts_at": now().isoformat(),
        "ends_at": None,
        "is_shown": True,
    }
    return given | changes


def announce(**changes: Any) -> Announcement:
    with transaction():
        return announcing.create(a_document(**changes), by="ANNA", at=now())


def shown() -> str | None:
    line = announcing.shown(at=now())
    return line.text if line else None


@pytest.mark.any_database
def test_the_one_that_began_last_is_shown_to_the_second(app: Flask) -> None:
    noon = now()
    announce(text="Long", starts_at=(noon - timedelta(days=2)).isoformat())
    announce(text="Short", starts_at=noon.isoformat(), ends_at=(noon + timedelta(hours=1)).isoformat())
    announce(text="Later", starts_at=(noon + timedelta(days=1)).isoformat())
    announce(text="Hidden", is_shown=False)
    for seconds, expected in (
        (-1, "Long"),
        (0, "Short"),
        (3599, "Short"),
        (3600, "Long"),
        (86399, "Long"),
        (86400, "Later"),
    ):
        with time_machine.travel(noon + timedelta(seconds=seconds), tick=False):
            assert shown() == expected, seconds


def test_who_changes_it_sees_it_at_once(app: Flask, client: FlaskClient) -> None:
    assert shown() is None
    row = announce()
    assert "We are closed until Monday." in client.get("/about").text
    with transaction():
        announcing.change(row.id, a_document(is_shown=False), based_on=1, by="ANNA", at=now())
    assert "We are closed until Monday." not in client.get("/about").text
    assert [each.number for each in history(announcing.KIND, row.id)] == [2, 1]
    with pytest.raises(ChangedMeanwhile), transaction():
        announcing.change(row.id, a_document(), based_on=1, by="BERTA", at=now())


def test_what_another_process_withdraws_is_gone_within_a_second(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = [100.0]
    monkeypatch.setattr(announcing, "monotonic", lambda: ticks[0])
    announce()
    assert shown()
    elsewhere = create_engine(db.engine.url)
    with elsewhere.begin() as connection:
        connection.execute(text("update announcements set is_shown = false"))
    elsewhere.dispose()
    ticks[0] += 0.99
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda a, b, statement, *rest: asked.append(statement))
    assert shown()
    assert asked == [], "asked once a second, however many pages are drawn"
    ticks[0] += 0.01
    assert shown() is None
    assert len([each for each in asked if "FROM announcements" in each]) == 1


def test_what_is_only_tried_is_shown_to_nobody(app: Flask) -> None:
    announce()
    announcing._kept.clear()
    with trying():
        db.session.execute(update(Announcement).values(text="Only tried"))
        assert shown() == "We are closed until Monday."
    assert shown() == "We are closed until Monday."


@pytest.mark.any_database
def test_a_page_goes_on_without_a_database(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    class Away:
        def connect(self) -> Any:
            raise OperationalError("select", {}, Exception("away"))

    monkeypatch.setattr(type(db), "engine", Away())
    assert announcing._lines() == []


WRONG = [
    ({"text": ""}, "text"),
    ({"text": "x" * 201}, "text"),
    ({"text": "one\ntwo"}, "text"),
    ({"text": "You saved her."}, "text"),
    ({"text": "Somaly Mam is here."}, "text"),
    ({"link": "https://elsewhere.example"}, "link"),
    ({"link": "//elsewhere.example"}, "link"),
    ({"link": "/\\elsewhere.example"}, "link"),
    ({"link": "javascript:alert(1)"}, "link"),
    ({"link": "/a b"}, "link"),
    ({"starts_at": ""}, "starts_at"),
    ({"starts_at": "2026-11-24T09:00"}, "starts_at"),
    ({"ends_at": "soon"}, "ends_at"),
    ({"ends_at": "2026-11-24T12:00:00+00:00"}, "ends_at"),
]


@pytest.mark.any_database
def test_what_is_not_right_is_refused(app: Flask) -> None:
    for changes, field in WRONG:
        with pytest.raises(NotYetRight) as refused:
            announce(**changes)
        assert [fault.field for fault in refused.value.faults] == [field]


@pytest.mark.any_database
def test_where_it_stands_and_where_not(app: Flask, client: FlaskClient) -> None:
    announce(text="A <script>line</script>", link="/delivery")
    line = '<a href="/delivery">A &lt;script&gt;line&lt;/script&gt;</a>'
    for path in ("/", "/shop", "/stories", "/articles", "/partners", "/about", "/cart"):
        assert line in client.get(path).text, path
    for path in ("/safety", "/help-lines", "/exit", "/checkout", "/account/sign-in", "/withdraw", "/admin", "/nowhere"):
        assert "script&gt;line" not in client.get(path).text, path


@pytest.mark.any_database
def test_it_is_the_same_for_everybody(app: Flask, client: FlaskClient) -> None:
    announce()
    first = client.get("/about")
    client.set_cookie("bag", "x" * 43)
    assert client.get("/about").data == first.data
    assert client.get("/about", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
