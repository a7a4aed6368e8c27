"""`flask operations backup`, `flask operations verify`, `flask operations restore`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click
from flask.cli import AppGroup

from storefront.core.errors import ShopError
from storefront.db import db
from storefront.operations import archive
from storefront.operations.archive import Manifest, in_words
from storefront.operations.backing_up import MOST_DAYS, back_up, delete_old
from storefront.operations.databases import Database
from storefront.operations.postgresql_server import PostgresqlServer
from storefront.operations.restoring import restore
from storefront.operations.sqlite_file import SqliteFile
from storefront.settings import settings

operations = AppGroup("operations", help="Saving the shop, and bringing it back.")
path_type = click.Path(path_type=Path)
tools_option = click.option(
    "--pg-bin",
    envvar="PG_BIN",
    type=path_type,
    help="The folder of pg_dump, pg_restore and psql; else PATH is searched.",
)


@operations.command("backup")
@click.argument("where", type=path_type, required=False)
@click.option(
    "--keep-days", type=click.IntRange(1, MOST_DAYS), default=MOST_DAYS, show_default=True,
    help="Delete backups in the same folder that are older.",
)  # fmt: skip
@tools_option
def backup_command(where: Path | None, keep_days: int, pg_bin: Path | None) -> None:
    """Save database and pictures while the shop runs, into the folder or the .zip file WHERE.

    Without WHERE, into the folder `backups` beside the database. Ends with status 1 when something could not be saved
    as it should be.
    """
    with _sentences(), _progress() as moved:
        saved = back_up(where or settings.instance_dir / "backups", database=_database(pg_bin), moved=moved)
        gone, unread = delete_old(saved.file.parent, days=keep_days, spare=saved.file)
    click.echo(f"Saved: {saved.file} ({in_words(saved.size)})")
    _describe(saved.manifest, saved.seal)
    for file in gone:
        click.echo(f"Deleted, older than {keep_days} days: {file.name}")
    for file in unread:
        click.echo(f"{file.name} has the name of a backup and cannot be read. Look at it, and delete it.", err=True)
    for sentence in saved.faults:
        click.echo(sentence, err=True)
    if saved.faults or unread:
        sys.exit(1)


@operations.command("verify")
@click.argument("file", type=path_type)
def verify_command(file: Path) -> None:
    """Check every byte of a backup, and say what is in it. Changes nothing."""
    with _sentences(), _progress() as moved, archive.opened(file, moved=moved) as found:
        manifest, seal = found.manifest, found.seal
    click.echo(f"{file} is sound.")
    _describe(manifest, seal)
    for name in (*manifest.missing, *manifest.changed):
        click.echo(f"Not as the database knows it: {name}", err=True)


@operations.command("restore")
@click.argument("file", type=path_type)
@click.option("--replace", is_flag=True, help="Replace the shop that is in the database.")
@click.option(
    "--ledger", "ledgers", type=path_type, multiple=True, help="A withdrawal ledger of another machine; repeatable."
)
@tools_option
def restore_command(file: Path, replace: bool, ledgers: tuple[Path, ...], pg_bin: Path | None) -> None:
    """Bring back the shop of a backup. Stop the web processes and the workers first.

    Whatever was withdrawn since, by the ledger beside the database, is withdrawn again before the shop may answer.
    """
    for path in ledgers:
        if not path.is_file():
            raise click.ClickException(f"{path} is not there. Without it, a withdrawn story could come back.")
    with _sentences(), _progress() as moved:
        say = partial(click.echo, err=True)
        done = restore(file, database=_database(pg_bin), replace=replace, ledgers=ledgers, say=say, moved=moved)
    click.echo(f"Brought back: the shop of {done.manifest.made_at:%Y-%m-%d %H:%M:%S} UTC.")
    click.echo(f"  withdrawn again: {done.withdrawn_again}")
    click.echo(f"  pictures put back: {done.pictures}")
    if done.older_audit_head:
        click.echo(f"  what the audit trail's anchors were before: {done.older_audit_head}")
    for name in done.missing:
        click.echo(f"Missing: the database names {name}, and there is no such file.", err=True)
    click.echo(
        "The shop may answer now. It knows nothing of what happened after that moment: run `flask payments reconcile`, "
        "and disable again whoever left since."
    )
    if done.missing:
        sys.exit(1)


def _database(pg_bin: Path | None) -> Database:
    return PostgresqlServer(pg_bin) if db.engine.dialect.name == "postgresql" else SqliteFile()


def _describe(manifest: Manifest, seal: str) -> None:
    names = {entry.name for entry in manifest.files}
    beside = [name for name in (archive.AUDIT_HEAD, archive.LEDGER) if name in names]
    click.echo(f"  made at: {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC")
    click.echo(f"  database: {manifest.database}, revision {manifest.revision}")
    click.echo(f"  pictures: {len(manifest.pictures)}, {in_words(sum(entry.size for entry in manifest.pictures))}")
    click.echo(f"  beside the database: {', '.join(beside) or 'nothing'}")
    click.echo(f"  seal: {seal}")


@contextmanager
def _sentences() -> Iterator[None]:
    try:
        yield
    except ShopError as error:
        raise click.ClickException(error.message) from error
    except OSError as error:
        raise click.ClickException(f"{error.strerror}: {error.filename or 'while writing'}.") from error


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    """How many bytes have been moved, on one line of a terminal."""
    if not sys.stderr.isatty():
        yield archive.ignore
        return
    total = shown = 0

    def moved(size: int) -> None:
        nonlocal total, shown
        total += size
        if total - shown >= 10 * archive.PIECE:
            shown = total
            click.echo(f"\r{in_words(total)} moved ", nl=False, err=True)

    try:
        yield moved
    finally:
        if shown:
            click.echo(err=True)
