"""One product on one page: everything that its document holds, saved together as one version."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from flask import abort, redirect, render_template, request
from sqlalchemy import or_, select

from storefront.accounts import guard
from storefront.accounts.permissions import Permission
from storefront.admin import nouns
from storefront.admin.area import bp, me, permissions, takes
from storefront.admin.goods import find, hers, own_partner_id
from storefront.admin.nouns import MOST_BYTES, Answer, Clash
from storefront.admin.products import wording
from storefront.admin.products.beside import beside
from storefront.admin.products.forms import MOST_ROWS, ROWS, Sheet, field_id, moment_of
from storefront.admin.products.noun import PRODUCT, SHARE_WORDS
from storefront.admin.stories.forms_of_writing import countries
from storefront.catalog import documents, editing, matrix, pricing, publishing
from storefront.catalog.checking import MOST, check
from storefront.catalog.documents import LOADED, SHARES, Document
from storefront.catalog.models import (
    Category,
    Collection,
    CollectionProduct,
    PriceBreakdown,
    PricePoint,
    Product,
    ProductAddress,
    Variant,
)
from storefront.catalog.product_page import price_parts
from storefront.catalog.queries import is_shown
from storefront.core.clock import now, today
from storefront.core.errors import ShopError
from storefront.core.faults import Fault, NotYetRight
from storefront.core.money import Money
from storefront.core.slugs import is_slug
from storefront.db import db, transaction
from storefront.media.addresses import Shown, shown
from storefront.partners.models import Partner
from storefront.partners.queries import listed
from storefront.revisions import keeping
from storefront.revisions.keeping import ChangedMeanwhile
from storefront.settings import settings
from storefront.style_guide.fields import remarks
from storefront.style_guide.findings import Kind
from storefront.web.forms import is_posted

MOST_RELATED = 300  # goods that the list of names offers
SHOWN_VERSIONS = 5
LINTED = ("name", "description", "notice", "search_title", "search_text")

nouns.register(PRODUCT)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a form comes back: `faults` beside their fields and at the top, `clash` where somebody else has saved."""

    faults: Sequence[Fault] = ()
    clash: Clash | None = None
    wrong: str | None = None


@bp.route("/products/new", methods=["GET", "POST"])
@guard.requires(Permission.GOODS)
@takes(MOST_BYTES)
def product_new() -> Answer:
    """The few things without which a product cannot be kept; the rest is filled in on the editor's page."""
    sheet = Sheet.read(request.form) if is_posted() else Sheet()
    faults: list[Fault] = []
    if is_posted():
        try:
            return redirect(f"/admin/products/{_begin(sheet)}?done=made", 303)
        except NotYetRight as error:
            faults = error.faults
        except ShopError as error:
            faults = [Fault("partner", error.message)]
    else:
        sheet.rows["questions"] = [{"name": name, "answers": ""} for name in ("size", "colour", "")]
    page = render_template(
        "admin/product_new.html",
        sheet=sheet,
        price=request.form.get("price", "")[:20],
        partners=(partners := _partners()),
        workshop_choices=[(row.slug, row.known_as) for row in partners],
        category_choices=[(row.slug, row.name) for row in _categories()],
        currency=settings.currency,
        most=MOST,
        form_id=None,
        **_errors(faults),
    )
    return page, 422 if faults else 200


@bp.route("/products/<slug>", methods=["GET", "POST"])
@guard.requires(Permission.GOODS)
@takes(MOST_BYTES)
def product(slug: str) -> Answer:
    row = _open(slug)
    if not is_posted():
        if row.slug != slug:
            return redirect(PRODUCT.address(row), 301)
        kept = nouns.unsaved()
        taken = kept.fields if kept else None
        sheet = Sheet.read(taken) if taken is not None else Sheet.of(PRODUCT.read(row), _offered(row))
        number = _number_in(taken) if taken is not None else None
        return _page(row, sheet, number=number, is_unsaved=taken is not None, kept=kept)
    sheet = Sheet.read(request.form)
    _name_related(sheet, row)
    act = request.form.get("act", "")
    if act:
        return _page(row, _grown(sheet, act, row), number=nouns.based_on(), is_unsaved=True)
    return _saved(row, sheet)


