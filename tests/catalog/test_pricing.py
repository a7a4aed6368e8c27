"""A reduced price is held against the lowest of the thirty days before it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from storefront.catalog.models import PricePoint
from storefront.catalog.pricing import lowest_before
from storefront.core.money import Money

TODAY = datetime(2026, 11, 24, tzinfo=UTC)


def points(*given: tuple[int, int], currency: str = "USD") -> list[PricePoint]:
    """(days ago, minor units), the newest first."""
    return [
        PricePoint(variant_id=1, since=TODAY - timedelta(days=ago), price=Money(minor, currency))
        for ago, minor in given
    ]


@pytest.mark.parametrize(
    ("given", "lowest"),
    [
        ([(0, 8000), (90, 10000)], 10000),  # it held all the time
        ([(0, 8000), (10, 9000), (90, 10000)], 9000),  # it was cheaper already ten days ago
        ([(0, 8000), (5, 12000), (10, 7000), (90, 10000)], 7000),  # raised just before the reduction: no trick
        ([(0, 8000), (5, 12000), (40, 7000), (90, 10000)], 7000),  # the seven thousand held until five days ago
        ([(0, 8000), (29, 12000), (60, 7000), (90, 10000)], 7000),  # ... until a day within the thirty
        ([(0, 8000), (30, 12000), (60, 7000)], 12000),  # ... until just before the thirty
        ([(20, 8000), (90, 10000)], 10000),  # counted from the reduction and not from today
        ([(0, 8000)], None),
        ([], None),
    ],
)
def test_the_lowest_of_the_thirty_days(given: list[tuple[int, int]], lowest: int | None) -> None:
    found = lowest_before(points(*given))
    assert (found.minor if found else None) == lowest


def test_another_currency_is_no_lower_price() -> None:
    mixed = [*points((0, 8000)), *points((5, 100), currency="JPY"), *points((50, 9000))]
    assert lowest_before(mixed) == Money(9000, "USD")
