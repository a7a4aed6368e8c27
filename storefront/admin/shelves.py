"""The lists of workshops and of collections."""

from __future__ import annotations

import enum
from typing import Any

from flask import render_template, request
from sqlalchemy import Select, func, or_, select

from storefront.accounts import guard
from storefront.accounts.permissions import Permission
from storefront.admin import listing
from storefront.admin.area import bp
from storefront.admin.listing import Listed, register
from storefront.admin.views import views_of
from storefront.catalog.models import Collection, CollectionProduct, Product
from storefront.db import db
from storefront.partners.models import Partner, PartnerKind

PARTNERS = register(Listed("partners", "/admin/partners", Permission.CATALOGUE, ("q", "kind", "country", "sort")))
COLLECTIONS = register(
    Listed("collections", "/admin/collections", Permission.CATALOGUE, ("q", "filled", "shown", "sort"))
)

KIND_WORDS: dict[PartnerKind, str] = {
    PartnerKind.PARTNER: "Sells here",
    PartnerKind.NAMED: "Named, with demonstration goods",
    PartnerKind.DIRECTORY: "In the directory only",
    PartnerKind.SAMPLE: "Made up for the demonstration",
}


class Sort(enum.StrEnum):
    POSITION = "position"
    NAME = "name"
    NEWEST = "newest"


SORT_WORDS: dict[Sort, str] = {
    Sort.POSITION: "The shop's own order",
    Sort.NAME: "Name, A to Z",
    Sort.NEWEST: "Newest first",
}
FILLED_WORDS = {"hand": "By hand", "rule": "By a rule"}
SHOWN_WORDS = {"yes": "Shown", "no": "Hidden"}


@bp.get("/partners")
@guard.requires(Permission.CATALOGUE)
def partners() -> str:
    """With the number of goods of each that are not archived."""
    kept = PARTNERS.kept(request.args)
    goods = (
        select(func.count())
        .where(Product.partner_id == Partner.id, Product.archived_at.is_(None))
        .correlate(Partner)
        .scalar_subquery()
    )
    query = _named(select(Partner, goods.label("goods")), Partner, kept.get("q", ""))
    if kept.get("kind") in set(PartnerKind):
        query = query.where(Partner.kind == PartnerKind(kept["kind"]))
    if kept.get("country"):
        query = query.where(Partner.country == kept["country"].upper())
    keys, falling = _order(Partner, kept)
    part = listing.window(query, keys, falling=falling)
    return render_template(
        "admin/partners.html",
        listed=PARTNERS,
        kept=kept,
        part=part,
        how_many=listing.in_words(listing.count(query, part), "workshop", "workshops"),
        views=views_of(PARTNERS, kept),
        kinds=KIND_WORDS,
        countries=_countries(),
        sorts=SORT_WORDS,
    )


@bp.get("/collections")
@guard.requires(Permission.CATALOGUE)
def collections() -> str:
    """With the number of products that stand in each."""
    kept = COLLECTIONS.kept(request.args)
    inside = (
        select(func.count())
        .where(CollectionProduct.collection_id == Collection.id)
        .correlate(Collection)
        .scalar_subquery()
    )
    query = _named(select(Collection, inside.label("inside")), Collection, kept.get("q", ""))
    if kept.get("filled") in FILLED_WORDS:
        query = query.where(Collection.rule.is_(None) if kept["filled"] == "hand" else Collection.rule.is_not(None))
    if kept.get("shown") in SHOWN_WORDS:
        query = query.where(Collection.is_shown.is_(kept["shown"] == "yes"))
    keys, falling = _order(Collection, kept)
    part = listing.window(query, keys, falling=falling)
    return render_template(
        "admin/collections.html",
        listed=COLLECTIONS,
        kept=kept,
        part=part,
        how_many=listing.in_words(listing.count(query, part), "collection", "collections"),
        views=views_of(COLLECTIONS, kept),
        filled=FILLED_WORDS,
        shown=SHOWN_WORDS,
        sorts=SORT_WORDS,
    )


def _named(query: Select[Any], table: type[Partner] | type[Collection], words: str) -> Select[Any]:
    """Those whose name or address holds every word."""
    for word in words.lower().split():
        query = query.where(
            or_(func.lower(table.name).contains(word, autoescape=True), table.slug.contains(word, autoescape=True))
        )
    return query


def _order(table: type[Partner] | type[Collection], kept: dict[str, str]) -> tuple[tuple[Any, ...], bool]:
    match kept.get("sort"):
        case Sort.NAME:
            return (table.name, table.id), False
        case Sort.NEWEST:
            return (table.id,), True
    return (table.position, table.id), False


def _countries() -> list[str]:
    """Codes of the countries in which there are workshops."""
    query = select(Partner.country).distinct().order_by(Partner.country)
    return list(db.session.scalars(query))
