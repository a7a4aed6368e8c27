"""The sizes and formats in which visitors get a photograph: small files made once from the repainted master."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path, PurePosixPath

from PIL import Image

from storefront.media.files import put
from storefront.media.repainting import MOST_PIXELS

WIDTHS = (320, 480, 720, 1080, 1600)  # pixels
EXTENSIONS = {"AVIF": ".avif", "WEBP": ".webp", "JPEG": ".jpg"}  # the smallest file first
GROUND = (0xFC, 0xFB, 0xF7)  # paper, behind what JPEG cannot leave see-through

# One thread each: the worker has one processor's share, and the same master always gives the same files.
OPTIONS = {
    "AVIF": {"quality": 60, "speed": 7, "max_threads": 1},
    "WEBP": {"quality": 78, "method": 4},
    "JPEG": {"quality": 80, "progressive": True, "optimize": True},
}


def widths_for(width: int) -> list[int]:
    """At most five widths in pixels, narrowest first, none wider than the master: its own stands for all those."""
    return sorted({min(each, width) for each in WIDTHS})


def rendition_name(name: str, width: int, kind: str) -> str:
    """`brought/x.0123456789.png` in 320 pixels as AVIF is `brought/x.0123456789.320.avif`."""
    return str(PurePosixPath(name).with_suffix(f".{width}{EXTENSIONS[kind]}"))


def rendition_names(name: str, widths: Iterable[int]) -> list[str]:
    """All files of a picture in these widths."""
    return [rendition_name(name, width, kind) for width in widths for kind in EXTENSIONS]


def make_renditions(master: Path) -> list[int]:
    """Write every rendition beside its master and return their widths in pixels. What is there already is left alone.

    Raises `OSError` when the master is missing or broken, `ValueError` when it is larger than any that we keep.
    """
    with Image.open(master, formats=("PNG", "JPEG")) as image:
        if image.width * image.height > MOST_PIXELS:
            raise ValueError("a master of too many pixels")
        width, height = image.size
        widths = widths_for(width)
        if all(master.with_name(name).is_file() for name in rendition_names(master.name, widths)):
            return widths
        image.draft(None, _scaled(width, height, widths[-1]))  # a JPEG is decoded no larger than needed
        pixels = _fresh(image, _scaled(width, height, widths[-1]))
    for each in reversed(widths):
        pixels = _fresh(pixels, _scaled(width, height, each))
        for kind in EXTENSIONS:
            put(master.with_name(rendition_name(master.name, each, kind)), _encoded(pixels, kind))
    return widths


def _scaled(width: int, height: int, to_width: int) -> tuple[int, int]:
    return to_width, max(1, round(height * to_width / width))


def _fresh(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The pixels alone in another size: what else the file held is not carried over."""
    small = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3)
    fresh = Image.new(small.mode, small.size)
    fresh.paste(small)
    return fresh


def _encoded(pixels: Image.Image, kind: str) -> bytes:
    if kind == "JPEG" and pixels.mode == "RGBA":
        ground = Image.new("RGB", pixels.size, GROUND)
        ground.paste(pixels, mask=pixels.getchannel("A"))
        pixels = ground
    target = BytesIO()
    pixels.save(target, kind, **OPTIONS[kind])
    return target.getvalue()
