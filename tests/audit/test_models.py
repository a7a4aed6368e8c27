"""The database itself refuses to change or remove a row of the trail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from storefront.app import create_app
from storefront.audit.linking import link_new_lines
from storefront.audit.models import Act
from storefront.db import Base, db
from tests.audit.tampering import a_line
from tests.conftest import Databases, settings_for

CHANGES = [
    "UPDATE audit_lines SET why = 'other'",
    "UPDATE audit_lines SET id = 9 WHERE id = 2",
    "DELETE FROM audit_lines WHERE id = 2",
    "UPDATE audit_links SET hash = 'other'",
    "DELETE FROM audit_links",
]
ONLY = {
    "sqlite": [
        "INSERT OR REPLACE INTO audit_lines SELECT id, at, who, what, subject, 'other', details FROM audit_lines",
        "INSERT OR REPLACE INTO audit_links SELECT position, line_id, 'other', previous FROM audit_links",
        "INSERT OR REPLACE INTO audit_links SELECT position + 7, line_id, 'other', previous FROM audit_links",
        "REPLACE INTO audit_lines SELECT id, at, who, what, subject, 'other', details FROM audit_lines WHERE id = 2",
    ],
    "postgresql": ["TRUNCATE audit_lines CASCADE", "TRUNCATE audit_links"],
}


def contents() -> list[Any]:
    with db.engine.connect() as connection:
        return [
            list(connection.execute(text(f"SELECT * FROM {table} ORDER BY 1")))
            for table in ("audit_lines", "audit_links")
        ]


def test_no_row_can_be_changed_or_removed(app: Flask, backend: str) -> None:
    a_line(1)
    link_new_lines()
    a_line(2)  # which nothing points to yet
    was = contents()
    for change in CHANGES + ONLY[backend]:
        with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
            connection.execute(text(change))
        assert contents() == was, change


def test_an_act_has_to_be_one_of_the_list(app: Flask) -> None:
    words = "'2026-11-24 12:00:00.000000', 'A', 'other', 'account:A', '', '{}'"
    with pytest.raises(DBAPIError, match="ck_audit_lines_act"), db.engine.begin() as connection:
        connection.execute(text(f"INSERT INTO audit_lines (at, who, what, subject, why, details) VALUES ({words})"))


def test_the_twelve_events_of_security_are_acts() -> None:
    twelve = {
        "sign_in", "sign_in_failed", "sign_out", "password_changed", "password_reset", "second_factor_added",
        "second_factor_removed", "recovery_code_used", "role_changed", "invitation", "account_disabled",
        "device_signed_out",
    }  # fmt: skip
    assert twelve < {act.value for act in Act}


@pytest.fixture
def made(backend: str, databases: Databases, tmp_path: Path) -> Iterator[Flask]:
    """A shop whose tables were made from the models, without migrations."""
    url = databases._copy(backend, None)
    app = create_app(settings_for(url, tmp_path))
    with app.app_context():
        Base.metadata.create_all(db.engine)
        yield app
        db.engine.dispose()
    databases.drop(url)


def triggers() -> list[str]:
    of = {
        "sqlite": "SELECT sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
        "postgresql": "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname, tgrelid::regclass::text",
    }
    with db.engine.connect() as connection:
        return list(connection.scalars(text(of[connection.dialect.name])))


def test_models_and_migrations_make_the_same_triggers(app: Flask, made: Flask) -> None:
    with made.app_context():
        wanted = triggers()
    with app.app_context():
        assert triggers() == wanted
    assert len([trigger for trigger in wanted if "audit_" in trigger]) >= 4


def test_what_was_made_can_be_dropped(made: Flask) -> None:
    wanted = triggers()
    Base.metadata.drop_all(db.engine)
    assert triggers() == []
    Base.metadata.create_all(db.engine)
    assert triggers() == wanted
