"""Bringing a photograph for everybody to see: repainted, put on the public shelf, its smaller files promised.

Repainting takes seconds, so it comes before the transaction: `repainted = take(content)`, and `bring` inside it.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from storefront.db import db
from storefront.jobs.promises import promise
from storefront.media.files import file_of
from storefront.media.models import Picture, Shelf
from storefront.media.renditions import rendition_names
from storefront.media.repainting import Repainted, repaint
from storefront.media.shelving import FOLDER, shelve

take = repaint  # raises `PictureRefused`, and `ManyAtOnce` while as many pictures are being read as may be


def bring(repainted: Repainted, *, alt: str, media_dir: Path) -> Picture:
    """Shelve it in the running transaction. Until the job has made its smaller files it is shown as it is."""
    picture = shelve(repainted, shelf=Shelf.PUBLIC, alt=alt, media_dir=media_dir)
    db.session.flush()
    promise("media.renditions", {"picture": picture.id})
    return picture


def renew(media_dir: Path, *, at: datetime) -> int:
    """Promise the smaller files anew where some are lost, as after a restore: backups hold the masters alone.

    Once a day for each picture. Returns how many pictures lack files.
    """
    folder = file_of(media_dir, Shelf.PUBLIC, FOLDER)
    there = {f"{FOLDER}/{path.name}" for path in folder.glob("*")}
    made = select(Picture.id, Picture.name, Picture.widths).where(Picture.name.startswith(f"{FOLDER}/"))
    lacking = [
        row
        for row in db.session.execute(made.where(Picture.shelf == Shelf.PUBLIC))
        if row.name in there and not there.issuperset(rendition_names(row.name, row.widths))
    ]
    for row in lacking:
        promise("media.renditions", {"picture": row.id}, key=f"renditions:{row.name}:{at:%Y-%m-%d}")
    return len(lacking)
