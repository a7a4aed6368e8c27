"""The database.

`db`, `Base`, `transaction()` (the only place that commits), and the generations that caches live by.
"""

from __future__ import annotations

import enum
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, Boolean, DateTime, Engine, Enum, MetaData, event, inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, ORMExecuteState, Session, UOWTransaction, mapped_column
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite forgets the zone, so it is taken off on the way in and put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


def words(kind: type[enum.Enum], *, name: str | None = None) -> Enum:
    """An enum kept as its words, with a check. A table with two columns of one kind must give each check a `name`."""
    return Enum(
        kind, name=name, native_enum=False, create_constraint=True, length=30,
        values_callable=lambda kind: [member.value for member in kind],
    )  # fmt: skip


class Base(DeclarativeBase):
    """What every table stands on: named constraints, times in UTC, enums as words with a check."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        list[str]: JSON(),
        list[dict[str, Any]]: JSON(),
        dict[str, Any]: JSON(),
        bool: Boolean(create_constraint=False),
        enum.Enum: words(enum.Enum),
    }


db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})


class Generation(Base):
    """How often a group of tables has been written. A page kept with an older number is stale."""

    __tablename__ = "generations"

    group: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]


# Stock is not listed: it is written at every sale, and bumps `catalog` itself when the words on a page change.
GROUPS: dict[str, str] = {
    "categories": "catalog", "collections": "catalog", "collection_products": "catalog", "products": "catalog",
    "product_materials": "catalog", "product_pictures": "catalog", "product_stories": "catalog", "variants": "catalog",
    "price_breakdowns": "catalog", "price_points": "catalog", "product_addresses": "catalog",
    "related_products": "catalog", "pictures": "catalog",
    "stories": "stories", "wordings": "stories", "consents": "stories", "risk_reviews": "stories",
    "partners": "partners", "partner_facts": "partners", "certificates": "partners",
    "shipping_zones": "pages", "shipping_rates": "pages", "house_texts": "pages", "announcements": "pages",
    "articles": "articles", "help_lines": "pages",
}  # fmt: skip


@contextmanager
def transaction() -> Iterator[Session]:
    """One use case: begin anew, run, commit; on any error nothing has happened.

    Rows read before are read again inside, because the snapshot they came from has ended. On SQLite the write lock is
    taken at the start: a read that turns into a write fails at once with "database is locked", whatever the time-out.
    """
    session = db.session()
    if session.info.get("in_use_case"):
        raise RuntimeError("a transaction inside a transaction: open it in the route, once")
    session.rollback()
    session.expire_all()
    session.info["in_use_case"], session.info["written"] = True, set()
    try:
        session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
        yield session
        session.flush()
        _bump(session, session.info["written"])
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["in_use_case"] = False


@contextmanager
def trying() -> Iterator[Session]:
    """Write as if for good, look at what comes of it, and take it all back: how a preview is drawn."""
    session = db.session()
    session.rollback()
    session.expire_all()
    try:
        session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
        yield session
    finally:
        session.rollback()


@contextmanager
def reading() -> Iterator[Session]:
    """Read, then let the snapshot go, so that nothing is open when the network is asked."""
    session = db.session()
    try:
        yield session
    finally:
        session.rollback()


def insert_or(table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that may say `on_conflict_do_nothing` or `on_conflict_do_update`, which both databases write alike."""
    on_sqlite = db.session().get_bind().dialect.name == "sqlite"
    return sqlite.insert(table) if on_sqlite else postgresql.insert(table)


def bump(group: str) -> None:
    """Say that pages about `group` have changed, from a use case whose tables are not listed in `GROUPS`."""
    db.session().info.setdefault("written", set()).add(group)


def generations() -> dict[str, int]:
    """The present number of every group that was ever written."""
    return {row.group: row.number for row in db.session.execute(select(Generation.group, Generation.number))}


def leave_no_trace(*tables: type[Base]) -> bool:
    """Take deleted rows of these tables out of the database's own files too. Returns whether nothing stood in the way.

    SQLite overwrites what it deletes and keeps older pages in its write-ahead log until that is emptied; PostgreSQL
    keeps deleted rows in the table until it is written anew. Opens a connection of its own, outside of any use case.
    """
    connection = db.engine.raw_connection()
    try:
        if db.engine.dialect.name == "sqlite":
            busy, _, _ = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy
        connection.dbapi_connection.autocommit = True  # type: ignore[union-attr]
        try:
            cursor = connection.cursor()
            cursor.execute("SET lock_timeout = '5s'")
            for table in tables:
                cursor.execute(f'VACUUM (FULL) "{table.__tablename__}"')
            return True
        finally:
            connection.dbapi_connection.autocommit = False  # type: ignore[union-attr]
    finally:
        connection.close()


def _bump(session: Session, groups: set[str]) -> None:
    # Always in the same order, so that two transactions never wait for each other.
    for group in sorted(groups):
        statement = insert_or(Generation).values(group=group, number=1)
        session.execute(
            statement.on_conflict_do_update(index_elements=[Generation.group], set_={"number": Generation.number + 1})
        )


@event.listens_for(Session, "after_flush")
def _note_flush(session: Session, context: UOWTransaction) -> None:
    for row in (*session.new, *session.dirty, *session.deleted):
        _note(session, inspect(row).mapper.local_table.name)


@event.listens_for(Session, "do_orm_execute")
def _note_statement(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        _note(state.session, state.statement.table.name)  # type: ignore[attr-defined]


def _note(session: Session, table: str) -> None:
    if (group := GROUPS.get(table)) and "written" in session.info:
        session.info["written"].add(group)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # the driver's own BEGIN comes too late; `_begin` below says which one is meant
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # NORMAL loses acknowledged orders at a power cut
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA busy_timeout = 10000")
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"BEGIN {_kind_of_begin(connection)}")


def _kind_of_begin(connection: Connection) -> str:
    return str(connection.get_execution_options().get("sqlite_begin", "DEFERRED"))


__all__ = [
    "Base", "Generation", "UtcDateTime", "bump", "db", "generations", "insert_or", "leave_no_trace", "reading",
    "transaction", "trying", "words",
]  # fmt: skip
