"""What sending a bag to a country costs, from the zones and rates in the database."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from storefront.checkout.models import ShippingRate, ShippingZone
from storefront.core.money import Money
from storefront.db import db


@dataclass(frozen=True, slots=True)
class Quote:
    """One way of sending this bag, and what it costs."""

    method: str
    name: str
    promise: str
    price: Money


def zones() -> list[ShippingZone]:
    """Every zone with its rates, in two statements."""
    return list(
        db.session.scalars(
            select(ShippingZone)
            .options(selectinload(ShippingZone.rates))
            .order_by(ShippingZone.position, ShippingZone.id)
        )
    )


def countries(among: list[ShippingZone]) -> list[str]:
    """The codes of all countries we send to."""
    return sorted({code for zone in among for code in zone.countries})


def quotes(among: list[ShippingZone], *, country: str, grams: int, goods: Money) -> list[Quote]:
    """The ways to send a parcel of this weight and value, cheapest method first as staff ordered them.

    Empty when the country stands in no zone or no rate carries the weight.
    """
    zone = next((zone for zone in among if country in zone.countries), None)
    if zone is None:
        return []
    lightest: dict[str, ShippingRate] = {}
    for rate in zone.rates:
        if rate.currency == goods.currency and rate.most_grams >= grams:
            known = lightest.get(rate.method)
            if known is None or rate.most_grams < known.most_grams:
                lightest[rate.method] = rate
    ordered = sorted(lightest.values(), key=lambda rate: rate.position)
    return [Quote(rate.method, rate.name, rate.promise, rate.price_for(goods)) for rate in ordered]
