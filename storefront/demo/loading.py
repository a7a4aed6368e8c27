"""Bringing the demonstration into the shop: what is missing is added, and nothing that stands there is touched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, func, select

from storefront.articles.loading import load as load_articles
from storefront.catalog.models import PriceBreakdown, Product
from storefront.catalog.queries import is_shown
from storefront.core import clock
from storefront.core.errors import ShopError
from storefront.db import db
from storefront.demo.dataset import Dataset, read
from storefront.demo.goods import join_products, load_products, load_shelves
from storefront.demo.partners import load_partners
from storefront.demo.pictures import Gallery
from storefront.demo.progress import Progress
from storefront.demo.shipping import load_shipping
from storefront.demo.stories import load_stories
from storefront.safety import loading as help_lines
from storefront.settings import settings


class OtherCurrency(ShopError):
    """Raised when the shop counts in a currency that the demonstration is not priced in."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did. `loaded_on` is the day of the first load, from which all dates of the demonstration count."""

    loaded_on: date
    added: dict[str, int]
    restored_files: int
    left_alone: tuple[str, ...]  # sentences about rows of the merchant's own

    @property
    def changed(self) -> bool:
        return any(self.added.values()) or self.restored_files > 0


def load(dataset: Dataset | None = None, *, say: Callable[[str], None] = lambda line: None) -> Loaded:
    """Add every partner, story, product and shipping zone of the demonstration that is not in the shop.

    Runs inside `transaction()`. Rows are matched by slug, SKU or name of a zone. A row that exists is never written,
    whether it is the merchant's own or a demonstration row that she has changed. `say` hears one line for each part.
    Raises `Altered` for a story whose text is not the agreed one, `OtherCurrency` for a shop that counts otherwise.
    """
    dataset = dataset or read()
    if settings.currency != dataset.currency:
        raise OtherCurrency(
            f"The demonstration is priced in {dataset.currency}, and this shop counts in {settings.currency}."
        )
    day = first_load() or clock.today()
    progress, gallery = Progress(), Gallery(dataset, settings.media_dir)
    gallery.restore()
    gallery.hang("home-hero.svg")
    with db.session.no_autoflush:  # rows of one part are written together, when the next one needs their ids
        partners = load_partners(dataset.partners, gallery, progress)
        say(f"partners: {progress.told('partners')}")
        stories = load_stories(dataset.stories, partners, counted_from=day, gallery=gallery, progress=progress)
        shelves = load_shelves(dataset, gallery, progress)
        products = load_products(dataset, partners, shelves, counted_from=day, gallery=gallery, progress=progress)
        say(f"pictures: {gallery.added} added, {gallery.restored} missing files put back")
        say(f"products: {progress.told('products')}; variants: {progress.told('variants')}")
        say(f"stories: {progress.told('stories')}")
        join_products(dataset.products, products, stories, shelves)
        say(f"help lines: {help_lines.load()} added")
        load_shipping(dataset.zones, dataset.currency, progress)
        say(f"shipping zones: {progress.told('shipping_zones')}")
    db.session.flush()
    added = {**progress.added, "articles": load_articles(say=say), "pictures": gallery.added}
    return Loaded(day, added, gallery.restored, tuple(progress.left_alone))


def first_load() -> date | None:
    """The day of the first load, as the price breakdowns remember it; None while nothing is loaded."""
    return db.session.scalar(
        select(func.min(PriceBreakdown.dated))
        .join(Product, Product.id == PriceBreakdown.product_id)
        .where(Product.from_demonstration)
    )


def demonstration_is_published() -> bool:
    """Whether anybody can buy something that was made up."""
    published = exists().where(Product.from_demonstration, is_shown(at=clock.now()))
    return bool(db.session.scalar(select(published)))
