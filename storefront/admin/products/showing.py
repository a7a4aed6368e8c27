"""What the editor's page shows: the form as it is typed, and beside it what is saved and what hangs on a product."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import render_template, request
from sqlalchemy import or_, select

from storefront.accounts.permissions import Permission
from storefront.admin import nouns
from storefront.admin.area import permissions
from storefront.admin.goods import own_partner_id
from storefront.admin.nouns import Answer, Clash
from storefront.admin.products import wording
from storefront.admin.products.beside import beside
from storefront.admin.products.forms import Sheet, field_id
from storefront.admin.products.noun import PRODUCT, SHARE_WORDS
from storefront.admin.stories.forms_of_writing import countries
from storefront.catalog import matrix, pricing, publishing
from storefront.catalog.checking import MOST
from storefront.catalog.documents import SHARES
from storefront.catalog.models import (
    Category,
    Collection,
    CollectionProduct,
    PriceBreakdown,
    PricePoint,
    Product,
)
from storefront.catalog.product_page import price_parts
from storefront.catalog.queries import is_shown
from storefront.core.clock import now
from storefront.core.faults import Fault
from storefront.core.money import Money
from storefront.db import db
from storefront.media.addresses import Shown, shown
from storefront.partners.models import Partner
from storefront.partners.queries import listed
from storefront.revisions import keeping
from storefront.settings import settings
from storefront.style_guide.fields import remarks
from storefront.style_guide.findings import Kind
from storefront.web.forms import is_posted

MOST_RELATED = 300  # goods that the list of names offers
SHOWN_VERSIONS = 5
LINTED = ("name", "description", "notice", "search_title", "search_text")


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a form comes back: `faults` beside their fields and at the top, `clash` where somebody else has saved."""

    faults: Sequence[Fault] = ()
    clash: Clash | None = None
    wrong: str | None = None


def page_of(
    row: Product,
    sheet: Sheet,
    *,
    number: int | None = None,
    is_unsaved: bool = False,
    kept: nouns.Kept | None = None,
    refused: Refused | None = None,
) -> Answer:
    """`number` is the version that the form is written upon; the newest where nothing else is said."""
    at, saved, newest = now(), PRODUCT.read(row), nouns.number_of(PRODUCT, row)
    is_shop = own_partner_id() is None
    stories = beside(row.partner_id, saved["stories"], at=at) if is_shop else []
    refused = refused or Refused()
    faults = list(refused.faults) or (sheet.faults if is_unsaved else [])
    of_each = pricing.histories(variant.id for variant in row.live)
    # Of variants that ever cost something else.
    history = {v.sku: of_each[v.id] for v in row.live if len(of_each.get(v.id, [])) > 1}
    versions = keeping.history(PRODUCT.kind, row.id, most=SHOWN_VERSIONS)
    page = render_template(
        "admin/product.html",
        product=row,
        address=PRODUCT.address(row),
        sheet=sheet,
        saved=saved,
        number=newest if number is None else number,
        number_now=newest,
        is_unsaved=is_unsaved,
        is_shop=is_shop,
        form_id="product",
        kept=kept,
        clash=refused.clash,
        refusal=refused.wrong,
        said=None if refused != Refused() else wording.SAID.get(request.args.get("done", "")),
        state=wording.state(row, at=at),
        is_seen=row.is_shown(at),
        is_begun=publishing.is_begun(saved, at=at),
        stock={variant.sku: (variant.stock, wording.stock_state(variant.stock)) for variant in row.live},
        history=history,
        lowest=_lowest(row, history),
        bar=_bar(sheet, row),
        has_bar=saved["breakdown"] is not None,
        breakdown_day=date.fromisoformat(saved["breakdown"]["dated"]) if saved["breakdown"] else None,
        materials_sum=_sum([each["percent"] for each in sheet.rows["materials"]]),
        offered=offered(row),
        share_words=SHARE_WORDS,
        shares=SHARES,
        prefix=sheet.texts["prefix"] or prefix_of(row),
        stories=_ordered(stories, sheet),
        collections=list(db.session.scalars(select(Collection).order_by(Collection.position, Collection.id))),
        by_rule=_by_rule(row),
        goods=other_goods(row),
        pictures=_pictures(row),
        picture_choices=_picture_choices(row),
        versions=versions,
        names=nouns.names_of([each.who for each in versions]),
        found=findings_in(sheet),
        workshop_choices=[(each.slug, each.known_as) for each in workshops()],
        category_choices=[(each.slug, each.name) for each in categories()],
        country_choices=list(countries().items()),
        currency=row.live[0].price.currency if row.live else settings.currency,
        most=MOST,
        may_stock=Permission.STOCK in permissions(),
        **errors_of(faults),
    )
    is_refused = bool(faults or refused.clash or refused.wrong) and is_posted() and request.form.get("act") != "matrix"
    return page, 422 if is_refused else 200


