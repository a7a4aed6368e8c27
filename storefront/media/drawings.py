"""What may stand beside a story: a flat drawing, never a photograph.

The measure below stops photographs that were brought by mistake or in haste. It cannot tell what a drawing shows: that
no face and no place is in it is for the two people who approve the story.
"""

from __future__ import annotations

import re
from functools import reduce

from PIL import Image, ImageChops

from storefront.media.repainting import (
    PictureRefused,
    Repainted,
    encoded,
    opened,
    painted,
    refusing_what_is_broken,
    room,
)

# Looked at in squares of a picture whose longest side is at most `SIDE` pixels; taken out and not blended, so that a
# flat colour stays one colour.
SIDE, SQUARE = 1024, 32
PALETTE, OF_THE_PICTURE = 64, 0.7  # 64 colours cover seven tenths: no slow changes of colour, as of a sky
EVEN = 0.6  # of all neighbouring points are the same: no noise, and no dots that stand for colours
FEW, OF_A_SQUARE = 8, 0.5  # 8 colours cover half of a square; where they do not
MOST_RICH = 0.05  # of all squares, a photograph may be pasted in
MOST_COLOURS = 65_536

CAMERA_TAGS = {0x010F, 0x0110, 0x8825}  # EXIF: maker, model, GPS
EXIF_PART, LENS_TAGS = 0x8769, {0x829A, 0x829D, 0x8827, 0x9003, 0x920A, 0xA433, 0xA434}
CAMERA_WORDS = re.compile(rb"tiff:(?:Make|Model)\b|exif:(?:GPS|ExposureTime|FNumber|FocalLength|ISO)|aux:Lens")

PHOTOGRAPHS = "Photographs are refused for stories: a face, a room or a pair of hands can be recognised. "


class PhotographRefused(PictureRefused):
    """Raised for what is, or may be, a photograph."""

    def __init__(self, why: str) -> None:
        super().__init__(PHOTOGRAPHS + why)


def story_drawing(content: bytes) -> Repainted:
    """A drawing in flat colours, from a PNG or WebP file, repainted as PNG. Raises `PictureRefused`."""
    with room(), refusing_what_is_broken(), opened(content) as image:
        if image.format not in {"PNG", "WEBP"}:
            raise PhotographRefused("Please send a drawing, saved as PNG.")
        if _has_been_in_a_camera(image):
            raise PhotographRefused("This file carries the data of a camera.")
        pixels = painted(image)
        if not is_flat(pixels):
            raise PhotographRefused(
                "This looks like one. Please send a drawing in flat colours, saved as PNG by the drawing programme and "
                "not scaled afterwards."
            )
        return encoded(pixels, "PNG")


def is_flat(pixels: Image.Image) -> bool:
    """Whether a picture is made of even areas of few colours. A lens gives hardly two neighbouring points the same one.

    A photograph that was reduced to a few even areas by hand still passes.
    """
    small = pixels.convert("RGBA")
    if max(small.size) > SIDE:
        scale = SIDE / max(small.size)
        size = (max(1, round(small.width * scale)), max(1, round(small.height * scale)))
        small = small.resize(size, Image.Resampling.NEAREST)
    if _covered(small, PALETTE) < OF_THE_PICTURE or _even(small) < EVEN:
        return False
    rich = [_covered(square, FEW) < OF_A_SQUARE for square in _squares(small)]
    return sum(rich) <= MOST_RICH * len(rich)


def _even(image: Image.Image) -> float:
    """The share of points that look like their neighbour on the left, from 0 to 1."""
    if image.width < 2:
        return 1
    ours = image.crop((1, 0, image.width, image.height))
    bands = ImageChops.difference(ours, image.crop((0, 0, image.width - 1, image.height))).split()
    differing = reduce(ImageChops.lighter, bands)
    return differing.histogram()[0] / (differing.width * differing.height)


def _squares(image: Image.Image) -> list[Image.Image]:
    return [
        image.crop((left, top, min(left + SQUARE, image.width), min(top + SQUARE, image.height)))
        for top in range(0, image.height, SQUARE)
        for left in range(0, image.width, SQUARE)
    ]


def _covered(image: Image.Image, colours: int) -> float:
    """The share of the picture that its commonest colours make up, from 0 to 1; 0 if it has too many to count."""
    counts = sorted((count for count, _ in image.getcolors(MOST_COLOURS) or ()), reverse=True)
    return sum(counts[:colours]) / (image.width * image.height)


def _has_been_in_a_camera(image: Image.Image) -> bool:
    """EXIF that cannot be read counts as a camera's."""
    text = b"".join(
        value.encode("utf-8", "replace") if isinstance(value, str) else value
        for value in image.info.values()
        if isinstance(value, (str, bytes))
    )
    exif = image.getexif()
    return bool(CAMERA_TAGS & exif.keys() or LENS_TAGS & exif.get_ifd(EXIF_PART).keys() or CAMERA_WORDS.search(text))