def _saved(row: Product, sheet: Sheet) -> Answer:
    row_id, was = row.id, PRODUCT.read(row)
    document = _typed(sheet, row, was)
    if sheet.faults:
        return _refused(row, sheet, Refused(_all_faults(sheet, document, row)))
    try:
        revision = nouns.save(PRODUCT, row_id, document)
    except ChangedMeanwhile as error:
        row = _again(row_id)
        return _refused(row, sheet, Refused(clash=nouns.clash(PRODUCT, error, row, document)))
    except NotYetRight as error:
        return _refused(_again(row_id), sheet, Refused(error.faults))
    except ShopError as error:
        return _refused(_again(row_id), sheet, Refused(wrong=error.message))
    done = "unchanged"
    if revision is not None:
        is_dropped = document["breakdown"] is not None and revision.content["breakdown"] is None
        done = "without_bar" if is_dropped else "saved"
    return redirect(f"/admin/products/{document['slug']}?done={done}", 303)


@bp.post("/products/<key>/preview")
@guard.requires(Permission.GOODS)
@takes(MOST_BYTES)
def preview_product(key: str) -> Answer:
    """What is typed as its page would show it, in a window of its own. Nothing is kept."""
    row = _open(key)
    sheet = Sheet.read(request.form)
    _name_related(sheet, row)
    document = _typed(sheet, row, PRODUCT.read(row))
    faults = _all_faults(sheet, document, row) if sheet.faults else []
    if not faults:
        try:
            return nouns.preview_of(PRODUCT, row, document)
        except NotYetRight as error:
            faults = error.faults
    return render_template("admin/preview_product.html", product=row, faults=faults), 422


@bp.post("/products/lint")
@guard.requires(Permission.GOODS)
@takes(MOST_BYTES)
def lint_product() -> str:
    """What the house rules say of words that are still being typed. Nothing is stored, and nothing of them logged."""
    return render_template("admin/_product_findings.html", found=_findings(Sheet.read(request.form)))


@bp.post("/products/<slug>/act")
@guard.requires(Permission.CATALOGUE)
def act_on_product(slug: str) -> Answer:
    """Publish, set dates, withdraw, archive, take back: what is saved, not what is typed."""
    row = _open(slug)
    act, at, row_id = request.form.get("act", ""), now(), row.id
    document = PRODUCT.read(row)
    match act:
        case "publish":
            document, done = publishing.published(document, at=at), "published"
        case "schedule":
            try:
                begins, ends = (moment_of(request.form.get(name, "")) for name in ("begins", "ends"))
            except ValueError:
                return _refused(row, None, Refused([Fault("begins", "Enter a day and a time, or leave it empty.")]))
            document, done = publishing.scheduled(document, begins=begins, ends=ends), "scheduled"
        case "withdraw":
            document, done = publishing.withdrawn(document, at=at), "withdrawn"
        case "archive":
            document, done = publishing.archived(document), "archived"
        case "take_back":
            document, done = publishing.taken_back(document), "taken_back"
        case _:
            abort(404)
    try:
        nouns.save(PRODUCT, row_id, document, words=wording.VERSION[act])
    except NotYetRight as error:
        return _refused(_again(row_id), None, Refused(error.faults))
    except ShopError as error:
        return _refused(_again(row_id), None, Refused(wrong=f"{error.message} Nothing was done; please look again."))
    return redirect(f"/admin/products/{document['slug']}?done={done}", 303)


@bp.post("/products/<slug>/duplicate")
@guard.requires(Permission.GOODS)
def duplicate_product(slug: str) -> Answer:
    row = _open(slug)
    row_id, by, at, of_partner = row.id, me().reference, now(), own_partner_id()
    try:
        with transaction():
            copy = editing.copy_of(documents.read(editing.load(row_id)))
            words = f"Copied from {row.slug}"
            made = editing.create(copy, by=by, at=at, words=words, of_partner=of_partner)
            address = PRODUCT.address(made)
    except NotYetRight as error:
        return _refused(_again(row_id), None, Refused(error.faults))
    return redirect(f"{address}?done=copied", 303)


# Finding and making


def _open(slug: str) -> Product:
    """By its address, or by one that it had: somebody may move it while a form is open."""
    if is_slug(slug):
        moved = select(ProductAddress.product_id).where(ProductAddress.slug == slug).scalar_subquery()
        # An address that stands comes before one that stood.
        query = hers().where(or_(Product.slug == slug, Product.id == moved)).order_by(Product.slug != slug).limit(1)
        if found := db.session.scalar(query.options(*LOADED)):
            return found
    return find(slug)


def _again(row_id: int) -> Product:
    """After a transaction that was taken back."""
    row = db.session.scalar(hers().where(Product.id == row_id).options(*LOADED))
    return row if row is not None else abort(404)


