"""One act over many products: what it would change in each, and doing just that.

A product that somebody changed since the preview is left alone. Every product that was changed has a version of its
own, and all of them belong to one change set, by which they are put back together.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from storefront.catalog import documents, publishing, stock
from storefront.catalog.checking import check
from storefront.catalog.documents import KIND, LOADED, Document
from storefront.catalog.editing import change
from storefront.catalog.models import Product
from storefront.core.errors import ShopError
from storefront.core.money import EXPONENTS
from storefront.db import db
from storefront.revisions import keeping
from storefront.revisions.models import ChangeSet, Head, Revision

MOST = 5000  # products at once
BATCH = 25  # products that are changed in one transaction
CHUNK = 250  # products that are read together for a preview
LOW = (
    "low_stock"  # the thresholds of a product's variants, kept as versions of their own: no editor's document has them
)
WHOLE = 10_000  # a hundred percent, in hundredths of a percent


class Do(enum.StrEnum):
    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    ARCHIVE = "archive"
    TAKE_BACK = "take_back"
    CATEGORY = "category"
    PUT_IN = "put_in"
    TAKE_OUT = "take_out"
    PRICE = "price"
    COMPARE_AT = "compare_at"
    LOW_AT = "low_at"
    NOTICE = "notice"
    RELATE = "relate"
    UNRELATE = "unrelate"


class Ending(enum.StrEnum):
    """With which small coins a price ends after it was worked out."""

    ANY = ""
    WHOLE = "00"
    HALF = "50"
    NINETY = "90"


@dataclass(frozen=True, slots=True)
class Act:
    """What is to be done. `value` is the slug of a category, collection or product, the text of a notice, a currency.

    `number` is, for a price, the change in hundredths of a percent; for a price before, minor units; for low stock,
    pieces; None takes the last two away. `keeps_before` shows what a lowered price was before.
    """

    do: Do
    value: str = ""
    number: int | None = None
    ending: Ending = Ending.ANY
    keeps_before: bool = False

    def plain(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def read(cls, plain: dict[str, Any]) -> Act:
        return cls(**plain | {"do": Do(plain["do"]), "ending": Ending(plain["ending"])})


class CannotBe(ShopError):
    """Raised for a product that the act does not fit."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What would become of one product: the documents before and after, upon the version that is now the newest."""

    product_id: int
    slug: str
    name: str
    number: int
    was: Document
    new: Document


@dataclass(frozen=True, slots=True)
class Left:
    """A product that is left out, and why."""

    key: str  # its slug
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Preview:
    planned: list[Planned]
    left: list[Left]
    same: int  # products that are so already


def progress(change_set: ChangeSet) -> tuple[int, int]:
    """How many things were changed under a set, and how many were meant to be and neither were nor were left alone."""
    one_each = select(Revision.kind, Revision.subject_id).where(Revision.change_set_id == change_set.id).distinct()
    changed = db.session.scalar(select(func.count()).select_from(one_each.subquery())) or 0
    return changed, max(0, change_set.wanted - changed - len(change_set.left_alone))


def preview(product_ids: list[int], act: Act, *, at: datetime) -> Preview:
    """What the act would do at this moment, in the order of the ids. Nothing is written."""
    planned: list[Planned] = []
    left: list[Left] = []
    same = 0
    for start in range(0, len(product_ids), CHUNK):
        ids = product_ids[start : start + CHUNK]
        for each in _thought_through(ids, act, at=at):
            if isinstance(each, Left):
                left.append(each)
            elif each.was == each.new:
                same += 1
            else:
                planned.append(each)
    return Preview(planned, left, same)


