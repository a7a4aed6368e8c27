"""Bringing the shop's own texts into the reading rooms: what is missing is added, what stands there is left alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict

from sqlalchemy import select

from storefront.articles.models import Article
from storefront.articles.texts import Drawing, Text, read
from storefront.db import db
from storefront.media.files import file_of, hashed, put
from storefront.media.models import Picture, Shelf
from storefront.settings import settings

FOLDER = "articles"  # below the public shelf


def load(*, say: Callable[[str], None] = lambda line: None) -> int:
    """Add every text whose page is not there, and put back the drawings of those that are. Returns how many were added.

    Runs inside `transaction()`. A page that exists is never written, whatever has been changed in it.
    """
    there = {(row.room, row.slug) for row in db.session.execute(select(Article.room, Article.slug))}
    pictures = {row.name: row for row in db.session.scalars(select(Picture).where(Picture.name.like(f"{FOLDER}/%")))}
    texts = read()
    missing = [text for text in texts if (text.room, text.slug) not in there]
    for text in texts:
        name, content, sha256 = _drawn(text)
        if text in missing:
            picture = pictures.get(name) or _picture(text.drawing, name, sha256)
            db.session.add(_article(text, picture))
        elif name not in pictures:  # the page has got another picture since
            continue
        put(file_of(settings.media_dir, Shelf.PUBLIC, name), content)
    db.session.flush()
    say(f"articles: {len(missing)} added, {len(texts) - len(missing)} there already")
    return len(missing)


def _drawn(text: Text) -> tuple[str, bytes, str]:
    content = text.drawing.file.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    return hashed(f"{FOLDER}/{text.room}/{text.slug}.svg", sha256), content, sha256


def _picture(drawing: Drawing, name: str, sha256: str) -> Picture:
    return Picture(
        shelf=Shelf.PUBLIC, name=name, sha256=sha256, width=drawing.width, height=drawing.height, alt=drawing.alt
    )


def _article(text: Text, picture: Picture) -> Article:
    told = asdict(text)
    del told["drawing"]
    return Article(**told, picture=picture)
