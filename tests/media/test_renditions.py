"""The smaller files of a photograph: which there are, what is in them, and that they never outlive its row."""

from __future__ import annotations

import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import ForeignKeyConstraint, delete, select

from storefront.catalog.models import PictureRole, ProductPicture
from storefront.db import Base, db, generations, transaction, trying
from storefront.jobs.models import Job
from storefront.jobs.promises import ROUNDS
from storefront.jobs.working import work_all
from storefront.media import jobs, renditions
from storefront.media.addresses import Shown, shown
from storefront.media.bringing import bring, renew, take
from storefront.media.dropping import drop_unused, remove_files
from storefront.media.files import file_of
from storefront.media.models import Focus, Picture, Shelf
from storefront.media.renditions import EXTENSIONS, make_renditions, rendition_name, rendition_names, widths_for
from storefront.media.repainting import repaint
from storefront.media.shelving import shelve, sweep_strays
from storefront.settings import settings
from tests.conftest import NOON
from tests.factories import a_product
from tests.media.files import SECRET, camera_exif, flat, photograph, png_text, saved

PHOTO = saved(photograph((400, 500)), "JPEG")


def brought(content: bytes = PHOTO, **changes: Any) -> Picture:
    repainted = take(content)
    with transaction():
        picture = bring(repainted, alt="A throw.", media_dir=settings.media_dir)
        for name, value in changes.items():
            setattr(picture, name, value)
    return picture


def work() -> int:
    db.session.rollback()
    return work_all(None)


def made() -> Picture:
    brought()
    assert work() == 1
    return db.session.scalars(select(Picture)).one()


def files() -> set[str]:
    public = settings.media_dir / "public"
    return {str(path.relative_to(public)) for path in public.rglob("*") if path.is_file()}


def drop(picture: Picture) -> bool:
    with transaction():
        return drop_unused(picture)


# Making the files


@pytest.mark.parametrize(
    ("width", "widths"),
    [(1, [1]), (319, [319]), (320, [320]), (500, [320, 480, 500]), (1600, [320, 480, 720, 1080, 1600]), (9000, [320, 480, 720, 1080, 1600])],
)  # fmt: skip
def test_no_file_is_wider_than_the_picture(width: int, widths: list[int]) -> None:
    assert widths_for(width) == widths


def test_a_name_is_worked_out_and_holds_the_hash() -> None:
    assert rendition_name("brought/x.0123456789.png", 320, "AVIF") == "brought/x.0123456789.320.avif"
    assert len(set(rendition_names("brought/x.0123456789.jpg", [320, 480]))) == 6


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_every_file_is_what_it_is_called(tmp_path: Path, kind: str) -> None:
    master = tmp_path / f"a.0123456789{EXTENSIONS.get(kind, '.png')}"
    master.write_bytes(saved(photograph((500, 800)), kind))
    widths = make_renditions(master)
    assert widths == [320, 480, 500]
    names = rendition_names(master.name, widths)
    assert {path.name for path in tmp_path.iterdir()} == {master.name, *names}
    for name in names:
        with Image.open(tmp_path / name) as image:
            assert f".{image.width}{EXTENSIONS[str(image.format)]}" in name
            assert image.height == round(800 * image.width / 500)
            assert image.mode == "RGB"


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1), (7, 5)])
def test_a_very_small_or_thin_picture(tmp_path: Path, size: tuple[int, int]) -> None:
    master = tmp_path / "a.0123456789.png"
    master.write_bytes(saved(Image.new("RGB", size), "PNG"))
    for width in make_renditions(master):
        for kind in EXTENSIONS:
            with Image.open(tmp_path / rendition_name(master.name, width, kind)) as image:
                assert image.width == width


