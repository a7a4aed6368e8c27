"""The demonstration's drawings on the shop's shelves: a file under `MEDIA_DIR` and a row for each that is used."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import select

from storefront.core import clock
from storefront.db import db
from storefront.demo.dataset import Dataset
from storefront.media.files import file_of, hashed, put
from storefront.media.models import Picture, Shelf
from storefront.stories.models import Channel
from storefront.stories.queries import visible

FOLDER = "demo"  # below each shelf; nothing but the demonstration's files lies there


class Gallery:
    """Hangs drawings. `added` counts new rows, `restored` counts files that were missing beside an old row."""

    def __init__(self, dataset: Dataset, media_dir: Path) -> None:
        self.dataset, self.media_dir = dataset, media_dir
        self.added = self.restored = 0
        rows = db.session.scalars(select(Picture).where(Picture.from_demonstration))
        self.rows = {row.name: row for row in rows}

    def hang(self, path: str) -> Picture:
        """The picture of this drawing, such as `partners/freeset.svg`; its file is written before the commit."""
        drawing, content = self.dataset.drawings[path], self._read(path)
        sha256 = hashlib.sha256(content).hexdigest()
        shelf = Shelf.STORIES if drawing["kind"] == "story" else Shelf.PUBLIC
        name = hashed(f"{FOLDER}/{path}", sha256)
        put(file_of(self.media_dir, shelf, name), content)
        if name not in self.rows:
            self.rows[name] = Picture(
                shelf=shelf,
                name=name,
                sha256=sha256,
                width=drawing["width"],
                height=drawing["height"],
                alt=drawing["alt"],
                from_demonstration=True,
            )
            db.session.add(self.rows[name])
            self.added += 1
        return self.rows[name]

    def restore(self) -> None:
        """Put back the files of rows that are in the shop already, for a media folder that was lost.

        The drawing of a story comes back only while the story may be shown: what was withdrawn stays erased.
        """
        told = visible(Channel.WEB_STORY, at=clock.now())
        shown = {words.story.drawing_id for words in db.session.scalars(told)}
        for path in self.dataset.drawings:
            content = self._read(path)
            row = self.rows.get(hashed(f"{FOLDER}/{path}", hashlib.sha256(content).hexdigest()))
            if row is not None and (row.shelf is Shelf.PUBLIC or row.id in shown):
                self.restored += put(file_of(self.media_dir, row.shelf, row.name), content)

    def _read(self, path: str) -> bytes:
        return (self.dataset.folder / "drawings" / path).read_bytes()


def sweep(media_dir: Path, keep: Iterable[Path]) -> int:
    """Remove the demonstration's files but those of `keep`, drafts included. Returns how many went."""
    kept, gone = set(keep), 0
    for shelf in Shelf:
        top = media_dir / shelf.value / FOLDER
        for path in sorted(top.rglob("*"), reverse=True):  # what is inside a folder comes before the folder
            if path.is_file() and path not in kept:
                path.unlink(missing_ok=True)
                gone += 1
            elif path.is_dir() and not any(path.iterdir()):
                path.rmdir()
        if top.is_dir() and not any(top.iterdir()):
            top.rmdir()
    return gone
