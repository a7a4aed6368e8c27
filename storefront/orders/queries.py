"""Finding orders: by their public reference, and for writing."""

from sqlalchemy import Select, select, update
from sqlalchemy.orm import selectinload

from storefront.db import db
from storefront.orders.models import Order


def by_reference(reference: str) -> Select[Order]:
    """The order of this reference with lines and history. Whoever asks must have shown the order's key."""
    return (
        select(Order)
        .where(Order.reference == reference)
        .options(selectinload(Order.lines), selectinload(Order.history))
    )


def locked(order_id: int) -> Order:
    """The order, locked until the transaction ends. It must be the first thing a use case does.

    On PostgreSQL the update takes the row's lock; on SQLite the transaction already holds the only one.
    """
    db.session.execute(update(Order).where(Order.id == order_id).values(revision=Order.revision + 1))
    return db.session.scalars(
        select(Order)
        .where(Order.id == order_id)
        .options(selectinload(Order.lines))
        .execution_options(populate_existing=True)
    ).one()
