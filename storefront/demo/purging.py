"""Taking the demonstration out of the shop again; what the merchant made herself stays, with all that it stands on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Select, delete, func, select, union
from sqlalchemy.orm import selectinload

from storefront.accounts.models import Invitation, User
from storefront.catalog import collecting, documents
from storefront.catalog.models import Category, Collection, CollectionProduct, Product, ProductStory, Variant
from storefront.checkout import rating
from storefront.checkout.models import ShippingZone
from storefront.db import Base, db, reading
from storefront.demo.pictures import sweep
from storefront.media.files import file_of
from storefront.media.models import Picture
from storefront.partners import editing as partner_editing
from storefront.partners.models import Partner
from storefront.revisions.keeping import forget
from storefront.settings import settings
from storefront.stories.models import Story, Wording

Owned = Partner | Category | Collection
VERSIONED: dict[type[Base], str] = {
    Product: documents.KIND, Collection: collecting.KIND, Partner: partner_editing.KIND, ShippingZone: rating.KIND,
}  # fmt: skip
Row = TypeVar("Row", Partner, Category, Collection)


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge took away, and sentences about the demonstration rows that the merchant's own still need."""

    removed: dict[str, int]
    kept: tuple[str, ...]


def purge(*, say: Callable[[str], None] = lambda line: None) -> Purged:
    """Remove every demonstration row. Runs inside `transaction()`; `remove_files` follows when that has been committed.

    Orders keep their lines, which are copies; bags lose theirs. A partner, category or collection that a product or
    story of the merchant's own stands on is kept, and so is a picture that anything in the shop still shows.
    """
    removed, kept = dict[str, int](), list[str]()
    products = _products()
    stories = db.session.scalars(
        select(Story)
        .where(Story.from_demonstration)
        .options(
            selectinload(Story.consents),
            selectinload(Story.reviews),
            selectinload(Story.wordings).selectinload(Wording.approvals),
        )
    ).all()
    _part_stories(stories)
    removed["products"], removed["stories"] = _remove(products), _remove(stories)
    for part, rows in (
        ("collections", _rows(Collection)),
        ("categories", _rows(Category)),
        ("partners", _rows(Partner)),
    ):
        spare = [row for row in rows if not _note_use(part, row, kept)]
        removed[part] = _remove(spare)
    zones = select(ShippingZone).where(ShippingZone.from_demonstration).options(selectinload(ShippingZone.rates))
    removed["shipping_zones"] = _remove(db.session.scalars(zones).all())
    pictures = db.session.scalars(select(Picture).where(Picture.from_demonstration)).all()
    shown = set(db.session.scalars(_shown_pictures())) if pictures else set[int]()
    removed["pictures"] = _remove([picture for picture in pictures if picture.id not in shown])
    for part, number in removed.items():
        say(f"{part.replace('_', ' ')}: {number} removed")
    return Purged(removed, tuple(kept))


def remove_files() -> int:
    """Remove files that no demonstration picture speaks of. For after the commit: a rollback brings no file back."""
    with reading() as session:
        pictures = session.scalars(select(Picture).where(Picture.from_demonstration)).all()
        keep = [file_of(settings.media_dir, picture.shelf, picture.name) for picture in pictures]
    return sweep(settings.media_dir, keep)


def _products() -> Sequence[Product]:
    return db.session.scalars(
        select(Product)
        .where(Product.from_demonstration)
        .options(
            selectinload(Product.variants).selectinload(Variant.stock),
            selectinload(Product.materials),
            selectinload(Product.pictures),
            selectinload(Product.breakdowns),
        )
    ).all()


def _rows(model: type[Row]) -> Sequence[Row]:
    return db.session.scalars(select(model).where(model.from_demonstration)).all()


def _part_stories(stories: Sequence[Story]) -> None:
    """Take the stories away from beside products, the merchant's own too: that link is no foreign key."""
    if references := [story.reference for story in stories]:
        db.session.execute(delete(ProductStory).where(ProductStory.story_reference.in_(references)))


def _note_use(part: str, row: Owned, kept: list[str]) -> bool:
    """Whether something of the merchant's own stands on this row; says so if it does."""
    users = db.session.scalars(_users(row)).all()
    if users:
        named = ", ".join(f'"{slug}"' for slug in users[:3]) + (" and others" if len(users) > 3 else "")
        kept.append(f'"{row.slug}" among the {part} was kept, because your own {named} needs it.')
    return bool(users)


def _users(row: Owned) -> Select[str]:
    match row:
        case Collection():
            links = select(CollectionProduct.product_id).where(CollectionProduct.collection_id == row.id)
            return select(Product.slug).where(Product.id.in_(links)).order_by(Product.slug)
        case Category():
            return select(Product.slug).where(Product.category_id == row.id).order_by(Product.slug)
        case Partner():
            products = select(Product.slug).where(Product.partner_id == row.id)
            stories = select(func.coalesce(Story.slug, Story.reference)).where(Story.partner_id == row.id)
            staff = select(User.reference).where(User.partner_id == row.id)
            invited = select(Invitation.reference).where(Invitation.partner_id == row.id)
            every = union(products, stories, staff, invited).subquery()
            return select(every.c.slug).order_by(every.c.slug)


def _shown_pictures() -> Select[int | None]:
    """Ids of the pictures that any row of any table shows, so that a table made tomorrow is asked as well."""
    tables = Base.metadata.sorted_tables
    keys = [key for table in tables for key in table.foreign_keys if key.column is Picture.__table__.c.id]
    every = union(*(select(key.parent.label("picture_id")).where(key.parent.is_not(None)) for key in keys)).subquery()
    return select(every.c.picture_id)


def _remove(rows: Sequence[Base]) -> int:
    """Delete these rows now, so that what is asked next no longer sees them; and their versions.

    SQLite gives the number of a deleted row away again: what is made next must not inherit a history.
    """
    for row in rows:
        if kind := VERSIONED.get(type(row)):
            forget(kind, row.id)  # type: ignore[attr-defined]
        db.session.delete(row)
    db.session.flush()
    return len(rows)
