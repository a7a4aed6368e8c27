"""The file that a backup is: a zip archive that knows what belongs into it, and ends with the hash of all before it.

    database.sqlite or database.pgdump     the database, as it was at one moment
    media/public/..., media/stories/...    the files of the pictures that this database names
    audit-head, withdrawals                what lies beside the database, when it is there
    manifest.json                          format, moment, kind and revision of the database, size and SHA-256 of each

The last 64 bytes, the zip archive's own comment, are the SHA-256 of every byte before them. They tell damage from
soundness; whoever can write the file can write them too, so they do not tell who made it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo
from zlib import error as BadDeflate

from storefront.audit import anchor
from storefront.core.errors import ShopError
from storefront.media.models import Shelf
from storefront.stories import ledger

FORMAT = 1
KIND = "storefront backup"
MANIFEST, AUDIT_HEAD, LEDGER = "manifest.json", anchor.NAME, ledger.NAME
DATABASE = {"sqlite": "database.sqlite", "postgresql": "database.pgdump"}
SEAL = 64  # hexadecimal digits of a SHA-256
PIECE = 1 << 20
LARGEST_MANIFEST = 256 << 20
_UNREADABLE = (BadZipFile, BadDeflate, EOFError, NotImplementedError, RuntimeError, ValueError, KeyError, TypeError)

Moved = Callable[[int], None]  # is told how many bytes have just been read or written


class Refused(ShopError):
    """Raised when saving or bringing back would be wrong. Nothing has been changed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in the archive; `size` in bytes, `sha256` in hexadecimal digits."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is in an archive. `missing` and `changed` name the pictures that could not be saved as the database knows
    them: no file, or one with other bytes (which is in the archive as it was found).
    """

    made_at: datetime
    database: str
    revision: str
    files: tuple[Entry, ...]
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def entry(self, name: str) -> Entry | None:
        return next((entry for entry in self.files if entry.name == name), None)

    @property
    def pictures(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.files if entry.name.startswith("media/"))

    def as_json(self) -> bytes:
        facts = asdict(self) | {"kind": KIND, "format": FORMAT, "made_at": self.made_at.isoformat()}
        return json.dumps(facts, indent=1, sort_keys=True).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Manifest:
        """Raises `Refused` for a format that is newer, `ValueError`, `KeyError` or `TypeError` for anything else."""
        facts = json.loads(text)
        if facts["kind"] != KIND or type(facts["format"]) is not int:
            raise ValueError
        if facts["format"] > FORMAT:
            raise Refused("This backup was made by a newer version of the shop, whose format this version cannot read.")
        manifest = cls(
            made_at=datetime.fromisoformat(facts["made_at"]).astimezone(UTC),
            database=facts["database"],
            revision=str(facts["revision"]),
            files=tuple(Entry(**entry) for entry in facts["files"]),
            missing=tuple(map(str, facts["missing"])),
            changed=tuple(map(str, facts["changed"])),
        )
        names = [entry.name for entry in manifest.files]
        if len(set(names)) < len(names) or DATABASE[manifest.database] not in names:
            raise ValueError
        for name in names:
            if name not in {DATABASE[manifest.database], AUDIT_HEAD, LEDGER} and picture_of(name) is None:
                raise Refused(f"This backup names a file that does not belong into one: {name!r}.")
        return manifest


def name_of(shelf: Shelf, name: str) -> str:
    """How the file of a picture is called in the archive."""
    return f"media/{shelf.value}/{name}"


def picture_of(name: str) -> tuple[Shelf, str] | None:
    """Shelf and name of the picture whose file this is; None for anything that could lead out of the media folder."""
    top, _, rest = name.partition("/")
    shelf, _, path = rest.partition("/")
    plain = path != "" and str(PurePosixPath(path)) == path and not re.search(r"[\\\x00-\x1f:]|^/", path)
    if top != "media" or shelf not in set(Shelf) or not plain or ".." in PurePosixPath(path).parts or path == ".":
        return None
    return Shelf(shelf), path


class Writer:
    """Writes an archive into an open file, piece by piece."""

    def __init__(self, file: BinaryIO, *, made_at: datetime, moved: Moved) -> None:
        self.file, self.made_at, self.moved = file, made_at, moved
        self.zip = ZipFile(file, "w", allowZip64=True)
        self.entries: list[Entry] = []

    def add(self, name: str, source: IO[bytes], *, pack: bool = False) -> Entry:
        """Copy a stream to its end; `pack` makes it smaller on the way."""
        size, digest = 0, hashlib.sha256()
        with self.zip.open(self._info(name, pack=pack), "w", force_zip64=True) as target:
            while piece := source.read(PIECE):
                target.write(piece)
                digest.update(piece)
                size += len(piece)
                self.moved(len(piece))
        entry = Entry(name, size, digest.hexdigest())
        self.entries.append(entry)
        return entry

    def finish(self, manifest: Manifest) -> str:
        """Write the manifest and the seal, down to the disk. Returns the seal."""
        self.zip.writestr(self._info(MANIFEST, pack=True), manifest.as_json())
        self.zip.comment = b"0" * SEAL
        self.zip.close()
        self.file.flush()
        seal = _seal(self.file, self.moved)
        self.file.seek(-SEAL, os.SEEK_END)
        self.file.write(seal.encode())
        self.file.flush()
        os.fsync(self.file.fileno())
        return seal

    def close(self) -> None:
        """For an archive that was not finished: it stays one that nobody can open."""
        self.zip.close()

    def _info(self, name: str, *, pack: bool) -> ZipInfo:
        info = ZipInfo(name, self.made_at.timetuple()[:6])
        info.compress_type = ZIP_DEFLATED if pack else ZIP_STORED
        info.external_attr = 0o600 << 16
        return info


class Archive:
    """An archive of which every byte has been checked."""

    def __init__(self, file: ZipFile, manifest: Manifest, seal: str) -> None:
        self._zip, self.manifest, self.seal = file, manifest, seal

    def has(self, name: str) -> bool:
        return self.manifest.entry(name) is not None

    def extract(self, name: str, target: Path, *, moved: Moved) -> None:
        """Write one file down to the disk. Raises `Refused` when its bytes are no longer those that were checked."""
        entry = self.manifest.entry(name)
        assert entry is not None
        with target.open("xb") as file:
            if not _copy(self._zip, entry, file, moved):
                raise Refused("The backup was changed while it was being read.")
            file.flush()
            os.fsync(file.fileno())


@contextmanager
def opened(path: Path, *, moved: Moved) -> Iterator[Archive]:
    """An archive, checked from the first byte to the last. Raises `Refused` with the sentence that says what is wrong.

    The file stays open, so that what was checked is what is read afterwards.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.") from error
    with file:
        seal, found = _seal(file, moved), _last(file)
        if seal != found:
            raise Refused(f"{path} is not a backup of this shop, or it is damaged: its checksum is not right.")
        try:
            with ZipFile(file) as zip_:
                manifest = _manifest(zip_)
                _require_files(zip_, manifest, moved)
        except _UNREADABLE as error:
            raise Refused(f"{path} is not a backup of this shop, or it is damaged.") from error
        with ZipFile(file) as zip_:
            yield Archive(zip_, manifest, seal)


