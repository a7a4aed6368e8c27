"""Rows that a merchant made herself, and looking at what is in the shop and its media folder."""

from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from storefront.articles.texts import read
from storefront.catalog.models import Category, Product, Stock, Variant
from storefront.core.money import Money
from storefront.db import Base, db
from storefront.media.models import Picture
from storefront.partners.models import Partner, PartnerKind

DRAWINGS_OF_ARTICLES = len(read())  # one for each of the shop's own texts, which stay when the demonstration goes


def count(model: type[Base]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def demonstration_pictures() -> int:
    query = select(func.count()).select_from(Picture).where(Picture.from_demonstration)
    return db.session.scalar(query) or 0


def one(model: type[Any], **where: Any) -> Any:
    return db.session.scalars(select(model).filter_by(**where)).one()


def media(app: Flask) -> Path:
    folder = app.extensions["settings"].media_dir
    assert isinstance(folder, Path)
    return folder


def files(app: Flask) -> dict[str, bytes]:
    """Every file in the media folder, by its path."""
    return {
        path.relative_to(media(app)).as_posix(): path.read_bytes() for path in media(app).rglob("*") if path.is_file()
    }


def own_partner(slug: str = "own-workshop", name: str = "Own workshop") -> Partner:
    return Partner(
        slug=slug,
        name=name,
        also_known_as=[],
        kind=PartnerKind.PARTNER,
        is_real=True,
        country="IN",
        region="Kerala",
        tagline="",
        summary="",
        goods=[],
        support=[],
        editor_notes=[],
    )


def own_product(
    partner: Partner, category: Category, *, slug: str = "own-product", name: str = "Own product", sku: str = "OWN-1"
) -> Product:
    variant = Variant(sku=sku, options={}, position=0, price=Money(500, "USD"), stock=Stock(on_hand=3, held=0))
    return Product(
        slug=slug,
        name=name,
        partner=partner,
        category=category,
        description="",
        technique="",
        country_of_making="IN",
        measures={},
        measures_are_estimates=False,
        weight_grams=100,
        care=[],
        named_pieces=False,
        variants=[variant],
    )
