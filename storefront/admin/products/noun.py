"""Products as a thing that staff edit: how one is found, changed, drawn, and said in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from storefront.accounts.permissions import Permission
from storefront.admin.goods import find, own_partner_id
from storefront.admin.nouns import Document, Noun
from storefront.admin.products.preview import draw
from storefront.catalog import documents, editing
from storefront.catalog.documents import KIND, SHARES
from storefront.catalog.models import Product
from storefront.core.money import Money
from storefront.revisions.models import Revision
from storefront.settings import settings
from storefront.web.filters import country, moment, money

LABELS: dict[str, str] = {
    "name": "Name",
    "slug": "Address",
    "partner": "Workshop",
    "category": "Category",
    "description": "Description",
    "technique": "Technique",
    "country_of_making": "Made in",
    "materials": "Materials",
    "measures": "Measures",
    "measures_are_estimates": "Measures are our estimate",
    "weight_grams": "Weight",
    "care": "Care",
    "named_pieces": "Each piece is named",
    "notice": "Notice",
    "variants": "Variants",
    "breakdown": "Where the price goes",
    "pictures": "Pictures",
    "collections": "Collections by hand",
    "stories": "Stories beside it",
    "related": "Related goods",
    "search_title": "Title for search engines",
    "search_text": "Text for search engines",
    "published_at": "Shown from",
    "published_until": "Shown until",
    "archived": "Archived",
    "position": "Place in the shop",
}
SHARE_WORDS: dict[str, str] = {
    "makers": "Makers' wages",
    "materials": "Materials",
    "programmes": "Partner programmes",
    "shipping": "Shipping and fees",
    "shop": "This shop",
}


def in_words(field: str, value: Any) -> str:
    """One value of a product's document as a person reads it; empty where there is none."""
    if value is None or value == [] or value == "":
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if field in _SAID:
        return _SAID[field](value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _variant(each: dict[str, Any]) -> str:
    words = ", ".join(f"{name} {value}" for name, value in each["options"].items())
    before = f", {_amount(each['compare_at'])} before" if each["compare_at"] is not None else ""
    picture = f", picture {each['picture']}" if each["picture"] else ""
    return f"{each['sku']}{': ' if words else ''}{words}, {_amount(each['price'])}{before}{picture}"


def _amount(minor: int) -> str:
    return money(Money(minor, settings.currency))


def _measures(value: dict[str, Any]) -> str:
    return "; ".join(f"{name} {number} {value.get('unit', 'cm')}" for name, number in value.items() if name != "unit")


def _breakdown(value: dict[str, Any]) -> str:
    shares = "; ".join(f"{SHARE_WORDS[name]} {value[name]} %" for name in SHARES)
    return f"{shares}. Of {value['dated']}.{' ' + value['note'] if value['note'] else ''}"


_SAID: dict[str, Callable[[Any], str]] = {
    "country_of_making": country,
    "materials": lambda rows: "; ".join(f"{row['name']} {row['percent']} %" for row in rows),
    "measures": _measures,
    "weight_grams": lambda grams: f"{grams} g",
    "care": "\n".join,
    "variants": lambda rows: "\n".join(map(_variant, rows)),
    "breakdown": _breakdown,
    "pictures": lambda rows: "\n".join(f"{row['name']} ({row['role']}, {row['focus']}): {row['alt']}" for row in rows),
    "published_at": lambda value: moment(datetime.fromisoformat(value)),
    "published_until": lambda value: moment(datetime.fromisoformat(value)),
}


def change(
    row_id: int, document: Document, *, based_on: int | None, by: str, at: datetime, words: str = ""
) -> Revision | None:
    """The use case, within the workshop to which the person at hand is limited."""
    return editing.change(row_id, document, based_on=based_on, by=by, at=at, words=words, of_partner=own_partner_id())


PRODUCT: Noun[Product] = Noun(
    kind=KIND,
    words="product",
    folder="/admin/products",
    permission=Permission.GOODS,
    find=find,
    key=lambda product: product.slug,
    name=lambda product: product.name,
    read=documents.read,
    change=change,
    labels=LABELS,
    in_words=in_words,
    page=draw,
)
