"""Bringing the shop back. Everything is built and corrected aside; the shop that is there is replaced in one step.

Nobody sees a restored database before the withdrawal ledger was read again over it: stories that were withdrawn after
the backup was made are withdrawn in it while it still lies aside.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import flask_migrate
from alembic.script import ScriptDirectory
from sqlalchemy import delete, exists, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from storefront.accounts.models import UserSession
from storefront.audit import anchor
from storefront.core.clock import now
from storefront.db import GROUPS, Generation, db, insert_or, reading, transaction
from storefront.media.files import file_of
from storefront.media.models import Picture, Shelf
from storefront.operations import archive, databases, workplace
from storefront.operations.archive import AUDIT_HEAD, DATABASE, LEDGER, PIECE, Archive, Manifest, Moved, Refused
from storefront.operations.databases import Database
from storefront.settings import settings
from storefront.stories import ledger, withdrawing
from storefront.stories.models import Story

MIGRATIONS = Path(__file__).parents[2] / "migrations"
UNFINISHED = "restore-unfinished"  # beside the database, from just before it is replaced until all is done
GENERATIONS = 1_000_000  # more than a shop writes between two backups
NO_DATA = {"generations", "periodic_jobs", "clock_marks", "rate_limits"}  # what a shop writes by itself
NOUNS = ("orders", "users", "stories", "products", "pictures")

Say = Callable[[str], None]
Row = tuple[Shelf, str, str]  # shelf, name, SHA-256


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done. `missing` names pictures that the database knows and nobody has the file of."""

    manifest: Manifest
    withdrawn_again: int
    pictures: int
    missing: list[str]
    older_audit_head: Path | None


NO_LEDGER = (
    "WARNING: no withdrawal ledger lies beside this shop, and no database here knows who took a story back after this "
    "backup was made. If there is a ledger on another machine or in a later backup, stop, and give it with --ledger. "
    "Otherwise ask every workshop before the shop answers."
)


def restore(
    path: Path,
    *,
    database: Database,
    replace: bool = False,
    ledgers: Sequence[Path] = (),
    say: Say = lambda line: None,
    moved: Moved = archive.ignore,
) -> Restored:
    """Bring back the shop of an archive. `ledgers` are withdrawal ledgers of other machines.

    Raises `Refused`, and then nothing has changed but that this machine's ledger may know of more withdrawals. Broken
    off at any moment, it leaves the old shop or the restored one, and the same command begins again or goes on.
    """
    with archive.opened(path, moved=moved) as found:
        say("The backup is sound.")
        _require_fits(found.manifest, database)
        _require_readable([ledger.path(), *ledgers])
        if not replace and not _is_unfinished(found):
            _require_empty()
        if not (_note_withdrawals() or ledgers or ledger.path().exists()):
            say(NO_LEDGER)
        with (
            workplace.opened(settings.instance_dir) as work,
            workplace.opened(settings.media_dir) as drafts,
        ):
            with database.held(work, moved=moved) as held:
                dump = work / "dump"
                found.extract(DATABASE[database.kind], dump, moved=moved)
                aside = held.load(dump)
                say("The database lies ready.")
                with databases.working_on(aside):
                    _bring_up(found.manifest)
                    _merge_ledgers(found, ledgers, work)
                    again = _make_safe()
                    say(f"The withdrawal ledger was read again: {_stories(again)} withdrawn.")
                    rows = _pictures()
                put, missing = _put_pictures(found, rows, drafts, moved)
                say(f"Pictures: {put} put back.")
                older = _put_audit_head(found, work)
                _mark(found, work)
                say("Replacing the database.")
                held.swap()
            say("The database has been replaced.")
        _remove_drawings_unknown_to(rows)
        (settings.instance_dir / UNFINISHED).unlink()
    return Restored(found.manifest, again, put, missing, older)


def _require_fits(manifest: Manifest, database: Database) -> None:
    if manifest.database != database.kind:
        raise Refused(
            f"This backup is of a {manifest.database} database, and DATABASE_URL names a {database.kind} one."
        )
    if manifest.revision not in {script.revision for script in _scripts().walk_revisions()}:
        raise Refused("This backup was made by a newer version of the shop: its tables are unknown to this version.")


def _require_readable(ledgers: Iterable[Path]) -> None:
    for path in ledgers:
        try:
            ledger.lines(path)
        except (ledger.Unreadable, OSError) as error:
            raise Refused(f"{path}: {error} Without it, a withdrawn story could come back.") from error


def _require_empty() -> None:
    try:
        counts = {name: count for name, count in databases.contents().items() if name not in NO_DATA}
    except SQLAlchemyError as error:
        raise Refused(
            "The database that is there cannot be read. Give --replace to put the backup in its place."
        ) from error
    if counts:
        named = [f"{noun} {counts[noun]}" for noun in NOUNS if noun in counts]
        rest = sum(count for name, count in counts.items() if name not in NOUNS)
        lost = ", ".join([*named, f"other rows {rest}"] if rest else named)
        raise Refused(
            f"There is a shop in the database. All of this would be lost: {lost}. Give --replace if you mean it, and "
            "save it first with `flask operations backup`."
        )


