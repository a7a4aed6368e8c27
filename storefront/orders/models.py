"""Orders.

Everything on them is a copy, so that an order can be read in ten years, when products and carts have changed.
"""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, composite, mapped_column, relationship

from storefront.core.money import Money
from storefront.db import Base, words


class OrderState(enum.StrEnum):
    PENDING = "pending"  # placed, not paid
    PAID = "paid"
    CANCELLED = "cancelled"
    REVIEW = "review"  # money and order do not agree; a person looks, nothing ships


MOVES: dict[OrderState, frozenset[OrderState]] = {
    OrderState.PENDING: frozenset({OrderState.PAID, OrderState.CANCELLED, OrderState.REVIEW}),
    OrderState.PAID: frozenset({OrderState.CANCELLED, OrderState.REVIEW}),
    OrderState.REVIEW: frozenset({OrderState.PAID, OrderState.CANCELLED}),
    OrderState.CANCELLED: frozenset(),
}


class IllegalMove(Exception):
    """Raised when code asks for a change of state that the table does not know: a fault, not a refusal."""


class HoldState(enum.StrEnum):
    HELD = "held"
    TAKEN = "taken"
    RELEASED = "released"


class Order(Base):
    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint("total_minor = goods_minor + shipping_minor", "total_is_the_sum_of_its_parts"),
        CheckConstraint("goods_minor >= 0 and shipping_minor >= 0", "amounts_are_not_negative"),
        # One bag is ordered once; only when that order was cancelled may the same bag be ordered again.
        Index(
            "uq_orders_live_checkout_key",
            "checkout_key",
            unique=True,
            sqlite_where=text("state != 'cancelled'"),
            postgresql_where=text("state != 'cancelled'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    state: Mapped[OrderState] = mapped_column(default=OrderState.PENDING)
    revision: Mapped[int] = mapped_column(default=0)  # writing it is how an order is locked
    checkout_key: Mapped[str]
    placed_at: Mapped[datetime]
    email: Mapped[str]
    name: Mapped[str]
    line1: Mapped[str]
    line2: Mapped[str]
    city: Mapped[str]
    region: Mapped[str]
    postal_code: Mapped[str]
    country: Mapped[str]
    gift_message: Mapped[str]
    shipping_method: Mapped[str]  # the code of the rate
    shipping_name: Mapped[str]  # as the shopper read it
    currency: Mapped[str]
    goods_minor: Mapped[int]
    shipping_minor: Mapped[int]
    total_minor: Mapped[int]

    lines: Mapped[list[OrderLine]] = relationship(order_by="OrderLine.position", cascade="all, delete-orphan")
    history: Mapped[list[OrderMove]] = relationship(order_by="OrderMove.id", cascade="all, delete-orphan")

    @property
    def goods(self) -> Money:
        return Money(self.goods_minor, self.currency)

    @property
    def shipping(self) -> Money:
        return Money(self.shipping_minor, self.currency)

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)

    def move(self, to: OrderState, *, at: datetime, by: str, why: str = "") -> None:
        """The only way an order changes state; every move leaves a line of history."""
        if to not in MOVES[self.state]:
            raise IllegalMove(f"An order that is {self.state} cannot become {to}.")
        self.history.append(OrderMove(was=self.state, now=to, at=at, by=by, why=why))
        self.state = to


class OrderLine(Base):
    __tablename__ = "order_lines"
    __table_args__ = (CheckConstraint("quantity > 0", "quantity_is_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    variant_id: Mapped[int | None] = mapped_column(ForeignKey("variants.id", ondelete="SET NULL"), index=True)
    sku: Mapped[str]
    name: Mapped[str]
    options: Mapped[str]
    partner: Mapped[str]  # the enterprise, never a person
    quantity: Mapped[int]
    price: Mapped[Money] = composite(mapped_column("price_minor"), mapped_column("price_currency"))
    stock: Mapped[HoldState] = mapped_column(default=HoldState.HELD)

    @property
    def total(self) -> Money:
        return self.price * self.quantity


class OrderMove(Base):
    """A line of history: what changed, when, by whom and why."""

    __tablename__ = "order_moves"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"), index=True)
    was: Mapped[OrderState | None] = mapped_column(words(OrderState, name="was_a_state"))
    now: Mapped[OrderState] = mapped_column(words(OrderState, name="now_a_state"))
    at: Mapped[datetime]
    by: Mapped[str]
    why: Mapped[str]
