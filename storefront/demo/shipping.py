"""The demonstration's shipping zones and rates."""

from sqlalchemy import select

from storefront.checkout.models import ShippingRate, ShippingZone
from storefront.db import db
from storefront.demo.dataset import ZoneEntry
from storefront.demo.progress import Progress


def load_shipping(entries: list[ZoneEntry], currency: str, progress: Progress) -> None:
    """Add the zones that are missing. Countries in a zone of the merchant's own are left to that zone."""
    rows = {row.name: row for row in db.session.scalars(select(ShippingZone))}
    hers = {country for row in rows.values() if not row.from_demonstration for country in row.countries}
    for position, entry in enumerate(entries):
        name, row = entry["name"], rows.get(entry["name"])
        countries = [country for country in entry["countries"] if country not in hers]
        if row is None and not countries:
            progress.leave(
                f'The zone "{name}" was not loaded, because you send to its countries in a zone of your own.'
            )
        elif progress.is_missing("shipping_zones", name, row):
            zone = ShippingZone(name=name, countries=countries, position=position, from_demonstration=True)
            zone.rates = _rates(entry, currency)
            db.session.add(zone)


def _rates(entry: ZoneEntry, currency: str) -> list[ShippingRate]:
    steps = [(method, step) for method in entry["methods"] for step in method["steps"]]
    return [
        ShippingRate(
            method=method["method"],
            name=method["name"],
            promise=method["promise"],
            most_grams=step["most_grams"],
            price_minor=step["price_minor"],
            currency=currency,
            free_over_minor=method["free_over_minor"],
            position=position,
        )
        for position, (method, step) in enumerate(steps)
    ]
