"""Putting a repainted picture on a shelf: a file with a name that tells nothing, and its row."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from storefront.core.refs import new_reference
from storefront.db import db
from storefront.media.files import file_of, hashed, put
from storefront.media.models import Picture, Shelf
from storefront.media.repainting import Repainted

FOLDER = "brought"  # below each shelf; nothing but repainted pictures lies there
STRAY_AFTER = timedelta(days=1)  # longer than any transaction


def shelve(repainted: Repainted, *, shelf: Shelf, alt: str, media_dir: Path) -> Picture:
    """Write the file, and its row in the running transaction.

    Every call makes a picture of its own, so that erasing one never takes another's file along. If the transaction is
    rolled back the file is left without a row: nothing leads to its random name, and `sweep_strays` removes it.
    """
    name = hashed(f"{FOLDER}/{new_reference(20).lower()}{repainted.extension}", repainted.sha256)
    put(file_of(media_dir, shelf, name), repainted.content)
    picture = Picture(
        shelf=shelf, name=name, sha256=repainted.sha256, width=repainted.width, height=repainted.height, alt=alt
    )
    db.session.add(picture)
    return picture


def sweep_strays(media_dir: Path, *, at: datetime) -> int:
    """Remove files of `shelve` that have been without a row for a day, their renditions and drafts of files too.

    Returns how many files went.
    """
    kept = {(shelf, _stem(name)) for shelf, name in db.session.execute(select(Picture.shelf, Picture.name))}
    gone, latest = 0, (at - STRAY_AFTER).timestamp()
    for shelf in Shelf:
        for path in (media_dir / shelf.value / FOLDER).glob("*"):
            if (shelf, _stem(f"{FOLDER}/{path.name}")) not in kept and path.stat().st_mtime <= latest:
                path.unlink(missing_ok=True)
                gone += 1
    return gone


def _stem(name: str) -> str:
    """What the names of a picture and of all its renditions begin with: `brought/x.0123456789`."""
    return ".".join(name.split(".")[:2])
