"""Stock is held, taken and released by guarded statements; it is never read, decided upon and written."""

from sqlalchemy import update

from storefront.catalog.models import Level, Stock, level
from storefront.core.errors import ShopError
from storefront.db import bump, db


class OutOfStock(ShopError):
    """Raised when fewer are left than somebody asked for."""


def hold(variant_id: int, quantity: int) -> None:
    """Promise some of a variant to an order that is about to be paid. Raises `OutOfStock`."""
    now = db.session.execute(
        update(Stock)
        .where(Stock.variant_id == variant_id, Stock.on_hand - Stock.held >= quantity)
        .values(held=Stock.held + quantity)
        .returning(Stock.on_hand, Stock.held)
    ).first()
    if now is None:
        raise OutOfStock("Someone bought the last one while you were looking.")
    _bump_when_words_change((now.on_hand, now.held - quantity), (now.on_hand, now.held))


def take(variant_id: int, quantity: int) -> None:
    """What was held has been sold. The check constraint refuses to take what was not held."""
    now = db.session.execute(
        update(Stock)
        .where(Stock.variant_id == variant_id)
        .values(held=Stock.held - quantity, on_hand=Stock.on_hand - quantity)
        .returning(Stock.on_hand, Stock.held)
    ).one()
    _bump_when_words_change((now.on_hand + quantity, now.held + quantity), (now.on_hand, now.held))


def release(variant_id: int, quantity: int) -> None:
    """What was held is for sale again."""
    now = db.session.execute(
        update(Stock)
        .where(Stock.variant_id == variant_id)
        .values(held=Stock.held - quantity)
        .returning(Stock.on_hand, Stock.held)
    ).one()
    _bump_when_words_change((now.on_hand, now.held + quantity), (now.on_hand, now.held))


def _bump_when_words_change(was: tuple[int, int], now: tuple[int, int]) -> None:
    if _words(*was) != _words(*now):
        bump("catalog")


def _words(on_hand: int, held: int) -> tuple[Level, int]:
    """What pages say of a stock: its level, and how many while they are few."""
    now = level(on_hand, held)
    return now, on_hand - held if now is Level.FEW else 0
