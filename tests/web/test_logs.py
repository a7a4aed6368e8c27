"""Logs say which view answered and where a fault was, never whose address, token or story it was about."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
import structlog
from flask import Flask
from sqlalchemy.exc import IntegrityError

from storefront.web import logs
from storefront.web.logs import ALLOWED, only_allowed

SECRET = "48 Linden Street"


class Lines:
    """What was written since, as JSON and as it stands."""

    def __init__(self, file: io.StringIO) -> None:
        self.file = file

    @property
    def text(self) -> str:
        return self.file.getvalue()

    def __iter__(self) -> Any:
        return iter(json.loads(line) for line in self.text.splitlines())


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch, bare: Flask) -> Any:
    file, original = io.StringIO(), structlog.PrintLoggerFactory
    monkeypatch.setattr(structlog, "PrintLoggerFactory", lambda stderr: original(file))
    logs.configure()
    yield Lines(file)
    monkeypatch.undo()
    logs.configure()


def test_only_named_fields_are_written() -> None:
    event = {"event": "tried", "order": "R7K2", "email": "mara@example.org", "path": "/stories/asha", "token": "t"}
    assert only_allowed(None, "info", event) == {"event": "tried", "order": "R7K2"}


def test_no_field_that_could_hold_a_person_is_named() -> None:
    never = {"path", "url", "address", "ip", "email", "token", "cookie", "headers", "body", "message", "exception", "query", "slug", "story", "user_agent"}  # fmt: skip
    assert not ALLOWED & never


def test_a_line_is_json_with_time_and_level(lines: Lines) -> None:
    structlog.get_logger().warning("tried", count=3, email="mara@example.org")
    [line] = lines
    assert line == {"event": "tried", "count": 3, "level": "warning", "timestamp": "2026-11-24T12:00:00Z"}


def test_a_request_is_one_line(bare: Flask, lines: Lines) -> None:
    bare.test_client().get("/about?from=mara@example.org", headers={"User-Agent": "Secret/1", "Referer": "http://a/?b"})
    [line] = lines
    assert {name: line[name] for name in ("event", "method", "endpoint", "status")} == {
        "event": "request", "method": "GET", "endpoint": "pages.about", "status": 200,
    }  # fmt: skip
    assert line["milliseconds"] >= 0
    for word in ("about?", "mara", "Secret", "127.0.0.1", "http://a"):
        assert word not in lines.text


@pytest.mark.parametrize("path", ["/stories/asha-of-the-loom", "/stories/asha-of-the-loom/drawing", "/stories/Asha-Of"])
def test_reading_a_story_leaves_no_address(app: Flask, lines: Lines, path: str) -> None:
    app.test_client().get(path)
    [line] = lines
    assert line["endpoint"] in {"stories.story", "stories.drawing"}
    assert "asha" not in lines.text.lower()


def test_an_address_that_does_not_exist_is_not_written(bare: Flask, lines: Lines) -> None:
    bare.test_client().get("/orders-of-mara/token")
    [line] = lines
    assert (line["endpoint"], line["status"]) == (None, 404)
    assert "mara" not in lines.text


def test_files_and_health_are_not_written(bare: Flask, lines: Lines) -> None:
    for path in ("/healthz", bare.extensions["assets"].url("site.css"), "/media/nothing.svg"):
        bare.test_client().get(path)
    assert lines.text == ""


@pytest.mark.parametrize(
    "error", [ValueError(SECRET), IntegrityError(f"INSERT {SECRET}", {"line1": SECRET}, Exception(SECRET))]
)
def test_of_a_fault_its_kind_and_place_are_written_not_its_message(
    make_app: Callable[..., Flask], lines: Lines, error: Exception
) -> None:
    app = make_app()

    def fail_here() -> str:
        raise error

    app.add_url_rule("/fail/<name>", "fail", lambda name: fail_here())
    app.test_client().get("/fail/mara")
    fault, request = lines
    assert (fault["event"], fault["error"], fault["endpoint"]) == ("fault", type(error).__name__, "fail")
    assert (request["event"], request["status"]) == ("request", 500)
    assert any(place.startswith("tests/web/test_logs.py:") and place.endswith(" fail_here") for place in fault["where"])
    assert "Linden" not in lines.text
    assert "mara" not in lines.text


def test_flasks_own_log_is_silent(
    make_app: Callable[..., Flask], lines: Lines, caplog: pytest.LogCaptureFixture
) -> None:
    make_app().logger.error("GET /stories/asha")
    assert caplog.text == ""
    assert "asha" not in lines.text
