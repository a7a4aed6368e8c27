"""The bag: found by the hash of a token that only the visitor's browser has."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, composite, mapped_column, relationship

from storefront.catalog.models import MOST_OF_ONE, Variant
from storefront.core.money import Money
from storefront.db import Base

MOST_LINES = 50  # Stripe's page shows at most 100


class Cart(Base):
    __tablename__ = "carts"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    checkout_key: Mapped[str] = mapped_column(unique=True)  # new at every change: the same bag is ordered once
    created_at: Mapped[datetime]
    used_at: Mapped[datetime] = mapped_column(index=True)

    lines: Mapped[list[CartLine]] = relationship(
        order_by="CartLine.id", cascade="all, delete-orphan", passive_deletes=True
    )


class CartLine(Base):
    __tablename__ = "cart_lines"
    __table_args__ = (
        UniqueConstraint("cart_id", "variant_id"),
        CheckConstraint(f"quantity between 1 and {MOST_OF_ONE}", "quantity_within_cap"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cart_id: Mapped[int] = mapped_column(ForeignKey("carts.id", ondelete="CASCADE"))
    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id", ondelete="CASCADE"), index=True)
    quantity: Mapped[int]
    # The price the visitor saw when she chose, only ever compared with today's.
    seen_price: Mapped[Money] = composite(mapped_column("seen_price_minor"), mapped_column("seen_price_currency"))

    variant: Mapped[Variant] = relationship()
