"""What is stored of a picture is its pixels; what does not fit is refused in words, whatever it is."""

from __future__ import annotations

import struct
import zlib
from functools import partial
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from PIL import Image, ImageCms

from storefront.core.errors import ShopError
from storefront.media import repainting
from storefront.media.repainting import PictureRefused, repaint
from tests.media.files import SECRET, XMP, camera_exif, chunk, flat, noise, png_of, png_text, saved, with_iptc

PNG, JPEG = saved(flat(), "PNG"), saved(flat(), "JPEG")
WEBP, AVIF = saved(flat(), "WEBP"), saved(flat(), "AVIF")
FRAMES = [flat(), flat().rotate(180)]
ANIMATED = {kind: saved(FRAMES[0], kind, save_all=True, append_images=FRAMES[1:]) for kind in ("PNG", "WEBP", "AVIF")}


def shown(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


@pytest.mark.parametrize(
    ("content", "mimetype", "extension"),
    [(PNG, "image/png", ".png"), (JPEG, "image/jpeg", ".jpg"), (WEBP, "image/jpeg", ".jpg"), (AVIF, "image/jpeg", ".jpg")],
    ids=["png", "jpeg", "webp", "avif"],
)  # fmt: skip
def test_each_kind_is_repainted(content: bytes, mimetype: str, extension: str) -> None:
    repainted = repaint(content)
    image = shown(repainted.content)
    assert (repainted.mimetype, repainted.extension) == (mimetype, extension)
    assert (repainted.width, repainted.height) == image.size == (60, 40)
    assert image.get_format_mimetype() == mimetype  # type: ignore[attr-defined]
    for seen, meant in zip(image.convert("RGB").getpixel((50, 30)), (200, 90, 40), strict=True):  # type: ignore[arg-type]
        assert abs(seen - meant) <= 6
    assert repaint(content) == repainted


CARRIERS = {
    "jpeg exif": partial(saved, flat(), "JPEG", exif=camera_exif()), "jpeg xmp": partial(saved, flat(), "JPEG", xmp=XMP),
    "jpeg iptc, comment, tail": lambda: with_iptc(JPEG), "jpeg comment": partial(saved, flat(), "JPEG", comment=SECRET),
    "png text": partial(saved, flat(), "PNG", pnginfo=png_text()), "png exif": partial(saved, flat(), "PNG", exif=camera_exif()),
    "png own chunk": lambda: PNG[:33] + chunk(b"prIv", SECRET) + PNG[33:], "png tail": lambda: PNG + SECRET,
    "webp exif": partial(saved, flat(), "WEBP", exif=camera_exif()), "webp xmp": partial(saved, flat(), "WEBP", xmp=XMP),
    "avif exif": partial(saved, flat(), "AVIF", exif=camera_exif()), "avif xmp": partial(saved, flat(), "AVIF", xmp=XMP),
    "profile": partial(saved, flat(), "PNG", icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + SECRET),
}  # fmt: skip


@pytest.mark.parametrize("name", CARRIERS)
def test_nothing_but_pixels_is_left(name: str) -> None:
    content = CARRIERS[name]()
    unpacked = content + b"".join(_unpacked(content))
    assert SECRET in unpacked, "the test carries what it looks for"
    repainted = repaint(content).content
    for mark in (
        SECRET,
        b"Exif",
        b"GPS",
        b"http://ns.adobe",
        b"xmpmeta",
        b"8BIM",
        b"Photoshop",
        b"ICC_PROFILE",
        b"Maker",
        b"tEXt",
        b"zTXt",
        b"iTXt",
        b"eXIf",
        b"iCCP",
        b"prIv",
    ):
        assert mark not in repainted
    image = shown(repainted)
    image.load()
    assert not dict(image.getexif())
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}


def _unpacked(content: bytes) -> list[bytes]:
    found = []
    for place in range(len(content) - 1):
        if content[place] == 0x78:
            try:
                found.append(zlib.decompressobj().decompress(content[place:], 100_000))
            except zlib.error:
                continue
    return found


def test_the_same_pixels_give_the_same_bytes_whatever_came_along() -> None:
    plain = repaint(PNG)
    assert repaint(CARRIERS["png text"]()) == repaint(CARRIERS["png exif"]()) == repaint(PNG + SECRET) == plain
    assert (
        repaint(saved(flat(), "WEBP", lossless=True)).sha256
        == repaint(saved(flat(), "WEBP", lossless=True, xmp=XMP)).sha256
    )


