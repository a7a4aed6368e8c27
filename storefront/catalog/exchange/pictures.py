"""Pictures that come with a table: a zip of them, each known by its file name, each painted anew before it counts."""

from __future__ import annotations

from collections.abc import Iterator

from storefront.catalog.exchange.zips import Entry, FileRefused, unpacked
from storefront.media.repainting import MOST_BYTES as MOST_OF_ONE

MOST_BYTES = 60_000_000  # packed, and unpacked: pictures are packed already
MOST_ENTRIES = 2_000
_BESIDE = ("__MACOSX/", ".DS_Store", "Thumbs.db")  # what computers put into archives by themselves


def pictures_of(archive: bytes) -> Iterator[Entry]:
    """The pictures of an archive by their names, not yet looked at. Raises `FileRefused`."""
    if len(archive) > MOST_BYTES:
        raise FileRefused(f"The archive of pictures is larger than {MOST_BYTES // 1_000_000} MB.")
    if not archive.startswith(b"PK"):
        raise FileRefused("The archive of pictures is no zip file.")
    for entry in unpacked(archive, most_entries=MOST_ENTRIES, most_bytes=MOST_BYTES, what="The archive of pictures"):
        if entry.name.startswith(_BESIDE) or entry.name.endswith(_BESIDE):
            continue
        if "/" in entry.name or "\\" in entry.name or not entry.name.isprintable() or len(entry.name) > 200:
            raise FileRefused(f"Put the pictures side by side into the archive, without folders: {entry.name[:80]}")
        if len(entry.content) > MOST_OF_ONE:
            raise FileRefused(f"{entry.name[:80]} is larger than {MOST_OF_ONE // 1_000_000} MB.")
        yield entry
