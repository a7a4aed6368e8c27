"""Opening a zip from outside: its directory and its content are counted as they are read, for headers lie."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from storefront.core.errors import ShopError

_DIRECTORY_ENTRY = b"PK\x01\x02"
_AT_ONCE = 65536  # bytes
_SMALL = 1_000_000  # bytes below which it does not matter how tightly something was packed
MOST_RATIO = 100


class FileRefused(ShopError):
    """Raised for a file that cannot be read, or must not be, with the reason in words."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in a zip, unpacked. `name` is only ever compared and shown, never opened."""

    name: str
    content: bytes


def unpacked(content: bytes, *, most_entries: int, most_bytes: int, what: str) -> Iterator[Entry]:
    """Every file of a zip, in its order; folders are passed over. Raises `FileRefused`.

    `what` is how the whole is called in the refusal: "This spreadsheet".
    """
    try:
        yield from _unpacked(content, most_entries=most_entries, most_bytes=most_bytes, what=what)
    except ShopError:
        raise
    except Exception as error:  # whatever a broken zip makes the reader stumble over
        raise FileRefused(f"{what} is broken or incomplete. Please save it anew and try again.") from error


def _unpacked(content: bytes, *, most_entries: int, most_bytes: int, what: str) -> Iterator[Entry]:
    # Before the directory is read into memory: it may hold more entries than it says.
    if content.count(_DIRECTORY_ENTRY) > most_entries:
        raise FileRefused(f"{what} holds more than {most_entries} files.")
    total, names = 0, set()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for each in archive.infolist():
            if each.is_dir():
                continue
            if each.flag_bits & 0x1:
                raise FileRefused(f"{what} is locked with a password. Please take the password off.")
            if stat.S_ISLNK(each.external_attr >> 16):
                raise FileRefused(f"{what} holds a link to another file: {each.filename[:80]}")
            if each.filename in names:
                raise FileRefused(f"{what} holds two files of one name: {each.filename[:80]}")
            names.add(each.filename)
            parts: list[bytes] = []
            with archive.open(each) as file:
                size = 0
                while part := file.read(_AT_ONCE):
                    size, total = size + len(part), total + len(part)
                    if total > most_bytes:
                        raise FileRefused(f"{what} is larger than {most_bytes // 1_000_000} MB once it is unpacked.")
                    if size > _SMALL and size > MOST_RATIO * max(each.compress_size, 1):
                        raise FileRefused(f"{what} is packed so tightly that it cannot be what it says.")
                    parts.append(part)
            whole = b"".join(parts)
            if whole.startswith(b"PK\x03\x04"):
                raise FileRefused(f"{what} holds another packed file: {each.filename[:80]}")
            yield Entry(each.filename, whole)
