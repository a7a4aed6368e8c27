"""Saving the shop while it runs: the database at one moment, the pictures it names, and what lies beside it."""

from __future__ import annotations

import os
import re
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select

from storefront.audit import anchor
from storefront.core.clock import now
from storefront.db import reading
from storefront.media.files import file_of
from storefront.media.models import Picture, Shelf
from storefront.operations import archive, workplace
from storefront.operations.archive import AUDIT_HEAD, DATABASE, LEDGER, Manifest, Moved, Refused, Writer
from storefront.operations.databases import Database, Moment
from storefront.settings import settings
from storefront.stories import ledger

MOST_DAYS = 30  # what storytellers and customers are promised
_OURS = re.compile(r"storefront-backup-[0-9]{8}T[0-9]{6}Z\.zip")


@dataclass(frozen=True, slots=True)
class Saved:
    """What was saved and where. `faults` are sentences: what is in the file, but not as it should be."""

    file: Path
    size: int
    seal: str
    manifest: Manifest
    faults: list[str]


def back_up(where: Path, *, database: Database, moved: Moved = archive.ignore) -> Saved:
    """Save the shop into a new file: `where` itself when it ends in `.zip`, else one named for the moment below it.

    Written aside and named at the very end, so that half a backup never looks like one. Raises `Refused`.
    """
    made_at = now().replace(microsecond=0)
    file = where.resolve()
    if file.suffix != ".zip":
        file = file / f"storefront-backup-{made_at:%Y%m%dT%H%M%SZ}.zip"
    if file.is_relative_to(settings.media_dir.resolve()):
        raise Refused("Not into the media folder: a web server may answer what lies there. Name another folder.")
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with workplace.opened(file.parent) as work:
        if file.exists():
            raise Refused(f"{file} is there already.")
        draft = work / "draft"
        with (
            os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as target,
            closing(Writer(target, made_at=made_at, moved=moved)) as writer,
        ):
            # The anchors first: they must not name links of the audit chain that the saved database does not have yet.
            _add_beside(writer, AUDIT_HEAD, anchor.path())
            with database.moment(work, moved=moved) as moment:
                with moment.dump() as dump:
                    writer.add(DATABASE[database.kind], dump, pack=database.kind == "sqlite")
                missing, changed = _add_pictures(writer, moment)
            # The ledger last: the more withdrawals it knows of, the better.
            _add_beside(writer, LEDGER, ledger.path())
            manifest = Manifest(
                made_at, database.kind, moment.revision, tuple(writer.entries), tuple(missing), tuple(changed)
            )
            seal = writer.finish(manifest)
        size = draft.stat().st_size
        workplace.put(draft, file)
    return Saved(file, size, seal, manifest, [*moment.faults, *_in_sentences(manifest)])


def delete_old(folder: Path, *, days: int, spare: Path) -> tuple[list[Path], list[Path]]:
    """Delete our backups that are older than this. Returns those that went, and those by name that cannot be read.

    Only plain files with a name that `back_up` gives and a manifest that says when they were made.
    """
    before, gone, unread = now() - timedelta(days=days), list[Path](), list[Path]()
    for file in sorted(folder.iterdir()):
        if not _OURS.fullmatch(file.name) or file.is_symlink() or not file.is_file() or file == spare:
            continue
        try:
            is_old = archive.made_at(file) < before
        except Refused:
            unread.append(file)
            continue
        if is_old:
            file.unlink()
            gone.append(file)
    return gone, unread


def _add_beside(writer: Writer, name: str, path: Path) -> None:
    """A file that others append to meanwhile: as much of it as there is now."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        writer.add(name, file)


def _add_pictures(writer: Writer, moment: Moment) -> tuple[list[str], list[str]]:
    missing, changed = list[str](), list[str]()
    for shelf, name, sha256 in moment.pictures:
        file = _open(shelf, name)
        if file is None:
            missing.append(archive.name_of(shelf, name))
            continue
        with file:
            if writer.add(archive.name_of(shelf, name), file).sha256 != sha256:
                changed.append(archive.name_of(shelf, name))
    if missing:  # a withdrawal since that moment takes its drawing away at once: nothing is amiss then
        with reading() as session:
            still = {
                archive.name_of(shelf, name) for shelf, name in session.execute(select(Picture.shelf, Picture.name))
            }
        missing = [name for name in missing if name in still]
    return missing, changed


def _open(shelf: Shelf, name: str) -> BinaryIO | None:
    path = file_of(settings.media_dir, shelf, name)
    if archive.picture_of(archive.name_of(shelf, name)) is None or not path.is_file():
        return None
    return path.open("rb")


def _in_sentences(manifest: Manifest) -> list[str]:
    return [
        *(f"Missing: the database names {name}, and there is no such file." for name in manifest.missing),
        *(
            f"Changed: {name} is not the file that the database knows; it was saved as it is."
            for name in manifest.changed
        ),
    ]
