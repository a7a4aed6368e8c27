"""The desk of delivery: zones, countries by name, prices as they are typed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from storefront.accounts.permissions import Role
from storefront.admin.nouns import key_of
from storefront.checkout.models import ShippingZone
from storefront.db import db, transaction
from tests.admin.people import Staff, a_person
from tests.factories import a_zone

# The use cases behind these pages are tried on both databases.
pytestmark = pytest.mark.any_database

A_ZONE: dict[str, Any] = {
    "version": "0", "name": "Islands", "countries": "Ireland\nis\nMalta (MT)",
    "rate_method": ["standard", "standard", ""], "rate_name": ["Standard", "Standard", ""],
    "rate_promise": ["5 to 9 days", "5 to 9 days", ""], "rate_most_grams": ["1000", "5000", ""],
    "rate_price": ["12.00", "1 180,50", ""], "rate_free_over": ["150", "", ""],
}  # fmt: skip


@pytest.fixture
def admin(app: Flask) -> Staff:
    return Staff(app, a_person(Role.CATALOGUE_ADMIN))


def the_zone(name: str) -> ShippingZone:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(ShippingZone).where(ShippingZone.name == name)).one()


def test_a_zone_is_made_as_it_is_typed(admin: Staff) -> None:
    answer = admin.post("/admin/shipping/new", **A_ZONE)
    zone = the_zone("Islands")
    assert answer.location == f"/admin/shipping/{key_of('shipping_zone', zone.id)}?done=begun"
    assert zone.countries == ["IE", "IS", "MT"]
    assert [(rate.most_grams, rate.price_minor, rate.free_over_minor) for rate in zone.rates] == [
        (1000, 1200, 15000),
        (5000, 118050, None),
    ]
    page = admin.get(f"/admin/shipping/{key_of('shipping_zone', zone.id)}").text
    assert "Ireland (IE)\nIceland (IS)\nMalta (MT)</textarea>" in page
    assert re.findall(r'name="rate_price" value="([^"]*)"', page)[:2] == ["12.00", "1180.50"]
    assert "Free from $150.00" not in admin.get("/delivery").text  # not of all its steps
    changed = A_ZONE | {"version": "1", "rate_free_over": ["150", "150", ""]}
    preview = admin.post(f"/admin/shipping/{key_of('shipping_zone', zone.id)}", preview="1", **changed)
    assert "Free from $150.00" in preview.text
    assert "Free from $150.00" not in admin.get("/delivery").text
    assert admin.post(f"/admin/shipping/{key_of('shipping_zone', zone.id)}", **changed).status_code == 303
    assert "Free from $150.00" in admin.get("/delivery").text
    stale = admin.post(
        f"/admin/shipping/{key_of('shipping_zone', zone.id)}", **A_ZONE | {"version": "1", "name": "Mine"}
    )
    assert (stale.status_code, "What differs" in stale.text, the_zone("Islands").id) == (422, True, zone.id)
    assert (
        "up to 1,000 g $12.00, free from $150.00"
        in admin.get(f"/admin/shipping/{key_of('shipping_zone', zone.id)}/history").text
    )


def test_what_cannot_be_read_is_told_and_stays(admin: Staff) -> None:
    with transaction() as session:
        session.add(a_zone())
    for changes, said in (
        ({"countries": "Atlantis"}, "There is no country &#34;Atlantis&#34;."),
        ({"countries": "Germany"}, "DE stands in the zone &#34;Everywhere&#34; already."),
        ({"countries": ""}, "Name at least one country."),
        ({"rate_price": ["a lot", "1", ""]}, "Row 1, Price: Enter an amount like 12.00"),
        ({"rate_price": ["1.999", "1", ""]}, "Row 1, Price: Enter an amount like 12.00"),
        ({"rate_free_over": ["", "-5", ""]}, "Row 2, Free from goods of: Enter an amount above nothing"),
        ({"rate_most_grams": ["a kilo", "5000", ""]}, "Row 1, Up to, in grams: Grams are a whole number"),
        ({"rate_most_grams": ["5000", "5000", ""]}, "Two rates of one method end at the same weight."),
        ({"name": ""}, "Give the zone a name."),
    ):
        answer = admin.post("/admin/shipping/new", **A_ZONE | changes)
        assert answer.status_code == 422, changes
        assert said in answer.text, (changes, said)
    answer = admin.post("/admin/shipping/new", **A_ZONE | {"rate_price": ["a lot", "1", ""], "countries": "Atlantis"})
    assert 'value="a lot"' in answer.text
    assert "Atlantis</textarea>" in answer.text


def test_zones_move_and_are_removed(admin: Staff) -> None:
    for name, country in (("One", "Ireland"), ("Two", "Iceland")):
        admin.post("/admin/shipping/new", **A_ZONE | {"name": name, "countries": country})
    one, two = the_zone("One"), the_zone("Two")
    page = admin.get("/admin/shipping").text
    assert page.index(">One<") < page.index(">Two<")
    assert admin.post(f"/admin/shipping/{key_of('shipping_zone', two.id)}/move", to="earlier").status_code == 303
    page = admin.get("/admin/shipping").text
    assert page.index(">Two<") < page.index(">One<")
    stale = admin.post(f"/admin/shipping/{key_of('shipping_zone', one.id)}/remove", version="0")
    assert stale.status_code == 422
    assert (
        admin.post(f"/admin/shipping/{key_of('shipping_zone', one.id)}/remove", version="1").location
        == "/admin/shipping?done=removed"
    )
    for path in ("", "/history", "/preview"):
        assert admin.get(f"/admin/shipping/{key_of('shipping_zone', one.id)}{path}").status_code == 404
    assert admin.post(f"/admin/shipping/{key_of('shipping_zone', one.id)}", **A_ZONE).status_code == 404
    assert admin.post(f"/admin/shipping/{key_of('shipping_zone', one.id)}/move", to="later").status_code == 404


def test_who_opens_the_desk_and_script_is_letters(app: Flask, admin: Staff) -> None:
    script = "<script>alert(1)</script>"
    typed = A_ZONE | {"name": script, "rate_name": [script, script, ""], "rate_promise": [script, script, ""]}
    assert admin.post("/admin/shipping/new", **typed).status_code == 303
    zone = the_zone(script)
    paths = ("/admin/shipping", "/admin/shipping/new", f"/admin/shipping/{key_of('shipping_zone', zone.id)}")
    paths += (
        f"/admin/shipping/{key_of('shipping_zone', zone.id)}/history",
        f"/admin/shipping/{key_of('shipping_zone', zone.id)}/preview",
    )
    for path in (*paths, "/delivery"):
        assert script not in admin.get(path).text, path
    assert "&lt;script&gt;" in admin.get("/delivery").text
    for role in Role:
        staff, may = Staff(app, a_person(role)), role in {Role.OWNER, Role.CATALOGUE_ADMIN}
        for path in paths:
            assert staff.get(path).status_code == (200 if may else 404), (role, path)
        if not may:
            assert (
                staff.post(f"/admin/shipping/{key_of('shipping_zone', zone.id)}/remove", version="1").status_code == 404
            )
