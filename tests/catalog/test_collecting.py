"""A collection as one document: checked, written in order, versioned, hidden, removed."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from storefront.catalog import collecting, documents
from storefront.catalog.collecting import NO_RULE, GivesWords
from storefront.catalog.models import Collection, CollectionProduct, Product
from storefront.catalog.product_page import related
from storefront.core.clock import now
from storefront.core.faults import NotYetRight
from storefront.db import db, transaction
from storefront.media.models import Picture, Shelf
from storefront.revisions import keeping
from storefront.revisions.keeping import ChangedMeanwhile
from tests.factories import a_partner, a_product

GOOD = {
    "name": "Few things", "slug": "few", "intro": "A handful.", "position": 3, "is_shown": True, "rule": None,
    "products": ["b", "a"], "picture": None, "picture_alt": "",
}  # fmt: skip


@pytest.fixture
def goods(app: Flask) -> None:
    with transaction() as session:
        partners = [a_partner(slug=f"workshop-of-{slug}") for slug in "abc"]
        session.add_all(
            a_product(slug=slug, name=f"Name of {slug}", partner=partner, position=place)
            for place, (slug, partner) in enumerate(zip("abc", partners, strict=True))
        )
        session.add(Picture(shelf=Shelf.PUBLIC, name="brought/a.jpg", sha256="0" * 64, width=4, height=5, alt="A bag"))
        session.add(
            Picture(shelf=Shelf.STORIES, name="brought/s.png", sha256="0" * 64, width=4, height=5, alt="A hand")
        )


def made(**changes: Any) -> int:
    with transaction():
        return collecting.create(GOOD | changes, by="ANNA", at=now()).id


def change(collection_id: int, *, based_on: int | None = None, seen: list[str] | None = None, **changes: Any) -> Any:
    with transaction():
        document = collecting.read(collecting.load(collection_id)) | changes
        return collecting.change(collection_id, document, based_on=based_on, seen=seen, by="BINA", at=now())


def document_of(collection_id: int) -> dict[str, Any]:
    db.session.rollback()
    return collecting.read(collecting.load(collection_id))


def faults(**changes: Any) -> dict[str, str]:
    return {fault.field: fault.message for fault in collecting.check(GOOD | changes, slug=None)}


def test_a_collection_is_what_its_document_says(goods: None) -> None:
    rule = NO_RULE | {"partners": ["workshop-of-c"]}
    key = made(rule=rule, picture="brought/a.jpg", picture_alt="A blue bag")
    assert document_of(key) == GOOD | {"rule": rule, "picture": "brought/a.jpg", "picture_alt": "A blue bag"}
    rows = select(Product.slug).join(CollectionProduct, CollectionProduct.product_id == Product.id)
    assert db.session.scalars(rows.order_by(CollectionProduct.position)).all() == ["b", "a", "c"]  # by hand come first
    change(key, rule=None, products=["c", "b"])
    assert document_of(key)["products"] == ["c", "b"]
    assert [version.number for version in keeping.history("collection", key)] == [2, 1]


def test_what_a_rule_had_gathered_becomes_ones_own_by_hand_and_back(goods: None) -> None:
    key = made(rule=NO_RULE | {"partners": ["workshop-of-c"]}, products=[])
    change(key, products=["c"])
    assert document_of(key)["products"] == ["c"]
    change(key, products=[])
    assert document_of(key)["products"] == []
    assert db.session.scalars(select(CollectionProduct.by_rule)).all() == [True]
    change(key, rule=None)
    assert db.session.scalars(select(CollectionProduct)).all() == []


def test_saving_the_same_makes_no_version(goods: None) -> None:
    key = made()
    assert change(key) is None


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": " "}, "name"),
    ({"name": "x" * 81}, "name"),
    ({"intro": "a\x07"}, "intro"),
    ({"intro": "Each purchase will rescue a victim."}, "intro"),
    ({"slug": "No Slug"}, "slug"),
    ({"slug": "new"}, "slug"),
    ({"position": "x"}, "position"),
    ({"position": None}, "position"),
    ({"picture": "brought/none.jpg", "picture_alt": "A bag"}, "picture"),
    ({"picture": "brought/s.png", "picture_alt": "A bag"}, "picture"),
    ({"picture": "brought/a.jpg", "picture_alt": " "}, "picture_alt"),
    ({"products": ["a", "z"]}, "products"),
    ({"products": ["a", "a"]}, "products"),
    ({"rule": NO_RULE}, "rule"),
    ({"rule": NO_RULE | {"partners": ["nobody"]}}, "rule.partners"),
    ({"rule": NO_RULE | {"categories": ["nothing"]}}, "rule.categories"),
    ({"rule": NO_RULE | {"materials": ["moonlight"]}}, "rule.materials"),
    ({"rule": NO_RULE | {"price_most": "ten"}}, "rule.price_most"),
    ({"rule": NO_RULE | {"price_most": -5}}, "rule.price_most"),
    ({"rule": NO_RULE | {"newest": 100000}}, "rule.newest"),
]


@pytest.mark.any_database
def test_what_is_wrong_is_said_beside_its_field(goods: None) -> None:
    assert not faults()
    for changes, field in WRONG:
        assert set(faults(**changes)) == {field}, changes


def test_an_address_is_given_once_and_stays(goods: None) -> None:
    key = made()
    with pytest.raises(NotYetRight, match="Another collection"):
        made()
    with pytest.raises(NotYetRight, match="stays what it is"):
        change(key, slug="fewer")


def test_nobody_writes_over_what_another_saved(goods: None) -> None:
    key = made()
    change(key, based_on=1, name="Hers")
    with pytest.raises(ChangedMeanwhile):
        change(key, based_on=1, name="Mine")
    assert document_of(key)["name"] == "Hers"


def test_a_product_that_was_put_in_from_its_own_page_meanwhile_is_not_lost(goods: None) -> None:
    key = made()
    with transaction():
        product_id = db.session.scalars(select(Product.id).where(Product.slug == "c")).one()
        db.session.add(CollectionProduct(collection_id=key, product_id=product_id, position=9))
    with pytest.raises(ChangedMeanwhile):
        change(key, based_on=1, seen=["b", "a"], products=["a"])
    assert document_of(key)["products"] == ["b", "a", "c"]
    change(key, based_on=1, seen=["b", "a", "c"], products=["a"])
    assert document_of(key)["products"] == ["a"]


def test_one_that_is_removed_leaves_its_goods_and_no_versions(goods: None) -> None:
    key = made()
    with pytest.raises(ChangedMeanwhile), transaction():
        collecting.remove(key, based_on=7)
    with transaction():
        collecting.remove(key, based_on=1)
    assert db.session.scalars(select(Collection)).all() == []
    assert len(db.session.scalars(select(Product)).all()) == 3
    assert keeping.history("collection", key) == []
    with pytest.raises(ChangedMeanwhile), transaction():
        collecting.change(key, GOOD, based_on=0, by="ANNA", at=now())


@pytest.mark.any_database
def test_one_that_says_something_of_its_goods_is_not_removed(goods: None) -> None:
    key = made(slug="recycled-sari")
    with pytest.raises(GivesWords), transaction():
        collecting.remove(key, based_on=1)


def test_a_hidden_collection_is_nowhere(goods: None, app: Flask) -> None:
    key, client = made(picture="brought/a.jpg", picture_alt="A bag"), app.test_client()
    a = db.session.scalars(select(Product).where(Product.slug == "a")).one()
    assert "Few things" in client.get("/").text
    assert "Few things" in client.get("/shop").text
    assert "Name of b" in client.get("/shop?collection=few").text
    assert [card.slug for card in related(a, at=now())] == ["b"]
    with transaction():
        db.session.execute(update(Collection).values(is_shown=False))
    assert "Few things" not in client.get("/").text
    assert "Few things" not in client.get("/shop").text
    assert "few" not in client.get("/sitemap-1.xml").text
    unknown = client.get("/shop?collection=none").text.replace("none", "few")
    assert client.get("/shop?collection=few").text == unknown
    a = db.session.scalars(select(Product).where(Product.slug == "a")).one()
    assert related(a, at=now()) == []
    with transaction():
        collecting.remove(key, based_on=1)
    assert client.get("/shop?collection=few").text == unknown


def test_goods_go_on_saying_that_they_differ_while_their_collection_is_hidden(goods: None, app: Flask) -> None:
    made(slug="recycled-sari", is_shown=False)
    assert "Each one differs" in app.test_client().get("/shop").text


@pytest.mark.any_database
def test_a_product_is_found_by_its_address_its_name_or_the_beginning_of_it(goods: None) -> None:
    for words, slugs in (("A", "a"), ("name of B", "b"), ("name", "abc"), ("%", ""), ("", ""), ("x", "")):
        assert [product.slug for product in collecting.found(words)] == list(slugs)


def test_a_products_own_document_names_only_what_it_was_put_into_by_hand(goods: None) -> None:
    made(rule=NO_RULE | {"partners": ["workshop-of-c"]})
    for slug, collections in (("a", ["few"]), ("c", [])):
        product = db.session.scalars(select(Product).where(Product.slug == slug)).one()
        assert documents.read(product)["collections"] == collections
