"""The smaller files of pictures, the files of pictures that went, and files that no row speaks of."""

from typing import Any

from sqlalchemy import select, update

from storefront.core.clock import now
from storefront.db import reading, transaction
from storefront.jobs.promises import every, handles
from storefront.media.bringing import renew
from storefront.media.dropping import remove_files
from storefront.media.files import file_of
from storefront.media.models import Picture, Shelf
from storefront.media.renditions import make_renditions
from storefront.media.shelving import sweep_strays
from storefront.settings import settings


@handles("media.renditions")
def make_files(payload: dict[str, Any], outside: Any) -> None:
    """Nothing is open while the files are made. Of a picture that is deleted meanwhile nothing is left."""
    with reading() as session:
        public = Picture.id == payload["picture"], Picture.shelf == Shelf.PUBLIC
        name = session.scalar(select(Picture.name).where(*public))
    if name is None:
        return
    widths = make_renditions(file_of(settings.media_dir, Shelf.PUBLIC, name))
    with transaction() as session:
        written = update(Picture).where(Picture.name == name).values(widths=widths).returning(Picture.id)
        is_gone = session.execute(written).first() is None
    if is_gone:
        remove_files(settings.media_dir, name)


@handles("media.remove_files")
def remove(payload: dict[str, Any], outside: Any) -> None:
    """A drawing of the demonstration keeps its name: loaded again meanwhile, its file stays."""
    with reading() as session:
        is_back = session.scalar(select(Picture.id).where(Picture.name == payload["name"])) is not None
    if not is_back:
        remove_files(settings.media_dir, payload["name"])


@every("media.renditions", seconds=3600, lease_seconds=600)
def make_lost_files_again(outside: Any) -> None:
    with transaction():
        renew(settings.media_dir, at=now())


@every("media.sweep_strays", seconds=24 * 3600, lease_seconds=600)
def sweep(outside: Any) -> None:
    with reading():
        sweep_strays(settings.media_dir, at=now())