def errors_of(faults: Sequence[Fault]) -> dict[str, Any]:
    """By the id of the field, and in a list for the top of the page."""
    errors: dict[str, list[str]] = defaultdict(list)
    for fault in faults:
        errors[field_id(fault.field)].append(fault.message)
    return {"errors": dict(errors), "summary": [(field_id(fault.field), fault.message) for fault in faults]}


def findings_in(sheet: Sheet) -> wording.Findings:
    texts = [(name, sheet.texts[name][: 2 * MOST[name]], Kind.PRODUCT) for name in LINTED]
    alts = [(f"pictures.{place}", row["alt"][:600], Kind.ALT_TEXT) for place, row in enumerate(sheet.rows["pictures"])]
    return wording.findings(remarks([*texts, *alts]))


def offered(row: Product) -> dict[str, Any] | None:
    """The shares of the newest price that had any, to go on from."""
    newest = max(row.breakdowns, key=lambda each: each.price_version, default=None)
    if newest is None:
        return None
    shares = dict(zip(SHARES, newest.shares, strict=True))
    return {"dated": newest.dated.isoformat(), **shares, "is_sample": newest.is_sample, "note": newest.note}


def prefix_of(row: Product) -> str:
    """What the codes that are there begin with, or what the names make."""
    codes = [variant.sku for variant in row.live]
    same = codes[0].rpartition("-")[0] if codes else ""
    return same or matrix.prefix_for(row.partner.known_as, row.name)


def _bar(sheet: Sheet, row: Product) -> Any:
    """The five shares as the form has them, while they are numbers that add up."""
    texts = [sheet.texts[name] or "0" for name in SHARES]
    if _sum(texts) != 100 or not row.live:
        return None
    return price_parts(PriceBreakdown(**dict(zip(SHARES, map(int, texts), strict=True))), row.live[0].price)


def _sum(numbers: list[str]) -> int | None:
    """Of what was typed, while all of it is a number."""
    if not numbers or not all(text.isascii() and text.isdigit() and len(text) < 4 for text in numbers):
        return None
    return sum(map(int, numbers))


def _lowest(row: Product, history: dict[str, list[PricePoint]]) -> dict[str, Money]:
    """The lowest price of the thirty days before, of variants that announce a reduction."""
    reduced = [variant.sku for variant in row.live if variant.compare_at_minor is not None]
    lowest = {sku: pricing.lowest_before(history[sku]) for sku in reduced if sku in history}
    return {sku: price for sku, price in lowest.items() if price is not None}


def _ordered(stories: list[Any], sheet: Sheet) -> list[tuple[Any, bool, str]]:
    """Each with whether it is ticked and with its place: those that are linked first, in their order."""
    rows = {row["reference"]: row for row in sheet.rows["stories"]}
    places = list(rows)
    listed_now = [
        (each, rows.get(each.reference, {}).get("tick") == "y", rows.get(each.reference, {}).get("place", ""))
        for each in stories
    ]
    return sorted(listed_now, key=lambda line: places.index(line[0].reference) if line[1] else len(places))


def _by_rule(row: Product) -> set[str]:
    query = (
        select(Collection.slug)
        .join(CollectionProduct, CollectionProduct.collection_id == Collection.id)
        .where(CollectionProduct.product_id == row.id, CollectionProduct.by_rule)
    )
    return set(db.session.scalars(query))


def other_goods(row: Product) -> Sequence[Any]:
    """Names and addresses of other goods: of the same workshop first. Somebody else's drafts are not told."""
    own = own_partner_id()
    query = select(Product.name, Product.slug).where(Product.id != row.id, Product.archived_at.is_(None))
    if own is not None:
        query = query.where(or_(Product.partner_id == own, is_shown(at=now())))
    return db.session.execute(
        query.order_by(Product.partner_id != row.partner_id, Product.position, Product.id).limit(MOST_RELATED)
    ).all()


def _pictures(row: Product) -> list[tuple[str, Shown]]:
    found = [(link.picture.name, shown(link.picture)) for link in row.pictures]
    return [(name, picture) for name, picture in found if picture is not None]


def _picture_choices(row: Product) -> list[tuple[str, str]]:
    """For a variant: the pictures of all, by their number, and those that belong to one alone."""
    listed_here = {link.picture.name: f"{place}: {link.picture.alt}" for place, link in enumerate(row.pictures, 1)}
    alone = {variant.picture.name: variant.picture.alt for variant in row.live if variant.picture}
    return list((alone | listed_here).items())


def workshops() -> list[Partner]:
    """Those whose goods the person at hand may make."""
    own = own_partner_id()
    return list(db.session.scalars(listed() if own is None else listed().where(Partner.id == own)))


def categories() -> list[Category]:
    return list(db.session.scalars(select(Category).order_by(Category.position, Category.id)))