def _thought_through(ids: list[int], act: Act, *, at: datetime) -> Iterator[Planned | Left]:
    rows = {row.id: row for row in db.session.scalars(select(Product).where(Product.id.in_(ids)).options(*LOADED))}
    numbers = numbers_of(ids)
    read = documents.read_all(rows.values())
    changed: dict[int, Document] = {}
    left: dict[int, Left] = {}
    for product in (rows[product_id] for product_id in ids if product_id in rows):
        try:
            changed[product.id] = after(act, product, read[product.id], at=at)
        except CannotBe as error:
            left[product.id] = Left(product.slug, product.name, error.message)
    around = documents.surroundings(new for new in changed.values() if "slug" in new)
    for product in (rows[product_id] for product_id in ids if product_id in rows):
        if product.id in left:
            yield left[product.id]
            continue
        was, new = before(act, product, read[product.id]), changed[product.id]
        faults = check(new, around, product_id=product.id) if "slug" in new and was != new else []
        if faults:
            yield Left(product.slug, product.name, " ".join(dict.fromkeys(fault.message for fault in faults)))
        else:
            yield Planned(product.id, product.slug, product.name, numbers.get(product.id, 0), was, new)


def numbers_of(product_ids: Iterable[int]) -> dict[int, int]:
    """The number of the newest version of each product that was ever edited here."""
    query = select(Head.subject_id, Head.number).where(Head.kind == KIND, Head.subject_id.in_(list(product_ids)))
    return {product_id: number for product_id, number in db.session.execute(query)}  # noqa: C416


def before(act: Act, product: Product, document: Document) -> Document:
    """What an act works upon: the product's document, or, for thresholds, those of its variants."""
    return thresholds(product) if act.do is Do.LOW_AT else document


def thresholds(product: Product) -> Document:
    return {"low_at": {variant.sku: variant.stock.low_at for variant in product.live}}


def after(act: Act, product: Product, document: Document, *, at: datetime) -> Document:
    """The document as the act leaves it. Raises `CannotBe`."""
    match act.do:
        case Do.PUBLISH:
            return _published(product, document, at)
        case Do.WITHDRAW:
            return _withdrawn(product, document, at)
        case Do.ARCHIVE:
            return publishing.archived(document)
        case Do.TAKE_BACK:
            return publishing.taken_back(document) if document["archived"] else document
        case Do.CATEGORY:
            return document | {"category": act.value}
        case Do.PUT_IN:
            return document | {"collections": sorted({*document["collections"], act.value})}
        case Do.TAKE_OUT:
            return document | {"collections": [slug for slug in document["collections"] if slug != act.value]}
        case Do.PRICE:
            return _priced(document, act)
        case Do.COMPARE_AT:
            if act.number is not None and document["currency"] != act.value:
                raise CannotBe("Its prices are in another currency.")
            return document | {"variants": [each | {"compare_at": act.number} for each in document["variants"]]}
        case Do.LOW_AT:
            return {"low_at": dict.fromkeys(thresholds(product)["low_at"], act.number)}
        case Do.NOTICE:
            return document | {"notice": act.value or None}
        case Do.RELATE:
            is_there = act.value in document["related"] or act.value == document["slug"]
            return document if is_there else document | {"related": [*document["related"], act.value]}
    return document | {"related": [slug for slug in document["related"] if slug != act.value]}


def _published(product: Product, document: Document, at: datetime) -> Document:
    if document["archived"]:
        raise CannotBe("It is archived. Take it back from there first.")
    return document if product.is_shown(at) else publishing.published(document, at=at)


def _withdrawn(product: Product, document: Document, at: datetime) -> Document:
    is_over = product.published_until is not None and product.published_until <= at
    return document if is_over else publishing.withdrawn(document, at=at)


def _priced(document: Document, act: Act) -> Document:
    variants = []
    for each in document["variants"]:
        price = new_price(each["price"], act.number or 0, act.ending, document["currency"])
        keeps = act.keeps_before and price < each["price"]
        variants.append(each | {"price": price, "compare_at": each["price"] if keeps else each["compare_at"]})
    moved = [each["price"] for each in variants] != [each["price"] for each in document["variants"]]
    # How a price is made up was said of the price until now; it is not said of another.
    return document | {"variants": variants, "breakdown": None if moved else document["breakdown"]}


