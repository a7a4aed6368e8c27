"""Which bag belongs to a browser."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from storefront.cart.models import Cart
from storefront.cart.visitor import for_sale, of_token, with_lines, with_lines_of
from storefront.catalog.models import Product
from storefront.core.refs import digest
from storefront.db import db, transaction
from tests.cart.holding import a_bag, goods
from tests.conftest import NOON


def found(token: str) -> int | None:
    cart = db.session.scalar(of_token(token))
    return cart.id if cart else None


def test_a_bag_is_found_by_its_token_alone(app: Flask) -> None:
    mine, my_token = a_bag()
    hers, her_token = a_bag()
    assert (found(my_token), found(her_token)) == (mine, hers)
    for token in (
        "",
        my_token[:-1],
        my_token + "x",
        my_token.swapcase(),
        digest(my_token),
        str(mine),
        "%",
        "x" * 100000,
        "\x00",
        "ü",
    ):
        assert found(token) is None


@pytest.mark.parametrize("pieces", [0, 1, 30])
def test_a_bag_with_all_that_its_page_shows_takes_two_statements(app: Flask, statements: Any, pieces: int) -> None:
    bag, token = a_bag(*goods(*[5] * pieces) if pieces else ())
    db.session.remove()
    for query in (with_lines(token), with_lines_of(bag)):
        with statements() as seen:
            cart = db.session.scalars(query).one()
            for line in cart.lines:
                assert line.variant.stock.available == 5
                assert line.variant.product.partner.name
                assert line.variant.picture is None
        assert len(seen) == 2
        assert len(cart.lines) == pieces
        db.session.remove()


def test_lines_come_in_the_order_they_were_put_in(app: Flask) -> None:
    skus = goods(5, 5, 5)
    _, token = a_bag(skus[2], skus[0], skus[1])
    db.session.remove()
    cart = db.session.scalars(with_lines(token)).one()
    assert [line.variant.sku for line in cart.lines] == [skus[2], skus[0], skus[1]]


@pytest.mark.parametrize(("published", "shown"), [(NOON, 1), (NOON + timedelta(seconds=1), 0), (None, 0)])
def test_only_what_may_be_seen_is_for_sale(app: Flask, published: Any, shown: int) -> None:
    bag, _ = a_bag(*goods(5))
    with transaction() as session:
        session.execute(update(Product).values(published_at=published))
    cart: Cart = db.session.scalars(with_lines_of(bag)).one()
    assert len(for_sale(cart, at=NOON)) == shown
