"""What saving and bringing back ask of a database, whichever of the two it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

from sqlalchemy import Connection, Engine, func, inspect, select, table, text
from sqlalchemy.exc import SQLAlchemyError

from storefront.db import db
from storefront.media.models import Picture, Shelf
from storefront.operations.archive import Moved, Refused


@dataclass(frozen=True, slots=True)
class Moment:
    """A database as it was at one moment, while others go on writing. `dump` opens the stream to be saved."""

    revision: str
    pictures: list[tuple[Shelf, str, str]]  # shelf, name, SHA-256 of the file
    dump: Callable[[], AbstractContextManager[IO[bytes]]]
    faults: list[str] = field(default_factory=list)  # sentences


class Held(Protocol):
    """The shop's database while nobody else has it open."""

    def load(self, dump: Path) -> Engine:
        """Put what was saved aside, where no shop looks for it."""

    def swap(self) -> None:
        """Put what lies aside in the place of what was there, in one step, at the end of the time it is held."""


class Database(Protocol):
    """The one that `db` speaks to; `work` is an empty folder for half-done work."""

    @property
    def kind(self) -> str: ...
    def moment(self, work: Path, *, moved: Moved) -> AbstractContextManager[Moment]: ...
    def held(self, work: Path, *, moved: Moved) -> AbstractContextManager[Held]: ...


class InUse(Refused):
    """Raised when web processes or workers have the database open."""

    def __init__(self) -> None:
        super().__init__(
            "The shop is running: something else has its database open. Stop the web processes and the workers first."
        )


def read_moment(connection: Connection) -> tuple[str, list[tuple[Shelf, str, str]]]:
    """Revision and pictures. Raises `Refused` for a database without the shop's tables."""
    try:
        revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
        pictures = connection.execute(select(Picture.shelf, Picture.name, Picture.sha256).order_by(Picture.id))
    except SQLAlchemyError as error:
        raise Refused("The database does not hold a shop: run `flask db upgrade` first.") from error
    return str(revision), [(row.shelf, row.name, row.sha256) for row in pictures]


def contents() -> dict[str, int]:
    """How many rows each table of the shop's database holds; tables without a row are left out. Raises on damage."""
    with db.engine.connect() as connection:
        names = [name for name in inspect(connection).get_table_names() if name != "alembic_version"]
        counts = {name: connection.scalar(select(func.count()).select_from(table(name))) or 0 for name in names}
    return {name: count for name, count in sorted(counts.items()) if count}


@contextmanager
def working_on(engine: Engine) -> Iterator[None]:
    """Let everything that speaks to the shop's database speak to another one."""
    db.session.remove()
    engines = db.engines
    assert isinstance(engines, dict)
    usual, engines[None] = engines[None], engine
    try:
        yield
    finally:
        db.session.remove()
        engine.dispose()
        engines[None] = usual


def let_go() -> None:
    """Close this process's own connections."""
    db.session.remove()
    db.engine.dispose()
