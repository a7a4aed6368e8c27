"""Loading adds what is missing and touches nothing that stands."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import delete, func, select, update

from storefront.articles.models import Article, Room
from storefront.db import db, transaction
from storefront.demo.purging import purge
from storefront.media.models import Picture, Shelf
from tests.articles.reading import an_article, fill_rooms


def articles() -> int:
    return db.session.scalar(select(func.count(Article.id))) or 0


def test_everything_is_added_once(app: Flask) -> None:
    assert fill_rooms() == 20
    assert fill_rooms() == 0
    assert articles() == 20
    assert db.session.scalar(select(func.count(Picture.id))) == 20


def test_a_page_that_stands_is_never_overwritten(app: Flask) -> None:
    an_article(room=Room.STAGES, slug="safety", title="Our own words")
    assert fill_rooms() == 19
    with transaction():
        db.session.execute(update(Article).where(Article.slug == "escape").values(body="Written anew."))
        db.session.execute(delete(Article).where(Article.slug == "health"))
    assert fill_rooms() == 1
    found = dict(db.session.execute(select(Article.slug, Article.body)).all())
    assert found["safety"] == "Words."
    assert found["escape"] == "Written anew."
    assert "health" in found


def test_drawings_lie_on_the_public_shelf_and_come_back_when_they_were_lost(app: Flask, tmp_path) -> None:
    fill_rooms()
    files = list((tmp_path / "media" / Shelf.PUBLIC.value / "articles").rglob("*.svg"))
    assert len(files) == 20
    files[0].unlink()
    fill_rooms()
    assert files[0].exists()


def test_the_command_says_what_it_did(app: Flask) -> None:
    said = [app.test_cli_runner().invoke(args=["articles", "load"]).output for _ in range(2)]
    assert said == ["articles: 20 added, 0 there already\n", "articles: 0 added, 20 there already\n"]


def test_the_demonstration_brings_them_and_leaves_them(shop: Flask) -> None:
    assert articles() == 20
    with transaction():
        purge()
    assert articles() == 20
    kept = db.session.scalars(select(Article).where(Article.picture_id.is_(None))).all()
    assert kept == []
