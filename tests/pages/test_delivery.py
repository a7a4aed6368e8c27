"""The table of delivery is what the checkout reckons with."""

from storefront.checkout.models import ShippingRate, ShippingZone
from storefront.core.money import Money
from storefront.db import db, transaction
from storefront.pages.delivery import zones


def test_every_rate_is_shown(shop, client):
    assert sum(len(method.steps) for zone in zones() for method in zone.methods) == db.session.scalar(
        db.select(db.func.count(ShippingRate.id))
    )
    page = client.get("/delivery").text
    for words in (
        "United States",
        "5 to 9 working days, plain parcel",
        "Free from $150.00 of goods",
        "$8.00",
        "30 kg",
        "Where we do not send",
    ):
        assert words in page


def test_methods_are_kept_apart_and_steps_go_up(shop):
    usa = zones()[0]
    assert [method.name.split()[0] for method in usa.methods] == ["Standard", "Tracked"]
    assert [step.most_grams for step in usa.methods[0].steps] == [1000, 3000, 10000, 30000]
    assert usa.methods[0].free_over == Money(15000, "USD")
    assert usa.methods[1].free_over is None


def test_a_zone_without_rates_is_not_promised(app, client):
    with transaction():
        db.session.add(ShippingZone(name="Nowhere", countries=["AQ"]))
    assert zones() == []
    assert "No delivery is set up yet" in client.get("/delivery").text


def test_it_costs_three_statements(shop, client, statements):
    with statements() as seen:
        client.get("/delivery")
    assert len(seen) == 3  # zones, rates, and whether staff have reworded the page