def test_what_is_seen_through_stays_so_and_jpeg_gets_paper_behind_it(tmp_path: Path) -> None:
    master = tmp_path / "a.0123456789.png"
    image = Image.new("RGBA", (60, 60), (0, 0, 0, 0))
    image.paste((200, 0, 0, 255), (0, 0, 30, 60))
    master.write_bytes(saved(image, "PNG"))
    make_renditions(master)
    for kind in ("AVIF", "WEBP"):
        with Image.open(tmp_path / rendition_name(master.name, 60, kind)) as there:
            assert there.getpixel((50, 50))[3] == 0  # type: ignore[index]
            assert there.getpixel((10, 10))[3] == 255  # type: ignore[index]
    with Image.open(tmp_path / rendition_name(master.name, 60, "JPEG")) as there:
        for seen, meant in zip(there.getpixel((50, 50)), (0xFC, 0xFB, 0xF7), strict=True):  # type: ignore[arg-type]
            assert abs(seen - meant) <= 2


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_what_hides_in_a_master_is_not_carried_over(tmp_path: Path, kind: str) -> None:
    """No master of ours holds anything; one that was put there by hand might."""
    master = tmp_path / f"a.0123456789{EXTENSIONS.get(kind, '.png')}"
    rest = {"pnginfo": png_text()} if kind == "PNG" else {"comment": SECRET, "xmp": SECRET}
    master.write_bytes(saved(flat(size=(600, 400)), kind, exif=camera_exif(), icc_profile=SECRET, **rest))
    for name in rendition_names(master.name, make_renditions(master)):
        content = (tmp_path / name).read_bytes()
        for mark in (SECRET, b"Exif", b"EXIF", b"GPS", b"xmp", b"XMP", b"ICC", b"iCCP", b"prof"):
            assert mark not in content
        with Image.open(BytesIO(content)) as image:
            assert not {"exif", "xmp", "comment", "icc_profile"} & {key for key, value in image.info.items() if value}


def test_twice_is_once_and_what_was_broken_off_is_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    master = tmp_path / "a.0123456789.jpg"
    master.write_bytes(PHOTO)
    widths = make_renditions(master)
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    (tmp_path / rendition_name(master.name, 320, "WEBP")).unlink()
    assert make_renditions(master) == widths
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == first
    monkeypatch.setattr(renditions, "_fresh", lambda *given: pytest.fail("decoded for nothing"))
    assert make_renditions(master) == widths


def test_a_master_larger_than_we_keep_is_not_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    master = tmp_path / "a.0123456789.jpg"
    master.write_bytes(PHOTO)
    monkeypatch.setattr(renditions, "MOST_PIXELS", 400 * 500 - 1)
    with pytest.raises(ValueError, match="too many pixels"):
        make_renditions(master)


# From a row to files and back


def test_the_job_makes_the_files_of_a_picture_that_was_brought(app: Flask) -> None:
    picture = brought()
    assert (picture.shelf, picture.widths, picture.alt) == (Shelf.PUBLIC, [], "A throw.")
    assert files() == {picture.name}
    there = made_of(picture)
    assert there.widths == [320, 400]
    assert files() == {there.name, *rendition_names(there.name, there.widths)}


def made_of(picture: Picture) -> Picture:
    assert work() == 1
    return db.session.scalars(select(Picture).where(Picture.id == picture.id)).one()


def test_what_is_rolled_back_is_not_promised(app: Flask) -> None:
    with trying():
        bring(take(PHOTO), alt="", media_dir=settings.media_dir)
    assert work() == 0


def test_the_job_says_to_cached_pages_that_there_is_more_to_see(app: Flask) -> None:
    brought()
    before = generations()["catalog"]
    work()
    assert generations()["catalog"] > before


