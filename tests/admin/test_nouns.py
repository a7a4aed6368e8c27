"""What all editors share, seen at the products: versions, putting one back, preview, and what was typed and not saved."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from storefront.accounts.permissions import Role
from storefront.catalog import documents, editing
from storefront.catalog.models import Category, Product
from storefront.core.clock import now
from storefront.db import db, transaction
from storefront.media.models import Picture, Shelf
from storefront.revisions.keeping import history, number_of
from storefront.revisions.models import Unsaved
from tests.admin.people import Staff, a_person
from tests.factories import a_partner, a_product

# The use cases behind these pages are tried on both databases.
pytestmark = pytest.mark.any_database

KIND = documents.KIND


@pytest.fixture
def tote(app: Flask) -> int:
    """A public product whose document has no fault; its id."""
    with transaction() as session:
        session.add(a_product(slug="tote", name="Tote", description="A tote of jute.", partner=a_partner(slug="loom")))
        session.add(
            Picture(shelf=Shelf.PUBLIC, name="brought/a.jpg", sha256="0" * 64, width=40, height=50, alt="A tote")
        )
    product = db.session.scalars(select(Product)).one()
    edit(
        product.id,
        materials=[{"name": "Jute", "percent": 100}],
        pictures=[{"name": "brought/a.jpg", "role": "hero", "alt": "A tote", "focus": "centre"}],
        slug="tote",
    )
    return product.id


def edit(product_id: int, *, by: str = "ANNA", **changes: Any) -> None:
    with transaction():
        document = documents.read(editing.load(product_id)) | changes
        skus = [each | {"sku": each["sku"].upper()} for each in document["variants"]]
        editing.change(product_id, document | {"variants": skus}, based_on=None, by=by, at=now())


def staff(app: Flask, *roles: Role, **changes: Any) -> Staff:
    return Staff(app, a_person(*(roles or (Role.CATALOGUE_ADMIN,)), **changes))


def name_of(product_id: int) -> str:
    db.session.rollback()
    return str(db.session.scalar(select(Product.name).where(Product.id == product_id)))


def test_every_version_says_who_when_and_what(app: Flask, tote: int) -> None:
    anna = a_person(Role.CATALOGUE_ADMIN, email="anna@example.org")
    edit(tote, by=anna.reference, name="Big tote")
    text = staff(app).get("/admin/products/tote/history").text
    assert "anna, 24 November 2026" in text
    for words in ("Big tote", "Version 2", "Version 1", "As it was before it was first changed here"):
        assert words in text
    assert "Put version 1 back" in text
    assert "Put version 2 back" not in text  # it stands there


def test_a_thing_that_was_never_changed_says_what_will_be_listed(app: Flask) -> None:
    with transaction() as session:
        session.add(a_product(slug="fresh"))
    assert "has not been changed here yet" in staff(app).get("/admin/products/fresh/history").text


def test_an_old_version_is_put_back_as_the_newest(app: Flask, client: FlaskClient, tote: int) -> None:
    edit(tote, name="Big tote")
    person = staff(app)
    answer = person.post("/admin/products/tote/history/1", version="2")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/products/tote/history?done=put_back")
    assert name_of(tote) == "Tote"
    newest = history(KIND, tote)[0]
    assert (newest.number, newest.words, newest.who) == (3, "Version 1 put back", person.person.reference)
    assert "That version stands again." in person.get(answer.headers["Location"]).text
    assert ">Tote</h1>" in client.get("/shop/tote").text


def test_putting_back_follows_the_address_of_that_version(app: Flask, tote: int) -> None:
    edit(tote, slug="carrier")
    answer = staff(app).post("/admin/products/carrier/history/1", version="2")
    assert answer.headers["Location"] == "/admin/products/tote/history?done=put_back"


def test_nothing_is_put_back_over_what_one_has_not_seen(app: Flask, tote: int) -> None:
    edit(tote, name="Big tote")
    edit(tote, name="Bigger tote")
    answer = staff(app).post("/admin/products/tote/history/1", version="2")
    assert answer.status_code == 422
    assert "Somebody saved another version while you were writing" in answer.text
    assert name_of(tote) == "Bigger tote"


def test_a_version_that_can_no_longer_be_is_refused_in_words(app: Flask, tote: int) -> None:

    with transaction() as session:
        session.add(Category(slug="old", name="Old"))
    edit(tote, category="old")
    edit(tote, category=db.session.scalar(select(Category.slug).where(Category.slug != "old")))
    with transaction() as session:
        session.delete(session.scalars(select(Category).where(Category.slug == "old")).one())
    answer = staff(app).post("/admin/products/tote/history/2", version="3")
    assert answer.status_code == 422
    assert "Choose a category." in answer.text


@pytest.mark.parametrize("number", ["0", "4", "99999"])
def test_a_version_that_is_not_there_is_not_found(app: Flask, tote: int, number: str) -> None:
    wanted = 404 if number != "0" else 422  # version 0 lacked what a public page needs
    assert staff(app).post(f"/admin/products/tote/history/{number}", version="1").status_code == wanted


@pytest.mark.parametrize("version", ["", "-1", "one", "٣", "1" * 10])
def test_a_form_without_its_number_is_refused(app: Flask, tote: int, version: str) -> None:
    assert staff(app).post("/admin/products/tote/history/1", version=version).status_code == 400


def test_the_preview_is_the_public_page_and_changes_nothing(app: Flask, client: FlaskClient, tote: int) -> None:
    with transaction() as session:
        session.execute(update(Product).values(published_at=None))
    assert client.get("/shop/tote").status_code == 404
    before = number_of(KIND, tote)
    shown = staff(app).get("/admin/products/tote/preview")
    assert shown.status_code == 200
    assert ">Tote</h1>" in shown.text
    assert "Add to bag" in shown.text
    assert "no-store" in shown.headers["Cache-Control"]
    assert "noindex" in shown.text
    db.session.rollback()
    assert db.session.scalar(select(Product.published_at)) is None
    assert number_of(KIND, tote) == before
    assert client.get("/shop/tote").status_code == 404


@pytest.mark.parametrize("path", ["history", "preview"])
def test_another_workshops_goods_do_not_exist(app: Flask, tote: int, path: str) -> None:
    with transaction() as session:
        other = a_partner()
        session.add(other)
    mine = db.session.scalar(select(Product.partner_id))
    assert staff(app, Role.PARTNER_STAFF, partner_id=mine).get(f"/admin/products/tote/{path}").status_code == 200
    hers = staff(app, Role.PARTNER_STAFF, partner_id=other.id)
    assert hers.get(f"/admin/products/tote/{path}").status_code == 404
    assert hers.post("/admin/products/tote/history/0", version="1").status_code == 404
    nobodys = staff(app, Role.PARTNER_STAFF)
    assert nobodys.get(f"/admin/products/tote/{path}").status_code == 404


# What was typed and not saved


def kept() -> list[tuple[str, str, list[list[str]]]]:
    db.session.rollback()
    return [(row.who, row.subject, row.fields) for row in db.session.scalars(select(Unsaved).order_by(Unsaved.subject))]


def test_what_is_typed_is_kept_for_her_alone_in_the_order_of_the_form(app: Flask) -> None:
    anna, berta = staff(app), staff(app)
    answer = anna.post("/admin/unsaved", unsaved_form="/admin/products/tote", name=["a", "b"], version="1")
    assert answer.status_code == 204
    berta.post("/admin/unsaved", unsaved_form="/admin/products/tote", name="c")
    mine = (anna.person.reference, "/admin/products/tote", [["name", "a"], ["name", "b"], ["version", "1"]])
    assert mine in kept()
    assert len(kept()) == 2
    anna.post("/admin/unsaved", unsaved_form="/admin/products/tote", name="later")
    assert (mine[0], mine[1], [["name", "later"]]) in kept()
    assert len(kept()) == 2


def test_it_can_be_dropped(app: Flask) -> None:
    anna, berta = staff(app), staff(app)
    for person in (anna, berta):
        person.post("/admin/unsaved", unsaved_form="/admin/products/tote", name="a")
    answer = anna.post("/admin/unsaved/drop", unsaved_form="/admin/products/tote")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/products/tote")
    assert [who for who, _, _ in kept()] == [berta.person.reference]


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "/shop",
        "https://example.org/admin/",
        "/admin/" + "x" * 200,
        "/admin/stories/R7K2/words/en",
        "/admin/stories/new",
    ],
)
def test_nothing_is_kept_for_other_pages_and_no_word_of_a_story(app: Flask, subject: str) -> None:
    assert staff(app).post("/admin/unsaved", unsaved_form=subject, name="a").status_code == 422
    assert kept() == []


@pytest.mark.parametrize(
    "subject", ["", "/shop", "//example.org/admin/", "/admin//example.org", "/admin/\\example.org"]
)
def test_dropping_leads_nowhere_else(app: Flask, subject: str) -> None:
    assert staff(app).post("/admin/unsaved/drop", unsaved_form=subject).status_code == 422


def test_what_was_kept_is_forgotten_when_the_form_is_saved(app: Flask, tote: int) -> None:
    from storefront.admin import nouns
    from storefront.admin.products.noun import PRODUCT

    person = staff(app)
    person.post("/admin/unsaved", unsaved_form="/admin/products/tote", name="a")
    person.post("/admin/unsaved", unsaved_form="/admin/products/other", name="b")
    document = documents.read(editing.load(tote)) | {"name": "Saved"}
    cookies = {"Cookie": f"session={person.token}"}
    with app.test_request_context("/admin/products/tote", method="POST", data={"version": "1"}, headers=cookies):
        nouns.save(PRODUCT, tote, document)
    assert [subject for _, subject, _ in kept()] == ["/admin/products/other"]
    assert name_of(tote) == "Saved"
