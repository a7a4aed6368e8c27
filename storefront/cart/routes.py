"""The bag's page and what can be done on it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from storefront.cart.cookies import keep_count, keep_token, token_in
from storefront.cart.filling import add, change, new_cart
from storefront.cart.forms import AddLineForm, ChangeLineForm
from storefront.cart.models import Cart, CartLine
from storefront.cart.visitor import of_token, with_lines
from storefront.catalog.for_sale import variant_for_sale
from storefront.catalog.models import MOST_OF_ONE, Level
from storefront.checkout.placing import bag_total, bag_weight
from storefront.checkout.shipping import countries, quotes, zones
from storefront.core.clock import now
from storefront.core.errors import ShopError
from storefront.core.money import Money
from storefront.db import db, transaction
from storefront.media.addresses import Shown, shown
from storefront.payments.queries import held_by_cart
from storefront.settings import settings
from storefront.web.filters import LOCALE, money
from storefront.web.filters import country as country_name
from storefront.web.forms import ShopForm
from storefront.web.security import private

bp = Blueprint("cart", __name__, url_prefix="/cart")
SKU = re.compile(r"[A-Za-z0-9._-]{1,40}")


@dataclass(frozen=True, slots=True)
class Said:
    """What the last act did; with a SKU and a number when it can be undone."""

    sentence: str
    put_back: str | None
    many: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the bag as its page shows it."""

    sku: str
    name: str
    label: str
    url: str
    partner: str
    picture: Shown | None
    quantity: int
    most: int  # as many as may be chosen now
    price: Money
    total: Money
    warning: str | None  # what has changed since it was put in
    can_be_bought: bool


@bp.get("")
def bag() -> Response:
    token = token_in(request.cookies)
    cart = db.session.scalar(with_lines(token)) if token else None
    return _page(cart, said=_said(cart))


@bp.post("/lines")
def add_line() -> AnyResponse:
    form, token, made = AddLineForm(request.form), token_in(request.cookies), ""
    if not form.validate():
        return _refused(_all_errors(form))
    try:
        with transaction():
            cart = db.session.scalar(of_token(token)) if token else None
            if cart is None:
                cart, made = new_cart(at=now())
            add(cart.id, form.sku.data, int(form.quantity.data), own_held=held_by_cart(cart.id), at=now())
    except ShopError as error:
        return _refused(error.message)
    return _keep(redirect(f"/cart?added={form.sku.data}", 303), made or token)


@bp.post("/lines/<sku>")
def change_line(sku: str) -> AnyResponse:
    form, token = ChangeLineForm(request.form), token_in(request.cookies)
    if not form.validate():
        return _refused(_all_errors(form))
    try:
        with transaction():
            cart = db.session.scalar(of_token(token)) if token else None
            if cart is None or not SKU.fullmatch(sku):
                raise ShopError("This piece is not in your bag.")
            change_ = change(cart.id, sku, int(form.quantity.data), own_held=held_by_cart(cart.id), at=now())
    except ShopError as error:
        return _refused(error.message)
    said = f"changed={sku}" if change_.now else f"removed={sku}&many={change_.was}"
    return _keep(redirect(f"/cart?{said}", 303), token)


def _refused(sentence: str) -> Response:
    token = token_in(request.cookies)
    return _page(db.session.scalar(with_lines(token)) if token else None, error=sentence, status=422)


def _all_errors(form: ShopForm) -> str:
    return " ".join(dict.fromkeys(str(error) for errors in form.errors.values() for error in errors))


def _page(cart: Cart | None, *, said: Said | None = None, error: str | None = None, status: int = 200) -> Response:
    rows = _rows(cart) if cart else []
    among = zones()
    sent_to = countries(among)
    lines = [line for line in cart.lines if _is_shown(line)] if cart else []
    goods, chosen = bag_total(lines), request.args.get("country", settings.ships_from)
    known = chosen if chosen in LOCALE.territories and len(chosen) == 2 else settings.ships_from
    response = make_response(
        render_template(
            "cart/bag.html",
            rows=rows,
            demonstration=any(line.variant.product.from_demonstration for line in lines),
            goods=goods,
            said=said,
            error=error,
            country=known,
            is_sent_to=known in sent_to,
            all_countries=sorted(((code, country_name(code)) for code in sent_to), key=lambda pair: pair[1]),
            quotes=quotes(among, country=known, grams=bag_weight(lines), goods=goods) if lines else [],
            can_check_out=bool(rows) and all(row.can_be_bought for row in rows),
        ),
        status,
    )
    return keep_count(private(response), cart) if token_in(request.cookies) else private(response)


def _rows(cart: Cart) -> list[Row]:
    held = held_by_cart(cart.id)
    return [_row(line, held.get(line.variant_id, 0)) for line in cart.lines]


def _row(line: CartLine, own_held: int) -> Row:
    variant, product = line.variant, line.variant.product
    left = variant.stock.available + own_held
    warning = None
    if not _is_shown(line):
        warning = "This piece is no longer for sale. Please take it out."
    elif left <= 0:
        sold = variant.stock.level is Level.SOLD
        warning = (
            "This piece has been sold since. Please take it out."
            if sold
            else "Somebody is paying for this piece. If they do not, it comes back within the hour."
        )
    elif left < line.quantity:
        warning = f"Only {left} {'is' if left == 1 else 'are'} left. Please choose fewer."
    elif line.seen_price != variant.price:
        warning = f"The price was {money(line.seen_price)} when you put it in; it is {money(variant.price)} now."
    return Row(
        sku=variant.sku,
        name=product.name,
        label=variant.label,
        url=f"/shop/{product.slug}?variant={variant.sku}",
        partner=product.partner.short_name,
        picture=shown(variant.picture),
        quantity=line.quantity,
        most=max(1, min(left, MOST_OF_ONE)),
        price=variant.price,
        total=variant.price * line.quantity,
        warning=warning,
        can_be_bought=_is_shown(line) and left >= line.quantity,
    )


def _is_shown(line: CartLine) -> bool:
    return line.variant.retired_at is None and line.variant.product.is_shown(now())


def _said(cart: Cart | None) -> Said | None:
    """What the last act did, told from the address and the bag itself, so that no message has to be kept anywhere."""
    for word in ("added", "changed", "removed"):
        sku = request.args.get(word, "")
        if not SKU.fullmatch(sku):
            continue
        line = next((line for line in cart.lines if line.variant.sku == sku), None) if cart else None
        if word == "removed" and line is None:
            variant = db.session.scalar(variant_for_sale(sku, at=now()))
            many = request.args.get("many", "1")
            if variant:
                return Said(
                    f"{variant.product.name} is no longer in your bag.",
                    sku,
                    many if re.fullmatch("[1-9][0-9]?", many) else "1",
                )
        elif word != "removed" and line is not None:
            name = line.variant.product.name
            return Said(
                f"{name} is in your bag." if word == "added" else f"{name}: {line.quantity} in your bag now.",
                None,
                None,
            )
    return None


def _keep(response: AnyResponse, token: str) -> AnyResponse:
    return keep_token(keep_count(private(response), db.session.scalar(with_lines(token))), token)
