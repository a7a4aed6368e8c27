"""Doing away with a drawing that stood beside a story: its row and its file."""

from __future__ import annotations

from sqlalchemy import delete, exists, select

from storefront.db import Base, db
from storefront.media.files import file_of
from storefront.media.models import Picture
from storefront.settings import settings


def discard(picture: Picture) -> None:
    """Erase a picture that nothing shows any more. Called last of all in a transaction, when its story has let go.

    No rollback brings a file back; and it goes before the commit, so that no crash leaves it lying.
    """
    if not _is_used(picture):
        db.session.execute(delete(Picture).where(Picture.id == picture.id))
        file_of(settings.media_dir, picture.shelf, picture.name).unlink(missing_ok=True)


def _is_used(picture: Picture) -> bool:
    """Whether any row of any table still shows it."""
    keys = (
        key.parent
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column is Picture.__table__.c.id
    )
    return any(db.session.scalar(select(exists().where(column == picture.id))) for column in keys)
