"""Beside a story stands a flat drawing: photographs, camera files and vector files are refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from io import BytesIO

import pytest
from PIL import Image, ImageFilter

from storefront.media.drawings import PhotographRefused, is_flat, story_drawing
from storefront.media.repainting import PictureRefused
from tests.media.files import DRAWINGS, XMP, camera_exif, drawn, noise, photograph, png_text, saved

STORIES = sorted(path.relative_to(DRAWINGS).as_posix() for path in (DRAWINGS / "stories").glob("*.svg"))
TALL, ROUND = Image.linear_gradient("L"), Image.radial_gradient("L")


def with_a_photograph(share: float) -> Image.Image:
    image = drawn(STORIES[0]).copy()
    side = int((image.width * image.height * share) ** 0.5)
    image.paste(photograph((side, side)), (300, 40))
    return image


PHOTOGRAPHS: dict[str, Callable[[], Image.Image]] = {
    "grain": photograph, "grey": lambda: photograph().convert("L"), "noise": lambda: noise((900, 600), 12), "faint noise": lambda: noise((900, 600), 1),
    "grey noise": lambda: Image.effect_noise((900, 600), 1), "sky": lambda: TALL.resize((1200, 800), Image.Resampling.BICUBIC),
    "large sky": lambda: TALL.resize((3000, 2000), Image.Resampling.BICUBIC), "lamp": lambda: ROUND.resize((1200, 1200), Image.Resampling.BICUBIC),
    "colours": lambda: Image.merge("RGB", (TALL, TALL.rotate(90), ROUND)), "small": lambda: photograph((90, 60)),
    "out of focus": lambda: noise((300, 200), 90).resize((1200, 800)).filter(ImageFilter.GaussianBlur(25)),
    "was a jpeg": lambda: Image.open(BytesIO(saved(photograph(), "JPEG", quality=40))).convert("RGB"),
    "256 colours": lambda: photograph().quantize(256).convert("RGB"), "black and white dots": lambda: photograph().convert("1").convert("RGB"),
    "pasted in": lambda: with_a_photograph(0.1), "see-through": lambda: _veiled(photograph()),
}  # fmt: skip


def _veiled(image: Image.Image) -> Image.Image:
    image.putalpha(200)
    return image


@pytest.mark.parametrize("name", STORIES)
def test_the_shops_own_drawings_are_taken(name: str) -> None:
    repainted = story_drawing(saved(drawn(name), "PNG"))
    assert (repainted.mimetype, repainted.width) == ("image/png", 1200)


def test_webp_without_loss_is_taken_and_becomes_png() -> None:
    image = drawn(STORIES[0])
    assert story_drawing(saved(image, "WEBP", lossless=True)) == story_drawing(saved(image, "PNG"))


def test_a_drawing_keeps_its_transparency() -> None:
    image = drawn(STORIES[0]).convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 400, 200))
    assert Image.open(BytesIO(story_drawing(saved(image, "PNG")).content)).getpixel((5, 5)) == (0, 0, 0, 0)


def test_very_small_and_very_plain_drawings() -> None:
    for size in ((1, 1), (1, 900), (900, 1), (40, 40)):
        assert is_flat(Image.new("RGB", size, "teal"))


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_what_looks_like_a_photograph_is_refused(name: str) -> None:
    with pytest.raises(PhotographRefused, match=r"Photographs are refused for stories.*This looks like one"):
        story_drawing(saved(PHOTOGRAPHS[name](), "PNG", compress_level=1))


def test_neither_is_one_saved_as_webp() -> None:
    with pytest.raises(PhotographRefused, match="This looks like one"):
        story_drawing(saved(photograph(), "WEBP", method=0))


@pytest.mark.parametrize("kind", ["JPEG", "AVIF", "MPO"])
def test_files_for_photographs_are_refused_even_for_drawings(kind: str) -> None:
    with pytest.raises(PhotographRefused, match="Please send a drawing, saved"):
        story_drawing(saved(drawn(STORIES[0], 300), kind))


CAMERAS = {
    "png exif": partial(saved, drawn(STORIES[0]), "PNG", exif=camera_exif()), "webp exif": partial(saved, drawn(STORIES[0]), "WEBP", lossless=True, method=0, exif=camera_exif()),
    "webp xmp": partial(saved, drawn(STORIES[0]), "WEBP", lossless=True, method=0, xmp=XMP.replace(b"Kolkata", b"<tiff:Make>M</tiff:Make>")),
}  # fmt: skip


@pytest.mark.parametrize("name", CAMERAS)
def test_the_data_of_a_camera_are_refused(name: str) -> None:
    with pytest.raises(PhotographRefused, match="data of a camera"):
        story_drawing(CAMERAS[name]())


def test_what_a_drawing_programme_writes_is_taken_and_left_out() -> None:
    exif = Image.Exif()
    exif[0x0131] = "A drawing programme"
    plain = saved(drawn(STORIES[0]), "PNG")
    assert story_drawing(saved(drawn(STORIES[0]), "PNG", exif=exif, pnginfo=png_text())) == story_drawing(plain)


@pytest.mark.parametrize("content", [b"<svg/>", b"%PDF-1.7", b"\x1f\x8b\x08\0"], ids=["svg", "pdf", "svgz"])
def test_vector_files_are_refused(content: bytes) -> None:
    with pytest.raises(PictureRefused, match="Vector files are refused"):
        story_drawing(content)


@pytest.mark.parametrize(
    "content", [b"", b"GIF89a", saved(drawn(STORIES[0], 300), "PNG")[:900]], ids=["nothing", "gif", "cut"]
)
def test_broken_files_are_refused_in_words(content: bytes) -> None:
    with pytest.raises(PictureRefused):
        story_drawing(content)
