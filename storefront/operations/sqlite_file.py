"""Saving and bringing back a database that is one file of SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import Engine, NullPool, create_engine

from storefront.core.clock import now
from storefront.db import db
from storefront.operations.archive import Moved, Refused
from storefront.operations.databases import InUse, Moment, let_go, read_moment

PAGES = 1000  # in one step
PAGE = 4096  # bytes; for telling how far it is


class SqliteFile:
    """The one that `db` speaks to."""

    kind = "sqlite"

    @contextmanager
    def moment(self, work: Path, *, moved: Moved) -> Iterator[Moment]:
        """A copy by SQLite's online backup, inside one read snapshot: it never waits for writers, nor they for it."""
        copy = work / "copy"
        with db.engine.connect() as connection, closing(sqlite3.connect(copy)) as target:
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema")  # the snapshot begins with the first read
            source = connection.connection.driver_connection
            assert isinstance(source, sqlite3.Connection)
            _copy(source, target, moved)
            target.execute("PRAGMA journal_mode = DELETE")
            faults = _faults(target)
        engine = _engine(copy)
        with engine.connect() as connection:
            revision, pictures = read_moment(connection)
        engine.dispose()
        yield Moment(revision, pictures, lambda: _open(copy), faults)

    @contextmanager
    def held(self, work: Path, *, moved: Moved) -> Iterator[HeldFile]:
        """The shop's file, locked for us alone."""
        path = Path(db.engine.url.database or "")
        let_go()
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            connection = _lock(path)
        except sqlite3.OperationalError as error:
            raise InUse from error
        except sqlite3.DatabaseError:  # damaged: it can neither be locked nor written into
            _move_away(path)
            connection = _lock(path)
        with closing(connection):
            try:
                yield HeldFile(connection, work / "aside", moved)
            finally:
                connection.execute("PRAGMA locking_mode = NORMAL")
                connection.execute("PRAGMA journal_mode = DELETE")  # leaves no file beside it


class HeldFile:
    def __init__(self, connection: sqlite3.Connection, aside: Path, moved: Moved) -> None:
        self.connection, self.aside, self.moved = connection, aside, moved

    def load(self, dump: Path) -> Engine:
        dump.rename(self.aside)
        with closing(sqlite3.connect(self.aside)) as connection:
            if _faults(connection):
                raise Refused("The database in this backup is damaged; it was so when it was saved.")
        return _engine(self.aside)

    def swap(self) -> None:
        # Written into the file, not put in its place: SQLite's journal makes it one step, and a process that opened
        # the old file a moment ago is not left with one that nobody sees.
        with closing(sqlite3.connect(self.aside)) as source:
            _copy(source, self.connection, self.moved)


def _engine(path: Path) -> Engine:
    return create_engine(f"sqlite:///{path}", poolclass=NullPool)


def _copy(source: sqlite3.Connection, target: sqlite3.Connection, moved: Moved) -> None:
    def tell(status: int, remaining: int, total: int) -> None:
        moved(min(PAGES, total) * PAGE)

    source.backup(target, pages=PAGES, progress=tell)


def _faults(connection: sqlite3.Connection) -> list[str]:
    try:
        sound = connection.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",)
        whole = connection.execute("PRAGMA foreign_key_check").fetchone() is None
    except sqlite3.DatabaseError:
        sound = whole = False
    if not sound:
        return ["The database is damaged (`PRAGMA integrity_check`). Keep your older backups."]
    return [] if whole else ["In the database, a row points to one that is gone (`PRAGMA foreign_key_check`)."]


def _lock(path: Path) -> sqlite3.Connection:
    """Open the file for us alone. Raises `sqlite3.OperationalError` when anybody else has it open, even idle."""
    connection = sqlite3.connect(path, timeout=0.5, isolation_level=None)
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA journal_mode = DELETE")  # in WAL a file takes no copy with pages of another size
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
    except BaseException:
        connection.close()
        raise
    return connection


def _move_away(path: Path) -> None:
    for suffix in ("-wal", "-shm", "-journal", ""):
        file = path.with_name(path.name + suffix)
        if file.exists():
            file.rename(path.with_name(f"{path.name}.damaged-{now():%Y%m%dT%H%M%SZ}{suffix}"))


def _open(path: Path) -> IO[bytes]:
    return path.open("rb")
