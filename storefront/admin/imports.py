"""The catalogue as a table: sent in, read as what it would change, taken in, undone; and taken out."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, redirect, render_template, request, send_file, stream_with_context
from sqlalchemy import Select, select
from sqlalchemy.orm import defer
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.wrappers import Response as AnyResponse

from storefront.accounts import guard
from storefront.accounts.permissions import Permission
from storefront.admin.area import bp, known, me, permissions, takes
from storefront.admin.forms import ImportForm
from storefront.admin.goods import hers, own_partner_id
from storefront.admin.nouns import Line, names_of
from storefront.admin.products.listing import PRODUCTS, wanted_of
from storefront.admin.products.noun import PRODUCT
from storefront.catalog import bulk
from storefront.catalog.exchange import importing
from storefront.catalog.exchange.columns import COLUMNS
from storefront.catalog.exchange.exporting import as_csv, as_spreadsheet, fits_spreadsheet
from storefront.catalog.exchange.importing import MOST_IN_ONE
from storefront.catalog.exchange.models import Import, ImportMode, ImportState
from storefront.catalog.exchange.pictures import MOST_BYTES as MOST_PICTURES
from storefront.catalog.exchange.reading import MOST_BYTES, MOST_ROWS
from storefront.catalog.exchange.workplace import Workplace
from storefront.catalog.finding import matching
from storefront.catalog.models import Product
from storefront.core.clock import now
from storefront.core.errors import ShopError
from storefront.core.refs import new_reference
from storefront.db import db, transaction
from storefront.revisions.models import ChangeSet
from storefront.settings import settings
from storefront.web.forms import is_posted
from storefront.web.paging import page_number

Answer = str | tuple[str, int] | AnyResponse
AROUND = 1_000_000  # bytes of the form around its files
SHOWN = 50  # products, or mistakes, on a page
LISTED = 100  # imports in the list
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

STATES: dict[ImportState, tuple[str, str]] = {
    ImportState.CHECKING: ("Being looked over", ""),
    ImportState.CHECKED: ("Waits for you", "warn"),
    ImportState.APPLYING: ("Being taken in", ""),
    ImportState.STOPPED: ("Stopped", "warn"),
    ImportState.DONE: ("Done", "ok"),
    ImportState.REFUSED: ("Not taken in", "bad"),
}
SAID = {"go_on": "It goes on.", "stopped": "It stops after the products that are being taken in just now."}


@bp.route("/imports", methods=["GET", "POST"])
@guard.requires(Permission.GOODS)
@takes(MOST_BYTES + MOST_PICTURES + AROUND)
def imports() -> Answer:
    """The files are kept and read by a job: whatever is in them, this page answers at once."""
    form = ImportForm(_sent() if is_posted() else None)
    if is_posted() and form.validate():
        return redirect(f"/admin/imports/{_begin(form)}", 303)
    return _list(form)


@bp.get("/imports/<reference>", endpoint="import")
@guard.requires(Permission.GOODS)
def one_import(reference: str) -> Answer:
    return _page(_find(reference))


@bp.post("/imports/<reference>/take-in")
@guard.requires(Permission.GOODS)
def take_import_in(reference: str) -> Answer:
    mode = request.form.get("mode", "")
    if mode not in set(ImportMode):
        return _page(_find(reference), wrong="Choose whether all of it is taken in, or the goods without a mistake.")
    return _step(
        reference,
        lambda row_id: importing.start(
            row_id, mode=ImportMode(mode), takes_stock=request.form.get("stock") == "y", by=me().reference, at=now()
        ),
    )


@bp.post("/imports/<reference>/stop")
@guard.requires(Permission.GOODS)
def stop_import(reference: str) -> Answer:
    return _step(reference, importing.stop, done="stopped")


@bp.post("/imports/<reference>/go-on")
@guard.requires(Permission.GOODS)
def go_on_with_import(reference: str) -> Answer:
    return _step(reference, importing.go_on, done="go_on")


@bp.post("/imports/<reference>/look-again")
@guard.requires(Permission.GOODS)
def look_at_import_again(reference: str) -> Answer:
    return _step(reference, importing.look_over_again)


@bp.post("/imports/<reference>/drop")
@guard.requires(Permission.GOODS)
def drop_import(reference: str) -> Answer:
    return _step(reference, lambda row_id: importing.drop(row_id, at=now()))


@bp.post("/imports/<reference>/undo")
@guard.requires(Permission.GOODS)
def undo_import(reference: str) -> Answer:
    return _step(reference, lambda row_id: importing.undo(row_id, by=me().reference, at=now()))


# `EXPORTS` is asked for what tells of people: orders and addresses. Goods and prices are no secret of anybody, and
# whoever may edit them may have them as a table: all of them, or those of her own workshop.


@bp.get("/products/export.csv")
@guard.requires(Permission.GOODS)
def export_csv() -> AnyResponse:
    response = Response(stream_with_context(as_csv(_asked_for())), mimetype="text/csv")
    response.headers["Content-Disposition"] = "attachment; filename=catalogue.csv"
    return response


@bp.get("/products/export.xlsx")
@guard.requires(Permission.GOODS)
def export_xlsx() -> Answer:
    products = _asked_for()
    if not fits_spreadsheet(products):
        return _list(
            ImportForm(None), wrong=f"More than {MOST_ROWS} rows do not fit: take CSV, or fewer goods at once."
        )
    file = io.BytesIO()
    as_spreadsheet(products, file)
    file.seek(0)
    return send_file(file, mimetype=SHEET, as_attachment=True, download_name="catalogue.xlsx")


def _sent() -> Any:
    return CombinedMultiDict([request.files, request.form])


def _asked_for() -> Select[Any]:
    """Ids of the goods that the list shows with these filters; without any all of them, archived ones too."""
    kept = PRODUCTS.kept(request.args)
    found = matching(hers(), wanted_of(kept), at=now()) if kept.keys() - {"sort"} else hers()
    return found.with_only_columns(Product.id)


def _begin(form: ImportForm) -> str:
    table, archive = form.table.data, form.pictures.data
    has_archive = bool(getattr(archive, "filename", ""))
    reference, by, at, partner_id = new_reference(), me().reference, now(), own_partner_id()
    if partner_id is not None and partner_id < 0:  # her workshop is gone, and without one she is no wider than before
        abort(404)
    Workplace.of(settings.instance_dir, reference).keep(table.read(), archive.read() if has_archive else None)
    with transaction():
        importing.begin(
            reference,
            file_name=_shown_name(table.filename),
            pictures_name=_shown_name(archive.filename) if has_archive else None,
            partner_id=partner_id,
            by=by,
            at=at,
        )
    return reference


def _shown_name(given: str) -> str:
    return "".join(letter for letter in given if letter.isprintable())[-120:] or "a file"


def _mine() -> Select[Import]:
    """Imports that she may see: all of them, or those of her own workshop."""
    partner_id, query = own_partner_id(), select(Import)
    return query if partner_id is None else query.where(Import.partner_id == partner_id)


def _find(reference: str) -> Import:
    row = db.session.scalar(_mine().where(Import.reference == known(reference)))
    return row if row is not None else abort(404)


def _step(reference: str, step: Any, *, done: str = "") -> Answer:
    row_id = _find(reference).id
    try:
        with transaction():
            step(row_id)
    except ShopError as error:
        return _page(_find(reference), wrong=error.message)
    return redirect(f"/admin/imports/{reference}{f'?done={done}' if done else ''}", 303)


def _list(form: ImportForm, *, wrong: str | None = None) -> Answer:
    heavy = (defer(Import.plan), defer(Import.faults))
    query = _mine().order_by(Import.created_at.desc(), Import.id.desc()).limit(LISTED).options(*heavy)
    rows = list(db.session.scalars(query))
    if wrong:
        form.form_errors.append(wrong)
    page = render_template(
        "admin/imports.html",
        form=form,
        rows=rows,
        names=names_of([row.who for row in rows]),
        states=STATES,
        columns=COLUMNS,
        limited=own_partner_id() is not None,
    )
    return page, 422 if form.errors else 200


@dataclass(frozen=True, slots=True)
class Shown:
    """A product of the dry run as a person reads it."""

    entry: dict[str, Any]
    lines: list[Line]
    stock: list[tuple[str, int | None, int]]


def _page(row: Import, *, wrong: str | None = None) -> Answer:
    change_set = db.session.get(ChangeSet, row.change_set_id) if row.change_set_id else None
    undone = _undone(change_set)
    number = page_number(request.args.get("page"))
    entries = [entry for entry in row.plan if entry["what"] != "faulty"]
    pages = max(1, -(-max(len(entries), len(row.faults)) // SHOWN))
    if number > pages:
        abort(404)
    part = slice((number - 1) * SHOWN, number * SHOWN)
    page = render_template(
        "admin/import.html",
        row=row,
        state=STATES[row.state],
        sent_by=names_of([row.who]).get(row.who, "somebody"),
        address=f"/admin/imports/{row.reference}",
        left=_left(row),
        faults=row.faults[part],
        products=[_shown(entry) for entry in entries[part]],
        wanted=len(importing.entries(row.plan, takes_stock=False)),
        has_stock=any(entry["what"] != "new" and entry["stock"] for entry in entries),
        most_in_one=MOST_IN_ONE,
        page_number=number,
        pages=pages,
        change_set=change_set,
        undone=undone,
        undone_progress=bulk.progress(undone) if undone else None,
        sees_changes=Permission.CATALOGUE in permissions(),
        wrong=wrong,
        said=None if wrong else SAID.get(request.args.get("done", "")),
    )
    return page, 422 if wrong else 200


def _left(row: Import) -> int:
    """How much is still to be done before the page says something else; 0 while nothing is under way."""
    if row.state not in {ImportState.CHECKING, ImportState.APPLYING}:
        return 0
    return max(1, row.total - row.position)


def _undone(change_set: ChangeSet | None) -> ChangeSet | None:
    if change_set is None or change_set.undone_at is None:
        return None
    return db.session.scalar(select(ChangeSet).where(ChangeSet.undoes_id == change_set.id))


def _shown(entry: dict[str, Any]) -> Shown:
    lines = [
        Line(PRODUCT.labels[name], PRODUCT.in_words(name, was), PRODUCT.in_words(name, new))
        for name, was, new in entry["differences"]
        if name in PRODUCT.labels
    ]
    return Shown(entry, lines, [(sku, seen, wanted) for sku, (seen, wanted) in entry["stock"].items()])