def _begin(sheet: Sheet) -> str:
    """A draft with its variants; returns its address. Raises `NotYetRight` and `NotYours`."""
    own, texts = own_partner_id(), sheet.texts
    partners = {row.slug: row for row in _partners()}
    if own is not None:
        texts["partner"] = next(iter(partners), "")
    partner = partners.get(texts["partner"])
    if partner is None:
        raise NotYetRight([Fault("partner", "Choose a workshop."), *sheet.faults])
    was = documents.empty(partner=partner, category="", currency=settings.currency)
    texts["slug"] = texts["slug"] or editing.slug_for(texts["name"])
    texts["country_of_making"] = texts["country_of_making"] or partner.country
    sheet.rows["variants"], sheet.ticks = [], {"measures_are_estimates"}
    document = sheet.document(was, offered=None, currency=settings.currency, today=today(), is_shop=own is None)
    faults, variants = list(sheet.faults), []
    try:
        price = Money.parse(request.form.get("price", ""), settings.currency).minor
        prefix = texts["prefix"].upper() or matrix.prefix_for(partner.known_as, texts["name"])
        variants = _missing(sheet, [], prefix=prefix, price=price)
    except ValueError:
        faults.append(Fault("price", "Enter a price, like 118.00."))
    document |= {"variants": variants, "currency": settings.currency}
    if faults:
        found = check(document, documents.surroundings([document]), product_id=None)
        raise NotYetRight(_merged(faults, found))
    by, at = me().reference, now()
    with transaction():
        return editing.create(document, by=by, at=at, of_partner=own).slug


def _typed(sheet: Sheet, row: Product, was: Document) -> Document:
    is_shop = own_partner_id() is None
    document = sheet.document(was, offered=_offered(row), currency=settings.currency, today=today(), is_shop=is_shop)
    if is_shop:
        possible = {each.reference for each in beside(row.partner_id, was["stories"], at=now())}
        document["stories"] = [reference for reference in document["stories"] if reference in possible]
    return document


def _missing(sheet: Sheet, variants: list[dict[str, Any]], *, prefix: str, price: int) -> list[dict[str, Any]]:
    """The rows that the matrix lacks, with codes that nobody has."""
    taken = set(db.session.scalars(select(Variant.sku).where(Variant.sku.startswith(prefix[:36], autoescape=True))))
    questions = {name: answers for name, answers in sheet.questions.items() if answers}
    return matrix.missing(questions, variants, prefix=prefix, price=price, taken=taken, most=MOST_ROWS - len(variants))


def _grown(sheet: Sheet, act: str, row: Product) -> Sheet:
    """The form with what a button adds. What it takes away was not read."""
    currency = row.live[0].price.currency if row.live else settings.currency
    kind, _, table = act.partition("-")
    if act == "matrix":
        rows = sheet.rows["variants"]
        prefix = sheet.texts["prefix"].upper() or _prefix(row)
        typed = Sheet(rows=sheet.rows, texts=sheet.texts).document(
            PRODUCT.read(row), offered=None, currency=currency, today=today(), is_shop=False
        )
        price = next((each["price"] for each in typed["variants"] if each["price"]), 0)
        made = _missing(sheet, typed["variants"], prefix=prefix, price=price)
        sheet.add_variants(made, currency)
        if not made:
            sheet.faults.append(Fault("questions", "Every variant of these answers is there already."))
        if not price:
            for each in rows[-len(made) :] if made else ():
                each["price"] = ""
    elif kind == "add" and table in ROWS and len(sheet.rows[table]) < MOST_ROWS:
        sheet.rows[table].append(dict.fromkeys(ROWS[table], ""))
    return sheet


def _prefix(row: Product) -> str:
    """What the codes that are there begin with, or what the names make."""
    codes = [variant.sku for variant in row.live]
    same = codes[0].rpartition("-")[0] if codes else ""
    return same or matrix.prefix_for(row.partner.known_as, row.name)


def _name_related(sheet: Sheet, row: Product) -> None:
    """Goods may be typed by their name; the document names them by their address."""
    by_name = {each.name.casefold(): each.slug for each in _goods(row)}
    for each in sheet.rows["related"]:
        each["slug"] = by_name.get(each["slug"].casefold(), each["slug"])


