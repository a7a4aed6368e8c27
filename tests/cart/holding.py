"""Bags and goods for the tests of the bag."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from storefront.cart.filling import add, new_cart
from storefront.cart.models import Cart, CartLine
from storefront.catalog.models import Variant
from storefront.core.refs import digest
from storefront.db import db, transaction
from tests.conftest import NOON
from tests.factories import a_product, a_zone


def goods(*on_hand: int, variants: int = 1, hidden: bool = False) -> list[str]:
    """The SKUs of new products, one for each number of pieces, or of one product with many variants."""
    changes = {"published_at": None} if hidden else {}
    with transaction() as session:
        products = [a_product(on_hand=number, variants=variants, **changes) for number in on_hand or (10,)]
        session.add_all(products)
        session.flush()
        return [variant.sku for product in products for variant in product.variants]


def a_way_to_send() -> None:
    with transaction() as session:
        session.add(a_zone())


def a_bag(*skus: str, quantity: int = 1, at: datetime = NOON) -> tuple[int, str]:
    """Its id and its token."""
    with transaction():
        cart, token = new_cart(at=at)
        for sku in skus:
            add(cart.id, sku, quantity, own_held={}, at=at)
        return cart.id, token


def with_bag(app: Flask, token: str) -> FlaskClient:
    """A browser that keeps this token."""
    client = app.test_client()
    client.set_cookie("bag", token)
    return client


def token_of(client: FlaskClient) -> str:
    cookie = client.get_cookie("bag")
    return cookie.value if cookie else ""


def held_in(bag: str | int) -> dict[str, int]:
    """What is in a bag, by SKU; named by its token or id."""
    db.session.rollback()
    whose = Cart.id == bag if isinstance(bag, int) else Cart.token_hash == digest(bag)
    rows = db.session.execute(
        select(Variant.sku, CartLine.quantity)
        .join(CartLine.variant)
        .join(Cart, Cart.id == CartLine.cart_id)
        .where(whose)
    )
    return {row.sku: row.quantity for row in rows}


def bags() -> Sequence[Cart]:
    db.session.rollback()
    return db.session.scalars(select(Cart).order_by(Cart.id)).all()
