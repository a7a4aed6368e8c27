"""Collections that fill themselves: which products a rule gathers, written down so that pages need not ask it.

A rule is `{"partners", "categories", "materials": lists of slugs or names, "price_most": minor units, "one_of_a_kind",
"newest": how many}`; what is missing or empty does not narrow. All that is named must be so; of a list, one is enough.
"""

from __future__ import annotations

from collections.abc import Collection as Group
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, exists, func, select

from storefront.catalog.models import Category, Collection, CollectionProduct, Material, Product
from storefront.catalog.queries import is_shown, lowest_price, one_of_a_kind
from storefront.db import db, insert_or
from storefront.partners.models import Partner

AFTER_ALL_BY_HAND = 1_000_000  # the place of what a rule gathers; among themselves they stand in the shop's own order


def gathered(rule: dict[str, Any], *, at: datetime) -> Select[int]:
    """Ids of the products that a rule means. The newest are counted among those that may be seen; others need not."""
    query = select(Product.id).where(Product.archived_at.is_(None))
    if rule.get("partners"):
        query = query.where(Product.partner_id.in_(select(Partner.id).where(Partner.slug.in_(rule["partners"]))))
    if rule.get("categories"):
        query = query.where(Product.category_id.in_(select(Category.id).where(Category.slug.in_(rule["categories"]))))
    if rule.get("materials"):
        wanted = [name.lower() for name in rule["materials"]]
        query = query.where(exists().where(Material.product_id == Product.id, func.lower(Material.name).in_(wanted)))
    if rule.get("price_most"):
        query = query.where(lowest_price() <= rule["price_most"])
    if rule.get("one_of_a_kind"):
        query = query.where(one_of_a_kind())
    if rule.get("newest"):
        newest = (Product.published_at.desc(), Product.id.desc())
        query = query.where(is_shown(at=at)).order_by(*newest).limit(rule["newest"])
    return query


def gather(*, at: datetime, collection_ids: Group[int] = (), product_ids: Group[int] = ()) -> None:
    """Write down who belongs: in these collections, or in every one with a rule after these products changed.

    What was put in by hand stays. Where nothing changes nothing is written, so that no page is drawn anew for it.
    """
    rules = select(Collection).where(Collection.rule.is_not(None)).order_by(Collection.id)
    if collection_ids:
        rules = rules.where(Collection.id.in_(collection_ids))
    for collection in db.session.scalars(rules).all():
        _gather(collection, product_ids, at=at)


def _gather(collection: Collection, product_ids: Group[int], *, at: datetime) -> None:
    rule = collection.rule or {}
    wanted = select(Product.id).where(Product.id.in_(gathered(rule, at=at)))
    mine = [CollectionProduct.collection_id == collection.id]
    if product_ids and not rule.get("newest"):  # one that comes among the newest pushes another one out
        wanted = wanted.where(Product.id.in_(product_ids))
        mine.append(CollectionProduct.product_id.in_(product_ids))
    gone = [*mine, CollectionProduct.by_rule, CollectionProduct.product_id.not_in(wanted)]
    if db.session.scalar(select(exists().where(*gone))):
        db.session.execute(delete(CollectionProduct).where(*gone))
    come = wanted.where(Product.id.not_in(select(CollectionProduct.product_id).where(*mine)))
    rows = [
        {"collection_id": collection.id, "product_id": key, "by_rule": True, "position": AFTER_ALL_BY_HAND}
        for key in db.session.scalars(come)
    ]
    if rows:
        db.session.execute(insert_or(CollectionProduct).on_conflict_do_nothing(), rows)
