"""Zones of delivery and what they cost: making, changing, ordering and removing them.

A zone is edited as one document of plain values:
```
{"name", "countries": codes, "rates": [{"method", "name", "promise", "most_grams", "price", "free_over", "currency"}]}
```
`price` and `free_over` (or None) are minor units. Orders hold what they cost: no change here reaches them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select

from storefront.checkout.models import ShippingRate, ShippingZone
from storefront.checkout.shipping import zones
from storefront.core.errors import ShopError
from storefront.core.faults import Fault, of_text, refuse
from storefront.core.money import EXPONENTS
from storefront.db import db
from storefront.revisions.keeping import forget, keep, lock
from storefront.revisions.models import Revision

Document = dict[str, Any]
KIND = "shipping_zone"  # under which versions are kept
EVERY = 0  # locked by whoever changes any zone: a country stands in one of them only
MOST_RATES, MOST_GRAMS, MOST_MINOR = 60, 1_000_000, 99_999_999
METHOD = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


def read(zone: ShippingZone) -> Document:
    return {
        "name": zone.name,
        "countries": list(zone.countries),
        "rates": [
            {
                "method": rate.method, "name": rate.name, "promise": rate.promise, "most_grams": rate.most_grams,
                "price": rate.price_minor, "free_over": rate.free_over_minor, "currency": rate.currency,
            }
            for rate in zone.rates
        ],
    }  # fmt: skip


def create(document: Document, *, by: str, at: datetime) -> ShippingZone:
    """A new zone, behind all others. Raises `NotYetRight`."""
    lock(KIND, EVERY, based_on=None)
    there = zones()
    refuse(check(document, there, zone_id=None))
    zone = ShippingZone(position=max((each.position for each in there), default=0) + 1, from_demonstration=False)
    _write(zone, document)
    keep(KIND, zone.id, read(zone), was=None, by=by, at=at, words="Made")
    return zone


def change(
    zone_id: int, document: Document, *, based_on: int | None, by: str, at: datetime, words: str = ""
) -> Revision | None:
    """Make the zone what the document says.

    Raises `NotYetRight`, and `ChangedMeanwhile` when `based_on` is no longer the newest version.
    """
    lock(KIND, EVERY, based_on=None)
    lock(KIND, zone_id, based_on=based_on)
    zone = _load(zone_id)
    was = read(zone)
    refuse(check(document, zones(), zone_id=zone_id))
    _write(zone, document)
    return keep(KIND, zone_id, read(zone), was=was, by=by, at=at, words=words)


def remove(zone_id: int, *, based_on: int) -> None:
    """Nothing is sent there any more; its versions are forgotten. Raises `ChangedMeanwhile`."""
    lock(KIND, EVERY, based_on=None)
    lock(KIND, zone_id, based_on=based_on)
    db.session.delete(_load(zone_id))
    db.session.flush()
    forget(KIND, zone_id)


def move(zone_id: int, *, earlier: bool) -> None:
    """Change places with the zone before or behind it, if there is one."""
    lock(KIND, EVERY, based_on=None)
    there = zones()
    place = next((place for place, zone in enumerate(there) if zone.id == zone_id), None)
    if place is None:
        raise ShopError("This zone has been removed meanwhile.")
    other = place - 1 if earlier else place + 1
    if 0 <= other < len(there):
        there[place], there[other] = there[other], there[place]
    for position, zone in enumerate(there, 1):
        zone.position = position


def check(document: Document, there: list[ShippingZone], *, zone_id: int | None) -> list[Fault]:
    """All faults, in the order of the form. `there` are all zones that exist."""
    others = [zone for zone in there if zone.id != zone_id]
    return [
        *of_text("name", document["name"], most=80, needed="Give the zone a name."),
        *(Fault("name", "Another zone has this name.") for zone in others if zone.name == document["name"]),
        *_countries(document["countries"], others),
        *_rates(document["rates"]),
    ]


def _countries(given: list[str], others: list[ShippingZone]) -> Iterator[Fault]:
    if not given:
        yield Fault("countries", "Name at least one country.")
    taken = {code: zone.name for zone in others for code in zone.countries}
    for code, times in Counter(given).items():
        if not re.fullmatch("[A-Z]{2}", code):
            yield Fault("countries", f'"{code[:40]}" is not the code of a country.')
        elif code in taken:
            yield Fault(
                "countries", f'{code} stands in the zone "{taken[code]}" already. A country belongs to one zone.'
            )
        elif times > 1:
            yield Fault("countries", f"{code} is named twice.")


def _rates(given: list[dict[str, Any]]) -> Iterator[Fault]:
    if len(given) > MOST_RATES:
        yield Fault("rates", f"Please keep to {MOST_RATES} rates.")
    steps = Counter((rate["method"], rate["most_grams"]) for rate in given)
    for place, rate in enumerate(given):
        field = f"rates.{place}"
        if len(rate["method"]) > 40 or not METHOD.fullmatch(rate["method"]):
            yield Fault(f"{field}.method", 'A method is one word in small letters, like "tracked".')
        yield from of_text(f"{field}.name", rate["name"], most=80, needed="Give it the name that shoppers read.")
        yield from of_text(f"{field}.promise", rate["promise"], most=120, needed="Say how long it takes.")
        if not 0 < rate["most_grams"] <= MOST_GRAMS:
            yield Fault(f"{field}.most_grams", f"Grams are a whole number from 1 to {MOST_GRAMS:,}.")
        elif steps[rate["method"], rate["most_grams"]] > 1:
            yield Fault(f"{field}.most_grams", "Two rates of one method end at the same weight.")
        if rate["currency"] not in EXPONENTS or not 0 <= rate["price"] <= MOST_MINOR:
            yield Fault(f"{field}.price", "Enter an amount like 12.00; 0 for free.")
        if rate["free_over"] is not None and not 0 < rate["free_over"] <= MOST_MINOR:
            yield Fault(f"{field}.free_over", "Enter an amount above nothing, or leave it empty.")


def _load(zone_id: int) -> ShippingZone:
    query = select(ShippingZone).where(ShippingZone.id == zone_id).execution_options(populate_existing=True)
    zone = db.session.scalar(query)
    if zone is None:
        raise ShopError("This zone has been removed meanwhile.")
    return zone


def _write(zone: ShippingZone, document: Document) -> None:
    zone.name, zone.countries, zone.rates = document["name"], document["countries"], []
    db.session.add(zone)
    db.session.flush()  # a weight that is free again may be taken by another row
    zone.rates = [
        ShippingRate(
            position=place, method=rate["method"], name=rate["name"], promise=rate["promise"],
            most_grams=rate["most_grams"], price_minor=rate["price"], free_over_minor=rate["free_over"],
            currency=rate["currency"],
        )
        for place, rate in enumerate(document["rates"])
    ]  # fmt: skip
    db.session.flush()
