"""Broken and hostile files: each becomes a picture of nothing but pixels or a sentence, within bounded memory."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms

from storefront.media import repainting
from storefront.media.drawings import story_drawing
from storefront.media.repainting import ManyAtOnce, repaint
from tests.media.files import SECRET, flat, saved, with_iptc
from tests.media.hostile import EITHER, REFUSED, SHAPES, SLOW, TAKEN, only_pixels, plain

ROOT = Path(__file__).parents[2]
MOST_MEGABYTES = 700

LARGEST = """
import sys
from pathlib import Path
from storefront.media.renditions import make_renditions
from storefront.media.repainting import repaint
from tests.media.hostile import most_megabytes
path = Path(sys.argv[1])
repainted = repaint(path.read_bytes())
assert repainted.width * repainted.height == 24_000_000
master = path.with_name("master.0123456789" + repainted.extension)
master.write_bytes(repainted.content)
del repainted
make_renditions(master)
print(most_megabytes())
"""


def tried(number: int) -> dict[str, Any]:
    answer = subprocess.run(
        [sys.executable, "-m", "tests.media.hostile", str(number)], cwd=ROOT, capture_output=True, check=True
    )
    return json.loads(answer.stdout)  # type: ignore[no-any-return]


def faults(found: dict[str, Any]) -> list[Any]:
    return [row for row in found["fates"] if row[2] not in {TAKEN, REFUSED} or (row[1] != EITHER and row[1] != row[2])]


def test_each_becomes_a_picture_or_a_sentence() -> None:
    found = tried(len(SHAPES) - len(SLOW))
    assert len(found["fates"]) >= 60
    assert faults(found) == []
    assert found["peak"] < MOST_MEGABYTES
    assert {TAKEN, REFUSED} == {row[2] for row in found["fates"]}


@pytest.mark.proof
def test_so_do_a_thousand() -> None:
    found = tried(1200)
    assert len(found["fates"]) == 1200
    assert faults(found) == []
    assert found["peak"] < MOST_MEGABYTES
    assert sum(row[2] == TAKEN for row in found["fates"]) > 200, "most are refused before anything is decoded"


def test_the_files_are_the_same_every_time() -> None:
    for name in ("jpeg and a zip", "png in pieces of one byte", "drawing, packed", "a profile of noise"):
        assert SHAPES[name][1]() == SHAPES[name][1]()


def test_what_is_more_than_pixels_is_seen() -> None:
    for kind in ("PNG", "JPEG"):
        sound = repaint(saved(flat(), kind)).content
        assert only_pixels(sound)
        assert not only_pixels(sound + SECRET)
    assert not only_pixels(with_iptc(plain("JPEG")))
    assert not only_pixels(saved(flat(), "PNG", dpi=(72, 72)))


@pytest.mark.proof
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_the_largest_that_is_taken_needs_no_more(tmp_path: Path, kind: str) -> None:
    up = Image.linear_gradient("L").resize((6000, 4000))
    image = Image.merge("RGB", [up, up.transpose(Image.Transpose.ROTATE_180), up])
    if kind != "JPEG":
        image.putalpha(200)
    exif = Image.Exif()
    exif[0x0112] = 6
    options = {"WEBP": {"method": 0, "quality": 30}, "AVIF": {"speed": 10}}.get(kind, {})
    image.save(
        tmp_path / "largest", kind, exif=exif,
        icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(), **options,
    )  # fmt: skip
    answer = subprocess.run(
        [sys.executable, "-c", LARGEST, str(tmp_path / "largest")], cwd=ROOT, capture_output=True, check=True
    )
    assert int(answer.stdout) < MOST_MEGABYTES


@pytest.mark.parametrize("read", [repaint, story_drawing], ids=["photograph", "drawing"])
def test_while_as_many_are_read_as_may_be_the_next_is_asked_to_come_again(
    read: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing = saved(flat(), "PNG")
    monkeypatch.setattr(repainting, "PATIENCE", 0.01)
    with repainting.room(), pytest.raises(ManyAtOnce, match=r"just now\. Please try again in a moment\.$"):
        read(drawing)
    assert read(drawing).width == 60


def test_the_next_one_waits_a_little(monkeypatch: pytest.MonkeyPatch) -> None:
    free = threading.Event()

    def hold() -> None:
        with repainting.room():
            busy.set()
            free.wait(5)

    busy = threading.Event()
    other = threading.Thread(target=hold)
    other.start()
    busy.wait(5)
    threading.Timer(0.05, free.set).start()
    assert repaint(saved(flat(), "PNG")).width == 60
    other.join()


def test_a_refused_one_leaves_its_room() -> None:
    for _ in range(repainting.AT_ONCE + 1):
        with pytest.raises(repainting.PictureRefused):
            repaint(b"")
    assert repaint(saved(flat(), "PNG")).width == 60
