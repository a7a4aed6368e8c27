"""Picture files for tests: drawings, photographs that no lens has seen, and files that carry what they should not."""

from __future__ import annotations

import struct
import zlib
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, PngImagePlugin
from resvg_py import svg_to_bytes

DRAWINGS = Path(__file__).parents[2] / "storefront" / "demo" / "data" / "drawings"
SECRET = b"Kolkata-2019-LALITA"
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>' + SECRET + b"</rdf:RDF></x:xmpmeta>"


def saved(image: Image.Image, kind: str, **rest: Any) -> bytes:
    target = BytesIO()
    image.save(target, kind, **rest)
    return target.getvalue()


@cache
def drawn(name: str, width: int = 1200) -> Image.Image:
    """A drawing of the shop as pixels."""
    png = svg_to_bytes(svg_string=(DRAWINGS / name).read_text(), skip_system_fonts=True, width=width)
    return Image.open(BytesIO(png)).convert("RGB")


def flat(mode: str = "RGB", size: tuple[int, int] = (60, 40)) -> Image.Image:
    image = Image.new(
        mode, size, 7 if mode in {"1", "L", "P"} else (200, 90, 40, 255)[: len(Image.new(mode, (1, 1)).getbands())]
    )
    image.paste(Image.new(mode, (20, 20)), (5, 5))
    return image


def noise(size: tuple[int, int], strength: int) -> Image.Image:
    return Image.merge("RGB", [Image.effect_noise(size, strength) for _ in range(3)])


def photograph(size: tuple[int, int] = (600, 400)) -> Image.Image:
    """Slow changes of colour under the grain of a sensor."""
    up, round_ = Image.linear_gradient("L"), Image.radial_gradient("L")
    light = Image.merge("RGB", [band.resize(size) for band in (up, up.rotate(90), round_)])
    return Image.blend(light, noise(size, 20), 0.1)


def camera_exif(**more: Any) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x013B] = "Maker", "Model", SECRET.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (22.0, 34.0, 11.0), 3: "E", 4: (88.0, 21.0, 3.0), 29: SECRET.decode()})
    return exif


def png_text() -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", SECRET.decode())
    info.add_text("Author", SECRET.decode(), zip=True)
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    return info


def with_iptc(jpeg: bytes) -> bytes:
    """IPTC in an APP13 segment, a comment, and something after the end."""
    record = (
        b"Photoshop 3.0\x008BIM\x04\x04\x00\x00"
        + struct.pack(">I", len(SECRET) + 5)
        + b"\x1c\x02\x5a"
        + struct.pack(">H", len(SECRET))
        + SECRET
    )
    app13 = b"\xff\xed" + struct.pack(">H", len(record) + 2) + record
    comment = b"\xff\xfe" + struct.pack(">H", len(SECRET) + 2) + SECRET
    return jpeg[:2] + app13 + comment + jpeg[2:] + SECRET


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_of(width: int, height: int, *, bits: int = 8, colour: int = 2, rows: bytes = b"") -> bytes:
    """A PNG whose header says what it is told to say."""
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
