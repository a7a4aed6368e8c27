"""A picture on a shelf is a file and a row; what is left of a rollback leads nowhere and is swept."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from storefront.db import db, transaction
from storefront.jobs.promises import ROUNDS
from storefront.media.files import file_of
from storefront.media.models import Picture, Shelf
from storefront.media.repainting import repaint
from storefront.media.shelving import shelve, sweep_strays
from storefront.settings import settings
from tests.conftest import NOON
from tests.media.files import camera_exif, flat, saved

BROUGHT = saved(flat(), "PNG", exif=camera_exif())


def files() -> list[Path]:
    return [path for path in sorted(settings.media_dir.rglob("*")) if path.is_file()]


def hung(shelf: Shelf = Shelf.STORIES, *, alt: Any = "A loom.") -> Picture:
    with transaction():
        return shelve(repaint(BROUGHT), shelf=shelf, alt=alt, media_dir=settings.media_dir)


@pytest.mark.parametrize("shelf", list(Shelf), ids=str)
def test_a_file_and_its_row(app: Flask, shelf: Shelf) -> None:
    picture, repainted = hung(shelf), repaint(BROUGHT)
    [row] = db.session.scalars(select(Picture))
    assert (row.shelf, row.sha256, row.width, row.height, row.alt, row.from_demonstration) == (
        shelf, repainted.sha256, 60, 40, "A loom.", False,
    )  # fmt: skip
    assert files() == [file_of(settings.media_dir, shelf, picture.name)]
    assert files()[0].read_bytes() == repainted.content
    assert picture.sha256[:10] in picture.name
    assert picture.name.endswith(".png")


def test_the_file_that_was_brought_is_kept_nowhere(app: Flask) -> None:
    hung()
    assert all(BROUGHT not in path.read_bytes() and b"Maker" not in path.read_bytes() for path in files())


def test_the_same_picture_twice_shares_no_file(app: Flask) -> None:
    assert hung().name != hung().name
    assert len(files()) == 2


def test_a_public_one_is_answered_and_a_storys_is_not(app: Flask) -> None:
    client = app.test_client()
    with client.get(f"/media/{hung(Shelf.PUBLIC).name}") as answer:
        assert answer.mimetype == "image/png"
    assert client.get(f"/media/{hung(Shelf.STORIES).name}").status_code == 404


def test_what_a_rollback_leaves_is_swept_after_a_day(app: Flask) -> None:
    kept = hung()
    with pytest.raises(IntegrityError):
        hung(alt=None)
    assert len(files()) == 2
    assert len(db.session.scalars(select(Picture)).all()) == 1
    for path in files():
        os.utime(path, (NOON.timestamp(), NOON.timestamp()))
    assert sweep_strays(settings.media_dir, at=NOON + timedelta(hours=23)) == 0
    assert sweep_strays(settings.media_dir, at=NOON + timedelta(days=1)) == 1
    assert files() == [file_of(settings.media_dir, Shelf.STORIES, kept.name)]


def test_the_sweep_leaves_other_folders_alone_and_comes_daily(app: Flask) -> None:
    other = settings.media_dir / "public" / "demo" / "throw.svg"
    other.parent.mkdir(parents=True)
    other.write_text("<svg/>")
    os.utime(other, (0, 0))
    assert ROUNDS["media.sweep_strays"].every == timedelta(days=1)
    ROUNDS["media.sweep_strays"].run(None)
    assert files() == [other]
