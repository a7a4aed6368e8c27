"""Pixels of a drawing: of the public shelf alone, drawn once, and never so that others wait."""

from __future__ import annotations

import hashlib
import io
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from storefront.db import db, transaction
from storefront.media import rasters
from storefront.media.addresses import shown
from storefront.media.files import file_of
from storefront.media.models import Picture, Shelf
from storefront.settings import settings

# The ground is red; on a dark screen it would be blue.
DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" width="400" height="500" viewBox="0 0 400 500">
<style>@media (prefers-color-scheme: dark) { .g { fill: #00f } }</style><path class="g" fill="#f00" d="M0 0h400v500h-400z"/></svg>"""


def a_picture(name="demo/cup.0123456789.svg", *, shelf=Shelf.PUBLIC, content=DRAWING, **changes):
    """A row and its file."""
    file = file_of(settings.media_dir, shelf, name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, "utf-8")
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    with transaction():
        db.session.add(
            Picture(
                **{"shelf": shelf, "name": name, "sha256": sha256, "width": 400, "height": 500, "alt": "A cup"}
                | changes
            )
        )
    return db.session.scalars(db.select(Picture).where(Picture.name == name)).one()


def ask(client, name="demo/cup.0123456789"):
    """The answer, read to its end and closed."""
    with client.get(f"/rasters/{name}.png") as answer:
        assert answer.data is not None
        return answer


@pytest.fixture
def draws(monkeypatch):
    """How often something was drawn."""
    drawn, real = [], rasters._draw
    monkeypatch.setattr(rasters, "_draw", lambda *given: drawn.append(given) or real(*given))
    return drawn


def test_a_twin_has_the_shape_of_the_drawing_and_the_light_ground(app, client):
    a_picture()
    answer = ask(client)
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    picture = Image.open(io.BytesIO(answer.data))
    assert picture.size == (800, 1000)
    assert picture.getpixel((400, 500))[:3] == (255, 0, 0)


def test_it_is_kept_for_ever_and_drawn_once(app, client, draws):
    a_picture()
    first = ask(client)
    assert first.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in first.headers
    assert ask(client).data == first.data
    assert len(draws) == 1


def test_the_drawing_of_a_story_has_no_twin(app, client, draws):
    """Neither at an address nor by a careless call."""
    picture = a_picture("demo/stories/a-scene.0123456789.svg", shelf=Shelf.STORIES)
    for name in (
        "demo/stories/a-scene.0123456789",
        "stories/demo/stories/a-scene.0123456789",
        "../stories/demo/stories/a-scene.0123456789",
    ):
        assert ask(client, name).status_code == 404
    with pytest.raises(ValueError, match="story"):
        rasters.raster(picture, media_dir=settings.media_dir)
    with pytest.raises(ValueError, match="story"):
        shown(picture)
    assert draws == []


def test_a_file_without_a_row_has_no_twin(app, client, draws):
    a_picture()
    with transaction():
        db.session.execute(db.delete(Picture))
    assert ask(client).status_code == 404
    assert draws == []


def test_a_row_that_is_gone_is_not_answered_from_the_files(app, client):
    a_picture()
    assert ask(client).status_code == 200
    with transaction():
        db.session.execute(db.delete(Picture))
    assert ask(client).status_code == 404


@pytest.mark.parametrize("name", ["%00", "a%00b", "..%2f..%2fetc%2fpasswd", "a" * 300, "%F0%9F%99%82", "x", "'--"])
def test_no_name_is_too_strange(app, client, name):
    assert ask(client, name).status_code == 404


@pytest.mark.parametrize("content", ["", "<svg", "not a drawing"])
def test_what_cannot_be_drawn_is_not_there(app, client, content):
    a_picture(content=content)
    assert ask(client).status_code == 404


def test_a_lost_or_a_huge_file_is_not_there(app, client, monkeypatch):
    a_picture()
    monkeypatch.setattr(rasters, "MOST_BYTES", 10)
    assert ask(client).status_code == 404
    monkeypatch.undo()
    file_of(settings.media_dir, Shelf.PUBLIC, "demo/cup.0123456789.svg").unlink()
    assert ask(client).status_code == 404
    assert not list((settings.media_dir / "rasters").rglob("*.png"))


def test_while_too_many_are_drawn_the_next_is_asked_to_come_again(app, client):
    a_picture()
    with rasters._room, rasters._room:
        answer = ask(client)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert ask(client).status_code == 200


def test_who_asks_at_the_same_time_gets_the_whole_picture(app, monkeypatch):
    """Both draw, both put the same file in place, and nothing half written is ever seen or left."""
    picture = a_picture()
    folder = settings.media_dir
    both, real = threading.Barrier(2, timeout=20), rasters._draw

    def draw(*given):
        both.wait()
        return real(*given)

    monkeypatch.setattr(rasters, "_draw", draw)
    db.session.expunge(picture)
    with ThreadPoolExecutor(2) as two:
        files = [asked.result() for asked in [two.submit(rasters.raster, picture, media_dir=folder) for _ in "12"]]
    assert files[0] == files[1]
    assert [path.name for path in (folder / "rasters" / "demo").iterdir()] == ["cup.0123456789.png"]
    Image.open(files[0]).load()


def test_a_public_picture_says_where_its_pixels_are(app):
    assert shown(a_picture()).pixels == "http://localhost/rasters/demo/cup.0123456789.png"
    assert shown(a_picture("photo.jpg", content="x")).pixels == "http://localhost/media/photo.jpg"