def test_transparency_is_kept_and_nothing_hides_behind_it() -> None:
    image = Image.new("RGBA", (40, 40), (10, 20, 30, 0))
    image.paste((200, 0, 0, 128), (0, 0, 20, 40))
    image.putpixel((30, 30), (77, 88, 99, 0))
    for kind in ("PNG", "WEBP", "AVIF"):
        repainted = repaint(saved(image, kind, **{"lossless": True, "exact": True} if kind == "WEBP" else {}))
        assert repainted.mimetype == "image/png"
        seen = shown(repainted.content)
        assert seen.mode == "RGBA"
        assert seen.getpixel((30, 30)) == (0, 0, 0, 0)
        assert abs(seen.getpixel((5, 5))[3] - 128) <= 3  # type: ignore[index]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_every_mode_of_png(mode: str) -> None:
    assert shown(repaint(saved(flat(mode), "PNG")).content).mode in {"RGB", "RGBA"}


def test_four_inks_become_three_lights() -> None:
    assert shown(repaint(saved(Image.new("CMYK", (9, 9), (0, 255, 255, 0)), "JPEG")).content).getpixel((4, 4)) >= (
        240,
        0,
        0,
    )  # type: ignore[operator]


def test_a_palette_with_one_colour_that_is_seen_through() -> None:
    image = Image.new("P", (9, 9), 1)
    image.putpalette([0, 0, 0, 200, 10, 10])
    seen = shown(repaint(saved(image, "PNG", transparency=1)).content)
    assert seen.getpixel((4, 4)) == (0, 0, 0, 0)


def test_a_picture_taken_sideways_stands_upright() -> None:
    image, exif = Image.new("RGB", (60, 40), "white"), Image.Exif()
    image.paste((255, 0, 0), (0, 0, 30, 40))
    exif[0x0112] = 6
    repainted = repaint(saved(image, "JPEG", exif=exif))
    assert (repainted.width, repainted.height) == (40, 60)
    red = shown(repainted.content).getpixel((20, 5))
    assert red[0] > 200 > 60 > red[1]  # type: ignore[index]


def test_colours_are_changed_into_ours_before_their_profile_goes() -> None:
    grey = Image.new("L", (9, 9), 128)
    linear = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    # The curve of sRGB's three colours made a straight line: half of the light is then a much brighter number.
    for number in range(struct.unpack(">I", linear[128:132])[0]):
        name, place, _ = struct.unpack(">4sII", linear[132 + 12 * number : 144 + 12 * number])
        if name in {b"rTRC", b"gTRC", b"bTRC"}:
            linear[place : place + 12] = b"curv\0\0\0\0\0\0\0\0"
    rgb = grey.convert("RGB")
    seen = shown(repaint(saved(rgb, "PNG", icc_profile=bytes(linear))).content).getpixel((4, 4))
    assert all(180 <= band <= 195 for band in seen)  # type: ignore[union-attr]
    assert shown(repaint(saved(rgb, "PNG", icc_profile=b"no profile")).content).getpixel((4, 4)) == (128, 128, 128)


def test_the_further_pictures_of_a_telephone_stay_behind() -> None:
    many = saved(flat(), "MPO", save_all=True, append_images=[Image.new("RGB", (60, 40), "blue")])
    repainted = repaint(many)
    assert repainted.mimetype == "image/jpeg"
    assert b"MPF" not in repainted.content


