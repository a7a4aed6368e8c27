"""Which bag belongs to this browser: the token in its cookie, and the bag of that token's hash."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from storefront.cart.models import Cart, CartLine
from storefront.catalog.models import Product, Variant
from storefront.core.refs import digest

TOKEN_COOKIE = "bag"  # noqa: S105 - the name of a cookie, not what is in it
COUNT_COOKIE = "bag_count"
COOKIE_SECONDS = 30 * 24 * 3600


def of_token(token: str) -> Select[Cart]:
    """The visitor's bag, alone. An empty token has none."""
    return select(Cart).where(Cart.token_hash == digest(token))


def with_lines(token: str) -> Select[Cart]:
    """The visitor's bag with everything its page shows, in two statements."""
    return _and_lines(of_token(token))


def with_lines_of(cart_id: int) -> Select[Cart]:
    return _and_lines(select(Cart).where(Cart.id == cart_id))


def _and_lines(carts: Select[Cart]) -> Select[Cart]:
    variant = selectinload(Cart.lines).joinedload(CartLine.variant)
    return carts.options(
        variant.joinedload(Variant.stock),
        variant.joinedload(Variant.picture),
        variant.joinedload(Variant.product).joinedload(Product.partner),
    )


def for_sale(cart: Cart, *, at: datetime) -> list[CartLine]:
    """Lines of what is still sold."""
    return [line for line in cart.lines if line.variant.retired_at is None and line.variant.product.is_shown(at)]
