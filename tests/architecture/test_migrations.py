"""Migrations build exactly the models, on both databases, and can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import inspect

from storefront.app import create_app
from storefront.db import Base, db
from tests.conftest import Databases, settings_for


def described(app: Flask) -> dict[str, Any]:
    """Everything that the database says of its tables, without the order of columns and constraints: a column that came later stands last."""
    found = inspect(db.engine)
    return {
        table: {
            "columns": sorted((c["name"], str(c["type"]), c["nullable"]) for c in found.get_columns(table)),
            "primary": found.get_pk_constraint(table)["constrained_columns"],
            "unique": sorted((c["name"] or "", c["column_names"]) for c in found.get_unique_constraints(table)),
            "checks": sorted(
                (c["name"] or "", c["sqltext"].replace('"', "")) for c in found.get_check_constraints(table)
            ),
            "foreign": sorted(
                (
                    c["name"] or "",
                    c["constrained_columns"],
                    c["referred_table"],
                    c["referred_columns"],
                    c["options"].get("ondelete"),
                )
                for c in found.get_foreign_keys(table)
            ),
            "indexes": sorted(
                (i["name"] or "", i["column_names"], bool(i["unique"]), condition(i)) for i in found.get_indexes(table)
            ),
        }
        for table in sorted(found.get_table_names())
        if table != "alembic_version"
    }


def condition(index: Any) -> str:
    """Of which rows an index is, in the database's own words."""
    options = index.get("dialect_options", {})
    return str(options.get("sqlite_where", options.get("postgresql_where", "")))


@pytest.fixture
def bare(backend: str, databases: Databases, tmp_path: Path) -> Iterator[Flask]:
    """A shop whose database has no table yet."""
    url = databases._copy(backend, None)
    app = create_app(settings_for(url, tmp_path))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    databases.drop(url)


def test_migrations_build_exactly_the_models(app: Flask, bare: Flask) -> None:
    with bare.app_context():
        Base.metadata.create_all(db.engine)
        wanted = described(bare)
    with app.app_context():
        assert described(app) == wanted
        with db.engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    assert len(wanted) > 25


def test_migrations_can_be_taken_back(bare: Flask) -> None:
    flask_migrate.upgrade()
    assert "orders" in inspect(db.engine).get_table_names()
    flask_migrate.downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