def _number_in(taken: Any) -> int | None:
    given = taken.get("version", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None


# Faults


def _all_faults(sheet: Sheet, document: Document, row: Product) -> list[Fault]:
    """What could not be read, and with it what else is wrong, so that one round is enough."""
    return _merged(sheet.faults, check(document, documents.surroundings([document]), product_id=row.id))


def _merged(first: Sequence[Fault], then: Sequence[Fault]) -> list[Fault]:
    known = {fault.field for fault in first}
    return [*first, *(fault for fault in then if fault.field not in known)]


def _errors(faults: Sequence[Fault]) -> dict[str, Any]:
    """By the id of the field, and in a list for the top of the page."""
    errors: dict[str, list[str]] = defaultdict(list)
    for fault in faults:
        errors[field_id(fault.field)].append(fault.message)
    return {"errors": dict(errors), "summary": [(field_id(fault.field), fault.message) for fault in faults]}


def _refused(row: Product, sheet: Sheet | None, refused: Refused) -> Answer:
    """The form as it was typed. An act that was refused brings the form as it is saved."""
    is_unsaved = sheet is not None
    if sheet is None:
        sheet = Sheet.of(PRODUCT.read(row), _offered(row))
    clash = refused.clash
    number = clash.number if clash else nouns.based_on() if is_unsaved else None
    return _page(row, sheet, number=number, is_unsaved=is_unsaved, refused=refused)


# What the page shows


def _page(
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
        history=_price_history(row),
        lowest=_lowest(row),
        bar=_bar(sheet, row),
        has_bar=saved["breakdown"] is not None,
        breakdown_day=date.fromisoformat(saved["breakdown"]["dated"]) if saved["breakdown"] else None,
        materials_sum=_sum([each["percent"] for each in sheet.rows["materials"]]),
        offered=_offered(row),
        share_words=SHARE_WORDS,
        shares=SHARES,
        prefix=sheet.texts["prefix"] or _prefix(row),
        stories=_ordered(stories, sheet),
        collections=list(db.session.scalars(select(Collection).order_by(Collection.position, Collection.id))),
        by_rule=_by_rule(row),
        goods=_goods(row),
        pictures=_pictures(row),
        picture_choices=_picture_choices(row),
        versions=versions,
        names=nouns.names_of([each.who for each in versions]),
        found=_findings(sheet),
        workshop_choices=[(each.slug, each.known_as) for each in _partners()],
        category_choices=[(each.slug, each.name) for each in _categories()],
        country_choices=list(countries().items()),
        currency=row.live[0].price.currency if row.live else settings.currency,
        most=MOST,
        may_stock=Permission.STOCK in permissions(),
        **_errors(faults),
    )
    is_refused = bool(faults or refused.clash or refused.wrong) and is_posted() and request.form.get("act") != "matrix"
    return page, 422 if is_refused else 200


def _findings(sheet: Sheet) -> wording.Findings:
    texts = [(name, sheet.texts[name][: 2 * MOST[name]], Kind.PRODUCT) for name in LINTED]
    alts = [(f"pictures.{place}", row["alt"][:600], Kind.ALT_TEXT) for place, row in enumerate(sheet.rows["pictures"])]
    return wording.findings(remarks([*texts, *alts]))


def _offered(row: Product) -> dict[str, Any] | None:
    """The shares of the newest price that had any, to go on from."""
    newest = max(row.breakdowns, key=lambda each: each.price_version, default=None)
    if newest is None:
        return None
    shares = dict(zip(SHARES, newest.shares, strict=True))
    return {"dated": newest.dated.isoformat(), **shares, "is_sample": newest.is_sample, "note": newest.note}


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


def _price_history(row: Product) -> dict[str, list[PricePoint]]:
    """By code, the newest first, of variants that ever cost something else."""
    codes = {variant.id: variant.sku for variant in row.live}
    points = db.session.scalars(
        select(PricePoint)
        .where(PricePoint.variant_id.in_(codes))
        .order_by(PricePoint.variant_id, PricePoint.since.desc(), PricePoint.id.desc())
    )
    of_each = {codes[key]: list(group) for key, group in groupby(points, key=lambda point: point.variant_id)}
    return {sku: of_each[sku] for sku in codes.values() if len(of_each.get(sku, [])) > 1}


def _lowest(row: Product) -> dict[str, Money]:
    """The lowest price of the thirty days before, of variants that announce a reduction."""
    history = _price_history(row)
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


def _goods(row: Product) -> Sequence[Any]:
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


def _partners() -> list[Partner]:
    """Those whose goods the person at hand may make."""
    own = own_partner_id()
    return list(db.session.scalars(listed() if own is None else listed().where(Partner.id == own)))


def _categories() -> list[Category]:
    return list(db.session.scalars(select(Category).order_by(Category.position, Category.id)))
