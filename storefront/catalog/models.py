"""Products and their variants, how a price is made up, where a product stands in the shop, and how many there are."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, false, text, true
from sqlalchemy.orm import Mapped, composite, mapped_column, relationship, validates

from storefront.core.clock import now
from storefront.core.money import Money
from storefront.db import Base
from storefront.media.models import Picture
from storefront.partners.models import Partner

LONG_AGO = "2026-01-01 00:00:00"  # of goods that were there before it was kept when they were changed


class Category(Base):
    """The one shelf a product stands on."""

    __tablename__ = "categories"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    picture_id: Mapped[int | None] = mapped_column(ForeignKey("pictures.id"))
    from_demonstration: Mapped[bool] = mapped_column(default=False)

    picture: Mapped[Picture | None] = relationship()


class Collection(Base):
    """Products that belong together; one product may stand in several."""

    __tablename__ = "collections"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    intro: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    picture_id: Mapped[int | None] = mapped_column(ForeignKey("pictures.id"))
    is_shown: Mapped[bool] = mapped_column(default=True, server_default=true())
    # What a product must be like to belong, as `gathering` reads it; none where products are put in by hand only.
    rule: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    from_demonstration: Mapped[bool] = mapped_column(default=False)

    picture: Mapped[Picture | None] = relationship()


class CollectionProduct(Base):
    """That a product stands in a collection: put there by hand, or by the collection's rule."""

    __tablename__ = "collection_products"

    collection_id: Mapped[int] = mapped_column(ForeignKey("collections.id", ondelete="CASCADE"), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"), primary_key=True, index=True)
    position: Mapped[int] = mapped_column(default=0)
    by_rule: Mapped[bool] = mapped_column(default=False, server_default=false())


class Product(Base):
    """Goods of one kind. It may be seen from `published_at` until `published_until`, unless it is archived."""

    __tablename__ = "products"
    __table_args__ = (
        CheckConstraint("weight_grams > 0", "weighs_something"),
        CheckConstraint("published_until is null or published_until > published_at", "ends_after_it_begins"),
        CheckConstraint("price_version > 0", "price_version_counts_from_one"),
        Index("ix_products_position_id", "position", "id"),
        Index("ix_products_category_id_published_at", "category_id", "published_at"),
        Index("ix_products_changed_at_id", "changed_at", "id"),
        Index("ix_products_name_id_slug", "name", "id", "slug"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    partner_id: Mapped[int] = mapped_column(ForeignKey("partners.id"), index=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"))
    description: Mapped[str]
    technique: Mapped[str]
    country_of_making: Mapped[str]  # ISO 3166, two letters
    measures: Mapped[dict[str, Any]]  # {"unit": "cm", name: number, ...}
    measures_are_estimates: Mapped[bool]
    weight_grams: Mapped[int]
    care: Mapped[list[str]]
    named_pieces: Mapped[bool]  # every variant is one particular piece; the picture shows that very one
    price_version: Mapped[int] = mapped_column(default=1)  # counts up whenever a price of a variant changes
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    published_until: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
    search_title: Mapped[str | None]  # for search engines; the name where there is none
    search_text: Mapped[str | None]  # for search engines; the beginning of the description where there is none
    notice: Mapped[str | None]  # said beside the goods, for a demonstration listing
    position: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(default=now, server_default=LONG_AGO)  # by staff; else when it came
    from_demonstration: Mapped[bool] = mapped_column(default=False)

    partner: Mapped[Partner] = relationship()
    category: Mapped[Category] = relationship()
    materials: Mapped[list[Material]] = relationship(order_by="Material.position", cascade="all, delete-orphan")
    variants: Mapped[list[Variant]] = relationship(
        order_by="Variant.position", back_populates="product", cascade="all, delete-orphan"
    )
    pictures: Mapped[list[ProductPicture]] = relationship(
        order_by="ProductPicture.position", cascade="all, delete-orphan"
    )
    breakdowns: Mapped[list[PriceBreakdown]] = relationship(cascade="all, delete-orphan")

    @property
    def live(self) -> list[Variant]:
        """The variants that are sold: those that were retired stay behind for the orders that speak of them."""
        return [variant for variant in self.variants if variant.retired_at is None]

    def is_shown(self, at: datetime) -> bool:
        """What `queries.is_shown` asks of the database, for a row that is at hand."""
        begun = self.published_at is not None and self.published_at <= at
        over = self.published_until is not None and self.published_until <= at
        return begun and not over and self.archived_at is None

    @validates("materials", include_removes=False)
    def _whole_percent(self, key: str, material: Material) -> Material:
        if sum(other.percent for other in self.materials) + material.percent > 100:
            raise ValueError("materials add up to more than 100 percent")
        return material


class Material(Base):
    """A share of what a product is made of. The shares of one product add up to 100."""

    __tablename__ = "product_materials"
    __table_args__ = (CheckConstraint("percent between 1 and 100", "percent_is_a_share"),)

    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    percent: Mapped[int]


class Variant(Base):
    """What is bought: one SKU at one price."""

    __tablename__ = "variants"
    __table_args__ = (
        CheckConstraint("price_minor >= 0", "price_is_not_negative"),
        CheckConstraint("length(sku) between 1 and 40", "sku_has_a_length"),
        CheckConstraint("compare_at_minor is null or compare_at_minor > price_minor", "was_dearer_before"),
        Index("ix_variants_price_minor_product_id", "price_minor", "product_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"), index=True)
    sku: Mapped[str] = mapped_column(unique=True)
    options: Mapped[dict[str, Any]]  # {"colour": "Natural", "size": "M"}, in the order they are read
    position: Mapped[int]
    price: Mapped[Money] = composite(mapped_column("price_minor"), mapped_column("price_currency"))
    compare_at_minor: Mapped[int | None]  # what it cost before, in the currency of the price; none: nothing is said
    picture_id: Mapped[int | None] = mapped_column(ForeignKey("pictures.id"))
    retired_at: Mapped[datetime | None]  # no longer sold and no longer shown; orders still speak of it

    product: Mapped[Product] = relationship(back_populates="variants")
    picture: Mapped[Picture | None] = relationship()
    stock: Mapped[Stock] = relationship(cascade="all, delete-orphan", single_parent=True)

    @property
    def compare_at(self) -> Money | None:
        return None if self.compare_at_minor is None else Money(self.compare_at_minor, self.price.currency)

    @property
    def label(self) -> str:
        """What tells this one from its sisters: "M, Marigold and plum"."""
        return ", ".join(str(value) for value in self.options.values())


class Level(enum.StrEnum):
    """What a shopper is told about stock; pages change only when this changes."""

    SOLD = "sold"
    BEING_PAID = "being_paid"  # the last ones are held by somebody on the payment page
    LAST = "last"
    FEW = "few"
    FOR_SALE = "for_sale"


FEW_LEFT = 4
MOST_OF_ONE = 20  # pieces of one SKU in one bag


LOW = "low_at is not null and low_at >= on_hand - held"


class Stock(Base):
    """How many lie on the shelf, and how many of them are promised to orders that are being paid."""

    __tablename__ = "stock"
    __table_args__ = (
        CheckConstraint("held >= 0 and held <= on_hand", "held_within_stock"),
        # What staff are told of on every page: it holds only the few that are low.
        Index("ix_stock_low", "variant_id", sqlite_where=text(LOW), postgresql_where=text(LOW)),
    )

    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id", ondelete="CASCADE"), primary_key=True)
    on_hand: Mapped[int]
    held: Mapped[int] = mapped_column(default=0)
    low_at: Mapped[int | None]  # staff are told when no more than these can be sold; none: they are not told

    @property
    def available(self) -> int:
        return self.on_hand - self.held

    @property
    def level(self) -> Level:
        return level(self.on_hand, self.held)


def level(on_hand: int, held: int) -> Level:
    available = on_hand - held
    if on_hand == 0:
        return Level.SOLD
    if available == 0:
        return Level.BEING_PAID
    if available == 1:
        return Level.LAST
    return Level.FEW if available <= FEW_LEFT else Level.FOR_SALE


class Reason(enum.StrEnum):
    """Why a number on the shelf was changed by a person."""

    RECEIVED = "received"
    COUNTED = "counted"
    DAMAGED = "damaged"
    CORRECTED = "corrected"


class StockAdjustment(Base):
    """A change of `Stock.on_hand` by a person. Sales are not here: order lines tell of them."""

    __tablename__ = "stock_adjustments"
    __table_args__ = (CheckConstraint("on_hand >= 0", "leaves_no_debt"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    who: Mapped[str]  # the reference of a person
    reason: Mapped[Reason]
    change: Mapped[int]  # pieces more, or fewer
    on_hand: Mapped[int]  # how many there were afterwards
    note: Mapped[str]


class PricePoint(Base):
    """What a variant cost from a moment on. Together they are the history that a reduced price is held against."""

    __tablename__ = "price_points"
    __table_args__ = (Index("ix_price_points_variant_id_since", "variant_id", "since"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id", ondelete="CASCADE"))
    since: Mapped[datetime]
    price: Mapped[Money] = composite(mapped_column("price_minor"), mapped_column("price_currency"))


class ProductAddress(Base):
    """An address that a product had before. It leads to where the product is now, however often that changed."""

    __tablename__ = "product_addresses"

    slug: Mapped[str] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"), index=True)


class RelatedProduct(Base):
    """Goods that staff want shown below a product, before those that are found by themselves."""

    __tablename__ = "related_products"
    __table_args__ = (CheckConstraint("product_id <> related_id", "is_another"),)

    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"), primary_key=True)
    related_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"), primary_key=True, index=True)
    position: Mapped[int]


class PriceBreakdown(Base):
    """Where the money of one price version goes, in percent that add up to 100."""

    __tablename__ = "price_breakdowns"
    __table_args__ = (
        UniqueConstraint("product_id", "price_version"),
        CheckConstraint("makers + materials + programmes + shipping + shop = 100", "adds_up_to_the_price"),
        CheckConstraint(
            "makers >= 0 and materials >= 0 and programmes >= 0 and shipping >= 0 and shop >= 0",
            "parts_are_not_negative",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"))
    price_version: Mapped[int]
    dated: Mapped[date]
    makers: Mapped[int]
    materials: Mapped[int]
    programmes: Mapped[int]
    shipping: Mapped[int]
    shop: Mapped[int]
    is_sample: Mapped[bool]
    note: Mapped[str | None]

    @property
    def shares(self) -> list[int]:
        return [self.makers, self.materials, self.programmes, self.shipping, self.shop]

    def amounts(self, price: Money) -> list[Money]:
        """The five parts of this price; they add up to it."""
        return price.split(self.shares)


class PictureRole(enum.StrEnum):
    HERO = "hero"
    DETAIL = "detail"
    SCALE = "scale"
    EXTRA = "extra"


class ProductPicture(Base):
    __tablename__ = "product_pictures"

    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    picture_id: Mapped[int] = mapped_column(ForeignKey("pictures.id"))
    role: Mapped[PictureRole]

    picture: Mapped[Picture] = relationship()


class ProductStory(Base):
    """Which stories stand beside a product, by the story's public reference. Whether they show is consent's to say."""

    __tablename__ = "product_stories"

    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"), primary_key=True)
    story_reference: Mapped[str] = mapped_column(primary_key=True, index=True)
    position: Mapped[int]
