"""The page of one product: which variant is shown, what can be chosen instead, and how the price is made up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from storefront.catalog.cards import Card, Order, cards, tag
from storefront.catalog.models import (
    MOST_OF_ONE,
    Level,
    Material,
    PictureRole,
    PriceBreakdown,
    Product,
    ProductPicture,
    RelatedProduct,
    Variant,
)
from storefront.catalog.pricing import histories, lowest_before
from storefront.catalog.queries import EACH_DIFFERS_IN, in_collection, like, visible
from storefront.core.money import Money
from storefront.db import db
from storefront.media.addresses import Shown, shown
from storefront.partners.models import Certificate
from storefront.partners.wording import certificate_words, logo

RELATED = 4


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that can be chosen; `sku` is the variant its link leads to."""

    words: str
    note: str
    sku: str
    picture: Shown | None
    is_chosen: bool
    is_sold: bool


@dataclass(frozen=True, slots=True)
class Axis:
    """One question to the shopper: "Colour", "Size", "Choose a piece"."""

    name: str
    choices: list[Choice]

    @property
    def has_pictures(self) -> bool:
        return all(choice.picture for choice in self.choices)


@dataclass(frozen=True, slots=True)
class PricePart:
    """`css` is the class that colours it."""

    label: str
    percent: int
    amount: Money
    css: str


@dataclass(frozen=True, slots=True)
class PriceParts:
    """Where the money of one price goes; the amounts add up to it."""

    price: Money
    parts: list[PricePart]
    breakdown: PriceBreakdown


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """A certificate of the workshop, and what may be said and shown of it today."""

    certificate: Certificate
    words: str
    until: date | None
    logo: Shown | None


@dataclass(frozen=True, slots=True)
class ProductPage:
    product: Product
    each_differs: bool
    breakdown: PriceBreakdown | None
    certificates: list[CertificateLine]
    chosen: Variant | None
    was: dict[int, Money]  # by the id of a variant: the lowest price of the thirty days before the one now

    @property
    def tag(self) -> str | None:
        most = max((variant.stock.on_hand for variant in self.product.live), default=0)
        return tag(named_pieces=self.product.named_pieces, most=most, differs=self.each_differs)

    @property
    def price_varies(self) -> bool:
        return len({variant.price for variant in self.product.live}) > 1

    @property
    def is_very_piece(self) -> bool:
        """Whether every variant is a single piece, so that the picture shows the one that will be sent."""
        return self.product.named_pieces and all(variant.stock.on_hand <= 1 for variant in self.product.live)

    @property
    def most(self) -> int:
        """How many of the chosen variant can be put into the bag."""
        return min(self.chosen.stock.available, MOST_OF_ONE) if self.chosen else 0

    @property
    def gallery(self) -> list[Shown]:
        """The chosen variant first, in place of the hero; then the pictures that belong to all of them."""
        rest = [link.picture for link in self.product.pictures if link.role is not PictureRole.HERO]
        heroes = [link.picture for link in self.product.pictures if link.role is PictureRole.HERO]
        first = [self.chosen.picture] if self.chosen and self.chosen.picture else heroes
        return [picture for picture in map(shown, (*first, *rest)) if picture]

    @property
    def axes(self) -> list[Axis]:
        """What can be chosen. Pieces that differ are chosen one by one, others by the words of their options."""
        variants, chosen = self.product.live, self.chosen
        if chosen is None or len(variants) < 2:
            return []
        if self.is_very_piece or self.each_differs:
            return [
                Axis("Choose a piece" if self.is_very_piece else "Choose one", [_piece(v, chosen) for v in variants])
            ]
        names = [name for name in chosen.options if len({str(v.options.get(name)) for v in variants}) > 1]
        axes = [_axis(name, variants, chosen, kept=names[:place]) for place, name in enumerate(names)]
        return axes or [Axis("Choose one", [_piece(v, chosen) for v in variants])]

    @property
    def stock_words(self) -> str | None:
        """What a shopper is told about how many there are; nothing where there are plenty."""
        if self.chosen is None:
            return None
        stock = self.chosen.stock
        match stock.level:
            case Level.SOLD:
                return "Sold"
            case Level.BEING_PAID:
                return "Somebody is paying for the last one. If they do not, it comes back."
            case Level.LAST:
                return "One left, and there will not be another like it." if self.is_very_piece else "One left."
            case Level.FEW:
                return f"Only {stock.available} left."
        return None

    @property
    def price_before(self) -> Money | None:
        """The lowest price of the thirty days before the reduction; what staff typed, where no earlier one is known."""
        if self.chosen is None or self.chosen.compare_at is None:
            return None
        return self.was.get(self.chosen.id, self.chosen.compare_at)

    @property
    def sizes(self) -> str:
        """The measures in words: "Length 42 cm; width 19 cm"."""
        measures = dict(self.product.measures)
        unit = measures.pop("unit", "cm")
        words = "; ".join(f"{name} {value} {unit}" for name, value in measures.items())
        return words[:1].upper() + words[1:]

    @property
    def price_parts(self) -> PriceParts | None:
        return price_parts(self.breakdown, self.chosen.price) if self.breakdown and self.chosen else None


def read(slug: str, *, sku: str | None, at: datetime) -> ProductPage | None:
    """A visible product with what its page shows; chosen is the variant `sku`, or the first that can be bought."""
    return _read(visible(at=at).where(Product.slug == slug), sku, today=at.date())


