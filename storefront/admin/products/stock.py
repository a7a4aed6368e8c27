"""The stock of one product: each piece, what happened to it, and adjusting it with a reason."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from flask import abort, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse
from wtforms import RadioField, StringField
from wtforms.validators import ValidationError

from storefront.accounts import guard
from storefront.accounts.permissions import Permission
from storefront.admin.area import bp, me, permissions
from storefront.admin.goods import find
from storefront.admin.nouns import names_of
from storefront.admin.stock import NUMBER, state_of
from storefront.catalog import stock
from storefront.catalog.models import Product, Reason, StockAdjustment, Variant
from storefront.catalog.stock import NotAdjusted, newest_of
from storefront.core.clock import now
from storefront.core.errors import ShopError
from storefront.db import db, transaction
from storefront.orders.shelf import Step, history, holds
from storefront.web.filters import moment
from storefront.web.forms import PlainText, ShopForm, trimmed

Answer = tuple[str, int] | AnyResponse
SIGNED = re.compile(r"[+\-−]?[0-9]{1,7}")
MOST = 50  # steps of a history
REASONS = {
    Reason.RECEIVED: ("Received", "New pieces came in: how many."),
    Reason.DAMAGED: ("Damaged", "Pieces that cannot be sold any more: how many."),
    Reason.COUNTED: ("Counted", "How many lie there, those that are held among them."),
    Reason.CORRECTED: ("Corrected", "How many more, or with a minus how many fewer: -2"),
}


class AdjustForm(ShopForm):
    reason = RadioField("What happened", choices={reason.value: words for reason, (words, _) in REASONS.items()})
    number = StringField("Pieces", filters=[trimmed])
    note = StringField("Note", [PlainText(most=200)], filters=[trimmed])

    def validate_reason(self, field: RadioField) -> None:
        if field.data not in set(Reason):
            field.errors = []
            raise ValidationError("Choose what happened.")

    def validate_number(self, field: StringField) -> None:
        if not SIGNED.fullmatch(field.data or ""):
            raise ValidationError("Enter a number of pieces in digits: 12")
        if (field.data or "")[0] in "+-−" and self.reason.data != Reason.CORRECTED:
            raise ValidationError("Only a correction has a plus or a minus.")

    def pieces(self) -> dict[str, int]:
        """As `stock.adjust` takes it."""
        number = int((self.number.data or "").replace("−", "-"))
        if self.reason.data == Reason.COUNTED:
            return {"counted": number, "seen": _number("seen")}
        return {"change": -number if self.reason.data == Reason.DAMAGED else number}


class LowForm(ShopForm):
    low_at = StringField("Low at", filters=[trimmed])

    def validate_low_at(self, field: StringField) -> None:
        if field.data and not re.fullmatch(r"[0-9]{1,7}", field.data):
            raise ValidationError("Enter a number of pieces in digits, or nothing.")


@bp.get("/products/<slug>/stock")
@guard.requires(Permission.STOCK)
def product_stock(slug: str) -> Answer:
    product = find(slug)
    sku = request.args.get("piece")
    return _page(product, _named(product, sku) if sku else next(iter(_in_order(product)), None), said=True)


@bp.post("/products/<slug>/stock")
@guard.requires(Permission.STOCK)
def adjust_stock(slug: str) -> Answer:
    product = find(slug)
    piece = _named(product, request.form.get("piece"))
    form = AdjustForm(request.form)
    if form.validate():
        variant_id, sku, by, at = piece.id, piece.sku, me().reference, now()
        try:
            upon, pieces = _number("upon"), form.pieces()
            with transaction():
                stock.adjust(
                    variant_id, reason=Reason(form.reason.data), by=by, at=at, upon=upon, note=form.note.data, **pieces
                )
            seen = {"seen": str(pieces["seen"])} if "seen" in pieces else {}
            return _on(slug, sku, "adjusted", **seen)
        except NotAdjusted as error:
            form.form_errors = [*form.form_errors, error.message]
        product = find(slug)
        piece = _named(product, request.form.get("piece"))
    return _page(product, piece, adjusting=form)


@bp.post("/products/<slug>/stock/low")
@guard.requires(Permission.STOCK)
def set_stock_low(slug: str) -> Answer:
    product = find(slug)
    piece = _named(product, request.form.get("piece"))
    form = LowForm(request.form)
    if form.validate():
        variant_id, low_at = piece.id, int(form.low_at.data) if form.low_at.data else None
        try:
            with transaction():
                stock.set_low(variant_id, low_at)
            return _on(slug, piece.sku, "low")
        except NotAdjusted as error:
            form.low_at.errors = [error.message]
    return _page(product, piece, low=form)


@bp.post("/products/<slug>/stock/undo")
@guard.requires(Permission.STOCK)
def undo_stock(slug: str) -> Answer:
    product = find(slug)
    piece = _named(product, request.form.get("piece"))
    variant_id, sku, by, at = piece.id, piece.sku, me().reference, now()
    try:
        last = db.session.get(StockAdjustment, _number("adjustment"))
        note = f"Takes back: {_did(last.reason, last.change)}, {moment(last.at)}" if last else ""
        which = last.id if last else 0
        with transaction():
            stock.undo(variant_id, which, by=by, at=at, note=note)
        return _on(slug, sku, "undone")
    except ShopError as error:
        product = find(slug)
        return _page(product, _named(product, sku), wrong=error.message)


def _page(
    product: Product,
    piece: Variant | None,
    *,
    adjusting: AdjustForm | None = None,
    low: LowForm | None = None,
    wrong: str = "",
    said: bool = False,
) -> Answer:
    newest = newest_of([piece.id]).get(piece.id, 0) if piece else 0
    steps = history(piece.id, most=MOST) if piece else []
    names = names_of([step.who for step in steps if step.who])
    is_wrong = bool(wrong or adjusting or low)
    page = render_template(
        "admin/product_stock.html",
        product=product,
        pieces=_in_order(product),
        piece=piece,
        newest=newest,
        holds=holds(variant.id for variant in product.variants if variant.stock.held),
        steps=[(step, _what(step), names.get(step.who, step.who)) for step in steps],
        most=MOST,
        form=adjusting or AdjustForm(reason=Reason.RECEIVED.value),
        low=low or LowForm(low_at="" if piece is None or piece.stock.low_at is None else str(piece.stock.low_at)),
        reasons=REASONS,
        state_of=state_of,
        may_edit=Permission.GOODS in permissions(),
        wrong=wrong,
        said=_said(piece, steps) if said and piece else "",
    )
    return page, 422 if is_wrong else 200


def _in_order(product: Product) -> list[Variant]:
    return sorted(product.variants, key=lambda variant: (variant.retired_at is not None, variant.position))


def _named(product: Product, sku: str | None) -> Variant:
    """The piece of this product with the code; 404 for any other code."""
    return next((variant for variant in product.variants if variant.sku == sku), None) or abort(404)


def _number(name: str) -> int:
    given = request.form.get(name, "")
    if not NUMBER.fullmatch(given):
        raise NotAdjusted("This form was not whole. Please open the page again.")
    return int(given)


def _on(slug: str, sku: str, done: str, **more: str) -> AnyResponse:
    return redirect(f"/admin/products/{slug}/stock?{urlencode({'piece': sku, 'done': done} | more)}", 303)


def _did(reason: Reason, change: int) -> str:
    """In words: "received 5", "counted 2 fewer than the page said"."""
    many = abs(change)
    if reason is Reason.COUNTED:
        return f"counted {many} {'more' if change > 0 else 'fewer'} than before" if change else "counted, all there"
    if reason is Reason.CORRECTED:
        return f"corrected by {many} {'more' if change > 0 else 'fewer'}"
    return f"{reason.value} {many}"


def _what(step: Step) -> str:
    if step.reason is None:
        return f"Sold {-step.change}"
    words = _did(step.reason, step.change)
    return words[0].upper() + words[1:]


def _said(piece: Variant, steps: list[Step]) -> str:
    """What was done, in words, from the address that follows it and what stands there now."""
    done, now_there = request.args.get("done"), _are(piece.stock.on_hand)
    last = next((step for step in steps if step.reason is not None), None)
    if done == "low":
        low_at = piece.stock.low_at
        return (
            "Nobody is told when few are left." if low_at is None else f"You are told when {low_at} or fewer are left."
        )
    if done == "undone":
        return f"Taken back. {now_there} on hand."
    if done != "adjusted" or last is None or last.on_hand is None:
        return ""
    seen = request.args.get("seen", "")
    moved = last.on_hand - last.change - int(seen) if NUMBER.fullmatch(seen) and last.reason is Reason.COUNTED else 0
    sold = f" While you counted, {-moved} went and stayed counted as gone." if moved < 0 else ""
    return f"{_what(last)}. {now_there} on hand.{sold}"


def _are(number: int) -> str:
    return f"{number} {'is' if number == 1 else 'are'}"