def _note_withdrawals() -> bool:
    """Give the ledger whatever the database that is about to be replaced knows, for the case that the file was lost.

    Returns whether there is a database that tells stories and so could know.
    """
    try:
        with reading():
            withdrawing.write_missing_lines()
            return bool(db.session.scalar(select(exists().select_from(Story))))
    except SQLAlchemyError:  # there is no shop yet, or it is damaged
        return False


def _bring_up(manifest: Manifest) -> None:
    """Migrate what lies aside to the tables of this version."""
    with db.engine.connect() as connection:
        if connection.scalar(text("SELECT version_num FROM alembic_version")) != manifest.revision:
            raise Refused("The database in this backup is not of the revision that its manifest says.")
    if manifest.revision != _scripts().get_current_head():
        try:
            flask_migrate.upgrade()
        except (Exception, SystemExit) as error:  # whichever migration it was, nothing has been replaced
            raise Refused(
                f"The tables of this backup could not be brought to this version: {type(error).__name__}."
            ) from error


def _merge_ledgers(found: Archive, ledgers: Iterable[Path], work: Path) -> None:
    """Ours is never replaced by the older one: it is given the lines that it lacks."""
    if found.has(LEDGER):
        found.extract(LEDGER, work / LEDGER, moved=archive.ignore)
        _require_readable([work / LEDGER])
        ledgers = [work / LEDGER, *ledgers]
    for path in ledgers:
        ledger.merge(path)


def _make_safe() -> int:
    """Withdraw again, sign everybody out, let no page that was kept count as fresh. Returns how many stories."""
    with transaction() as session:
        again = withdrawing.replay(at=now())
        withdrawing.erase_ended(at=now())
        session.execute(delete(UserSession))
        session.execute(update(Generation).values(number=Generation.number + GENERATIONS))
        for group in sorted(set(GROUPS.values())):
            new = insert_or(Generation).values(group=group, number=GENERATIONS)
            session.execute(new.on_conflict_do_nothing())
    return again


def _pictures() -> list[Row]:
    with reading() as session:
        rows = session.execute(select(Picture.shelf, Picture.name, Picture.sha256).order_by(Picture.id))
        return [(row.shelf, row.name, row.sha256) for row in rows]


def _put_pictures(found: Archive, rows: Iterable[Row], drafts: Path, moved: Moved) -> tuple[int, list[str]]:
    put, missing = 0, list[str]()
    for shelf, name, sha256 in rows:
        called = archive.name_of(shelf, name)
        if archive.picture_of(called) is None:
            missing.append(called)
            continue
        target = file_of(settings.media_dir, shelf, name)
        if _sha256(target) == sha256:
            continue
        if found.has(called):
            draft = drafts / "draft"
            found.extract(called, draft, moved=moved)
            workplace.put(draft, target)
            put += 1
        elif not target.is_file():
            missing.append(called)
    return put, missing


def _put_audit_head(found: Archive, work: Path) -> Path | None:
    """The anchors that belong to the restored chain. Those that were there go on, under another name, as evidence."""
    kept = None
    if found.has(AUDIT_HEAD):
        draft = work / AUDIT_HEAD
        found.extract(AUDIT_HEAD, draft, moved=archive.ignore)
        if _sha256(draft) == _sha256(anchor.path()):
            return None
    if anchor.path().exists():
        kept = anchor.path().with_name(f"{AUDIT_HEAD}.before-{now():%Y%m%dT%H%M%SZ}")
        anchor.path().rename(kept)
    if found.has(AUDIT_HEAD):
        workplace.put(draft, anchor.path())
    return kept


def _remove_drawings_unknown_to(rows: Iterable[Row]) -> None:
    """A drawing that no row names could never be erased by its story's withdrawal."""
    shelf = settings.media_dir / Shelf.STORIES.value
    known = {file_of(settings.media_dir, where, name) for where, name, _ in rows if where is Shelf.STORIES}
    for file in shelf.rglob("*"):
        if file.is_file() and file not in known:
            file.unlink()


def _mark(found: Archive, work: Path) -> None:
    draft = work / UNFINISHED
    draft.write_text(found.seal)
    workplace.put(draft, settings.instance_dir / UNFINISHED)


def _is_unfinished(found: Archive) -> bool:
    """Whether a restore of this very archive was broken off after it had begun to replace the database."""
    try:
        return (settings.instance_dir / UNFINISHED).read_text() == found.seal
    except FileNotFoundError:
        return False


def _sha256(path: Path) -> str | None:
    if not path.is_file():
        return None
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS))


def _stories(count: int) -> str:
    return "1 story" if count == 1 else f"{count} stories"