def new_price(minor: int, hundredths: int, ending: Ending, currency: str) -> int:
    """A price in minor units, changed by hundredths of a percent and rounded, half up, to whole minor units.

    With an ending it is the nearest price that ends so, the higher of two; never less than the smallest of them. Where
    a currency has no coins below the whole, endings do not change it.
    """
    plain = (minor * (WHOLE + hundredths) + WHOLE // 2) // WHOLE
    coins: int = 10 ** EXPONENTS[currency]
    if ending is Ending.ANY or coins == 1:
        return max(plain, 1)
    wanted = int(ending.value) * coins // 10**2
    below = (plain - wanted) // coins * coins + wanted
    nearest = below if plain - below < below + coins - plain else below + coins
    return nearest if nearest > 0 else nearest + coins


def begin(words: str, *, wanted: int, by: str, at: datetime) -> ChangeSet:
    """The set that everything the act changes is kept under."""
    change_set = keeping.begin_set(words, by=by, at=at)
    change_set.wanted = wanted
    db.session.flush()
    return change_set


def work(change_set_id: int, act: Act, seen: list[tuple[str, int]], *, by: str, at: datetime) -> None:
    """Do the act to these products, known by slug and the number of the version that was seen. Safe to run twice.

    Once the set was taken back nothing more is done. `at` is the moment of the preview: what becomes public then does
    so at the time that was shown.
    """
    if not _is_wanted(change_set_id):
        return
    change_set = db.session.get_one(ChangeSet, change_set_id)
    slugs = [slug for slug, _ in seen]
    found = {
        row.slug: row for row in db.session.scalars(select(Product).where(Product.slug.in_(slugs)).options(*LOADED))
    }
    done = _changed_under(change_set_id, [product.id for product in found.values()])
    left = {each["key"] for each in change_set.left_alone}
    for slug, number in seen:
        product = found.get(slug)
        if slug in left or (product is not None and product.id in done):
            continue
        try:
            if product is None:
                raise CannotBe("It is no longer under this address.")
            _do(product, act, number, change_set, by=by, at=at)
        except ShopError as error:
            name = product.name if product is not None else slug
            leave(change_set, Left(slug, name, error.message))


def _do(product: Product, act: Act, number: int, change_set: ChangeSet, *, by: str, at: datetime) -> None:
    product_id = product.id
    keeping.lock(KIND, product_id, based_on=number)
    product = db.session.scalars(
        select(Product).where(Product.id == product_id).options(*LOADED).execution_options(populate_existing=True)
    ).one()
    document = documents.read(product)
    new = after(act, product, document, at=at)
    if act.do is Do.LOW_AT:
        set_thresholds(product, new, by=by, at=at, words=change_set.words, change_set=change_set)
    else:
        change(product_id, new, based_on=number, by=by, at=at, words=change_set.words, change_set=change_set)


def set_thresholds(
    product: Product, new: Document, *, by: str, at: datetime, words: str, change_set: ChangeSet
) -> Revision | None:
    """From how many on staff are told, by SKU; what is no longer sold is passed over."""
    keeping.lock(LOW, product.id, based_on=None)
    was = thresholds(product)
    for variant in product.live:
        if variant.sku in new["low_at"]:
            stock.set_low(variant.id, new["low_at"][variant.sku])
    now = thresholds(product)
    return keeping.keep(LOW, product.id, now, was=was, by=by, at=at, words=words, change_set=change_set)


def leave(change_set: ChangeSet, left: Left) -> None:
    change_set.left_alone = [*change_set.left_alone, asdict(left)]
    db.session.flush()


def _is_wanted(change_set_id: int) -> bool:
    """Whether nobody has taken the set back; and nobody does while this transaction lasts."""
    mine = update(ChangeSet).where(ChangeSet.id == change_set_id, ChangeSet.undone_at.is_(None))
    return db.session.scalar(mine.values(wanted=ChangeSet.wanted).returning(ChangeSet.id)) is not None


def _changed_under(change_set_id: int, product_ids: list[int]) -> set[int]:
    query = select(Revision.subject_id).where(
        Revision.change_set_id == change_set_id, Revision.subject_id.in_(product_ids)
    )
    return set(db.session.scalars(query))
