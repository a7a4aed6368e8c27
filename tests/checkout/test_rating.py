"""Zones and rates: what may stand in them, their order, and orders that no change reaches."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from storefront.checkout import rating
from storefront.checkout.models import ShippingRate, ShippingZone
from storefront.checkout.shipping import zones
from storefront.core.clock import now
from storefront.core.errors import ShopError
from storefront.core.faults import NotYetRight
from storefront.db import db, transaction
from storefront.revisions.keeping import ChangedMeanwhile, history, number_of
from tests.factories import a_shop, a_zone, check_out, fill_bag, pay_form, the_order
from tests.scripted_stripe import ScriptedStripe


def a_rate(**changes: Any) -> dict[str, Any]:
    given = {
        "method": "standard", "name": "Standard", "promise": "5 to 9 days", "most_grams": 1000, "price": 800,
        "free_over": None, "currency": "USD",
    }  # fmt: skip
    return given | changes


def a_document(**changes: Any) -> dict[str, Any]:
    return {"name": "Europe", "countries": ["FR"], "rates": [a_rate()]} | changes


def create(**changes: Any) -> ShippingZone:
    with transaction():
        return rating.create(a_document(**changes), by="ANNA", at=now())


def change(zone: ShippingZone, document: dict[str, Any], *, based_on: int) -> None:
    with transaction():
        rating.change(zone.id, document, based_on=based_on, by="ANNA", at=now())


def the_zone() -> ShippingZone:
    db.session.rollback()
    return db.session.scalars(select(ShippingZone)).one()


def dearer(zone: ShippingZone, price: int) -> dict[str, Any]:
    document = rating.read(zone)
    document["rates"] = [rate | {"price": price} for rate in document["rates"]]
    return document


def test_a_zone_is_changed_row_by_row_and_put_back(app: Flask) -> None:
    zone = create(rates=[a_rate(), a_rate(most_grams=5000, price=1200)])
    # The weights change places: for a moment each would stand there twice.
    change(zone, a_document(rates=[a_rate(most_grams=5000, price=1300), a_rate(free_over=9000)]), based_on=1)
    db.session.expire_all()
    assert [(rate.most_grams, rate.price_minor, rate.free_over_minor) for rate in zone.rates] == [
        (5000, 1300, None),
        (1000, 800, 9000),
    ]
    assert db.session.scalar(select(func.count()).select_from(ShippingRate)) == 2
    change(zone, history(rating.KIND, zone.id)[-1].content, based_on=2)
    assert [rate.price_minor for rate in zone.rates] == [800, 1200]
    with pytest.raises(ChangedMeanwhile):
        change(zone, a_document(), based_on=2)


WRONG = [
    ({"name": ""}, "name"),
    ({"name": "Everywhere"}, "name"),
    ({"countries": []}, "countries"),
    ({"countries": ["France"]}, "countries"),
    ({"countries": ["FR", "FR"]}, "countries"),
    ({"countries": ["FR", "DE"]}, "countries"),
    ({"rates": [a_rate(method="By Air")]}, "rates.0.method"),
    ({"rates": [a_rate(name="")]}, "rates.0.name"),
    ({"rates": [a_rate(promise="")]}, "rates.0.promise"),
    ({"rates": [a_rate(most_grams=0)]}, "rates.0.most_grams"),
    ({"rates": [a_rate(price=-1)]}, "rates.0.price"),
    ({"rates": [a_rate(price=100_000_000)]}, "rates.0.price"),
    ({"rates": [a_rate(free_over=0)]}, "rates.0.free_over"),
    ({"rates": [a_rate(), a_rate(method="tracked", currency="XXX")]}, "rates.1.price"),
]


@pytest.mark.any_database
def test_what_is_not_right_is_told_beside_its_field(app: Flask) -> None:
    with transaction() as session:
        session.add(a_zone())
    for changes, field in WRONG:
        assert [fault.field for fault in rating.check(a_document(**changes), zones(), zone_id=None)] == [field]


def test_of_one_method_and_weight_there_is_one_rate(app: Flask) -> None:
    with pytest.raises(NotYetRight) as refused:
        create(rates=[a_rate(), a_rate()])
    assert {fault.field for fault in refused.value.faults} == {"rates.0.most_grams", "rates.1.most_grams"}


def test_zones_change_places(app: Flask) -> None:
    one, two, three = (create(name=name, countries=[code]) for name, code in (("A", "FR"), ("B", "IE"), ("C", "GB")))
    for zone, earlier, order in ((three, True, "ACB"), (three, True, "CAB"), (three, True, "CAB"), (one, False, "CBA")):
        with transaction():
            rating.move(zone.id, earlier=earlier)
        assert "".join(each.name for each in zones()) == order
    with transaction():
        rating.remove(two.id, based_on=1)
    with pytest.raises(ShopError), transaction():
        rating.move(two.id, earlier=True)


def test_a_zone_that_is_removed_is_forgotten(app: Flask) -> None:
    zone = create()
    change(zone, a_document(name="West"), based_on=1)
    with pytest.raises(ChangedMeanwhile), transaction():
        rating.remove(zone.id, based_on=1)
    with transaction():
        rating.remove(zone.id, based_on=2)
    assert (zones(), history(rating.KIND, zone.id), number_of(rating.KIND, zone.id)) == ([], [], 0)
    assert db.session.scalar(select(func.count()).select_from(ShippingRate)) == 0
    with pytest.raises(ShopError), transaction():
        rating.change(zone.id, a_document(), based_on=0, by="ANNA", at=now())
    create()  # its country is free again


def test_no_change_reaches_an_order(app: Flask, client: FlaskClient, stripe_http: ScriptedStripe) -> None:
    fill_bag(client, a_shop())
    assert check_out(client).status_code == 303
    before = (the_order().shipping_minor, the_order().shipping_name, the_order().total_minor)
    change(the_zone(), dearer(the_zone(), 5000), based_on=0)
    with transaction():
        rating.remove(the_zone().id, based_on=1)
    order = the_order()
    assert (order.shipping_minor, order.shipping_name, order.total_minor) == before == (800, "Standard delivery", 3200)


def test_who_saw_the_old_price_is_asked_to_look_again(
    app: Flask, client: FlaskClient, stripe_http: ScriptedStripe
) -> None:
    fill_bag(client, a_shop())
    seen = pay_form(client)
    change(the_zone(), dearer(the_zone(), 900), based_on=0)
    answer = client.post("/checkout", data=seen)
    assert answer.status_code == 422
    assert "The total has changed since you last saw it." in answer.text
    assert "$33.00" in answer.text
    assert the_order() is None
    assert client.post("/checkout", data=pay_form(client)).status_code == 303
    assert the_order().shipping_minor == 900
