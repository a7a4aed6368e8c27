"""The stock desk: what lies on the shelf, and counting a page of it with one press."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import abort, redirect, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from storefront.accounts import guard
from storefront.accounts.permissions import Permission
from storefront.admin.area import bp, me
from storefront.admin.goods import own_partner_id
from storefront.admin.listing import SIZE, Listed, Window, window
from storefront.catalog import shelf
from storefront.catalog import stock as stocks
from storefront.catalog.checking import SKU
from storefront.catalog.models import Level, Stock, Variant
from storefront.catalog.shelf import Sieve, Sorting
from storefront.catalog.stock import Count, NotCounted, count_all, newest_of
from storefront.core.clock import now
from storefront.db import db, transaction, trying
from storefront.orders.shelf import holds
from storefront.partners.models import Partner

Answer = tuple[str, int] | AnyResponse
WHOLE = re.compile(r"[0-9]{1,7}")
NUMBER = re.compile(r"[0-9]{1,9}")
SHOW = {Sieve.LOW: "Low", Sieve.SOLD: "Nothing left", Sieve.HELD: "Held for orders"}
SHELF = Listed("stock", "/admin/stock", Permission.STOCK, ("q", "show", "workshop", "sort"))
SORT = {Sorting.CODE: "Code", Sorting.NAME: "Product", Sorting.FEWEST: "Fewest first"}


@dataclass(frozen=True, slots=True)
class Line:
    """A variant on the page, and what was typed beside it. `seen` and `upon` are what the page said and knew."""

    variant: Variant
    seen: int
    upon: int
    typed: str = ""
    fault: str = ""

    @property
    def difference(self) -> int:
        return int(self.typed) - self.seen


@bp.get("/stock")
@guard.requires(Permission.STOCK)
def stock() -> str:
    lines, around = _listed()
    return _page(lines, around=around, said=_said())


@bp.post("/stock")
@guard.requires(Permission.STOCK)
def count_stock() -> Answer:
    """First the differences are shown, then they are saved. Whatever is typed stays until it is."""
    lines = _typed()
    if not lines:
        lines, around = _listed()
        return _page(lines, around=around, wrong="This form was not whole. Please count once more."), 422
    if request.form.get("act") == "back":
        return _page(lines), 200
    entered = [line for line in lines if line.typed]
    wrong = "" if entered else "Enter at least one number."
    lines = [_whole(line) for line in lines]
    if wrong or any(line.fault for line in lines):
        return _page(lines, wrong=wrong or "Nothing was saved yet. Please look at the lines that are marked."), 422
    counts = [Count(line.variant.id, int(line.typed), line.seen, line.upon) for line in entered]
    by, at, is_final = me().reference, now(), request.form.get("act") == "save"
    try:
        with transaction() if is_final else trying():
            saved = count_all(counts, by=by, at=at)
            differ = sum(row.change != 0 for row in saved.values())
            on_hand = {key: row.on_hand for key, row in saved.items()}
            moved = [each.variant_id for each in counts if stocks.moved(saved[each.variant_id], each.seen)]
    except NotCounted as error:
        lines = [
            Line(each.variant, each.seen, each.upon, each.typed, error.why.get(each.variant.id, "")) for each in lines
        ]
        return _page(lines, wrong=error.message), 422
    if not is_final:
        return _page(entered, later=on_hand), 200
    codes = [line.variant.sku for line in entered if line.variant.id in moved]
    done = {"done": str(len(counts)), "differ": str(differ), "moved": " ".join(codes)}
    return redirect(f"{SHELF.address}?{SHELF.query(_here() | done)}", 303)


def _page(
    lines: list[Line],
    *,
    around: Window | None = None,
    said: str = "",
    wrong: str = "",
    later: dict[int, int] | None = None,
) -> str:
    """`later` is what will be on hand once the counts are saved; with it, the page asks before it saves."""
    kept, here = SHELF.kept(request.args), SHELF.query(_here())
    is_of_all = own_partner_id() is None
    return render_template(
        "admin/stock.html",
        lines=lines,
        holds=holds(line.variant.id for line in lines if line.variant.stock.held),
        listed=SHELF,
        kept=kept,
        here=f"{SHELF.address}?{here}" if here else SHELF.address,
        around=around,
        said=said,
        wrong=wrong,
        later=later,
        show=SHOW,
        sort=SORT,
        workshops=list(db.session.scalars(select(Partner).order_by(Partner.name))) if is_of_all else [],
        state_of=state_of,
    )


def state_of(stock: Stock) -> tuple[str, str]:
    """In words and as the colour of a tag."""
    if stock.level is Level.SOLD:
        return "Nothing left", "bad"
    if stock.level is Level.BEING_PAID:
        return "All held", "warn"
    if stock.low_at is not None and stock.available <= stock.low_at:
        return "Low", "warn"
    return "For sale", "ok"


def _listed() -> tuple[list[Line], Window]:
    """The lines that the address asks for."""
    kept, partner_id = SHELF.kept(request.args), own_partner_id()
    if partner_id is None and (slug := kept.get("workshop")):
        partner_id = db.session.scalar(select(Partner.id).where(Partner.slug == slug)) or -1
    sieve = Sieve(kept["show"]) if kept.get("show") in set(Sieve) else None
    sorting = Sorting(kept["sort"]) if kept.get("sort") in set(Sorting) else Sorting.CODE
    query = shelf.listed(search=kept.get("q", ""), sieve=sieve, partner_id=partner_id)
    around = window(query, shelf.ORDERS[sorting], falling=False)
    variants = [row[0] for row in around.rows]
    newest = newest_of(variant.id for variant in variants)
    return [Line(variant, variant.stock.on_hand, newest.get(variant.id, 0)) for variant in variants], around


def _here() -> dict[str, str]:
    """What the address at hand asks for, the part of the list too."""
    return SHELF.kept(request.args) | {name: request.args.get(name, "") for name in ("after", "before")}


def _typed() -> list[Line]:
    """The rows of the form in its own order; none where it is not whole. What she may not count is not found."""
    columns = [request.form.getlist(name) for name in ("sku", "seen", "upon", "counted")]
    skus, seen, upon, counted = columns
    if len({len(column) for column in columns}) != 1 or len(skus) > SIZE or len(set(skus)) != len(skus):
        return []
    if not all(NUMBER.fullmatch(each) for each in (*seen, *upon)):
        return []
    query = select(Variant).join(Variant.product).where(Variant.sku.in_([sku for sku in skus if SKU.fullmatch(sku)]))
    own = own_partner_id()
    known = {
        variant.sku: variant
        for variant in db.session.scalars(query)
        if own is None or variant.product.partner_id == own
    }
    if set(skus) != set(known):
        abort(404)
    return [
        Line(known[sku], int(said), int(adjusted), typed.strip()[:20])
        for sku, said, adjusted, typed in zip(skus, seen, upon, counted, strict=True)
    ]


def _whole(line: Line) -> Line:
    if not line.typed or WHOLE.fullmatch(line.typed):
        return line
    return Line(line.variant, line.seen, line.upon, line.typed, "Enter how many you counted, in digits: 12")


def _said() -> str:
    """What was done, in words, from the address that follows it."""
    done, differ = request.args.get("done", ""), request.args.get("differ", "0")
    if not WHOLE.fullmatch(done) or not WHOLE.fullmatch(differ):
        return ""
    words = f"{'1 count is' if done == '1' else f'{int(done)} counts are'} saved. "
    words += {"0": "All agreed with the page.", "1": "1 differed."}.get(differ, f"{int(differ)} differed.")
    moved = [sku for sku in request.args.get("moved", "").split()[:SIZE] if SKU.fullmatch(sku)]
    if moved:
        words += f" While you counted, some were sold or came in: {', '.join(moved)}. Those numbers have been kept."
    return words
