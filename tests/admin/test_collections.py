"""The pages on which collections are made, filled, ordered, hidden and removed."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from storefront.accounts.permissions import Role
from storefront.catalog import collecting
from storefront.catalog.collecting import NO_RULE
from storefront.catalog.models import Collection, CollectionProduct, Product
from storefront.core.clock import now
from storefront.db import db, transaction
from storefront.media.models import Picture
from tests.admin.forms_of_pages import form_of, send, wrong
from tests.admin.people import Staff, a_person
from tests.factories import a_partner, a_product
from tests.media.files import flat, saved

# The use cases behind these pages are tried on both databases.
pytestmark = pytest.mark.any_database

NEW, FEW = "/admin/collections/new", "/admin/collections/few"
SCRIPT = "</textarea><script>alert(1)</script>\"'>"


@pytest.fixture
def staff(app: Flask) -> Staff:
    """Somebody of the catalogue, three products `a`, `b` and `c`, and a collection with the first two by hand."""
    with transaction() as session:
        partner = a_partner(slug="loom", name="Loom")
        session.add_all(
            a_product(slug=slug, name=f"Name of {slug}", partner=partner, position=place)
            for place, slug in enumerate("abc")
        )
    with transaction():
        document = collecting.empty() | {"name": "Few things", "slug": "few", "is_shown": True, "products": ["a", "b"]}
        collecting.create(document, by="ANNA", at=now())
    return Staff(app, a_person(Role.CATALOGUE_ADMIN))


def stands(slug: str = "few") -> dict[str, Any]:
    db.session.rollback()
    db.session.expire_all()
    return collecting.read(db.session.scalars(select(Collection).where(Collection.slug == slug)).one())


def edit(staff: Staff, path: str = FEW, **changes: Any) -> Any:
    return send(staff, path, form_of(staff.get(path).text), **changes)


def test_a_collection_is_made_by_hand_and_by_rule(staff: Staff) -> None:
    answer = edit(
        staff, NEW, name="For the table", slug="table", intro="Cloth.", position="7", is_shown="y", has_rule="y",
        rule__partners="loom", rule__price_most="24.00", products=["c"],
    )  # fmt: skip
    assert answer.status_code == 303, wrong(answer.text)
    assert answer.location == "/admin/collections/table?done=made"
    assert stands("table") == {
        "name": "For the table", "slug": "table", "intro": "Cloth.", "position": 7, "is_shown": True,
        "rule": NO_RULE | {"partners": ["loom"], "price_most": 2400}, "products": ["c"], "picture": None,
        "picture_alt": "",
    }  # fmt: skip
    assert "The collection is made." in staff.get(answer.location).text
    assert "Name of a" in staff.get("/shop?collection=table").text


def test_what_is_saved_as_it_stands_changes_nothing(staff: Staff) -> None:
    edit(staff, has_rule="y", rule__price_most="24.00", rule__newest="2", rule__one_of_a_kind="y")
    before = stands()
    assert edit(staff).location.endswith("?done=unchanged")
    assert stands() == before


def test_goods_are_put_in_order_added_and_taken_out_before_anything_is_saved(staff: Staff) -> None:
    page = staff.get(FEW).text
    for do, add, products in (
        ("products:later:0", "", ["b", "a"]),
        ("products:earlier:1", "", ["a", "b"]),
        ("add", "name of C", ["b", "a", "c"]),
        ("products:out:0", "", ["a", "c"]),
        ("add", "a", ["a", "c"]),
    ):
        if do == "add" and "c" not in products[:2] and len(products) == 3:
            page = send(staff, FEW, form_of(page), do="products:later:0").text
        answer = send(staff, FEW, form_of(page), do=do, add=add)
        page = answer.text
        assert answer.status_code == 200
        assert form_of(page).getlist("products") == products, do
    assert stands()["products"] == ["a", "b"]
    assert send(staff, FEW, form_of(page)).status_code == 303
    assert stands()["products"] == ["a", "c"]


def test_a_product_that_is_not_found_or_not_the_only_one_is_not_added(staff: Staff) -> None:
    assert "There are no goods of this name" in edit(staff, do="add", add="moon").text
    page = edit(staff, do="add", add="name").text
    assert "Several are called so" in page
    assert form_of(page).getlist("products") == ["a", "b"]
    assert form_of(page)["add"] == "name"


def test_what_a_rule_gathers_is_shown_before_it_is_saved(staff: Staff) -> None:
    page = edit(staff, do="look", has_rule="y", rule__partners="loom").text
    assert "3 products fit this rule." in page
    assert page.count("<small>Loom, $24.00</small>") == 3
    assert stands()["rule"] is None
    assert "Something about the rule is not right yet." in edit(staff, do="look", has_rule="y").text
    with transaction() as session:
        partner = session.scalars(select(Product)).first().partner  # type: ignore[union-attr]
        session.add_all(a_product(partner=partner) for _ in range(15))
    page = edit(staff, do="look", has_rule="y", rule__partners="loom").text
    assert "18 products fit this rule." in page
    assert "And 6 more." in page


def test_a_button_that_is_none_is_refused(staff: Staff) -> None:
    for do in ("nonsense", "products:out:9", "name:out:0", "facts:add", "products:add:1:2"):
        assert edit(staff, do=do).status_code == 400, do


def test_what_is_wrong_is_said_and_what_was_typed_stays(staff: Staff) -> None:
    answer = edit(staff, name="", intro="Kept words.", position="first", has_rule="y", rule__price_most="cheap")
    assert answer.status_code == 422
    assert wrong(answer.text) == {"name", "position", "rule-price-most"}
    form = form_of(answer.text)
    assert (form["intro"], form["position"], form["rule.price_most"]) == ("Kept words.", "first", "cheap")
    assert 'href="#rule-price-most"' in answer.text
    assert stands()["name"] == "Few things"


def test_the_preview_shows_it_as_if_it_were_shown_and_keeps_nothing(staff: Staff) -> None:
    edit(staff, is_shown=None)
    assert stands()["is_shown"] is False
    assert "Name of a" in staff.get(f"{FEW}/preview").text
    page = edit(staff, do="preview", name="Other name", products=["c"]).text
    assert "<h1>Other name</h1>" in page
    assert "Name of c" in page
    assert "Name of a" not in page
    assert (stands()["name"], stands()["is_shown"]) == ("Few things", False)
    assert "Name of a" not in staff.get("/shop?collection=few").text


def test_two_who_write_at_once_see_both(staff: Staff, app: Flask) -> None:
    other = Staff(app, a_person(Role.OWNER, email="bina@example.org"))
    form = form_of(staff.get(FEW).text)
    edit(other, intro="Of hers.")
    answer = send(staff, FEW, form, intro="Of mine.")
    assert answer.status_code == 422
    assert "Bina saved another version" in answer.text
    assert "Of hers." in answer.text
    again = form_of(answer.text)
    assert again["intro"] == "Of mine."
    assert stands()["intro"] == "Of hers."
    assert send(staff, FEW, again).status_code == 303
    assert stands()["intro"] == "Of mine."


def test_goods_put_in_from_their_own_page_meanwhile_are_shown_before_they_could_be_lost(staff: Staff) -> None:
    form = form_of(staff.get(FEW).text)
    with transaction() as session:
        collection_id = session.scalars(select(Collection.id)).one()
        product_id = session.scalars(select(Product.id).where(Product.slug == "c")).one()
        session.add(CollectionProduct(collection_id=collection_id, product_id=product_id, position=9))
    answer = send(staff, FEW, form, products=["b"])
    assert answer.status_code == 422
    assert "What differs" in answer.text
    assert stands()["products"] == ["a", "b", "c"]
    assert send(staff, FEW, form_of(answer.text)).status_code == 303
    assert stands()["products"] == ["b"]


def test_a_version_is_put_back(staff: Staff) -> None:
    edit(staff, intro="Second words.", products=["c"])
    page = staff.get(f"{FEW}/history").text
    assert "Second words." in page
    answer = staff.post(f"{FEW}/history/1", version="2")
    assert answer.status_code == 303
    assert (stands()["intro"], stands()["products"]) == ("", ["a", "b"])


def test_what_was_typed_and_not_saved_comes_back_upon_its_own_version(staff: Staff, app: Flask) -> None:
    form = form_of(staff.get(FEW).text)
    form["intro"] = "Half a thought"
    assert send(staff, "/admin/unsaved", form).status_code == 204
    assert "did not save it" in staff.get(FEW).text
    edit(Staff(app, a_person(Role.OWNER)), name="Hers")
    kept = form_of(staff.get(f"{FEW}?unsaved=1").text)
    assert kept["intro"] == "Half a thought"
    assert send(staff, FEW, kept).status_code == 422  # somebody saved meanwhile


def test_it_is_removed_once_that_was_asked(staff: Staff) -> None:
    page = staff.get(FEW).text
    assert "2 products stand in it." in page
    assert staff.post(FEW, version="0", do="remove").status_code == 422
    assert staff.post(FEW, version="1", do="remove").location == "/admin/collections?done=removed"
    assert staff.get(FEW).status_code == 404
    with transaction():
        collecting.create(collecting.empty() | {"name": "S", "slug": "recycled-sari"}, by="ANNA", at=now())
    path = "/admin/collections/recycled-sari"
    assert "It can be hidden, and not removed." in staff.get(path).text
    assert staff.post(path, version="1", do="remove").status_code == 422


def test_a_picture_is_brought_with_its_words(staff: Staff) -> None:
    content = saved(flat(), "PNG")
    answer = edit(staff, picture_file=(BytesIO(content), "x.png"))
    assert wrong(answer.text) == {"picture", "picture-alt"}  # and the picture has to be chosen once more
    assert stands()["picture"] is None
    assert edit(staff, picture_file=(BytesIO(b"<svg/>"), "x.png"), picture_alt="A bag").status_code == 422
    assert edit(staff, picture_file=(BytesIO(content), "x.png"), picture_alt="A bag").status_code == 303
    name = stands()["picture"]
    assert db.session.scalars(select(Picture.name)).one() == name
    assert edit(staff, picture_alt="A blue bag").status_code == 303
    assert stands()["picture_alt"] == "A blue bag"
    assert edit(staff, picture_gone="y").status_code == 303
    assert stands()["picture"] is None


def test_a_script_in_any_text_is_letters(staff: Staff) -> None:
    texts = {"name": SCRIPT, "intro": SCRIPT, "position": SCRIPT, "rule__materials": SCRIPT, "rule__price_most": SCRIPT,
             "rule__newest": SCRIPT, "picture_alt": SCRIPT, "products": [SCRIPT], "rule__partners": SCRIPT}  # fmt: skip
    page = edit(staff, has_rule="y", add=SCRIPT, **texts)
    assert page.status_code == 422
    assert "<script>alert" not in page.text
    assert page.text.count("&lt;script&gt;alert") >= len(texts) - 1
    with transaction():
        db.session.execute(update(Collection).values(name=SCRIPT, intro=SCRIPT))
    for path in (FEW, f"{FEW}/history", f"{FEW}/preview", "/shop?collection=few"):
        answer = staff.get(path).text
        assert "<script>alert" not in answer
        assert "&lt;script&gt;alert" in answer


def test_nobody_else_finds_these_pages(staff: Staff, app: Flask) -> None:
    partner_id = db.session.scalars(select(Product.partner_id)).first()
    for role in set(Role) - {Role.OWNER, Role.CATALOGUE_ADMIN}:
        other = Staff(app, a_person(role, partner_id=partner_id if role is Role.PARTNER_STAFF else None))
        for path in (NEW, FEW, f"{FEW}/history", f"{FEW}/preview"):
            assert other.get(path).status_code == 404, (role, path)
        for path in (NEW, FEW, f"{FEW}/history/1"):
            assert other.post(path, version="1").status_code == 404
    for slug in ("none", "Few", "a--b", "%00"):
        assert staff.get(f"/admin/collections/{slug}").status_code == 404
