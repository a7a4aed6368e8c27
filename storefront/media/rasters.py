"""Pixels of our vector drawings, for programs that read no others. Drawn when first asked for, then kept as files."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

from sqlalchemy import Select, select
from structlog import get_logger

from storefront.media.files import file_of, put
from storefront.media.models import Picture, Shelf

LONGEST_SIDE = 1000  # pixels
MOST_BYTES = 1024 * 1024  # of a drawing
PATIENCE = 10  # seconds
AT_ONCE = 2  # drawings that one process draws at the same time; all other visitors keep their threads

# Drawing takes up to two seconds and holds the interpreter all the while, so another process does it. What a style
# inside the file says about dark screens is not followed: the light ground is drawn.
DRAW = """
import sys
from resvg_py import svg_to_bytes
side, pixels = sys.argv[1:]
drawing = sys.stdin.buffer.read().decode()
sys.stdout.buffer.write(svg_to_bytes(svg_string=drawing, skip_system_fonts=True, **{side: int(pixels)}))
"""

log = get_logger()
_room = threading.BoundedSemaphore(AT_ONCE)


class Busy(Exception):
    """Raised while as many drawings are being drawn as may be. Ask again in a second."""


class NotDrawn(Exception):
    """Raised when the file of a drawing is missing or cannot be drawn."""


def drawn_as(name: str) -> Select[Picture]:
    """The drawing whose raster twin goes by this name. Nothing of the stories' shelf, and nothing without a row."""
    return select(Picture).where(Picture.shelf == Shelf.PUBLIC, Picture.name == f"{name}.svg")


def raster(picture: Picture, *, media_dir: Path) -> Path:
    """The file with the pixels, its longer side `LONGEST_SIDE`.

    Raises `Busy`, `NotDrawn`, and `ValueError` for the drawing of a story.
    """
    if picture.shelf is not Shelf.PUBLIC:
        raise ValueError("a story's drawing is not public")
    target = media_dir / "rasters" / Path(picture.name).with_suffix(".png")
    if target.is_file():
        return target
    if not _room.acquire(blocking=False):
        raise Busy
    try:
        put(target, _draw(file_of(media_dir, picture.shelf, picture.name), picture))
    finally:
        _room.release()
    return target


def _draw(source: Path, picture: Picture) -> bytes:
    side = "width" if picture.width >= picture.height else "height"
    try:
        if source.stat().st_size > MOST_BYTES:
            raise NotDrawn("The drawing is too large.")
        return subprocess.run(  # noqa: S603  nothing of it comes from a visitor
            [sys.executable, "-I", "-c", DRAW, side, str(LONGEST_SIDE)],
            input=source.read_bytes(),
            capture_output=True,
            timeout=PATIENCE,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        log.error("not_drawn", error=type(error).__name__)
        raise NotDrawn("The drawing cannot be drawn.") from error
