"""A folder for half-done work, readable by its owner alone, that nobody can take for a backup or a shop."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storefront.operations.archive import Refused

PREFIX = ".unfinished-"


@contextmanager
def opened(folder: Path) -> Iterator[Path]:
    """A new folder below `folder`, gone afterwards. One at a time: so whatever a killed process left can go first."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused(f"Another backup or restore is at work in {folder}. Wait until it has ended.") from error
        for left in folder.glob(f"{PREFIX}*"):
            shutil.rmtree(left)
        work = Path(tempfile.mkdtemp(prefix=PREFIX, dir=folder))
        try:
            yield work
        finally:
            shutil.rmtree(work)
    finally:
        os.close(lock)


def put(draft: Path, target: Path) -> None:
    """Give a file that is on the disk its name, in one step that a power cut cannot halve."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft.replace(target)
    flush_folder(target.parent)


def flush_folder(folder: Path) -> None:
    """Down to the disk: which names a folder holds."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
