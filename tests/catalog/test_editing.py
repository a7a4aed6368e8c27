"""Making, changing and copying: what is refused, what is kept as a version, and who may do it."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from storefront.catalog import documents, editing, publishing
from storefront.catalog.documents import KIND
from storefront.catalog.editing import NotYours
from storefront.catalog.models import Collection, CollectionProduct, Product, Stock
from storefront.core.clock import now
from storefront.core.faults import NotYetRight
from storefront.db import db, transaction
from storefront.partners.models import Partner
from storefront.revisions.keeping import ChangedMeanwhile, history
from tests.catalog.makings import BREAKDOWN, a_document, a_variant, a_workshop, changed, made, product, read


def faults_of(**changes: Any) -> set[str]:
    with pytest.raises(NotYetRight) as refused:
        made(**changes)
    assert db.session.scalar(select(Product.id)) is None
    return {fault.field for fault in refused.value.faults}


def test_a_draft_is_made_with_empty_shelves_and_as_a_version(app: Flask) -> None:
    tote = made(description="", materials=[], pictures=[])
    assert [(stock.on_hand, stock.held) for stock in db.session.scalars(select(Stock))] == [(0, 0), (0, 0)]
    assert [(each.number, each.words, each.who) for each in history(KIND, tote)] == [(1, "Made", "ANNA")]
    assert read(tote)["published_at"] is None


def test_publishing_refuses_what_a_page_cannot_do_without(app: Flask) -> None:
    missing = {"description": "", "technique": "", "materials": [], "variants": [], "pictures": []}
    tote = made(**missing)
    with pytest.raises(NotYetRight) as refused:
        changed(tote, published_at="2026-11-24T12:00:00+00:00")
    assert {fault.field for fault in refused.value.faults} == set(missing)
    assert read(tote)["published_at"] is None


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "We rescue women"}, "name"),
        ({"slug": "Not a slug"}, "slug"),
        ({"slug": "new"}, "slug"),
        ({"slug": "lint"}, "slug"),
        ({"description": "a\x00b"}, "description"),
        ({"category": "no-such"}, "category"),
        ({"materials": [{"name": "Jute", "percent": 60}, {"name": "Silk", "percent": 30}]}, "materials"),
        ({"weight_grams": 0}, "weight_grams"),
        ({"measures": {"unit": "cm", "width": 0}}, "measures"),
        ({"related": ["jute-tote"]}, "related.0"),
        ({"collections": ["no-such"]}, "collections.0"),
        ({"variants": [a_variant("JT-S", 0, size="S")]}, "variants.0.price"),
        ({"variants": [a_variant("JT-S", compare_at=2400, size="S")]}, "variants.0.compare_at"),
        ({"variants": [a_variant("jt s", size="S")]}, "variants.0.sku"),
        ({"variants": [a_variant("JT-S", size="S"), a_variant("JT-S", size="M")]}, "variants.1.sku"),
        ({"variants": [a_variant("JT-S", size="S"), a_variant("JT-M", size="S")]}, "variants.1.options"),
        ({"variants": [a_variant("JT-S", size="S"), a_variant("JT-M", colour="Red")]}, "variants.1.options"),
        ({"breakdown": BREAKDOWN | {"makers": 40}}, "breakdown"),
        ({"pictures": [{"name": "no", "role": "hero", "alt": "A", "focus": "centre"}]}, "pictures.0"),
        ({"published_until": "2026-11-24T12:00:00+00:00"}, "published_until"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(app: Flask, changes: dict[str, Any], field: str) -> None:
    assert faults_of(**changes) == {field}


def test_a_code_of_another_product_is_refused(app: Flask) -> None:
    partner = a_workshop()
    made(partner)
    with pytest.raises(NotYetRight) as refused:
        made(partner, slug="other")
    assert {fault.field for fault in refused.value.faults} == {"variants.0.sku", "variants.1.sku"}


def test_two_who_save_at_once_never_write_over_each_other(app: Flask) -> None:
    tote = made()
    start, done, refused = threading.Barrier(2), list[str](), list[str]()

    def save(name: str) -> None:
        with app.app_context():
            document = documents.read(editing.load(tote)) | {"name": name}
            db.session.rollback()
            start.wait()
            try:
                with transaction():
                    editing.change(tote, document, based_on=1, by=name, at=now())
                done.append(name)
            except ChangedMeanwhile as error:
                refused.append(error.newest.who if error.newest else "nobody")
            finally:
                db.session.remove()

    both = [threading.Thread(target=save, args=(name,)) for name in ("Anna", "Bela")]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert len(done) == 1
    assert refused == done  # the other one is told by whom
    assert read(tote)["name"] == done[0]
    assert [each.number for each in history(KIND, tote)] == [2, 1]


def test_what_changes_nothing_is_no_version(app: Flask) -> None:
    tote = made()
    assert changed(tote) is None
    assert len(history(KIND, tote)) == 1


def test_collections_by_rule_follow_a_change_and_those_by_hand_stay(app: Flask) -> None:
    partner = a_workshop()
    with transaction() as session:
        session.add(Collection(slug="jute", name="Jute", intro="", rule={"materials": ["jute"]}))
        session.add(Collection(slug="gifts", name="Gifts", intro=""))
    tote = made(partner, collections=["gifts"])

    def stands_in() -> set[tuple[str, bool]]:
        db.session.rollback()
        query = select(Collection.slug, CollectionProduct.by_rule).join(
            CollectionProduct, CollectionProduct.collection_id == Collection.id
        )
        return {(slug, by_rule) for slug, by_rule in db.session.execute(query)}

    assert stands_in() == {("jute", True), ("gifts", False)}
    assert read(tote)["collections"] == ["gifts"]
    changed(tote, materials=[{"name": "Silk", "percent": 100}])
    assert stands_in() == {("gifts", False)}
    changed(tote, materials=[{"name": "Jute", "percent": 100}], collections=[])
    assert stands_in() == {("jute", True)}


def test_a_copy_is_a_draft_with_an_address_and_codes_of_its_own(app: Flask) -> None:
    tote = made(published_at="2026-10-01T00:00:00+00:00")
    copies = []
    for _ in range(2):
        with transaction():
            copies.append(editing.create(editing.copy_of(read_inside(tote)), by="ANNA", at=now()).id)
    first, second = (read(each) for each in copies)
    assert (first["slug"], second["slug"]) == ("jute-tote-copy", "jute-tote-copy-2")
    assert first["published_at"] is second["published_at"] is None
    codes = [each["sku"] for document in (read(tote), first, second) for each in document["variants"]]
    assert len(set(codes)) == len(codes) == 6


def read_inside(product_id: int) -> dict[str, Any]:
    return documents.read(editing.load(product_id))


def test_a_copy_of_a_copy_is_free_as_well(app: Flask) -> None:
    tote = made()
    for _ in range(3):
        with transaction():
            tote = editing.create(editing.copy_of(read_inside(tote)), by="ANNA", at=now()).id
    assert read(tote)["slug"].startswith("jute-tote-copy")


# Who is limited to one workshop


def test_somebody_of_a_workshop_leaves_what_is_the_shops_as_it_stands(app: Flask) -> None:
    own = a_workshop()
    with transaction() as session:
        session.add(Collection(slug="gifts", name="Gifts", intro=""))
        session.add(Collection(slug="best", name="Best", intro=""))
    tote = made(own, collections=["gifts"], stories=["S1"], published_at="2026-10-01T00:00:00+00:00", position=7)
    was = read(tote)
    changed(
        tote, of_partner=product(tote).partner_id, name="Mine", collections=["best"], stories=[], published_at=None,
        published_until="2027-01-01T00:00:00+00:00", position=1, archived=True,
    )  # fmt: skip
    assert read(tote) == was | {"name": "Mine"}


def test_somebody_of_a_workshop_begins_with_a_draft_that_the_shop_publishes(app: Flask) -> None:
    own = a_workshop()
    partner = db.session.scalars(select(Partner)).one()
    with transaction():
        wanted = a_document(own, published_at="2026-10-01T00:00:00+00:00", stories=["S1"], position=3)
        tote = editing.create(wanted, by="EVA", at=now(), of_partner=partner.id).id
    assert (read(tote)["published_at"], read(tote)["stories"]) == (None, [])


def test_goods_of_another_workshop_are_neither_taken_nor_given(app: Flask) -> None:
    own, other = a_workshop(), a_workshop()
    ids = {row.slug: row.id for row in db.session.scalars(select(Partner))}
    tote = made(own)
    for changes, of_partner in (({"name": "Theirs"}, ids[other]), ({"partner": other}, ids[own])):
        with pytest.raises(NotYours):
            changed(tote, of_partner=of_partner, **changes)
    with pytest.raises(NotYours), transaction():
        editing.create(a_document(other, slug="new-one"), by="EVA", at=now(), of_partner=ids[own])
    assert read(tote)["name"] == "Jute tote"


# When it can be seen


@pytest.mark.any_database
def test_publishing_keeps_the_day_on_which_it_began(app: Flask) -> None:
    began = "2026-10-01T00:00:00+00:00"
    at = now()
    draft = a_document("loom")
    assert publishing.published(draft, at=at)["published_at"] == at.isoformat()
    over = draft | {"published_at": began, "published_until": "2026-11-01T00:00:00+00:00"}
    again = publishing.published(over, at=at)
    assert (again["published_at"], again["published_until"]) == (began, None)
    assert (
        publishing.published(draft | {"published_at": "2027-01-01T00:00:00+00:00"}, at=at)["published_at"]
        == at.isoformat()
    )


@pytest.mark.any_database
def test_withdrawing_ends_what_began_and_unwrites_what_did_not(app: Flask) -> None:
    at = now()
    began = a_document("loom", published_at="2026-10-01T00:00:00+00:00")
    assert publishing.withdrawn(began, at=at)["published_until"] == at.isoformat()
    for not_yet in (at.isoformat(), "2027-01-01T00:00:00+00:00"):
        ended = publishing.withdrawn(began | {"published_at": not_yet}, at=at)
        assert (ended["published_at"], ended["published_until"]) == (None, None)


@pytest.mark.any_database
def test_what_comes_out_of_the_archive_is_a_draft(app: Flask) -> None:
    shown = a_document("loom", published_at="2026-10-01T00:00:00+00:00")
    back = publishing.taken_back(publishing.archived(shown))
    assert (back["archived"], back["published_at"]) == (False, None)
