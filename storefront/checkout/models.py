"""Where we send parcels and what that costs, held as data."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storefront.core.money import Money
from storefront.db import Base


class ShippingZone(Base):
    """A group of countries that cost the same. A country stands in one zone at most; the first by position counts."""

    __tablename__ = "shipping_zones"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    countries: Mapped[list[str]]  # ISO 3166, two letters each
    position: Mapped[int] = mapped_column(default=0)
    from_demonstration: Mapped[bool] = mapped_column(default=False)

    rates: Mapped[list[ShippingRate]] = relationship(order_by="ShippingRate.position", cascade="all, delete-orphan")


class ShippingRate(Base):
    """One way of sending up to a weight.

    Of several rates with one method, the lightest that carries the parcel is meant.
    """

    __tablename__ = "shipping_rates"
    __table_args__ = (
        UniqueConstraint("zone_id", "method", "most_grams"),
        CheckConstraint("price_minor >= 0", "price_is_not_negative"),
        CheckConstraint("free_over_minor is null or free_over_minor > 0", "free_over_an_amount"),
        CheckConstraint("most_grams > 0", "carries_something"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    zone_id: Mapped[int] = mapped_column(ForeignKey("shipping_zones.id", ondelete="CASCADE"), index=True)
    method: Mapped[str]  # "standard", "tracked"
    name: Mapped[str]
    promise: Mapped[str]  # "5 to 9 working days, plain parcel"
    most_grams: Mapped[int]
    price_minor: Mapped[int]
    currency: Mapped[str]
    free_over_minor: Mapped[int | None]
    position: Mapped[int] = mapped_column(default=0)

    @property
    def price(self) -> Money:
        return Money(self.price_minor, self.currency)

    def price_for(self, goods: Money) -> Money:
        """What this rate costs beside goods of this value."""
        free = (
            self.free_over_minor is not None and goods.currency == self.currency and goods.minor >= self.free_over_minor
        )
        return Money.zero(self.currency) if free else self.price
