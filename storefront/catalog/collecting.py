"""Making, changing and removing collections, by hand and by rule. Every change is a version that can be put back.

A collection is edited as one document:
`{"name", "slug", "intro", "position": int, "is_shown": bool, "rule": RULE or None, "products": slugs of those put in by
hand, in their order, "picture": name or None, "picture_alt"}`. What a rule may say is told in `gathering`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import joinedload

from storefront.catalog.cards import Card, cards
from storefront.catalog.gathering import gather, gathered
from storefront.catalog.models import Category, Collection, CollectionProduct, Material, Product
from storefront.catalog.queries import EACH_DIFFERS_IN
from storefront.core.errors import ShopError
from storefront.core.faults import Fault, of_text, refuse
from storefront.core.slugs import is_slug
from storefront.db import db
from storefront.media.hanging import picture_faults, picture_of
from storefront.partners.models import Partner
from storefront.revisions import keeping
from storefront.revisions.keeping import ChangedMeanwhile
from storefront.revisions.models import Revision
from storefront.style_guide.fields import blocks, remarks
from storefront.style_guide.linting import Kind

Document = dict[str, Any]
KIND = "collection"  # under which versions are kept
NO_RULE: Document = {
    "partners": [], "categories": [], "materials": [], "price_most": None, "one_of_a_kind": False, "newest": None,
}  # fmt: skip
MOST = {"name": 80, "intro": 300}  # letters
MOST_BY_HAND, MOST_NEWEST, MOST_MINOR, MOST_NAMED = 500, 200, 99_999_999, 30
MOST_FOUND = 6


class GivesWords(ShopError):
    """Raised for a collection that says something about its goods, so that it cannot go."""

    def __init__(self) -> None:
        super().__init__(
            "Goods in this collection are said to differ from one another. Hide it instead: the words stay beside them."
        )


def empty() -> Document:
    """What a form for a new collection begins with."""
    last = db.session.scalar(select(func.max(Collection.position)))
    return {
        "name": "", "slug": "", "intro": "", "position": 0 if last is None else last + 1, "is_shown": False,
        "rule": None, "products": [], "picture": None, "picture_alt": "",
    }  # fmt: skip


def load(collection_id: int) -> Collection:
    """The collection with its picture, read anew."""
    query = select(Collection).where(Collection.id == collection_id).options(joinedload(Collection.picture))
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def read(collection: Collection) -> Document:
    by_hand = (
        select(Product.slug)
        .join(CollectionProduct, CollectionProduct.product_id == Product.id)
        .where(CollectionProduct.collection_id == collection.id, ~CollectionProduct.by_rule)
        .order_by(CollectionProduct.position, Product.position, Product.id)
    )
    return {
        "name": collection.name,
        "slug": collection.slug,
        "intro": collection.intro,
        "position": collection.position,
        "is_shown": collection.is_shown,
        "rule": None if collection.rule is None else NO_RULE | collection.rule,
        "products": list(db.session.scalars(by_hand)),
        "picture": collection.picture.name if collection.picture else None,
        "picture_alt": collection.picture.alt if collection.picture else "",
    }


def create(document: Document, *, by: str, at: datetime) -> Collection:
    """A new collection. Raises `NotYetRight`."""
    refuse(check(document, slug=None))
    collection = Collection(slug=document["slug"])
    db.session.add(collection)
    _write(collection, document, at=at)
    keeping.keep(KIND, collection.id, read(load(collection.id)), was=None, by=by, at=at, words="Made")
    return collection


def change(
    collection_id: int,
    document: Document,
    *,
    based_on: int | None,
    by: str,
    at: datetime,
    words: str = "",
    seen: list[str] | None = None,
) -> Revision | None:
    """Make the collection what the document says; returns the new version, or None where nothing differs.

    A product is put into collections from its own page too, which makes no version of the collection. So the writer
    says in `seen` which products she saw. Raises `NotYetRight`, and `ChangedMeanwhile` when others stand there.
    """
    collection = _locked(collection_id, based_on=based_on)
    was = read(collection)
    if seen is not None and seen != was["products"]:
        raise ChangedMeanwhile(None)
    refuse(check(document, slug=collection.slug))
    _write(collection, document, at=at)
    return keeping.keep(KIND, collection_id, read(load(collection_id)), was=was, by=by, at=at, words=words)


def remove(collection_id: int, *, based_on: int) -> None:
    """Take a collection away for good, with its versions. Its goods stay. Raises `GivesWords`, `ChangedMeanwhile`."""
    collection = _locked(collection_id, based_on=based_on)
    if collection.slug == EACH_DIFFERS_IN:
        raise GivesWords
    keeping.forget(KIND, collection_id)
    db.session.execute(delete(CollectionProduct).where(CollectionProduct.collection_id == collection_id))
    db.session.delete(collection)
    db.session.flush()


@dataclass(frozen=True, slots=True)
class Meant:
    """What a rule gathers: the first of them as they would be seen, and how many there are with drafts."""

    cards: list[Card]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.cards)


def meant(rule: Document, *, at: datetime, most: int) -> Meant:
    """Which products a rule that has been checked gathers at this moment, in the order in which they would stand."""
    products = select(Product).where(Product.id.in_(gathered(rule, at=at)))
    total = db.session.scalar(products.with_only_columns(func.count(Product.id)))
    return Meant(cards(products, limit=most), total or 0)


def found(words: str) -> list[Product]:
    """Products that somebody may mean by these words: an address, a name, or the beginning of a name; a few at most."""
    words = words.strip().lower()
    if not words:
        return []
    exact = db.session.scalars(
        select(Product).where((Product.slug == words) | (func.lower(Product.name) == words)).limit(MOST_FOUND)
    ).all()
    begun = select(Product).where(func.lower(Product.name).startswith(words, autoescape=True))
    return list(exact) or list(db.session.scalars(begun.order_by(Product.name, Product.id).limit(MOST_FOUND)))


def check(document: Document, *, slug: str | None) -> list[Fault]:
    """All faults, in the order of the form. `slug` is the address it has, or None for a new one."""
    return [*_texts(document), *_address(document, slug), *rule_faults(document["rule"]), *_products(document)]


def _texts(document: Document) -> Iterator[Fault]:
    for name, most in MOST.items():
        needed = "Give it a name." if name == "name" else ""
        yield from of_text(name, document[name], most=most, needed=needed)
    yield from blocks(remarks((name, document[name][:most], Kind.PRODUCT) for name, most in MOST.items()))
    if not _whole(document["position"], 0, 9999):
        yield Fault("position", "Enter a whole number from 0 to 9999.")
    yield from picture_faults("picture", document["picture"], document["picture_alt"])


def _address(document: Document, slug: str | None) -> Iterator[Fault]:
    if slug is not None:
        if document["slug"] != slug:
            yield Fault("slug", "The address of a collection stays what it is: people have sent it to each other.")
    elif not is_slug(document["slug"]) or document["slug"] == "new":
        yield Fault("slug", "An address holds small letters, digits and single hyphens.")
    elif db.session.scalar(select(Collection.id).where(Collection.slug == document["slug"])):
        yield Fault("slug", "Another collection has this address.")


def rule_faults(rule: Document | None) -> list[Fault]:
    return [] if rule is None else list(_rule(rule))


def _rule(rule: Document) -> Iterator[Fault]:
    for name, column in (("partners", Partner.slug), ("categories", Category.slug)):
        known = set(db.session.scalars(select(column).where(column.in_(rule[name]))))
        for given in rule[name]:
            if given not in known:
                yield Fault(f"rule.{name}", f'There is no "{given}".')
    if len(rule["materials"]) > MOST_NAMED:
        yield Fault("rule.materials", f"Please name at most {MOST_NAMED} materials.")
    for given in rule["materials"][:MOST_NAMED]:
        if not db.session.scalar(select(exists().where(func.lower(Material.name) == given.lower()))):
            yield Fault("rule.materials", f'No goods say that they are made of "{given}".')
    if rule["price_most"] is not None and not _whole(rule["price_most"], 1, MOST_MINOR):
        yield Fault("rule.price_most", "Enter an amount like 30 or 29.50, or nothing.")
    if rule["newest"] is not None and not _whole(rule["newest"], 1, MOST_NEWEST):
        yield Fault("rule.newest", f"Enter a whole number from 1 to {MOST_NEWEST}, or nothing.")
    if not any(rule.values()):
        yield Fault("rule", "Say at least one thing that goods must be like. Without one, everything would be in it.")


def _products(document: Document) -> Iterator[Fault]:
    products = document["products"]
    known = set(db.session.scalars(select(Product.slug).where(Product.slug.in_(products[:MOST_BY_HAND]))))
    if len(products) > MOST_BY_HAND:
        yield Fault("products", f"At most {MOST_BY_HAND} products are put in by hand. Let a rule gather more.")
    for slug in products[:MOST_BY_HAND]:
        if slug not in known:
            yield Fault("products", f'There is no product "{slug}" any more.')
    if len(set(products)) != len(products):
        yield Fault("products", "A product stands here twice.")


def _locked(collection_id: int, *, based_on: int | None) -> Collection:
    """The row is locked besides its versions: whoever puts a product into it from elsewhere waits."""
    keeping.lock(KIND, collection_id, based_on=based_on)
    row = update(Collection).where(Collection.id == collection_id).values(position=Collection.position)
    if db.session.scalar(row.returning(Collection.id)) is None:
        raise ChangedMeanwhile(None)
    return load(collection_id)


def _write(collection: Collection, document: Document, *, at: datetime) -> None:
    for name in ("name", "intro", "position", "is_shown"):
        setattr(collection, name, document[name])
    rule = document["rule"]
    # The same parts in the same order, however the document came: two rules that mean the same are the same version.
    collection.rule = None if rule is None else {name: rule[name] for name in NO_RULE}
    collection.picture = picture_of(document["picture"], document["picture_alt"])
    db.session.flush()
    _put_in(collection.id, document["products"])
    if rule is None:
        mine = (CollectionProduct.collection_id == collection.id, CollectionProduct.by_rule)
        db.session.execute(delete(CollectionProduct).where(*mine))
    else:
        gather(collection_ids=[collection.id], at=at)


def _put_in(collection_id: int, slugs: list[str]) -> None:
    """Exactly these by hand, in this order. What the rule had put in counts as put in by hand once it is named."""
    mine = CollectionProduct.collection_id == collection_id
    ids = {
        row.slug: row.id for row in db.session.execute(select(Product.slug, Product.id).where(Product.slug.in_(slugs)))
    }
    there = set(db.session.scalars(select(CollectionProduct.product_id).where(mine)))
    db.session.execute(
        delete(CollectionProduct).where(
            mine, ~CollectionProduct.by_rule, CollectionProduct.product_id.not_in(ids.values())
        )
    )
    for place, slug in enumerate(slugs):
        if ids[slug] in there:
            row = update(CollectionProduct).where(mine, CollectionProduct.product_id == ids[slug])
            db.session.execute(row.values(by_rule=False, position=place))
        else:
            db.session.add(CollectionProduct(collection_id=collection_id, product_id=ids[slug], position=place))
    db.session.flush()


def _whole(value: Any, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most
