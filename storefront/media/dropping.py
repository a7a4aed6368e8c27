"""Taking a public picture away: its row in the transaction, its files by a job once that has held."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from storefront.db import db
from storefront.jobs.promises import promise
from storefront.media.files import file_of
from storefront.media.models import Picture, Shelf


def drop_unused(picture: Picture) -> bool:
    """Delete a picture that no row of any table points to, in the running transaction. Returns whether it went.

    The database itself is asked, which knows every table and waits for whoever hangs the picture up in this moment.
    Raises `ValueError` for the drawing of a story, which goes with its story.
    """
    if picture.shelf is not Shelf.PUBLIC:
        raise ValueError("a story's drawing is not public")
    name = picture.name
    try:
        with db.session.begin_nested():
            db.session.execute(delete(Picture).where(Picture.id == picture.id))
    except IntegrityError:
        return False
    promise("media.remove_files", {"name": name})
    return True


def remove_files(media_dir: Path, name: str) -> None:
    """Remove the file of a public picture, and every rendition of it. With nothing left to remove, nothing happens."""
    master = file_of(media_dir, Shelf.PUBLIC, name)
    for path in master.parent.glob(f"{master.stem}.*"):
        path.unlink(missing_ok=True)