def test_nothing_is_open_while_the_files_are_made(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def look(master: Path) -> list[int]:
        assert not db.session().in_transaction()
        return make_renditions(master)

    brought()
    monkeypatch.setattr(jobs, "make_renditions", look)
    assert work() == 1
    assert db.session.scalars(select(Picture)).one().widths


def test_a_storys_drawing_gets_no_smaller_files(app: Flask) -> None:
    with transaction():
        drawing = shelve(repaint(PHOTO), shelf=Shelf.STORIES, alt="", media_dir=settings.media_dir)
    jobs.make_files({"picture": drawing.id}, None)
    assert files() == set()
    assert len([path for path in settings.media_dir.rglob("*") if path.is_file()]) == 1
    assert db.session.scalars(select(Picture)).one().widths == []
    with pytest.raises(ValueError, match="story"):
        shown(drawing)


def test_a_picture_deleted_before_its_job_needs_nothing(app: Flask) -> None:
    picture = brought()
    assert drop(picture)
    assert work() == 2
    assert files() == set()
    assert not db.session.scalars(select(Job.last_error).where(Job.last_error.is_not(None))).all()


def test_a_picture_deleted_while_its_files_are_made_leaves_none(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = brought()

    def meanwhile(master: Path) -> list[int]:
        widths = make_renditions(master)
        with transaction():
            db.session.execute(delete(Picture))
        return widths

    monkeypatch.setattr(jobs, "make_renditions", meanwhile)
    jobs.make_files({"picture": picture.id}, None)
    assert files() == set()


# Dropping


def test_an_unused_picture_goes_with_all_its_files_once_that_has_held(app: Flask) -> None:
    kept = made()
    picture = made_of(brought())
    with trying():
        assert drop_unused(picture)
    work()
    assert len(files()) == 14
    assert drop(db.session.get_one(Picture, picture.id))
    assert len(files()) == 14
    work()
    assert db.session.scalars(select(Picture.name)).all() == [kept.name]
    assert files() == {kept.name, *rendition_names(kept.name, kept.widths)}


def test_a_picture_that_hangs_somewhere_stays(app: Flask) -> None:
    picture = made()
    with transaction() as session:
        product = a_product()
        product.pictures = [ProductPicture(position=0, picture=picture, role=PictureRole.HERO)]
        session.add(product)
        assert not drop_unused(picture)
    assert not drop(picture)
    assert work() == 0
    assert len(files()) == 7
    with transaction() as session:
        session.execute(delete(ProductPicture))
    assert drop(db.session.scalars(select(Picture)).one())


def test_every_table_that_points_to_a_picture_holds_it_fast() -> None:
    """The database refuses then to delete it. A key that cascades would take the row along, or forget the picture."""
    keys = [
        key
        for table in Base.metadata.sorted_tables
        for key in table.constraints
        if isinstance(key, ForeignKeyConstraint) and key.referred_table is Picture.__table__
    ]
    assert len(keys) >= 8
    assert [key.ondelete for key in keys if key.ondelete] == []


def test_the_drawing_of_a_story_is_not_dropped_here(app: Flask) -> None:
    with transaction():
        drawing = shelve(repaint(PHOTO), shelf=Shelf.STORIES, alt="", media_dir=settings.media_dir)
        with pytest.raises(ValueError, match="story"):
            drop_unused(drawing)


def test_files_of_a_name_that_has_a_row_again_stay(app: Flask) -> None:
    picture = made()
    jobs.remove({"name": picture.name}, None)
    assert len(files()) == 7
    remove_files(settings.media_dir, picture.name)
    remove_files(settings.media_dir, picture.name)
    assert files() == set()


# Strays and lost ones


def test_the_sweep_keeps_smaller_files_as_long_as_their_picture_has_a_row(app: Flask) -> None:
    picture = made()
    lost = made_of(brought())
    with transaction():
        db.session.execute(delete(Picture).where(Picture.id == lost.id))
    for path in settings.media_dir.rglob("*.*"):
        os.utime(path, (NOON.timestamp(), NOON.timestamp()))
    assert sweep_strays(settings.media_dir, at=NOON + timedelta(hours=23)) == 0
    assert sweep_strays(settings.media_dir, at=NOON + timedelta(days=2)) == 7
    assert files() == {picture.name, *rendition_names(picture.name, picture.widths)}


def test_lost_files_are_made_again_once_a_day(app: Flask) -> None:
    """Backups hold the masters alone."""
    picture = made()
    brought()  # its first job is promised already
    db.session.execute(delete(Job))
    db.session.commit()
    everything = files()
    ROUNDS["media.renditions"].run(None)
    assert work() == 0
    for name in rendition_names(picture.name, picture.widths):
        (settings.media_dir / "public" / name).unlink()
    ROUNDS["media.renditions"].run(None)
    ROUNDS["media.renditions"].run(None)
    assert work() == 1
    assert files() == everything
    file_of(settings.media_dir, Shelf.PUBLIC, picture.name).unlink()
    (settings.media_dir / "public" / rendition_name(picture.name, 320, "AVIF")).unlink()
    with transaction():
        assert renew(settings.media_dir, at=NOON + timedelta(days=1)) == 0, "nothing to make them from"


# Showing


def a_picture(**changes: Any) -> Picture:
    given = {"shelf": Shelf.PUBLIC, "name": "brought/x.0123456789.jpg", "width": 400, "height": 500, "alt": "A throw.", "focus": Focus.CENTRE, "widths": [320, 400]}  # fmt: skip
    return Picture(**given | changes)


def drawn(picture: Shown | None, **options: Any) -> str:
    source = '{% from "macros/picture.html" import picture %}{{ picture(p, **options) }}'
    return render_template_string(source, p=picture, options=options)


@pytest.mark.any_database
def test_a_picture_says_where_its_files_are(app: Flask) -> None:
    there = shown(a_picture(focus=Focus.TOP_LEFT))
    base = "/media/brought/x.0123456789"
    assert there == Shown(
        url=f"{base}.400.jpg", width=400, height=500, alt="A throw.", pixels=f"http://localhost{base}.400.jpg",
        sources=(("image/avif", f"{base}.320.avif 320w, {base}.400.avif 400w"), ("image/webp", f"{base}.320.webp 320w, {base}.400.webp 400w")),
        srcset=f"{base}.320.jpg 320w, {base}.400.jpg 400w", focus="focus-top-left",
    )  # fmt: skip
    wide = shown(a_picture(widths=[320, 480, 720, 1080, 1600]))
    assert wide is not None
    assert (wide.url, wide.pixels, wide.focus) == (f"{base}.720.jpg", f"http://localhost{base}.1600.jpg", "")
    plain = shown(a_picture(widths=[]))
    assert plain == Shown(f"{base}.jpg", 400, 500, "A throw.", pixels=f"http://localhost{base}.jpg")


@pytest.mark.any_database
def test_browsers_choose_among_the_files(app: Flask) -> None:
    html = drawn(shown(a_picture(focus=Focus.BOTTOM)), sizes="50vw")
    assert html.startswith('<picture><source type="image/avif" srcset="')
    assert html.endswith('loading="lazy" decoding="async"></picture>')
    assert html.count('sizes="50vw"') == 3
    assert html.count("320w") == 3
    assert 'width="400" height="500" alt="A throw."' in html
    assert 'class="focus-bottom"' in html
    # Without a width to reckon with, and while there is one file only, it is one plain picture.
    for alone in (drawn(shown(a_picture())), drawn(shown(a_picture(widths=[])), sizes="50vw")):
        assert "srcset" not in alone
        assert "picture>" not in alone


@pytest.mark.any_database
def test_a_drawing_is_drawn_as_ever(app: Flask) -> None:
    html = drawn(shown(a_picture(name="demo/cup.0123456789.svg", widths=[])), lazy=False, **{"class": "scene"})
    assert html == (
        '<img src="/media/demo/cup.0123456789.svg" width="400" height="500" alt="A throw." class="scene" '
        'fetchpriority="high" decoding="async">'
    )


def test_every_focus_has_its_rule() -> None:
    css = (Path(__file__).parents[2] / "static" / "css" / "components.css").read_text()
    for focus in Focus:
        assert (f".focus-{focus.value.replace('_', '-')} {{" in css) == (focus is not Focus.CENTRE)


def test_a_page_with_photographs_asks_nothing_more(app: Flask, client: FlaskClient, statements: Any) -> None:
    picture = brought()
    with transaction() as session:
        product = a_product()
        product.pictures = [
            ProductPicture(position=0, picture=session.get_one(Picture, picture.id), role=PictureRole.HERO)
        ]
        session.add(product)
        addresses = ("/shop", f"/shop/{product.slug}")
    counts = []
    for _ in range(2):
        with statements() as seen:
            pages = [client.get(address).text for address in addresses]
        counts.append(len(seen))
        for page in pages:
            assert ("<picture>" in page) == (len(counts) == 2)
        work()
    assert counts[0] == counts[1]


@pytest.mark.any_database
def test_every_file_is_answered_as_what_it_is(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mimetypes.guess_type", lambda *given, **rest: (None, None))  # a machine that knows no WebP
    picture = made()
    for name in [picture.name, *rendition_names(picture.name, picture.widths)]:
        with client.get(f"/media/{name}") as answer:
            assert answer.status_code == 200
            assert answer.mimetype == {".avif": "image/avif", ".webp": "image/webp", ".jpg": "image/jpeg"}[Path(name).suffix]  # fmt: skip
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert "Set-Cookie" not in answer.headers
    for name in ("brought/x.html", "brought/x", f"brought/.{Path(picture.name).name}.0a1b2c3d"):
        file_of(settings.media_dir, Shelf.PUBLIC, name).write_text("<script>")
        assert client.get(f"/media/{name}").status_code == 404
