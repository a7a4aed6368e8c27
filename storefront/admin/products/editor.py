"""One product on one page: everything that its document holds, saved together as one version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, redirect, render_template, request
from sqlalchemy import or_, select

from storefront.accounts import guard
from storefront.accounts.permissions import Permission
from storefront.admin import nouns
from storefront.admin.area import bp, me, takes
from storefront.admin.goods import find, hers, own_partner_id
from storefront.admin.nouns import MOST_BYTES, Answer
from storefront.admin.products import wording
from storefront.admin.products.beside import beside
from storefront.admin.products.forms import MOST_ROWS, ROWS, Sheet, moment_of
from storefront.admin.products.noun import PRODUCT
from storefront.admin.products.showing import (
    Refused,
    categories,
    errors_of,
    findings_in,
    offered,
    other_goods,
    page_of,
    prefix_of,
    workshops,
)
from storefront.catalog import documents, editing, matrix, publishing
from storefront.catalog.checking import MOST, check
from storefront.catalog.documents import LOADED, Document
from storefront.catalog.models import (
    Product,
    ProductAddress,
    Variant,
)
from storefront.core.clock import now, today
from storefront.core.errors import ShopError
from storefront.core.faults import Fault, NotYetRight
from storefront.core.money import Money
from storefront.core.slugs import is_slug
from storefront.db import db, transaction
from storefront.revisions.keeping import ChangedMeanwhile
from storefront.settings import settings
from storefront.web.forms import is_posted

nouns.register(PRODUCT)


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
        partners=(partners := workshops()),
        workshop_choices=[(row.slug, row.known_as) for row in partners],
        category_choices=[(row.slug, row.name) for row in categories()],
        currency=settings.currency,
        most=MOST,
        form_id=None,
        **errors_of(faults),
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
        sheet = Sheet.read(taken) if taken is not None else Sheet.of(PRODUCT.read(row), offered(row))
        number = _number_in(taken) if taken is not None else None
        return page_of(row, sheet, number=number, is_unsaved=taken is not None, kept=kept)
    sheet = Sheet.read(request.form)
    _name_related(sheet, row)
    act = request.form.get("act", "")
    if act:
        return page_of(row, _grown(sheet, act, row), number=nouns.based_on(), is_unsaved=True)
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
    return render_template("admin/_product_findings.html", found=findings_in(Sheet.read(request.form)))


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
    partners = {row.slug: row for row in workshops()}
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
    document = sheet.document(was, offered=offered(row), currency=settings.currency, today=today(), is_shop=is_shop)
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
        prefix = sheet.texts["prefix"].upper() or prefix_of(row)
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


def _name_related(sheet: Sheet, row: Product) -> None:
    """Goods may be typed by their name; the document names them by their address."""
    by_name = {each.name.casefold(): each.slug for each in other_goods(row)}
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


def _refused(row: Product, sheet: Sheet | None, refused: Refused) -> Answer:
    """The form as it was typed. An act that was refused brings the form as it is saved."""
    is_unsaved = sheet is not None
    if sheet is None:
        sheet = Sheet.of(PRODUCT.read(row), offered(row))
    clash = refused.clash
    number = clash.number if clash else nouns.based_on() if is_unsaved else None
    return page_of(row, sheet, number=number, is_unsaved=is_unsaved, refused=refused)
