"""What things cost before: the lowest price of the last thirty days, which a reduced price is held against.

Article 6a of Directive 98/6/EC, as Directive (EU) 2019/2161 put it in: who announces a reduction names the lowest price
of at least the thirty days before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import groupby

from sqlalchemy import select

from storefront.catalog.models import PricePoint
from storefront.core.money import Money
from storefront.db import db

LOOKED_BACK = timedelta(days=30)


def histories(variant_ids: Iterable[int]) -> dict[int, list[PricePoint]]:
    """Every price of these variants by their id, the newest first; nothing is asked where there are none."""
    wanted = list(variant_ids)
    if not wanted:
        return {}
    query = select(PricePoint).where(PricePoint.variant_id.in_(wanted))
    points = db.session.scalars(query.order_by(PricePoint.variant_id, PricePoint.since.desc(), PricePoint.id.desc()))
    return {key: list(group) for key, group in groupby(points, key=lambda point: point.variant_id)}


def lowest_before(points: Sequence[PricePoint]) -> Money | None:
    """The lowest price of the thirty days before the price that holds now; None where there was no other.

    `points` are those of one variant, the newest first, in one currency.
    """
    if len(points) < 2:
        return None
    reduced_on, earlier = points[0].since, points[1:]
    begins = reduced_on - LOOKED_BACK
    # The price that held on the first of those days was set before it.
    within = [point for place, point in enumerate(earlier) if place == 0 or earlier[place - 1].since > begins]
    same = [point.price for point in within if point.price.currency == points[0].price.currency]
    return min(same, key=lambda price: price.minor, default=None)
