"""Naming a picture in a document that staff edit: whether there is one, and its row with the words beside it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from storefront.core.faults import Fault, of_text
from storefront.db import db
from storefront.media.models import Picture, Shelf
from storefront.style_guide.fields import blocks, remarks
from storefront.style_guide.linting import Kind

MOST_IN_AN_ALT = 300  # letters
SAY_WHAT = "Say in a few words what is to be seen, for those who cannot see it."


def picture_faults(field: str, name: str | None, alt: str) -> Iterator[Fault]:
    """The words are asked for in the field `<field>_alt`. Where no picture is named they do not count."""
    if name is None:
        return
    query = select(Picture.id).where(Picture.name == name, Picture.shelf == Shelf.PUBLIC)
    if db.session.scalar(query) is None:
        yield Fault(field, f'There is no picture "{name}".')
    yield from of_text(f"{field}_alt", alt, most=MOST_IN_AN_ALT, needed=SAY_WHAT)
    yield from blocks(remarks([(f"{field}_alt", alt[:MOST_IN_AN_ALT], Kind.ALT_TEXT)]))


def picture_of(name: str | None, alt: str) -> Picture | None:
    """The public picture of this name, which from now on has these words."""
    picture = db.session.scalar(select(Picture).where(Picture.name == name, Picture.shelf == Shelf.PUBLIC))
    if picture is not None:
        picture.alt = alt
    return picture
