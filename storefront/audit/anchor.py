"""What a database cannot say of itself: how long the chain was, and how it ended, kept in a file beside it.

Whoever can write to the database can take away the last lines together with their links, or write the whole chain
anew, and what is left is sound. So after every round the linker appends the position and hash of the chain's head to
`audit-head` in the instance folder, and `flask audit verify` looks every one of them up in the chain.

If the file is lost, the chain can still be checked within itself, but not whether its end was cut off or the whole of
it written anew up to then. The linker begins a new file, and verify says so until somebody has put the old file, or a
copy of it, back in front; the first line of a whole file is position 0. Whoever has compared the chain with another
copy, or accepts the loss, writes that line back: `0`, sixty-four zeros and a time.

It protects only as far as the database's attacker cannot write to it. Keep a copy where she cannot: take the folder
into the backup, print `flask audit head` every day or mail it to somebody outside, and on a file system that knows it
make the file append-only (`chattr +a`). Every machine that runs a worker has a file of its own; verify there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from storefront.settings import settings

NAME = "audit-head"
GENESIS = "0" * 64  # what the first link names as the one before
_WHOLE = re.compile(rb"([0-9]{1,18}) ([0-9a-f]{64}) ([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z)")
# A power cut may leave the beginning of a line. Nothing was promised by it, and the next line starts anew.
_TORN = re.compile(rb"[0-9]{1,18}( [0-9a-f]{0,63}| [0-9a-f]{64}( [0-9T:-]{0,19})?)?")


@dataclass(frozen=True, slots=True)
class Head:
    """The last link of a chain: how many there are, and the hash over all of them."""

    position: int
    hash: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """A line of the file: a head, when it was the head, and the number of the line."""

    head: Head | None  # None for a line that cannot be read
    at: str
    number: int


def path() -> Path:
    return settings.instance_dir / NAME


def begin(at: datetime) -> None:
    """Start the file before the chain has its first link, so that a file which begins later is known to be a new one.

    A file that is there is left as it is.
    """
    if not path().exists():
        append(Head(0, GENESIS), at)


def append(head: Head, at: datetime) -> None:
    """Write a head at the end of the file, down to the disk."""
    line = f"{head.position} {head.hash} {at:%Y-%m-%dT%H:%M:%SZ}\n".encode()
    path().parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path(), os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(file).st_size
        if size and os.pread(file, 1, size - 1) != b"\n":
            line = b"\n" + line
        os.write(file, line)
        os.fsync(file)
    finally:
        os.close(file)
    folder = os.open(path().parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def newest() -> int | None:
    """The position that the file's last whole line names; None without a file or such a line near its end."""
    try:
        with path().open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - 1000))
            found = [whole for line in file.read().split(b"\n") if (whole := _WHOLE.fullmatch(line))]
    except FileNotFoundError:
        return None
    return int(found[-1][1]) if found else None


@contextmanager
def opened() -> Iterator[Iterator[Anchor]]:
    """The anchors that are there at this moment, in the file's order; none when there is no file."""
    try:
        file = path().open("rb")
    except FileNotFoundError:
        yield iter(())
        return
    with file:
        yield _anchors(file, os.fstat(file.fileno()).st_size)


def _anchors(file: Iterator[bytes], size: int) -> Iterator[Anchor]:
    for number, line in enumerate(file, 1):
        size -= len(line)
        if size < 0:
            return
        text = line.rstrip(b"\n")
        if whole := _WHOLE.fullmatch(text):
            yield Anchor(Head(int(whole[1]), whole[2].decode()), whole[3].decode(), number)
        elif text and not _TORN.fullmatch(text):
            yield Anchor(None, "", number)