def read_unseen(product_id: int, *, sku: str | None, at: datetime) -> ProductPage | None:
    """The same of any product, whether or not it may be seen: for those who make it."""
    return _read(select(Product).where(Product.id == product_id), sku, today=at.date())


def _read(products: Select[Product], sku: str | None, *, today: date) -> ProductPage | None:
    query = (
        products.join(Product.partner)
        .join(Product.category)
        .outerjoin(
            PriceBreakdown,
            and_(PriceBreakdown.product_id == Product.id, PriceBreakdown.price_version == Product.price_version),
        )
        .outerjoin(Product.materials)
        .add_columns(PriceBreakdown, in_collection(EACH_DIFFERS_IN).correlate(Product).label("differs"))
        .options(
            contains_eager(Product.partner),
            contains_eager(Product.category),
            contains_eager(Product.materials),
            selectinload(Product.variants).options(joinedload(Variant.stock), joinedload(Variant.picture)),
            selectinload(Product.pictures).joinedload(ProductPicture.picture),
        )
        .order_by(Material.position)
    )
    rows = db.session.execute(query).unique().all()
    if not rows:
        return None
    (found,) = rows
    product: Product = found.Product
    was = _lowest_before([variant for variant in product.live if variant.compare_at_minor is not None])
    return ProductPage(
        product=product,
        each_differs=found.differs,
        breakdown=found.PriceBreakdown,
        certificates=_certificates(product.partner_id, today=today),
        chosen=_chosen(product.live, sku),
        was=was,
    )


def related(product: Product, *, at: datetime) -> list[Card]:
    """What staff put beside it first, then goods of the same workshop, then of the same collections."""
    chosen = (
        select(RelatedProduct.position)
        .where(RelatedProduct.product_id == product.id, RelatedProduct.related_id == Product.id)
        .correlate(Product)
        .scalar_subquery()
    )
    own = case((Product.partner_id == product.partner_id, 0), else_=1)
    order = Order((chosen.is_(None), func.coalesce(chosen, 0), own, Product.position, Product.id))
    return cards(like(product, at=at), order=order, limit=RELATED)


def price_parts(breakdown: PriceBreakdown, price: Money) -> PriceParts:
    labels = ("Makers' wages", "Materials", "Partner programmes", "Shipping and fees", "This shop")
    parts = zip(labels, breakdown.shares, breakdown.amounts(price), strict=True)
    return PriceParts(price, [PricePart(*part, f"c{place}") for place, part in enumerate(parts, 1)], breakdown)


def _certificates(partner_id: int, *, today: date) -> list[CertificateLine]:
    query = select(Certificate).where(Certificate.partner_id == partner_id).order_by(Certificate.position)
    return [
        CertificateLine(
            each,
            certificate_words(each, today=today),
            each.valid_until if each.is_valid(today) else None,
            shown(logo(each, today=today)),
        )
        for each in db.session.scalars(query.options(joinedload(Certificate.logo)))
    ]


def _lowest_before(reduced: list[Variant]) -> dict[int, Money]:
    """By the id of a variant. Asked only where a reduction is announced."""
    of_each = histories(variant.id for variant in reduced)
    lowest = {key: lowest_before(points) for key, points in of_each.items()}
    return {key: price for key, price in lowest.items() if price is not None}


def _chosen(variants: Sequence[Variant], sku: str | None) -> Variant | None:
    """The one that was asked for; else the first that can be bought; else the first."""
    named = [variant for variant in variants if variant.sku == sku]
    free = [variant for variant in variants if variant.stock.available > 0]
    return next(iter((*named, *free, *variants)), None)


def _piece(variant: Variant, chosen: Variant) -> Choice:
    size = str(variant.options.get("size", ""))
    name = ", ".join(str(value) for key, value in variant.options.items() if key != "size")
    return Choice(
        words=name or size,
        note=size if name else "",
        sku=variant.sku,
        picture=shown(variant.picture),
        is_chosen=variant is chosen,
        is_sold=variant.stock.level is Level.SOLD,
    )


def _axis(name: str, variants: Sequence[Variant], chosen: Variant, *, kept: Sequence[str]) -> Axis:
    """The values of one option. A value never changes the options that were asked before (`kept`) unless it must."""
    values = dict.fromkeys(str(variant.options[name]) for variant in variants if name in variant.options)
    choices, pictures = [], set[int | None]()
    for value in values:
        having = [variant for variant in variants if str(variant.options.get(name)) == value]
        agreeing = [
            v for v in having if all(v.options.get(other) == chosen.options.get(other) for other in kept)
        ] or having
        target = min(agreeing, key=lambda variant: (variant.stock.level is Level.SOLD, _differences(variant, chosen)))
        one_picture = len({variant.picture_id for variant in having}) == 1
        pictures.add(target.picture_id if one_picture else None)
        choices.append(
            Choice(
                words=value,
                note="",
                sku=target.sku,
                picture=shown(target.picture) if one_picture else None,
                is_chosen=value == str(chosen.options.get(name)),
                is_sold=target.stock.level is Level.SOLD,
            )
        )
    if len(pictures) < len(choices):  # pictures that do not tell the values apart say nothing
        choices = [replace(choice, picture=None) for choice in choices]
    return Axis(_words(name), choices)


def _differences(variant: Variant, chosen: Variant) -> int:
    return sum(variant.options.get(name) != value for name, value in chosen.options.items())


def _words(name: str) -> str:
    return name.removesuffix("_family").replace("_", " ").capitalize()
