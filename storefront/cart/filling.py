"""Putting into the bag, changing, taking out. Every change gives the bag a new checkout key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from storefront.cart.models import MOST_LINES, Cart, CartLine
from storefront.catalog.for_sale import variant_for_sale
from storefront.catalog.models import MOST_OF_ONE, Variant
from storefront.core.errors import ShopError
from storefront.core.refs import digest, new_token
from storefront.db import db

KEPT_FOR = timedelta(days=30)


class NotForSale(ShopError):
    """Raised for a code that is unknown, hidden or not for sale; which of them is not said."""


class TooMany(ShopError):
    """Raised when more are asked for than there are, or than one bag may hold. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Change:
    """How many of a piece were in the bag, and how many are now."""

    was: int
    now: int


def new_cart(*, at: datetime) -> tuple[Cart, str]:
    """An empty bag, and the token that only the visitor's browser keeps."""
    token = new_token()
    cart = Cart(token_hash=digest(token), checkout_key=new_token(), created_at=at, used_at=at)
    db.session.add(cart)
    db.session.flush()
    return cart, token


def add(cart_id: int, sku: str, quantity: int, *, own_held: dict[int, int], at: datetime) -> Change:
    """Put some of a SKU into the bag, beside what is there already. Raises `NotForSale`, `TooMany`."""
    _touch(cart_id, at=at)
    variant = _for_sale(sku, at=at)
    line = _line(cart_id, variant.id)
    if (
        line is None
        and len(list(db.session.scalars(select(CartLine.id).where(CartLine.cart_id == cart_id)))) >= MOST_LINES
    ):
        raise TooMany(f"A bag holds at most {MOST_LINES} different pieces. Please order these first.")
    was = line.quantity if line else 0
    wanted = quantity + was
    _within_stock(variant, wanted, own_held)
    if line is None:
        line = CartLine(cart_id=cart_id, variant_id=variant.id, quantity=wanted, seen_price=variant.price)
        db.session.add(line)
    else:
        line.quantity, line.seen_price = wanted, variant.price
    return Change(was, wanted)


def change(cart_id: int, sku: str, quantity: int, *, own_held: dict[int, int], at: datetime) -> Change:
    """Set how many of a SKU are in the bag; none takes it out. Raises `NotForSale`, `TooMany`."""
    _touch(cart_id, at=at)
    line = db.session.scalar(
        select(CartLine).join(CartLine.variant).where(CartLine.cart_id == cart_id, Variant.sku == sku)
    )
    if line is None:
        raise NotForSale("This piece is not in your bag.")
    was = line.quantity
    if quantity == 0:
        db.session.delete(line)
        return Change(was, 0)
    variant = _for_sale(sku, at=at)
    if quantity > was:  # fewer is always allowed, also when there are not even as many any more
        _within_stock(variant, quantity, own_held)
    line.quantity, line.seen_price = quantity, variant.price
    return Change(was, quantity)


def empty_if_unchanged(cart_id: int | None, *, checkout_key: str, at: datetime) -> None:
    """Take out what was paid, unless the visitor has changed the bag since."""
    won = db.session.scalar(
        update(Cart)
        .where(Cart.id == cart_id, Cart.checkout_key == checkout_key)
        .values(checkout_key=new_token(), used_at=at)
        .returning(Cart.id)
    )
    if won is not None:
        db.session.execute(delete(CartLine).where(CartLine.cart_id == cart_id))


def lock(cart_id: int) -> Cart:
    """The bag, locked until the transaction ends. The first statement of whatever changes or orders it."""
    db.session.execute(update(Cart).where(Cart.id == cart_id).values(used_at=Cart.used_at))
    return db.session.scalars(select(Cart).where(Cart.id == cart_id).execution_options(populate_existing=True)).one()


def clear_abandoned(*, at: datetime) -> int:
    """Delete bags that nobody has opened for 30 days; returns how many."""
    gone = db.session.execute(delete(Cart).where(Cart.used_at < at - KEPT_FOR).returning(Cart.id))
    return len(gone.all())


def forget(token: str) -> None:
    """Delete a visitor's bag with everything in it. An order that was made from it stays."""
    db.session.execute(delete(Cart).where(Cart.token_hash == digest(token)))


def _touch(cart_id: int, *, at: datetime) -> None:
    db.session.execute(update(Cart).where(Cart.id == cart_id).values(used_at=at, checkout_key=new_token()))


def _for_sale(sku: str, *, at: datetime) -> Variant:
    variant = db.session.scalar(variant_for_sale(sku, at=at))
    if variant is None:
        raise NotForSale("We do not sell a piece with this code. Please choose one from the shop.")
    return variant


def _line(cart_id: int, variant_id: int) -> CartLine | None:
    return db.session.scalar(select(CartLine).where(CartLine.cart_id == cart_id, CartLine.variant_id == variant_id))


def _within_stock(variant: Variant, wanted: int, own_held: dict[int, int]) -> None:
    """Refuse more than there are; what is held for this very visitor counts as hers. Holding comes later, at "pay"."""
    available = variant.stock.available + own_held.get(variant.id, 0)
    if available <= 0:
        sold = variant.stock.on_hand == 0
        raise TooMany(
            "This piece is sold."
            if sold
            else "Somebody is paying for the last one. If they do not, it comes back within the hour."
        )
    if wanted > available:
        raise TooMany(f"There {'is' if available == 1 else 'are'} only {available} of these. Your bag is as it was.")
    if wanted > MOST_OF_ONE:
        raise TooMany(f"A bag holds at most {MOST_OF_ONE} of one piece. For more, please write to us.")