REFUSED = {
    "nothing": (b"", "no picture"), "text": (b"a text", "no picture"), "zeros": (b"\0" * 4000, "no picture"),
    "gif": (saved(flat().convert("P"), "GIF"), "no picture"), "bmp": (saved(flat(), "BMP"), "no picture"),
    "tiff": (saved(flat(), "TIFF"), "no picture"), "ico": (saved(flat(), "ICO"), "no picture"), "tga": (saved(flat(), "TGA"), "no picture"),
    "jpeg 2000": (saved(flat(), "JPEG2000"), "no picture"), "ppm": (saved(flat(), "PPM"), "no picture"), "zip": (b"PK\x03\x04" + b"\0" * 90, "no picture"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Vector files"), "svg with head": (b"\xef\xbb\xbf<?xml version='1.0'?><svg/>", "Vector files"),
    "svg with comment": (b"  <!-- x --><svg/>", "Vector files"), "svg, packed": (b"\x1f\x8b\x08" + b"\0" * 30, "Vector files"),
    "pdf": (b"%PDF-1.7\n", "Vector files"), "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n", "Vector files"), "html": (b"<html>", "Vector files"),
    "eps with preview": (b"\xc5\xd0\xd3\xc6" + b"\0" * 40, "Vector files"),
    "too many bytes": (PNG + b"\0" * 10_000_000, "larger than 10 MB"), "many pixels": (png_of(6000, 4001), "24 million"),
    "bomb": (png_of(50_000, 50_000), "24 million"), "small bomb": (png_of(10_000, 10_000), "24 million"), "long": (png_of(12_001, 1), "24 million"),
    "longest": (png_of(2**31 - 1, 1), "24 million"), "moving png": (ANIMATED["PNG"], "Moving"), "moving webp": (ANIMATED["WEBP"], "Moving"),
    "moving avif": (ANIMATED["AVIF"], "Moving"), "sixteen bits": (saved(Image.new("I;16", (9, 9)), "PNG"), "eight bits"),
    "no width": (png_of(0, 9), "broken|no picture"), "no data": (png_of(9, 9), "broken"), "few rows": (png_of(90, 90, rows=b"\0" * 300), "broken"),
    "odd colour": (png_of(9, 9, colour=5), "broken|no picture"), "odd bits": (png_of(9, 9, bits=3), "broken|no picture"),
    "png signature": (PNG[:8], "broken|no picture"), "jpeg signature": (b"\xff\xd8\xff", "broken|no picture"), "webp signature": (WEBP[:12], "broken|no picture"),
    "avif signature": (AVIF[:24], "broken|no picture"), "wrong sum": (PNG[:29] + bytes([PNG[29] ^ 255]) + PNG[30:], "broken|no picture"),
    "text bomb": (PNG[:33] + chunk(b"zTXt", b"a\0\0" + zlib.compress(b"\0" * 50_000_000)) + PNG[33:], "broken"),
    "many layers": (JPEG[:-2] + b"\xff\xda\x00\x02" * 60 + JPEG[-2:], "too many layers"),
}  # fmt: skip
CUT = {"png": PNG, "jpeg": JPEG, "webp": WEBP, "avif": AVIF}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_refused_in_words(name: str) -> None:
    content, said = REFUSED[name]
    with pytest.raises(PictureRefused, match=said):
        repaint(content)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.95])
@pytest.mark.parametrize("kind", CUT)
def test_half_a_file_is_refused(kind: str, share: float) -> None:
    content = saved(noise((60, 40), 40), kind.upper())
    with pytest.raises(PictureRefused):
        repaint(content[: int(len(content) * share)])


def test_a_decoder_that_runs_out_of_memory_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(image: object) -> Image.Image:
        raise MemoryError

    monkeypatch.setattr(repainting, "painted", fail)
    with pytest.raises(PictureRefused, match="broken"):
        repaint(PNG)


def test_no_pixel_is_decoded_of_what_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repainting, "painted", lambda image: pytest.fail("decoded"))
    for name in ("many pixels", "bomb", "small bomb", "moving png", "sixteen bits"):
        with pytest.raises(PictureRefused):
            repaint(REFUSED[name][0])


@settings(max_examples=150, deadline=None, database=None)
@given(
    some.sampled_from([PNG, JPEG, WEBP, AVIF, *ANIMATED.values(), CARRIERS["jpeg exif"](), CARRIERS["png text"](), CARRIERS["profile"]()]),
    some.lists(some.tuples(some.integers(0, 4000), some.binary(min_size=1, max_size=6)), max_size=6),
    some.integers(0, 4000),
)  # fmt: skip
def test_no_damage_gives_anything_but_a_picture_or_a_sentence(
    content: bytes, hits: list[tuple[int, bytes]], end: int
) -> None:
    damaged = bytearray(content)
    for place, piece in hits:
        place %= len(damaged)
        damaged[place : place + len(piece)] = piece
    sent = bytes(damaged if end % 3 else damaged[: end % len(damaged)])
    try:
        repainted = repaint(sent)
    except ShopError:
        return
    assert shown(repainted.content).size == (repainted.width, repainted.height)


@settings(max_examples=60, deadline=None, database=None)
@given(
    some.binary(max_size=200), some.sampled_from([b"", PNG[:8], PNG[:33], JPEG[:4], JPEG[:20], WEBP[:16], AVIF[:40]])
)
def test_no_other_bytes_either(tail: bytes, head: bytes) -> None:
    with pytest.raises(ShopError):
        repaint(head + tail)
