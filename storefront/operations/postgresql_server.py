"""Saving and bringing back a database of a PostgreSQL server, with its own tools `pg_dump`, `pg_restore` and `psql`.

The database belongs to the shop alone, in the schema `public`. What is brought back is built in a schema of its own
beside it, `shop_restoring`, so no second database and no special right is needed.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import sql
from sqlalchemy import URL, Engine, NullPool, create_engine, text

from storefront.db import db
from storefront.operations.archive import PIECE, Moved, Refused
from storefront.operations.databases import InUse, Moment, let_go, read_moment

ASIDE, REPLACED = "shop_restoring", "shop_replaced"
# One transaction that the end of the stream does not commit: should we die half-way, nothing has happened.
BEFORE = f"""BEGIN;
SET LOCAL lock_timeout = '10s';
SET LOCAL client_min_messages = warning;
DROP SCHEMA IF EXISTS {ASIDE} CASCADE;
ALTER SCHEMA public RENAME TO {REPLACED};
CREATE SCHEMA public;
"""
AFTER = f"""
ALTER SCHEMA public RENAME TO {ASIDE};
ALTER SCHEMA {REPLACED} RENAME TO public;
COMMIT;
"""


class PostgresqlServer:
    """The database that `db` speaks to. `folder` is where the tools lie; without one they are looked for on PATH."""

    kind = "postgresql"

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    @contextmanager
    def moment(self, work: Path, *, moved: Moved) -> Iterator[Moment]:
        """A snapshot that our own reading and `pg_dump` share."""
        with db.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, psycopg.Connection)
            _require_public(driver)
            command = [self._tool("pg_dump", driver), "--format=custom", "--schema=public", "--no-owner"]
            snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
            command += ["--no-privileges", "--no-password", "--lock-wait-timeout=60s", f"--snapshot={snapshot}"]
            revision, pictures = read_moment(connection)

            @contextmanager
            def dump() -> Iterator[IO[bytes]]:
                with _started(command, _environment(driver), "pg_dump") as process:
                    assert process.stdout is not None
                    yield process.stdout

            yield Moment(revision, pictures, dump)

    @contextmanager
    def held(self, work: Path, *, moved: Moved) -> Iterator[HeldSchema]:
        """The database, every table of it locked for us alone."""
        url = db.engine.url
        let_go()
        with psycopg.connect(_address(url), autocommit=True) as connection:
            _require_public(connection)
            tools = self._tool("pg_restore", connection), self._tool("psql", connection)
            _require_alone(connection)
            try:
                with connection.transaction():
                    _lock_tables(connection)
                    yield HeldSchema(connection, tools, _address(url), moved)
            finally:
                connection.execute(f"DROP SCHEMA IF EXISTS {ASIDE} CASCADE")  # there no more, unless it came to nothing

    def _tool(self, name: str, connection: psycopg.Connection[Any]) -> str:
        """Where the tool is. Raises `Refused` when there is none, or one that is older than the server."""
        found = shutil.which(name, path=str(self.folder) if self.folder else None)
        if found is None:
            raise Refused(
                f"`{name}` was not found. Install PostgreSQL's client programs, "
                "or say with PG_BIN in which folder they lie."
            )
        said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False, env={}).stdout  # noqa: S603
        version, server = re.search(r"\) (\d+)", said), connection.info.server_version // 10000
        if version is None or int(version[1]) < server:
            have = f"of version {version[1]}" if version else "of no version that can be read"
            raise Refused(
                f"`{found}` is {have}, the database server of version {server}: install the client programs of version "
                f"{server} or later, or say with PG_BIN in which folder they lie."
            )
        return found


class HeldSchema:
    def __init__(self, connection: psycopg.Connection[Any], tools: tuple[str, str], address: str, moved: Moved) -> None:
        self.connection, self.tools, self.address, self.moved = connection, tools, address, moved

    def load(self, dump: Path) -> Engine:
        restore, psql = self.tools
        read = [restore, "--no-owner", "--no-privileges", "--schema=public", "--file=-", str(dump)]
        write = [psql, "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]
        environment = _environment(self.connection)
        with (
            _started(write, environment, "psql", feed=True) as writing,
            _started(read, environment, "pg_restore") as reading,
        ):
            assert writing.stdin is not None
            assert reading.stdout is not None
            writing.stdin.write(BEFORE.encode())
            while piece := reading.stdout.read(PIECE):
                writing.stdin.write(piece)
                self.moved(len(piece))
            if reading.wait() == 0:
                writing.stdin.write(AFTER.encode())
                writing.stdin.close()
        return create_engine(
            self.address.replace("postgresql://", "postgresql+psycopg://", 1),
            connect_args={"options": f"-csearch_path={ASIDE}"},
            poolclass=NullPool,
        )

    def swap(self) -> None:
        for statement in (
            "SET LOCAL client_min_messages = warning",
            f"ALTER SCHEMA public RENAME TO {REPLACED}",
            f"ALTER SCHEMA {ASIDE} RENAME TO public",
            f"DROP SCHEMA {REPLACED} CASCADE",
        ):
            self.connection.execute(statement)


@contextmanager
def _started(
    command: list[str], environment: dict[str, str], name: str, *, feed: bool = False
) -> Iterator[subprocess.Popen[bytes]]:
    """A tool at work: read from it, or `feed` it. Raises `Refused` with its own words when it gives up."""
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(  # noqa: S603
            command,
            env=environment,
            stdin=subprocess.PIPE if feed else subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if feed else subprocess.PIPE,
            stderr=errors,
        ) as process,
    ):
        try:
            yield process
        except BaseException as error:
            gave_up = feed and isinstance(error, BrokenPipeError)
            if not gave_up:
                process.kill()
            process.wait()
            with suppress(BrokenPipeError):
                (process.stdin or process.stdout or errors).close()
            if gave_up:
                raise _failed(name, errors) from error
            raise
        if process.wait():
            raise _failed(name, errors)


def _failed(name: str, errors: IO[bytes]) -> Refused:
    errors.seek(0)
    lines = [line for line in errors.read(100_000).decode("utf-8", "replace").splitlines() if "error" in line.lower()]
    return Refused(f"`{name}` gave up: {lines[0][:300] if lines else 'it did not say why'}")


def _environment(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """How the tools reach the same database, the password among it: a command line is there for all to read."""
    options = {o.envvar.decode(): o.val.decode() for o in connection.pgconn.info if o.envvar and o.val}
    return options | {"HOME": str(Path.home()), "PGAPPNAME": "flask operations", "PGCONNECT_TIMEOUT": "10"}


def _address(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _require_public(connection: psycopg.Connection[Any]) -> None:
    row = connection.execute("SELECT current_schema()").fetchone()
    if row is None or row[0] != "public":
        raise Refused("The shop's tables must lie in the schema `public` to be saved and brought back.")


def _require_alone(connection: psycopg.Connection[Any]) -> None:
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'"
    )
    for _ in range(10):  # the server takes a moment to forget the connections that we have just closed
        row = connection.execute(others).fetchone()
        if row is not None and row[0] == 0:
            return
        time.sleep(0.1)
    raise InUse


def _lock_tables(connection: psycopg.Connection[Any]) -> None:
    names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
    connection.execute("SET LOCAL lock_timeout = '5s'")
    if names:
        tables = sql.SQL(", ").join(sql.Identifier("public", name) for (name,) in names)
        try:
            connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(tables))
        except psycopg.errors.LockNotAvailable as error:
            raise InUse from error
