"""The withdrawal ledger: a file beside the database that remembers who took a story back, whatever becomes of the rows.

Appended in the transaction of the withdrawal, before it is committed: if the commit then fails, the next round finds
the line and withdraws, which is the side to err on. A restored backup is older than the ledger, so it is read again
before the shop answers. Every machine has a file of its own in its instance folder; a round brings each up to date
with the database they share. A line holds references, a hash of the address and a time, and nothing of the story.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from structlog import get_logger

from storefront.settings import settings
from storefront.stories.models import Channel

NAME = "withdrawals"
ALL, HIDDEN, SHOWN_AGAIN = "all", "hidden", "shown again"


class Unreadable(Exception):
    """Raised when a line of the ledger is not one: nobody knows then which stories were withdrawn."""


@dataclass(frozen=True, slots=True)
class Line:
    """`channel` is the one that was closed, "all" for the whole story, or "hidden" and "shown again" for proceedings.

    `address` is the hash of the page's address, `language` the one in which alone a channel was closed.
    """

    story: str
    channel: str
    at: str
    address: str | None = None
    language: str | None = None

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)


def path() -> Path:
    return settings.instance_dir / NAME


def append(line: Line) -> None:
    """Write a line at the end of the file, down to the disk. The same line twice means the same.

    A file that cannot be written stops nobody from taking a story back: a round finds what is missing in the database.
    """
    try:
        _write([line])
    except OSError as error:
        get_logger().error("withdrawal_ledger_not_written", error=type(error).__name__)


def lines(file: Path | None = None) -> list[Line]:
    """Every line, in the file's order. Raises `Unreadable`; the torn end that a power cut leaves is passed over."""
    try:
        content = (file or path()).read_bytes()
    except FileNotFoundError:
        return []
    return list(_read(content))


def merge(other: Path) -> int:
    """Add the lines of another ledger that this one lacks. Returns how many."""
    known = set(lines())
    missing = [line for line in dict.fromkeys(lines(other)) if line not in known]
    if missing:
        _write(missing)
    return len(missing)


def _read(content: bytes) -> Iterator[Line]:
    whole, _, torn = content.rpartition(b"\n")
    for number, text in enumerate(whole.split(b"\n"), 1):
        if not text:
            continue
        try:
            line = Line(**json.loads(text))
            if line.channel not in (ALL, HIDDEN, SHOWN_AGAIN):
                Channel(line.channel)
            if line.moment.tzinfo is None:
                raise ValueError
        except (ValueError, TypeError) as error:
            raise Unreadable(f"Line {number} of the withdrawal ledger cannot be read.") from error
        yield line
    if torn.endswith(b"}"):  # all of it but the line feed reached the disk
        yield from _read(torn + b"\n")


def _without_torn_end(content: bytes) -> bytes:
    """Half a line was never answered as written, and no reader counts it; in the middle it would stop every reader."""
    whole, feed, torn = content.rpartition(b"\n")
    return content if torn.endswith(b"}") else whole + feed


def _write(new: list[Line]) -> None:
    text = "".join(
        f"{json.dumps({name: value for name, value in asdict(line).items() if value is not None}, sort_keys=True)}\n"
        for line in new
    ).encode()
    path().parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path(), os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)  # what looks torn is then no line that another process is writing
        kept = _without_torn_end(os.pread(file, os.fstat(file).st_size, 0))
        os.ftruncate(file, len(kept))
        if kept and not kept.endswith(b"\n"):
            text = b"\n" + text
        if os.write(file, text) != len(text):
            raise OSError(errno.ENOSPC, "the withdrawal ledger could not be written")
        os.fsync(file)
    finally:
        os.close(file)
    folder = os.open(path().parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
