"""Many goods at once, by the pages: choosing, looking, doing, undoing."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from storefront.accounts.permissions import Role
from storefront.catalog.models import Product
from storefront.core.clock import now
from storefront.db import db, transaction
from storefront.jobs.working import work_all
from storefront.revisions.models import ChangeSet, Revision
from tests.admin.people import Staff, a_person
from tests.admin.test_products_list import of_workshop
from tests.catalog.many import product_of, some
from tests.catalog.test_bulk import edit

BULK = "/admin/products/bulk"


@pytest.fixture
def staff(app: Flask) -> Staff:
    return Staff(app, a_person(Role.CATALOGUE_ADMIN, email="ines@example.org"))


def price_up(staff: Staff, slugs: list[str], **more: str) -> Any:
    return staff.post(BULK, product=slugs, do="price", percent="10", show="yes", **more)


def plan_of(page: Any) -> dict[str, str]:
    return {
        name: html.unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="(plan|seal)" value="([^"]*)"', page.text)
    }


def prices(slugs: list[str]) -> list[int]:
    return [product_of(slug).variants[0].price.minor for slug in slugs]


def words_of(page: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def sets() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(ChangeSet.id))) or 0


def test_ticked_looked_at_done_and_undone(staff: Staff) -> None:
    slugs = some(3)
    asked = staff.post(BULK, product=slugs[:2], do="price", query="sort=name")
    assert asked.status_code == 200
    assert "2 products are chosen" in asked.text
    assert re.findall(r'name="product" value="([^"]+)"', asked.text) == slugs[:2]
    shown = price_up(staff, slugs[:2], query="sort=name")
    assert "Price plus 10 percent" in shown.text
    assert "2 products would change. Nothing has been changed yet." in words_of(shown)
    assert "24.00" in shown.text
    assert "26.40" in shown.text
    assert (prices(slugs), sets()) == ([2400] * 3, 0)
    done = staff.post(f"{BULK}/do", **plan_of(shown))
    assert done.status_code == 303
    assert done.location.startswith("/admin/products?sort=name&done=")
    assert prices(slugs) == [2640, 2640, 2400]
    page = staff.get(done.location)
    assert "2 products changed." in page.text
    [undo] = re.findall(r'action="(/admin/changes/[A-Z0-9]+/undo)"', page.text)
    back = staff.post(undo)
    assert back.status_code == 303
    assert "2 products put back." in words_of(staff.get(back.location))
    assert prices(slugs) == [2400] * 3
    assert staff.post(undo).status_code == 422  # pressed twice, undone once
    assert sets() == 2
    page = words_of(staff.get("/admin/changes"))
    assert "Price plus 10 percent" in page
    assert "Taken back: Price plus 10 percent" in page
    assert "/undo" not in staff.get("/admin/changes").text
    assert "/undo" not in staff.get(back.location).text


def test_pressed_twice_it_is_done_once(staff: Staff) -> None:
    slugs = some(2)
    plan = plan_of(price_up(staff, slugs))
    answers = [staff.post(f"{BULK}/do", **plan).location for _ in range(2)]
    assert answers[0] == answers[1]
    assert (prices(slugs), sets()) == ([2640, 2640], 1)
    assert "left alone" not in words_of(staff.get(answers[1]))


@pytest.mark.any_database
def test_what_was_changed_meanwhile_is_named(staff: Staff) -> None:
    slugs = some(2)
    plan = plan_of(price_up(staff, slugs))
    edit(slugs[1], name="Renamed meanwhile")
    page = staff.get(staff.post(f"{BULK}/do", **plan).location)
    assert "One product changed. 1 was left alone." in words_of(page)
    reference = re.findall(r'href="/admin/changes/([A-Z0-9]+)"', page.text)[0]
    assert "Renamed meanwhile Somebody saved another version" in words_of(staff.get(f"/admin/changes/{reference}"))
    assert prices(slugs) == [2640, 2400]


@pytest.mark.any_database
def test_only_what_was_shown_is_done(app: Flask, staff: Staff) -> None:
    slugs = some(2)
    plan = plan_of(price_up(staff, slugs[:1]))
    other = Staff(app, a_person(Role.CATALOGUE_ADMIN))
    for who, changes in (
        (staff, {"plan": plan["plan"].replace("1000", "9000")}),
        (staff, {"plan": plan["plan"].replace(slugs[0], slugs[1])}),
        (staff, {"seal": ""}),
        (staff, {"plan": "{}"}),
        (other, {}),  # sealed for whoever looked
    ):
        assert who.post(f"{BULK}/do", **plan | changes).status_code == 422
    with time_machine.travel(now() + timedelta(minutes=61), tick=False):
        late = Staff(app, staff.person).post(f"{BULK}/do", **plan)
        assert late.status_code == 422
        assert "more than an hour old" in late.text
    assert (prices(slugs), sets()) == ([2400, 2400], 0)


@pytest.mark.any_database
def test_all_that_match_is_what_the_filters_say(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    jute, plain = some(3, name="Jute tote"), some(2, name="Plain")
    with transaction() as session:
        session.scalars(select(Product).where(Product.slug == jute[2])).one().archived_at = now()
    shown = staff.post(BULK, every="yes", query="q=jute&page=9", product=plain, do="archive")
    assert "2 products would change" in shown.text
    staff.post(f"{BULK}/do", **plan_of(shown))
    assert [product_of(slug).archived_at is not None for slug in jute + plain] == [True, True, True, False, False]
    monkeypatch.setattr("storefront.admin.products.bulk.MOST", 1)
    many = staff.post(BULK, every="yes", query="", do="archive")
    assert many.status_code == 422
    assert "More than 1 products match" in many.text


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.OWNER, Role.CATALOGUE_ADMIN}], ids=str)
@pytest.mark.any_database
def test_nobody_else_changes_many(app: Flask, staff: Staff, role: Role) -> None:
    [slug] = some(1)
    plan = plan_of(price_up(staff, [slug]))
    reference = re.findall(r"done=([A-Z0-9]+)", staff.post(f"{BULK}/do", **plan).location)[0]
    other = of_workshop(app, slug) if role is Role.PARTNER_STAFF else Staff(app, a_person(role))
    assert price_up(other, [slug]).status_code == 404
    assert other.post(f"{BULK}/do", **plan).status_code == 404
    assert other.get(f"/admin/changes/{reference}").status_code == 404
    assert other.post(f"/admin/changes/{reference}/undo").status_code == 404
    if role is Role.PARTNER_STAFF:
        assert (
            "changed"
            not in words_of(other.get(f"/admin/products?done={reference}"))
            .lower()
            .replace("changed last", "")
            .partition("held")[0]
        )
    assert prices([slug]) == [2640]


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"product": []}, "Tick at least one product"),
        ({"product": ["no-such", "%00", "../x"]}, "Tick at least one product"),
        ({"do": ""}, "Choose what is to be done"),
        ({"do": "drop"}, "Choose what is to be done"),
        ({"do": "price", "percent": "0"}, "by how many percent"),
        ({"do": "price", "percent": "-91"}, "by how many percent"),
        ({"do": "price", "percent": "501"}, "by how many percent"),
        ({"do": "price", "percent": "five"}, "by how many percent"),
        ({"do": "price", "percent": "1.234"}, "by how many percent"),
        ({"do": "price", "percent": "५"}, "by how many percent"),
        ({"do": "category", "category": "no-such"}, "Choose a category"),
        ({"do": "put_in", "collection": "%00"}, "Choose a collection"),
        ({"do": "relate", "related": "no-such"}, "Enter the address of a product"),
        ({"do": "compare_at", "amount": "much"}, "Enter an amount"),
        ({"do": "low_at", "pieces": "-1"}, "whole number"),
        ({"do": "notice", "notice": "x" * 501}, "at most 500 letters"),
        ({"do": "notice", "notice": "a\x00b"}, "at most 500 letters"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_a_sentence(app: Flask, fields: dict[str, Any], says: str) -> None:
    staff = Staff(app, a_person(Role.CATALOGUE_ADMIN))
    answer = staff.post(BULK, **{"product": some(1), "show": "yes", "do": "price", "percent": "5"} | fields)
    assert answer.status_code == 422
    assert says in html.unescape(answer.text)


@pytest.mark.any_database
def test_each_act_asks_only_what_it_needs(staff: Staff) -> None:
    [slug] = some(1)
    for do in ("publish", "withdraw", "archive", "take_back"):
        assert "Nothing has been changed yet" in staff.post(BULK, product=slug, do=do).text
    for do, field in {
        "category": "category", "put_in": "collection", "take_out": "collection", "price": "percent",
        "compare_at": "amount", "low_at": "pieces", "notice": "notice", "relate": "related", "unrelate": "related",
    }.items():  # fmt: skip
        assert f'id="{field}"' in staff.post(BULK, product=slug, do=do).text, do


def test_many_are_left_to_the_worker_and_the_page_says_how_far_it_is(
    staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("storefront.admin.products.bulk", "storefront.admin.changes"):
        monkeypatch.setattr(f"{module}.AT_HAND", 2)
    slugs = some(3)
    done = staff.post(f"{BULK}/do", **plan_of(price_up(staff, slugs)))
    assert done.location.startswith("/admin/changes/")
    page = staff.get(done.location)
    assert 'data-progress="3"' in page.text
    assert "No products changed so far, 3 to go" in words_of(page)
    assert prices(slugs) == [2400] * 3
    work_all(None)
    page = staff.get(done.location)
    assert 'data-progress="0"' in page.text
    assert "3 products changed." in words_of(page)
    back = staff.post(f"{done.location}/undo")
    assert "3 to go" in words_of(staff.get(back.location))
    work_all(None)
    assert "3 products put back." in words_of(staff.get(back.location))
    assert prices(slugs) == [2400] * 3


@pytest.mark.any_database
def test_every_version_says_who_and_what(staff: Staff) -> None:
    [slug] = some(1)
    staff.post(f"{BULK}/do", **plan_of(price_up(staff, [slug])))
    db.session.rollback()
    newest = db.session.scalars(select(Revision).order_by(Revision.id.desc())).first()
    assert newest is not None
    assert (newest.who, newest.words, newest.at) == (staff.person.reference, "Price plus 10 percent", now())
    page = words_of(staff.get(f"/admin/products/{slug}/history"))
    assert "together with others: Price plus 10 percent" in page
