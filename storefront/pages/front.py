"""What stands on the home page. Every part may be missing, and the page is whole without it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload

from storefront.catalog.cards import Card, cards
from storefront.catalog.models import Collection, CollectionProduct, PriceBreakdown, Product, Variant
from storefront.catalog.product_page import PriceParts, price_parts
from storefront.catalog.queries import PRICE, in_stock, one_of_a_kind, shown_collections, visible
from storefront.db import db
from storefront.media.addresses import Shown, shown
from storefront.media.models import Picture, Shelf
from storefront.partners.models import Partner, PartnerKind
from storefront.partners.queries import listed
from storefront.stories.band import Band, band
from storefront.stories.models import Channel, Story, StoryKind
from storefront.stories.queries import unaltered
from storefront.stories.queries import visible as visible_stories

HERO = "demo/home-hero.%"
PIECES = 4
READ_ALONG = 4  # stories that are looked at, so that a tampered one does not leave the band empty


@dataclass(frozen=True, slots=True)
class MoneyExample:
    """One product, and where the price of its first variant goes."""

    slug: str
    name: str
    partner: Partner
    parts: PriceParts


@dataclass(frozen=True, slots=True)
class CollectionTile:
    slug: str
    name: str
    intro: str
    picture: Shown | None


@dataclass(frozen=True, slots=True)
class Front:
    count: int
    demonstration: bool
    hero: Shown | None
    pieces: list[Card]
    collections: list[CollectionTile]
    story: Band | None
    money: MoneyExample | None
    partners: list[Partner]

    @property
    def tiles(self) -> list[CollectionTile]:
        """The five collections that are shown with a picture."""
        return [tile for tile in self.collections if tile.picture and tile.slug != "one-of-a-kind"][:5]

    @property
    def more_collections(self) -> list[CollectionTile]:
        shown = {tile.slug for tile in self.tiles}
        return [tile for tile in self.collections if tile.slug not in shown | {"one-of-a-kind"}]

    @property
    def has_one_of_a_kind(self) -> bool:
        """Whether there is a collection of this name, so that a link leads somewhere."""
        return any(tile.slug == "one-of-a-kind" for tile in self.collections)


def read(*, at: datetime) -> Front:
    count, demonstration = counted(at=at)
    pieces = cards(visible(at=at).where(one_of_a_kind(), in_stock()), limit=PIECES)
    return Front(
        count=count,
        demonstration=demonstration,
        hero=shown(
            db.session.scalar(select(Picture).where(Picture.shelf == Shelf.PUBLIC, Picture.name.like(HERO)).limit(1))
        ),
        pieces=pieces,
        collections=_collections(at),
        story=_story(at),
        money=_money([card.slug for card in pieces if not card.price_varies], at),
        partners=list(db.session.scalars(listed().where(Partner.kind != PartnerKind.DIRECTORY))),
    )


def counted(*, at: datetime) -> tuple[int, bool]:
    """How many products can be seen, and whether any of them belongs to the demonstration."""
    query = (
        visible(at=at)
        .order_by(None)
        .with_only_columns(func.count(Product.id), func.max(case((Product.from_demonstration, 1), else_=0)))
    )
    count, demonstration = db.session.execute(query).one()
    return count, bool(demonstration)


def _collections(at: datetime) -> list[CollectionTile]:
    """Collections in which something can be found, in their order."""
    held = (
        visible(at=at)
        .order_by(None)
        .join(CollectionProduct, CollectionProduct.product_id == Product.id)
        .where(CollectionProduct.collection_id == Collection.id)
        .with_only_columns(Product.id)
        .correlate(Collection)
        .exists()
    )
    rows = db.session.scalars(shown_collections().where(held).options(joinedload(Collection.picture)))
    return [CollectionTile(row.slug, row.name, row.intro, shown(row.picture)) for row in rows]


def _story(at: datetime) -> Band | None:
    """The first story that may be shown; one with somebody's own words before one about an enterprise."""
    query = (
        visible_stories(Channel.WEB_STORY, at=at)
        .order_by(None)
        .order_by(Story.kind == StoryKind.ENTERPRISE, Partner.position, Story.position, Story.id)
        .limit(READ_ALONG)
    )
    return next((band(words, on_web=True) for words in unaltered(db.session.scalars(query))), None)


def _money(slugs: list[str], at: datetime) -> MoneyExample | None:
    """One of these products, or the first of all, whose breakdown is of today's price."""
    query = (
        visible(at=at)
        .join(
            PriceBreakdown,
            (PriceBreakdown.product_id == Product.id) & (PriceBreakdown.price_version == Product.price_version),
        )
        .join(Variant, Variant.product_id == Product.id)
        .join(Product.partner)
        .where(PRICE > 0, Variant.retired_at.is_(None))
        .add_columns(PriceBreakdown, Variant, Partner)
        .limit(1)
    )
    if slugs:
        query = query.where(Product.slug.in_(slugs))
    row = db.session.execute(query).first()
    if row is None:
        return None
    parts = price_parts(row.PriceBreakdown, row.Variant.price)
    return MoneyExample(row.Product.slug, row.Product.name, row.Partner, parts)
