"""Placing: a bag becomes an order, its prices are frozen, its stock is held, a payment is promised."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from storefront.cart.filling import lock
from storefront.cart.models import Cart, CartLine
from storefront.cart.visitor import for_sale, with_lines_of
from storefront.catalog import stock
from storefront.checkout.addresses import Address
from storefront.checkout.shipping import Quote, quotes, zones
from storefront.core.errors import ShopError
from storefront.core.money import Money
from storefront.core.refs import new_reference
from storefront.db import db
from storefront.orders.models import Order, OrderLine, OrderMove, OrderState
from storefront.payments.models import PaymentAttempt
from storefront.payments.queries import live_of_cart
from storefront.payments.requesting import PaymentRequest, as_request, request_payment
from storefront.settings import settings

LASTS = timedelta(minutes=2)  # nobody is sent to a payment page that is about to close


class BagIsEmpty(ShopError):
    """Raised when there is nothing to order."""


class BagChanged(ShopError):
    """Raised when the bag is no longer the one that the form was made for."""


class PriceChanged(ShopError):
    """Raised when the total is no longer the one that the page showed."""


class NoShipping(ShopError):
    """Raised when the chosen way of sending is not to be had for this bag and country."""


class AlreadyPaid(Exception):
    """Raised when this very bag was paid before: the visitor is shown that order."""

    def __init__(self, reference: str) -> None:
        super().__init__(reference)
        self.reference = reference


class EarlierPaymentOpen(Exception):
    """Raised while another payment page from this bag could still be paid. It must be closed at Stripe first."""

    def __init__(self, attempt_id: int) -> None:
        super().__init__(str(attempt_id))
        self.attempt_id = attempt_id


@dataclass(frozen=True, slots=True)
class Wish:
    """What the customer filled in."""

    email: str
    address: Address
    shipping_method: str
    gift_message: str


def place(cart_id: int, *, checkout_key: str, wish: Wish, seen_total: str, at: datetime) -> PaymentRequest:
    """Turn a bag into an order: hold the stock, freeze the prices, promise a payment.

    The same checkout key and wish always answer with the same order. The bag stays as it is until the order is paid.
    `seen_total` is what the page showed (see `totals_seen`), only ever compared.
    """
    cart = lock(cart_id)
    if live := _live(cart, checkout_key, wish, seen_total, at):
        return live
    if reference := _paid_before(cart, checkout_key):
        raise AlreadyPaid(reference)
    if cart.checkout_key != checkout_key:
        raise BagChanged("Your bag has changed since this page was made. Please look it over and pay again.")
    cart = db.session.scalars(with_lines_of(cart_id)).one()
    lines = for_sale(cart, at=at)
    if not lines:
        raise BagIsEmpty("Your bag is empty.")
    if len(lines) < len(cart.lines):
        raise BagChanged("A piece in your bag is no longer for sale. Please take it out and pay again.")
    quote = _quote(lines, wish)
    order = _order(lines, wish, quote, checkout_key=checkout_key, at=at)
    if not saw(seen_total, method=quote.method, total=order.total):
        raise PriceChanged("The total has changed since you last saw it. Please look again.")
    for line in sorted(lines, key=lambda line: line.variant_id):  # the one order of writes
        _hold(line)
    db.session.add(order)
    db.session.flush()
    return request_payment(order, cart_id=cart_id, at=at)


def bag_total(lines: list[CartLine]) -> Money:
    return Money.sum((line.variant.price * line.quantity for line in lines), settings.currency)


def bag_weight(lines: list[CartLine]) -> int:
    """In grams, without the box."""
    return sum(line.variant.product.weight_grams * line.quantity for line in lines)


def totals_seen(goods: Money, offered: list[Quote]) -> str:
    """The totals a page shows, one for each way of sending: "standard:19757 tracked:20557 USD"."""
    totals = (f"{quote.method}:{(goods + quote.price).minor}" for quote in offered)
    return " ".join([*totals, goods.currency])


def saw(seen: str, *, method: str, total: Money) -> bool:
    """Whether the page showed this total for this way of sending. "19757 USD" alone is taken as the total itself."""
    if not re.fullmatch(r"[A-Za-z0-9_:\- ]{1,500}", seen):
        return False
    *totals, currency = seen.split(" ")
    return currency == total.currency and (f"{method}:{total.minor}" in totals or totals == [str(total.minor)])


def _live(cart: Cart, checkout_key: str, wish: Wish, seen_total: str, at: datetime) -> PaymentRequest | None:
    """The payment that is open for this bag and this wish. Raises `EarlierPaymentOpen` for any other."""
    for attempt in db.session.scalars(live_of_cart(cart.id).options(selectinload(PaymentAttempt.order))):
        order = attempt.order
        same = order.checkout_key == checkout_key == cart.checkout_key and _wish_of(order) == wish
        lasts = attempt.expires_at > at + LASTS
        if same and lasts and saw(seen_total, method=order.shipping_method, total=order.total):
            return as_request(attempt, order.reference)
        raise EarlierPaymentOpen(attempt.id)
    return None


def _wish_of(order: Order) -> Wish:
    address = Address(order.name, order.line1, order.line2, order.city, order.region, order.postal_code, order.country)
    return Wish(order.email, address, order.shipping_method, order.gift_message)


def _paid_before(cart: Cart, checkout_key: str) -> str | None:
    return db.session.scalar(
        select(Order.reference)
        .join(PaymentAttempt, PaymentAttempt.order_id == Order.id)
        .where(
            Order.checkout_key == checkout_key,
            Order.state.in_({OrderState.PAID, OrderState.REVIEW}),
            PaymentAttempt.cart_id == cart.id,
        )
    )


def _quote(lines: list[CartLine], wish: Wish) -> Quote:
    offered = quotes(zones(), country=wish.address.country, grams=bag_weight(lines), goods=bag_total(lines))
    for quote in offered:
        if quote.method == wish.shipping_method:
            return quote
    raise NoShipping(
        "Please choose how it should travel." if offered else "We cannot send this bag to that country yet."
    )


def _order(lines: list[CartLine], wish: Wish, quote: Quote, *, checkout_key: str, at: datetime) -> Order:
    goods, address = bag_total(lines), wish.address
    return Order(
        reference=new_reference(),
        state=OrderState.PENDING,
        checkout_key=checkout_key,
        placed_at=at,
        email=wish.email,
        name=address.name,
        line1=address.line1,
        line2=address.line2,
        city=address.city,
        region=address.region,
        postal_code=address.postal_code,
        country=address.country,
        gift_message=wish.gift_message,
        shipping_method=quote.method,
        shipping_name=quote.name,
        currency=goods.currency,
        goods_minor=goods.minor,
        shipping_minor=quote.price.minor,
        total_minor=(goods + quote.price).minor,
        lines=[
            OrderLine(
                position=position,
                variant_id=line.variant_id,
                sku=line.variant.sku,
                name=line.variant.product.name,
                options=line.variant.label,
                partner=line.variant.product.partner.short_name,
                quantity=line.quantity,
                price=line.variant.price,
            )
            for position, line in enumerate(lines)
        ],
        history=[OrderMove(was=None, now=OrderState.PENDING, at=at, by="customer", why="Placed at the checkout")],
    )


def _hold(line: CartLine) -> None:
    try:
        stock.hold(line.variant_id, line.quantity)
    except stock.OutOfStock as error:
        left = line.variant.stock.available
        name = ", ".join(part for part in (line.variant.product.name, line.variant.label) if part)
        if left > 0:
            raise stock.OutOfStock(f"{name}: only {left} left. Please change the number in your bag.") from error
        raise stock.OutOfStock(
            f"{name}: someone bought the last one while you were looking. Please take it out of your bag."
        ) from error
