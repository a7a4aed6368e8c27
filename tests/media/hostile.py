"""Broken and hostile picture files, the same ones every time.

`SHAPES` are made by hand: about a hundred kinds of harm, with what must become of each. `corpus` goes on from there and
damages them and sound pictures by a seeded chance, as often as it is asked to. Run as a program it tries them in a
process of its own, where warnings are what they are in the shop and memory can be measured.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import re
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count, islice
from pathlib import Path

from PIL import Image, ImageCms

from storefront.core.errors import ShopError
from storefront.media.repainting import repaint
from tests.media.files import SECRET, XMP, camera_exif, chunk, png_of, png_text, saved, with_iptc

TAKEN, REFUSED, EITHER = "taken", "refused", "either"
SIZE = (240, 160)
SCRIPT = b"<script>alert('" + SECRET + b"')</script>"
MEGABYTE = 1_000_000


@cache
def photograph(size: tuple[int, int] = SIZE) -> Image.Image:
    """Slow changes of colour under grain, the same every time."""
    light = Image.merge("RGB", [Image.linear_gradient("L"), Image.radial_gradient("L"), Image.linear_gradient("L")])
    grain = Image.frombytes("RGB", size, random.Random(0).randbytes(size[0] * size[1] * 3))
    return Image.blend(light.resize(size), grain, 0.1)


@cache
def plain(kind: str, mode: str = "RGB", **rest: int) -> bytes:
    image = photograph().copy()
    if mode == "RGBA":
        image.putalpha(Image.linear_gradient("L").resize(SIZE))
    return saved(image.convert(mode), kind, **rest)


@cache
def frames(kind: str, number: int = 3) -> bytes:
    first, *rest = [photograph((60, 40)).rotate(90 * turn) for turn in range(number)]
    return saved(first, kind, save_all=True, append_images=rest, duration=10)


@cache
def archive() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        packed.writestr(zipfile.ZipInfo("index.html"), SCRIPT)
    return target.getvalue()


@cache
def profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


# Building blocks


def segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def in_jpeg(*segments: bytes, kind: str = "RGB") -> bytes:
    jpeg = plain("JPEG", kind)
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def in_png(*chunks: bytes, of: bytes | None = None) -> bytes:
    """Chunks behind the header."""
    png = of or plain("PNG")
    return png[:33] + b"".join(chunks) + png[33:]


def in_webp(*chunks: bytes, flags: int = 0, size: tuple[int, int] = SIZE) -> bytes:
    """An extended WebP with chunks before its picture."""
    width, height = (side - 1 for side in size)
    head = struct.pack("<B3x", flags) + width.to_bytes(3, "little") + height.to_bytes(3, "little")
    return riff(part(b"VP8X", head), *chunks, plain("WEBP")[12:])


def part(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def riff(*parts: bytes) -> bytes:
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def patched(content: bytes, found: bytes, offset: int, new: bytes) -> bytes:
    place = content.index(found) + offset
    return content[:place] + new + content[place + len(new) :]


def sized_jpeg(width: int, height: int) -> bytes:
    return patched(plain("JPEG"), b"\xff\xc0", 5, struct.pack(">HH", height, width))


def sized_avif(width: int, height: int) -> bytes:
    return patched(plain("AVIF"), b"ispe", 8, struct.pack(">II", width, height))


def idat(rows: bytes, width: int = 9, height: int = 9, **rest: int) -> bytes:
    return png_of(width, height, rows=rows, **rest)


def deep_rows(width: int, height: int, channels: int) -> bytes:
    return (b"\0" + b"\x12\x34" * (width * channels)) * height


def scans(number: int) -> bytes:
    """A progressive JPEG that goes over its picture again and again."""
    jpeg = plain("JPEG", progressive=1)
    last = jpeg.rindex(b"\xff\xda")
    return jpeg[:last] + jpeg[last:-2] * number + b"\xff\xd9"


def in_chunks_of_one_byte() -> bytes:
    rows = zlib.compress((b"\0" + b"\x80" * 27) * 9)
    return idat(b"")[:33] + b"".join(chunk(b"IDAT", bytes([each])) for each in rows) + chunk(b"IEND", b"")


def exif_in_a_circle() -> bytes:
    """A directory of EXIF that names itself as the next one, and as its own part."""
    entry = struct.pack("<HHII", 0x8769, 4, 1, 8)
    return b"Exif\0\0II*\0" + struct.pack("<IH", 8, 1) + entry + struct.pack("<I", 8)


def exif_turned(turn: int) -> bytes:
    return b"Exif\0\0II*\0" + struct.pack("<IHHHII", 8, 1, 0x0112, 4, 1, turn) + b"\0" * 4


Make = Callable[[], bytes]
SHAPES: dict[str, tuple[str, Make]] = {
    # What hides in or behind a sound picture
    "png and a page": (TAKEN, lambda: plain("PNG") + b"<!DOCTYPE html><html>" + SCRIPT),
    "jpeg and a zip": (TAKEN, lambda: plain("JPEG") + archive()),
    "webp and a document": (TAKEN, lambda: plain("WEBP") + b"%PDF-1.7\n" + SCRIPT),
    "avif and a script": (EITHER, lambda: plain("AVIF") + SCRIPT),
    "script in a comment": (TAKEN, lambda: in_jpeg(segment(0xFE, b"*/" + SCRIPT))),
    "script in a png word": (TAKEN, lambda: saved(photograph(), "PNG", pnginfo=png_text())),
    "script in exif": (TAKEN, lambda: in_jpeg(segment(0xE1, b"Exif\0\0II*\0" + SCRIPT))),
    "newspaper data": (TAKEN, lambda: with_iptc(plain("JPEG"))),
    "two jpegs": (TAKEN, lambda: plain("JPEG") + in_jpeg(segment(0xE1, b"Exif\0\0" + SECRET))),
    "jpeg within exif": (TAKEN, lambda: in_jpeg(segment(0xE1, b"Exif\0\0II*\0" + plain("JPEG")[:60_000]))),
    "png in a jpeg": (TAKEN, lambda: in_jpeg(segment(0xEB, plain("PNG")[:60_000]))),
    "many pictures of a telephone": (TAKEN, lambda: frames("MPO")),
    # A great deal of what is no picture
    "exif of 64 kB": (TAKEN, lambda: in_jpeg(segment(0xE1, b"Exif\0\0II*\0" + SECRET * 3000))),
    "exif a hundred times": (TAKEN, lambda: in_jpeg(*[segment(0xE1, b"Exif\0\0" + b"x" * 60_000)] * 100)),
    "comments of 6 MB": (TAKEN, lambda: in_jpeg(*[segment(0xFE, SECRET * 3000)] * 100)),
    "a profile of 6 MB": (EITHER, lambda: in_jpeg(*[segment(0xE2, b"ICC_PROFILE\0" + bytes([n + 1, 100]) + b"\0" * 60_000) for n in range(100)])),
    "a profile in missing parts": (TAKEN, lambda: in_jpeg(segment(0xE2, b"ICC_PROFILE\0\2\3" + profile()))),
    "a profile that ends early": (TAKEN, lambda: saved(photograph(), "PNG", icc_profile=profile()[:300])),
    "a profile of noise": (TAKEN, lambda: saved(photograph(), "PNG", icc_profile=profile()[:128] + random.Random(1).randbytes(MEGABYTE))),
    "a profile that unpacks to 60 MB": (EITHER, lambda: in_png(chunk(b"iCCP", b"x\0\0" + zlib.compress(b"\0" * 60 * MEGABYTE)))),
    "words that unpack to 60 MB": (REFUSED, lambda: in_png(chunk(b"iTXt", b"x\0\1\0\0\0" + zlib.compress(b"\0" * 60 * MEGABYTE)))),
    "words in many pieces": (EITHER, lambda: in_png(*[chunk(b"zTXt", b"x\0\0" + zlib.compress(b"\0" * MEGABYTE))] * 100)),
    "png exif of 6 MB": (TAKEN, lambda: in_png(chunk(b"eXIf", b"II*\0" + b"\0" * 6 * MEGABYTE))),
    "webp exif of 6 MB": (EITHER, lambda: in_webp(part(b"EXIF", SECRET * 300_000), flags=8)),
    "webp profile of 6 MB": (EITHER, lambda: in_webp(part(b"ICCP", SECRET * 300_000), flags=32)),
    "xmp in every kind of place": (TAKEN, lambda: in_jpeg(*[segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP)] * 20)),
    "exif in a circle": (TAKEN, lambda: in_jpeg(segment(0xE1, exif_in_a_circle()))),
    "turned by nine": (TAKEN, lambda: in_jpeg(segment(0xE1, exif_turned(9)))),
    "turned by four milliards": (TAKEN, lambda: in_jpeg(segment(0xE1, exif_turned(2**32 - 1)))),
    "a million empty jpeg segments": (REFUSED, lambda: in_jpeg(b"\xff\xe5\0\2" * 2_400_000)),
    "a million empty png chunks": (EITHER, lambda: in_png(chunk(b"prIv", b"") * 800_000)),
    "a million empty webp chunks": (EITHER, lambda: in_webp(part(b"abcd", b"") * 1_200_000)),
    "a million empty avif boxes": (EITHER, lambda: plain("AVIF") + b"\0\0\0\x08free" * 1_200_000),
    "a jpeg of nothing but its beginning": (REFUSED, lambda: b"\xff\xd8" * 4 * MEGABYTE),
    "a jpeg of filling": (REFUSED, lambda: b"\xff\xd8" + b"\xff" * 9 * MEGABYTE),
    # Sizes that lie
    "jpeg of 65,535 by 65,535": (REFUSED, lambda: sized_jpeg(65535, 65535)),
    "jpeg of 6,000 by 4,000": (EITHER, lambda: sized_jpeg(6000, 4000)),
    "jpeg without height": (REFUSED, lambda: sized_jpeg(240, 0)),
    "webp of 16,384 by 16,384": (REFUSED, lambda: in_webp(size=(16384, 16384))),
    "webp of another size within": (EITHER, lambda: in_webp(size=(4000, 4000))),
    "webp of one point within": (EITHER, lambda: in_webp(size=(1, 1))),
    "avif of 30,000 by 30,000": (REFUSED, lambda: sized_avif(30_000, 30_000)),
    "avif of 5,000 by 4,000": (EITHER, lambda: sized_avif(5000, 4000)),
    "avif of no size": (REFUSED, lambda: sized_avif(0, 0)),
    "avif of the largest number": (REFUSED, lambda: sized_avif(2**32 - 1, 2**32 - 1)),
    "png that is smaller than it unpacks": (EITHER, lambda: idat(b"\0" * 60 * MEGABYTE)),
    "png of 4,800 by 5,000 with nothing in it": (REFUSED, lambda: png_of(4800, 5000, rows=b"\0" * 100)),
    "png all flat at the limit": (TAKEN, lambda: png_of(6000, 4000, bits=1, colour=0, rows=b"\0" * (751 * 4000))),
    # Numbers that lie
    "png chunk of 2 GB": (EITHER, lambda: plain("PNG")[:33] + b"\x7f\xff\xff\xffIDAT" + plain("PNG")[41:]),
    "png chunk of less than nothing": (EITHER, lambda: plain("PNG")[:33] + b"\xff\xff\xff\xffIDAT" + plain("PNG")[41:]),
    "png without its header": (REFUSED, lambda: plain("PNG")[:8] + plain("PNG")[33:]),
    "png with two headers": (EITHER, lambda: in_png(plain("PNG")[8:33])),
    "png in pieces of one byte": (TAKEN, in_chunks_of_one_byte),
    "png with colours outside of its palette": (EITHER, lambda: in_png(chunk(b"PLTE", b"\1\2\3"), of=idat((b"\0" + b"\xff" * 9) * 9, colour=3))),
    "png without palette": (EITHER, lambda: idat((b"\0" + b"\1" * 9) * 9, colour=3)),
    "png with filter 9": (EITHER, lambda: idat((b"\x09" + b"\1" * 27) * 9)),
    "png says it moves, once": (EITHER, lambda: in_png(chunk(b"acTL", struct.pack(">II", 1, 0)))),
    "png says it moves two milliard times": (REFUSED, lambda: in_png(chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0)))),
    "png says it moves no time": (EITHER, lambda: in_png(chunk(b"acTL", struct.pack(">II", 0, 0)))),
    "jpeg segment without length": (EITHER, lambda: in_jpeg(b"\xff\xe3\0\0")),
    "jpeg segment that goes over the end": (REFUSED, lambda: plain("JPEG")[:2] + b"\xff\xe3\xff\xff" + plain("JPEG")[2:400]),
    "jpeg without tables": (EITHER, lambda: plain("JPEG").replace(b"\xff\xc4", b"\xff\xee")),
    "jpeg with noughts to divide by": (EITHER, lambda: patched(plain("JPEG"), b"\xff\xdb", 5, b"\0" * 64)),
    "jpeg of odd sampling": (EITHER, lambda: patched(plain("JPEG"), b"\xff\xc0", 11, b"\x44")),
    "jpeg of seventeen colours": (REFUSED, lambda: patched(plain("JPEG"), b"\xff\xc0", 9, b"\x11")),
    "jpeg of twelve bits": (REFUSED, lambda: patched(plain("JPEG"), b"\xff\xc0", 4, b"\x0c")),
    "jpeg of a coding that nobody reads": (REFUSED, lambda: plain("JPEG").replace(b"\xff\xc0", b"\xff\xcb")),
    "jpeg with forty layers": (EITHER, lambda: scans(40)),
    "jpeg with four hundred layers": (REFUSED, lambda: scans(400)),
    "jpeg starts anew at every point": (EITHER, lambda: in_jpeg(segment(0xDD, b"\0\1"))),
    "webp longer than it is": (EITHER, lambda: patched(plain("WEBP"), b"RIFF", 4, b"\xff\xff\xff\x7f")),
    "webp shorter than it is": (REFUSED, lambda: patched(plain("WEBP"), b"RIFF", 4, b"\x10\0\0\0")),
    "webp of odd length": (EITHER, lambda: patched(plain("WEBP"), b"RIFF", 4, b"\xff\xff\xff\xff")),
    "webp of a head alone": (REFUSED, lambda: riff(part(b"VP8X", b"\0" * 10))),
    "webp says it moves and does not": (EITHER, lambda: in_webp(flags=2)),
    "webp with a broken veil": (EITHER, lambda: in_webp(part(b"ALPH", b"\x01" + b"\xff" * 50), flags=16)),
    "webp within webp": (EITHER, lambda: riff(part(b"VP8X", b"\0" * 10), plain("WEBP"))),
    "avif box without end": (EITHER, lambda: patched(plain("AVIF"), b"meta", -4, b"\0\0\0\0")),
    "avif box of 16 exabytes": (REFUSED, lambda: patched(plain("AVIF"), b"meta", -4, b"\0\0\0\1")),
    "avif box of two bytes": (REFUSED, lambda: patched(plain("AVIF"), b"meta", -4, b"\0\0\0\2")),
    "avif with a picture elsewhere": (REFUSED, lambda: patched(plain("AVIF"), b"iloc", 8, b"\xff" * 20)),
    "avif without its box of data": (REFUSED, lambda: plain("AVIF")[: plain("AVIF").index(b"mdat") - 4]),
    "avif of other properties": (EITHER, lambda: patched(plain("AVIF"), b"av1C", 4, b"\xff\xff\xff\xff")),
    "avif with data of noughts": (REFUSED, lambda: plain("AVIF")[: plain("AVIF").index(b"mdat") + 4] + b"\0" * 900),
    "avif that calls itself heic": (REFUSED, lambda: patched(plain("AVIF"), b"ftyp", 4, b"heicheic")),
    "avif in a box in a box": (REFUSED, lambda: plain("AVIF")[:32] + b"".join(struct.pack(">I", 8 * (9000 - n)) + b"meta" for n in range(9000))),
    # Deeper colours
    "png of 16 bits": (EITHER, lambda: idat(deep_rows(9, 9, 3), bits=16)),
    "png of 16 bits and a veil": (EITHER, lambda: idat(deep_rows(9, 9, 4), bits=16, colour=6)),
    "grey png of 16 bits": (REFUSED, lambda: idat(deep_rows(9, 9, 1), bits=16, colour=0)),
    "png of two bits": (TAKEN, lambda: idat((b"\0" + b"\x1b" * 3) * 9, bits=2, colour=0)),
    "four inks": (TAKEN, lambda: plain("JPEG", "CMYK")),
    "four inks with a profile of three": (TAKEN, lambda: saved(photograph().convert("CMYK"), "JPEG", icc_profile=profile())),
    "grey jpeg with a profile of three": (TAKEN, lambda: saved(photograph().convert("L"), "JPEG", icc_profile=profile())),
    "a veil with exif": (TAKEN, lambda: saved(photograph().convert("RGBA"), "WEBP", exif=camera_exif())),
    # Other things by the name of a picture
    "moving gif": (REFUSED, lambda: frames("GIF")),
    "moving png": (REFUSED, lambda: frames("PNG")),
    "moving webp": (REFUSED, lambda: frames("WEBP")),
    "gif that is a script": (REFUSED, lambda: b"GIF89a/*" + b"\0" * 20 + b"*/=1;" + SCRIPT),
    "tiff in many pages": (REFUSED, lambda: frames("TIFF")),
    "icon with a png in it": (REFUSED, lambda: saved(photograph((64, 64)), "ICO")),
    "bmp of 2 milliard points": (REFUSED, lambda: patched(plain("BMP"), b"BM", 18, struct.pack("<ii", 65535, 32767))),
    "mac icon": (REFUSED, lambda: saved(photograph((64, 64)), "ICNS")),
    "document of pictures": (REFUSED, lambda: saved(photograph(), "PDF")),
    "postscript of a picture": (REFUSED, lambda: saved(photograph(), "EPS")),
    "drawing that loads others": (REFUSED, lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/>' + SCRIPT + b"</svg>"),
    "drawing of a milliard laughs": (REFUSED, lambda: b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">' + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10 if n else b"&a;" * 10) for n in range(9)) + b"]><svg>&a8;</svg>"),
    "drawing, packed": (REFUSED, lambda: gzip.compress(b"<svg/>" + b" " * MEGABYTE, mtime=0)),
    "drawing in two bytes a letter": (REFUSED, lambda: "<svg/>".encode("utf-16")),
    "page before a jpeg": (REFUSED, lambda: SCRIPT + plain("JPEG")),
    "zip before a png": (REFUSED, lambda: archive() + plain("PNG")),
    "program": (REFUSED, lambda: b"\x7fELF\x02\x01\x01" + b"\0" * 4000),
    "film": (REFUSED, lambda: b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41" + b"\0" * 4000),
    "photoshop": (REFUSED, lambda: b"8BPS\0\1" + b"\0" * 6 + struct.pack(">HIIHH", 3, 30000, 30000, 8, 3) + b"\0" * 900),
    "noughts": (REFUSED, lambda: b"\0" * 9 * MEGABYTE),
    "noise": (REFUSED, lambda: random.Random(2).randbytes(MEGABYTE)),
    "one byte": (REFUSED, lambda: b"\x89"),
}  # fmt: skip

SOUND: dict[str, Make] = {
    "png": lambda: plain("PNG"), "png veil": lambda: plain("PNG", "RGBA"), "png palette": lambda: plain("PNG", "P"), "png one bit": lambda: plain("PNG", "1"),
    "jpeg": lambda: plain("JPEG"), "jpeg layers": lambda: plain("JPEG", progressive=1), "jpeg grey": lambda: plain("JPEG", "L"),
    "jpeg inks": lambda: plain("JPEG", "CMYK"), "webp": lambda: plain("WEBP"), "webp veil": lambda: plain("WEBP", "RGBA"),
    "webp exact": lambda: plain("WEBP", lossless=1), "avif": lambda: plain("AVIF"), "avif veil": lambda: plain("AVIF", "RGBA"),
}  # fmt: skip
NUMBERS = [0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF]


SLOW = {
    "a million empty png chunks", "a million empty webp chunks", "a million empty avif boxes", "a jpeg of filling",
    "a jpeg of nothing but its beginning", "noughts", "words that unpack to 60 MB", "webp profile of 6 MB",
}  # fmt: skip


def corpus(number: int) -> Iterator[tuple[str, str, bytes]]:
    """(name, what must become of it, content): the quick shapes, the slow ones, then damage to all and to sound ones."""
    return islice(_endless(), number)


def _endless() -> Iterator[tuple[str, str, bytes]]:
    for name in sorted(SHAPES, key=SLOW.__contains__):
        fate, make = SHAPES[name]
        yield name, fate, make()
    small = {name: content for name, (_, make) in SHAPES.items() if len(content := make()) < 300_000}
    whole = list({**small, **{name: make() for name, make in SOUND.items()}}.items())
    for seed in count():
        chance = random.Random(seed)
        name, content = chance.choice(whole)
        how = chance.choice([_cut, _flipped, _renumbered, _spliced, _doubled, _emptied])
        yield f"{seed}: {name}, {how.__name__[1:]}", EITHER, how(chance, content, chance.choice(whole)[1])


def _cut(chance: random.Random, content: bytes, other: bytes) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def _flipped(chance: random.Random, content: bytes, other: bytes) -> bytes:
    damaged = bytearray(content)
    for _ in range(chance.choice([1, 1, 3, 20, 200])):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def _renumbered(chance: random.Random, content: bytes, other: bytes) -> bytes:
    """A number of four, two or one bytes, mostly near the head, becomes an extreme one."""
    size, order = chance.choice([1, 2, 4, 4]), chance.choice("<>")
    place = chance.randrange(min(len(content), chance.choice([64, 400, len(content)])))
    number = chance.choice(NUMBERS) & (2 ** (8 * size) - 1)
    new = number.to_bytes(size, "little" if order == "<" else "big")
    return content[:place] + new + content[place + size :]


def _spliced(chance: random.Random, content: bytes, other: bytes) -> bytes:
    return content[: chance.randrange(len(content) + 1)] + other[chance.randrange(len(other) + 1) :]


def _doubled(chance: random.Random, content: bytes, other: bytes) -> bytes:
    start = chance.randrange(len(content))
    piece = content[start : start + chance.choice([4, 40, 400, 4000])]
    return content[:start] + piece * chance.choice([2, 3, 50]) + content[start:]


def _emptied(chance: random.Random, content: bytes, other: bytes) -> bytes:
    start, length = chance.randrange(len(content)), chance.choice([1, 8, 64, 2000])
    return (
        content[:start]
        + bytes([chance.choice([0, 0xFF])]) * min(length, len(content) - start)
        + content[start + length :]
    )


def only_pixels(content: bytes) -> bool:
    """Whether a PNG or JPEG file is made of nothing but what its pixels need, to its very last byte."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        place = 8
        while place < len(content):
            length, name = struct.unpack_from(">I4s", content, place)
            if name not in {b"IHDR", b"IDAT", b"IEND"}:
                return False
            place += 12 + length
        return name == b"IEND" and place == len(content)
    place = 2
    while content[place] == 0xFF and content[place + 1] in {0xE0, 0xDB, 0xC0, 0xC2, 0xC4, 0xDA}:
        is_scan, place = content[place + 1] == 0xDA, place + 2 + int.from_bytes(content[place + 2 : place + 4], "big")
        while is_scan and not (content[place] == 0xFF and content[place + 1] != 0):
            place += 1
    return content.startswith(b"\xff\xd8\xff\xe0\x00\x10JFIF\0") and content[place:] == b"\xff\xd9"


def become(content: bytes) -> str:
    """What becomes of a file: `taken`, `refused`, or what is wrong."""
    try:
        repainted = repaint(content)
    except ShopError as error:
        return REFUSED if error.message.endswith(".") else "refused without a sentence"
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    with Image.open(io.BytesIO(repainted.content)) as image:
        image.load()
        is_right = image.size == (repainted.width, repainted.height) and image.mode in {"RGB", "RGBA"}
    if not is_right:
        return "taken, in another size"
    return TAKEN if only_pixels(repainted.content) else "taken, with more than pixels"


def most_megabytes() -> int:
    """The most memory that this process has held so far. (What `getrusage` says counts its parent's in.)"""
    [kilobytes] = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(kilobytes) // 1024


def main(number: int) -> None:
    """Write, as JSON, what became of each and the most memory that was needed, in megabytes."""
    fates = [(name, fate, become(content)) for name, fate, content in corpus(number)]
    print(json.dumps({"fates": fates, "peak": most_megabytes()}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
