"""Where parcels go and what that costs, as a table for readers."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from storefront.checkout.models import ShippingZone
from storefront.core.money import Money
from storefront.db import db


@dataclass(frozen=True, slots=True)
class Step:
    """The price up to a weight."""

    most_grams: int
    price: Money


@dataclass(frozen=True, slots=True)
class Method:
    name: str
    promise: str
    steps: list[Step]
    free_over: Money | None


@dataclass(frozen=True, slots=True)
class Zone:
    name: str
    countries: list[str]
    methods: list[Method]


def zones() -> list[Zone]:
    """Every zone that something can be sent to, with its methods and their prices by weight."""
    rows = db.session.scalars(
        select(ShippingZone).order_by(ShippingZone.position, ShippingZone.id).options(selectinload(ShippingZone.rates))
    )
    return [Zone(row.name, row.countries, _methods(row)) for row in rows if row.rates]


def _methods(zone: ShippingZone) -> list[Method]:
    places = {rate.method: place for place, rate in reversed(list(enumerate(zone.rates)))}
    rates = sorted(zone.rates, key=lambda rate: (places[rate.method], rate.most_grams))
    methods = []
    for _, group in groupby(rates, key=lambda rate: rate.method):
        steps = list(group)
        free = [Money(rate.free_over_minor, rate.currency) for rate in steps if rate.free_over_minor is not None]
        methods.append(
            Method(
                name=steps[0].name,
                promise=steps[0].promise,
                steps=[Step(rate.most_grams, rate.price) for rate in steps],
                free_over=free[0] if len(free) == len(steps) and len(set(free)) == 1 else None,
            )
        )
    return methods