def made_at(path: Path) -> datetime:
    """The moment that an archive says it was made at, without checking the rest. Raises `Refused` if it says none."""
    try:
        with ZipFile(path) as zip_:
            return _manifest(zip_).made_at
    except (*_UNREADABLE, OSError) as error:
        raise Refused(f"{path} cannot be read.") from error


def _manifest(zip_: ZipFile) -> Manifest:
    info = zip_.getinfo(MANIFEST)
    if info.file_size > LARGEST_MANIFEST:
        raise ValueError
    with zip_.open(info) as file:
        return Manifest.from_json(file.read(LARGEST_MANIFEST))


def _require_files(zip_: ZipFile, manifest: Manifest, moved: Moved) -> None:
    names = [info.filename for info in zip_.infolist()]
    if sorted(names) != sorted([MANIFEST, *(entry.name for entry in manifest.files)]):
        raise ValueError
    for entry in manifest.files:
        if not _copy(zip_, entry, None, moved):
            raise ValueError


def _copy(zip_: ZipFile, entry: Entry, target: IO[bytes] | None, moved: Moved) -> bool:
    """Read a file to its end, never further than it may be long. Returns whether it is the one that was promised."""
    size, digest = 0, hashlib.sha256()
    with zip_.open(entry.name) as source:
        while size <= entry.size and (piece := source.read(PIECE)):
            size += len(piece)
            digest.update(piece)
            if target is not None:
                target.write(piece)
            moved(len(piece))
    return size == entry.size and digest.hexdigest() == entry.sha256


def _seal(file: BinaryIO, moved: Moved) -> str:
    left = file.seek(0, os.SEEK_END) - SEAL
    file.seek(0)
    digest = hashlib.sha256()
    while left > 0 and (piece := file.read(min(PIECE, left))):
        left -= len(piece)
        digest.update(piece)
        moved(len(piece))
    return digest.hexdigest()


def _last(file: BinaryIO) -> str:
    file.seek(-min(SEAL, file.seek(0, os.SEEK_END)), os.SEEK_END)
    return file.read().decode("ascii", "replace")


def in_words(size: int) -> str:
    """A number of bytes as people read it, such as `3.4 MB`."""
    amount: float = size
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def ignore(size: int) -> None:
    """For whoever need not be told how far it is."""
