"""Pictures that people bring: their pixels are painted into a fresh picture, and nothing else of the file is kept.

What a file is counts by its content, never by its name. Everything that does not fit is refused in words.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageCms, UnidentifiedImageError

from storefront.core.errors import ShopError

MOST_BYTES = 10_000_000
MOST_PIXELS = 24_000_000
LONGEST_SIDE = 12_000  # pixels
MOST_SCANS = 50  # of a progressive JPEG; a few hundred over a large picture keep a processor busy for minutes
MOST_SEGMENTS = 3000  # of a JPEG; the decoder keeps a note of each
MOST_PROFILE_BYTES = 4_000_000
TAKEN = ("PNG", "WEBP", "JPEG", "AVIF")
MODES = {"1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK"}  # eight bits a colour and fewer
ORIENTATION = 0x0112  # EXIF

# A picture of the largest kind takes about half a gigabyte while it is repainted.
AT_ONCE = 1  # pictures that one process repaints at the same time
PATIENCE = 5  # seconds that the next one waits

# As the decoder must turn it, by the value of EXIF's orientation.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip

_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")
_VECTOR = re.compile(rb"\s*(?:%PDF|%!PS|\xc5\xd0\xd3\xc6|\x1f\x8b|<\?xml|<!--|<!DOCTYPE|<svg|<)", re.IGNORECASE)
_room = threading.BoundedSemaphore(AT_ONCE)


class PictureRefused(ShopError):
    """Raised for a file that is not taken."""


class ManyAtOnce(PictureRefused):
    """Raised while as many pictures are being repainted as may be; the same file may be taken a moment later."""

    def __init__(self) -> None:
        super().__init__("Many pictures are being read just now. Please try again in a moment.")


@dataclass(frozen=True, slots=True)
class Repainted:
    """A picture of nothing but pixels. `sha256` is that of `content`; the same pixels give the same content."""

    content: bytes
    mimetype: str
    extension: str  # with its dot
    width: int
    height: int
    sha256: str


def repaint(content: bytes) -> Repainted:
    """PNG stays PNG; everything else becomes JPEG, or PNG where it is transparent. Raises `PictureRefused`."""
    with room(), refusing_what_is_broken(), opened(content) as image:
        pixels = painted(image)
        return encoded(pixels, "PNG" if image.format == "PNG" or pixels.mode == "RGBA" else "JPEG")


@contextmanager
def room() -> Iterator[None]:
    """Decode and encode inside of it only, so that memory is bounded. Raises `ManyAtOnce`."""
    if not _room.acquire(timeout=PATIENCE):
        raise ManyAtOnce
    try:
        yield
    finally:
        _room.release()


@contextmanager
def refusing_what_is_broken() -> Iterator[None]:
    """Whatever a decoder stumbles over, it becomes a sentence: the file comes from outside, and so does its error."""
    try:
        yield
    except ShopError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except Exception as error:
        raise PictureRefused("This picture is broken or incomplete. Please save it anew and try again.") from error


def opened(content: bytes) -> Image.Image:
    """The header of a picture, looked over before a pixel is decoded. Raises `PictureRefused` or a decoder's error."""
    if len(content) > MOST_BYTES:
        raise PictureRefused("This file is larger than 10 MB. Please make it smaller.")
    if _VECTOR.match(content.removeprefix(b"\xef\xbb\xbf")):
        raise PictureRefused(
            "Vector files are refused, because they can hold more than one sees. Please save the drawing as PNG."
        )
    if content.startswith(b"\xff\xd8") and _is_layered(content):
        raise PictureRefused("This JPEG is made of too many layers. Please save it anew and try again.")
    try:
        image = Image.open(BytesIO(content), formats=TAKEN)
    except UnidentifiedImageError as error:
        raise PictureRefused("This is no picture that we can take. Please send PNG, WebP, JPEG or AVIF.") from error
    if image.width * image.height > MOST_PIXELS or max(image.size) > LONGEST_SIDE:
        raise _too_large()
    if image.format != "MPO" and getattr(image, "n_frames", 1) != 1:  # MPO: the further ones are left behind
        raise PictureRefused("Moving pictures are refused. Please send a single one.")
    if image.mode not in MODES:
        raise PictureRefused("Please save this picture with eight bits for each colour and try again.")
    return image


def painted(image: Image.Image) -> Image.Image:
    """The pixels alone, upright and in sRGB: a fresh picture of mode RGB, or RGBA if some of it can be seen through."""
    see_through = image.has_transparency_data
    profile, turn = image.info.get("icc_profile"), _turn(image)
    image.load()
    pixels: Image.Image = image
    if pixels.mode in {"P", "PA", "LA", "1"} or (see_through and pixels.mode != "RGBA"):
        pixels = pixels.convert("RGBA" if see_through else "RGB")
    pixels = _in_srgb(pixels, profile).convert("RGBA" if see_through else "RGB")
    if turn is not None:
        pixels = pixels.transpose(turn)
    fresh = Image.new(pixels.mode, pixels.size)
    # A colour that nobody can see through full transparency could hold a second picture.
    fresh.paste(pixels, mask=pixels.getchannel("A").point(lambda a: 255 if a else 0) if see_through else None)
    return fresh


def encoded(pixels: Image.Image, kind: str) -> Repainted:
    """Write fresh pixels as `PNG` or `JPEG`, always in the same way."""
    target = BytesIO()
    if kind == "PNG":
        pixels.save(target, "PNG", compress_level=3)
    else:
        pixels.save(target, "JPEG", quality=90, subsampling=0, progressive=True)
    content = target.getvalue()
    return Repainted(
        content=content,
        mimetype=f"image/{kind.lower()}",
        extension=".png" if kind == "PNG" else ".jpg",
        width=pixels.width,
        height=pixels.height,
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _too_large() -> PictureRefused:
    return PictureRefused(
        "This picture has more than 24 million pixels, or a side of over 12,000. Please scale it down."
    )


def _is_layered(content: bytes) -> bool:
    """Whether a JPEG is gone over too often, or has too many parts. Markers stand between its segments only."""
    place, scans = 2, 0
    for _ in range(MOST_SEGMENTS):
        found = _MARKER.search(content, place)
        if not found or found[1] == b"\xd9":
            return False
        length = int.from_bytes(content[found.end() : found.end() + 2], "big")
        scans += found[1] == b"\xda"
        if scans > MOST_SCANS:
            return True
        place = found.end() + max(length, 2)
    return True


def _turn(image: Image.Image) -> Image.Transpose | None:
    try:
        return TURNS.get(image.getexif().get(ORIENTATION, 1))
    except Exception:  # EXIF that cannot be read turns nothing, and is not kept anyway
        return None


def _in_srgb(pixels: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours as the profile means them. One that is broken, or of another kind of colour, is passed over."""
    if not profile or len(profile) > MOST_PROFILE_BYTES:
        return pixels
    mode = "RGBA" if pixels.mode == "RGBA" else "RGB"
    try:
        meant = ImageCms.ImageCmsProfile(BytesIO(profile))
        return ImageCms.profileToProfile(pixels, meant, ImageCms.createProfile("sRGB"), outputMode=mode) or pixels
    except Exception:
        return pixels
