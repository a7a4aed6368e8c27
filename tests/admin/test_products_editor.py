"""The page of one product: what is sent as it stands changes nothing, and what is typed is never lost."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from storefront.accounts.permissions import Role
from storefront.admin.products.forms import Sheet
from storefront.catalog import documents
from storefront.catalog.documents import KIND
from storefront.catalog.models import Collection, Product, ProductStory, Variant
from storefront.core import clock
from storefront.core.money import Money
from storefront.db import db, transaction
from storefront.media.models import Picture, Shelf
from storefront.partners.models import Partner
from storefront.revisions.keeping import history
from storefront.stories.models import Channel, Consent, Story
from tests.admin.filled import filled
from tests.admin.people import Staff, a_person, anew
from tests.catalog.makings import BREAKDOWN, a_variant, a_workshop, made, read
from tests.stories.telling import TITLE, take_back, tell

# The use cases behind these pages are tried on both databases.
pytestmark = pytest.mark.any_database

TOTE = "/admin/products/jute-tote"
SHOWN = "2026-10-01T00:00:00+00:00"
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def staff(app: Flask) -> Staff:
    return Staff(app, a_person(Role.CATALOGUE_ADMIN))


def send(staff: Staff, path: str = TOTE, to: str = "", **changes: Any) -> Any:
    """Open the page, type, send."""
    fields = filled(staff.get(path).text)
    assert "version" in fields, path
    return staff.post(to or path, **fields | {name.replace("__", "-"): value for name, value in changes.items()})


def the_version(staff: Staff, path: str = TOTE) -> str:
    return filled(staff.get(path).text)["version"][0]


def act(staff: Staff, word: str, path: str = TOTE, **fields: str) -> Any:
    return staff.post(f"{path}/act", act=word, version=the_version(staff, path), **fields)


def seen(client: FlaskClient, path: str) -> Any:
    return anew(client, path, method="GET")


def said(answer: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


# The form and the document


def test_the_form_holds_the_whole_of_every_product_of_the_demonstration(shop: Flask) -> None:
    found = documents.read_all(db.session.scalars(select(Product).options(*documents.LOADED)).unique())
    for document in found.values():
        sheet = Sheet.of(document)
        back = sheet.document(document, offered=None, currency="USD", today=clock.today(), is_shop=True)
        assert sheet.faults == []
        assert back == document


def test_what_is_sent_as_it_stands_changes_nothing(app: Flask, staff: Staff) -> None:
    with transaction() as session:
        session.add(Collection(slug="gifts", name="Gifts", intro=""))
    tote = made(
        published_at=SHOWN, breakdown=BREAKDOWN, collections=["gifts"], measures={"unit": "in", "width": 38.5, "length": 40},
        care=["Wash", "Dry"], notice="A sample.\nOf two lines", search_title="Tote", search_text="A tote",
        variants=[a_variant("JT-S", compare_at=3000, size="S, small", colour="Red"), a_variant("JT-M", size="M", colour="Red")],
    )  # fmt: skip
    before = read(tote)
    answer = send(staff)
    assert answer.headers["Location"] == f"{TOTE}?done=unchanged"
    assert read(tote) == before


def test_what_is_typed_is_saved_as_one_version(app: Flask, staff: Staff) -> None:
    other = made(slug="other", name="Another tote", variants=[a_variant("OT", size="S")])
    tote = made(db.session.scalars(select(Partner.slug)).one())
    answer = send(
        staff, name="Tote of jute", slug="tote-of-jute", description="Two\r\nlines", care="Wash\r\n\r\nDry ",
        weight_grams="300", materials__0__percent="70", materials__1__name="Silk", materials__1__percent="30",
        measures__0__name="width", measures__0__value="38,5", variants__0__price="$ 25.50",
        variants__0__compare_at="30", variants__0__sku="jt-small", named_pieces="y", related__0__slug="another TOTE",
        search_title="Jute",
    )  # fmt: skip
    assert answer.headers["Location"] == "/admin/products/tote-of-jute?done=saved", said(answer)
    now = read(tote)
    assert (now["name"], now["slug"], now["description"]) == ("Tote of jute", "tote-of-jute", "Two\nlines")
    assert now["care"] == ["Wash", "Dry"]
    assert now["materials"] == [{"name": "Jute", "percent": 70}, {"name": "Silk", "percent": 30}]
    assert now["measures"] == {"unit": "cm", "width": 38.5}
    assert now["variants"][0] == a_variant("JT-SMALL", 2550, 3000, size="S")
    assert (now["related"], now["named_pieces"], now["search_title"]) == (["other"], True, "Jute")
    assert [each.number for each in history(KIND, tote)] == [2, 1]
    assert staff.get(TOTE).headers["Location"].endswith("/admin/products/tote-of-jute")
    assert read(other)["name"] == "Another tote"


def test_words_for_pictures_are_typed_here_and_the_list_of_pictures_stays(app: Flask, staff: Staff) -> None:
    tote = made()
    send(staff, pictures__0__alt="A tote on a hook")
    assert read(tote)["pictures"] == [
        {"name": "brought/a.jpg", "role": "hero", "alt": "A tote on a hook", "focus": "centre"}
    ]
    send(staff, pictures__0__name="no/such.jpg", pictures__0__alt="Other")
    assert read(tote)["pictures"][0]["alt"] == "A tote on a hook"


def test_faults_stand_beside_their_fields_and_at_the_top_and_nothing_is_lost(app: Flask, staff: Staff) -> None:
    tote = made()
    before = read(tote)
    answer = send(
        staff, name="", variants__0__price="a lot", variants__1__sku="JT S", materials__0__percent="60",
        makers="50", materials="60", description=f"{EVIL} kept",
    )  # fmt: skip
    assert answer.status_code == 422
    ids = set(re.findall(r'<p class="field-wrong" id="([^"]+)-wrong"', answer.text))
    assert ids == {"name", "variants-0-price", "variants-1-sku", "materials", "breakdown"}
    notice = answer.text[answer.text.index("notice-bad") :]
    assert "autofocus" in notice[:80]
    links = set(re.findall(r'<a href="#([^"]+)"', notice[: notice.index("</ul>")]))
    assert links == ids
    assert all(f'id="{each}"' in answer.text for each in links)
    typed = filled(answer.text)
    assert (typed["variants-0-price"], typed["makers"]) == (["a lot"], ["50"])
    assert typed["description"] == [f"{EVIL} kept"]
    assert read(tote) == before


def test_a_field_that_comes_twice_is_refused(app: Flask, staff: Staff) -> None:
    tote = made()
    for name in ("name", "variants-0-price", "version_note"):
        answer = send(staff, **{name: ["One", "Two"]})
        assert answer.status_code == (303 if name == "version_note" else 422), name
    assert read(tote)["name"] == "Jute tote"


def test_fields_that_the_form_does_not_have_are_no_part_of_it(app: Flask, staff: Staff) -> None:
    tote = made()
    before = read(tote)
    send(
        staff, published_at=SHOWN, archived="y", position="1", id="7", price_version="9", currency="EUR",
        variants__0__on_hand="99", variants__0__id="1", pictures__0__focus="top", stories__0__evil="y",
    )  # fmt: skip
    assert read(tote) == before


def test_a_form_of_ten_thousand_rows_is_refused_in_words(app: Flask, staff: Staff) -> None:
    tote = made()
    before = read(tote)
    rows = {f"variants-{number}-sku": f"A-{number}" for number in range(10_000)}
    answer = staff.post(TOTE, version="1", name="X", **rows)
    assert answer.status_code == 422
    assert "Please use at most 200 rows." in answer.text
    assert len(answer.text) < 1_000_000
    assert staff.post(TOTE, version="1", name="X" * 1_100_000).status_code == 413
    assert staff.post(TOTE, name="X").status_code == 400
    assert read(tote) == before


# Variants


def test_the_matrix_draws_the_rows_that_are_missing_and_saves_nothing(app: Flask, staff: Staff) -> None:
    tote = made()
    before = read(tote)
    questions = {
        "questions__0__answers": "S, M, L", "questions__1__name": "Colour", "questions__1__answers": "Red",
    }  # fmt: skip
    answer = send(staff, act="matrix", **questions)
    assert answer.status_code == 200
    typed = filled(answer.text)
    assert [typed[f"variants-{n}-sku"][0] for n in range(5)] == ["JT-S", "JT-M", "JT-S-RED", "JT-M-RED", "JT-L-RED"]
    assert (typed["variants-4-option-0"], typed["variants-4-option-1"]) == (["L"], ["Red"])
    assert typed["variants-4-price"] == ["24.00"]
    assert 'data-unsaved="yes"' in answer.text
    assert read(tote) == before


def test_what_the_matrix_drew_is_saved_by_the_next_button(app: Flask, staff: Staff) -> None:
    tote = made()
    drawn = send(staff, act="matrix", questions__0__answers="S, M, L")
    assert staff.post(TOTE, **filled(drawn.text)).headers["Location"].endswith("done=saved")
    assert [each["sku"] for each in read(tote)["variants"]] == ["JT-S", "JT-M", "JT-L"]


def test_a_matrix_of_far_too_many_answers_does_no_work(app: Flask, staff: Staff) -> None:
    made()
    many = ",".join(map(str, range(1000)))
    answer = send(
        staff,
        act="matrix",
        **{
            f"questions__{n}__{part}": (f"q{n}", many)[part == "answers"]
            for n in range(3)
            for part in ("name", "answers")
        },
    )
    assert answer.status_code == 200
    assert "variants-2-sku" not in answer.text


def test_rows_come_and_go_without_scripts(app: Flask, staff: Staff) -> None:
    tote = made()
    more = filled(send(staff, act="add-variants").text)
    assert more["variants-2-sku"] == [""]
    fewer = filled(staff.post(TOTE, **more | {"act": "remove-variants-0"}).text)
    assert fewer["variants-0-sku"] == ["JT-M"]
    assert [each["sku"] for each in read(tote)["variants"]] == ["JT-S", "JT-M"]
    staff.post(TOTE, **fewer)
    assert [each["sku"] for each in read(tote)["variants"]] == ["JT-M"]
    assert db.session.scalars(select(Variant).where(Variant.sku == "JT-S")).one().retired_at is not None


def test_earlier_prices_are_listed_and_the_lowest_beside_a_reduction(app: Flask, staff: Staff) -> None:
    made(published_at=SHOWN)
    send(staff, variants__0__price="20.00")
    send(staff, variants__0__price="22.00", variants__0__compare_at="24.00")
    words = said(staff.get(TOTE))
    assert "What they cost before" in words
    assert (
        "JT-S is announced as reduced. Beside it the page names the lowest price of the 30 days before: $20.00."
        in words
    )


# Where the price goes


@pytest.mark.parametrize(
    ("changes", "done", "is_shown"),
    [({}, "without_bar", False), ({"renewed": "y"}, "saved", True), ({"makers": "40", "shop": "13"}, "saved", True)],
)
def test_a_new_price_takes_the_bar_off_the_page_unless_it_is_made_anew(
    app: Flask, staff: Staff, changes: dict[str, str], done: str, is_shown: bool
) -> None:
    tote = made(breakdown=BREAKDOWN)
    assert send(staff, variants__0__price="25.00", **changes).headers["Location"] == f"{TOTE}?done={done}"
    breakdown = read(tote)["breakdown"]
    assert (breakdown is not None) is is_shown
    if breakdown:
        assert breakdown["dated"] == "2026-11-24"
    assert ("off the page" in said(staff.get(f"{TOTE}?done={done}"))) is True


def test_shares_of_before_are_offered_and_come_back_by_a_tick_alone(app: Flask, staff: Staff) -> None:
    tote = made(breakdown=BREAKDOWN)
    send(staff, variants__0__price="25.00")
    page = staff.get(TOTE)
    assert filled(page.text)["makers"] == ["41"]
    assert "Not on the page: these shares were made for other prices" in said(page)
    send(staff, name="Another name")
    assert read(tote)["breakdown"] is None
    send(staff, renewed="y")
    assert read(tote)["breakdown"] == BREAKDOWN | {"dated": "2026-11-24"}
    send(staff, **dict.fromkeys(("makers", "materials", "programmes", "shipping", "shop"), ""))
    assert read(tote)["breakdown"] is None


# Making one


def test_a_draft_with_six_variants_takes_one_form(app: Flask, staff: Staff) -> None:
    loom = a_workshop(name="Lamplight Stitch Room")
    answer = staff.post(
        "/admin/products/new", name="Kantha short jacket", partner=loom, category="bags", weight_grams="640", price="118",
        **{
            "questions-0-name": "Size", "questions-0-answers": "S, M, L", "questions-1-name": "Colour",
            "questions-1-answers": "Marigold, Plum",
        },
    )  # fmt: skip
    assert answer.headers["Location"] == "/admin/products/kantha-short-jacket?done=made", said(answer)
    product = db.session.scalars(select(Product)).one()
    assert (product.published_at, product.weight_grams, product.country_of_making) == (None, 640, "IN")
    assert [(row.sku, row.price) for row in product.live] == [
        (f"LSR-KSJ-{size}-{colour}", Money(11800, "USD")) for size in "SML" for colour in ("MAR", "PLU")
    ]
    assert product.live[0].options == {"size": "S", "colour": "Marigold"}
    assert staff.get("/admin/products/kantha-short-jacket?done=made").status_code == 200


def test_a_new_product_without_what_it_needs_comes_back_as_it_was_typed(app: Flask, staff: Staff) -> None:
    loom, _ = a_workshop(), a_workshop()
    given = {"name": "Tote", "partner": loom, "category": "bags", "weight_grams": "240", "price": "24"}
    for name, wrong in (("name", ""), ("partner", "no"), ("category", ""), ("weight_grams", "heavy"), ("price", "-1")):
        answer = staff.post("/admin/products/new", **given | {name: wrong})
        assert answer.status_code == 422, name
        assert f'href="#{name}"' in answer.text, name
        assert f'id="{name}"' in answer.text, name
        assert name == "name" or 'value="Tote"' in answer.text
    assert db.session.scalar(select(Product.id)) is None


# Two editors


def test_two_editors_see_both_versions_and_nothing_is_lost(app: Flask, staff: Staff) -> None:
    tote = made()
    other = Staff(app, a_person(Role.CATALOGUE_ADMIN, email="bela@example.org"))
    mine = filled(staff.get(TOTE).text)
    send(other, name="Bela's name")
    answer = staff.post(TOTE, **mine | {"name": "My name", "technique": "Woven by hand"})
    assert answer.status_code == 422
    words = said(answer)
    assert "Bela saved another version" in words
    assert "Bela's name" in words
    again = filled(answer.text)
    assert (again["name"], again["technique"]) == (["My name"], ["Woven by hand"])
    assert read(tote)["name"] == "Bela's name"
    assert staff.post(TOTE, **again).status_code == 303
    assert read(tote)["name"] == "My name"


def test_a_form_whose_product_was_moved_meanwhile_is_not_lost_either(app: Flask, staff: Staff) -> None:
    made()
    mine = filled(staff.get(TOTE).text)
    send(staff, slug="moved")
    answer = staff.post(TOTE, **mine | {"name": "My name"})
    assert answer.status_code == 422
    assert filled(answer.text)["name"] == ["My name"]
    assert 'action="/admin/products/moved"' in answer.text


def test_what_was_typed_and_not_saved_is_taken_up_again(app: Flask, staff: Staff) -> None:
    made()
    fields = filled(staff.get(TOTE).text) | {"name": ["Half a na"], "variants-0-price": ["9"]}
    assert staff.post("/admin/unsaved", **fields).status_code == 204
    assert "did not save it" in staff.get(TOTE).text
    typed = filled(staff.get(f"{TOTE}?unsaved=1").text)
    assert (typed["name"], typed["variants-0-price"]) == (["Half a na"], ["9"])
    assert staff.post(TOTE, **typed).status_code == 303
    assert "did not save it" not in staff.get(TOTE).text


# Stories


def the_jacket(**changes: Any) -> tuple[int, str]:
    """A complete product of the workshop whose story is told; its id and the story's reference."""
    reference = tell()
    partner = db.session.scalars(select(Partner)).one()
    with transaction() as session:
        for each in session.scalars(select(ProductStory)):
            session.delete(each)
        session.add(
            Picture(shelf=Shelf.PUBLIC, name="brought/a.jpg", sha256="0" * 64, width=40, height=50, alt="A tote")
        )
        shelf = session.scalars(select(Product)).one().category.slug
    return made(partner.slug, category=shelf, **changes), reference


def test_a_story_is_named_only_while_it_is_public_and_shown_only_while_it_may(
    app: Flask, staff: Staff, client: FlaskClient
) -> None:
    tote, reference = the_jacket(published_at=SHOWN)
    page = staff.get(TOTE)
    assert TITLE in page.text
    assert ">Yes</span>" in page.text
    send(staff, stories__0__tick="y")
    assert read(tote)["stories"] == [reference]
    assert TITLE in seen(client, "/shop/jute-tote").text
    take_back(Channel.PRODUCT_PAGE)
    assert ">No</span>" in staff.get(TOTE).text
    assert TITLE in staff.get(TOTE).text  # its own page is public still
    take_back()
    page = staff.get(TOTE)
    assert TITLE not in page.text
    assert reference in page.text
    assert ">No</span>" in page.text
    assert TITLE not in seen(client, "/shop/jute-tote").text
    assert read(tote)["stories"] == [reference]


def test_nothing_of_a_consent_stands_on_the_page(app: Flask, staff: Staff) -> None:
    the_jacket()
    consent = db.session.scalars(select(Consent)).one()
    story = db.session.scalars(select(Story)).one()
    page = staff.get(TOTE).text
    for secret in (consent.reference, "ST-0042", story.display_name, "1 November 2026", "2026-11-01", "2027"):
        assert secret not in page, secret


def test_stories_stand_in_the_order_that_is_typed_and_those_of_others_do_not(app: Flask, staff: Staff) -> None:
    tote, first = the_jacket()
    second = tell("another-one", title="The colour table")
    rows = [filled(staff.get(TOTE).text)[f"stories-{n}-reference"][0] for n in range(2)]
    assert set(rows) == {first, second}
    send(staff, stories__0__tick="y", stories__0__place="2", stories__1__tick="y", stories__1__place="1")
    assert read(tote)["stories"] == rows[::-1]
    send(staff, stories__2__reference="SOMEBODYELSE", stories__2__tick="y")
    assert read(tote)["stories"] == rows[::-1]


# Acts


def test_a_draft_without_what_a_page_needs_is_not_published(app: Flask, staff: Staff, client: FlaskClient) -> None:
    tote = made(description="", pictures=[])
    answer = act(staff, "publish")
    assert answer.status_code == 422
    links = re.findall(r'<li><a href="#([^"]+)"', answer.text)
    assert set(links) == {"description", "pictures"}
    assert all(f'id="{each}"' in answer.text for each in links)
    assert read(tote)["published_at"] is None
    assert seen(client, "/shop/jute-tote").status_code == 404


def test_publishing_withdrawing_archiving_and_taking_back_each_is_a_version(
    app: Flask, staff: Staff, client: FlaskClient
) -> None:
    tote = made()
    with transaction() as session:
        session.add(Collection(slug="gifts", name="Gifts", intro=""))
    shown = {"publish": 200, "withdraw": 404, "archive": 404, "take_back": 404}
    for word, status in shown.items():
        answer = act(staff, word)
        assert answer.status_code == 303, said(answer)
        assert 'class="flash"' in staff.get(answer.headers["Location"]).text
        assert seen(client, "/shop/jute-tote").status_code == status, word
    assert [each.words for each in history(KIND, tote)] == [
        "Taken back from the archive", "Archived", "Withdrawn from the shop", "Published", "Made"
    ]  # fmt: skip
    assert act(staff, "something").status_code == 404


def test_dates_are_typed_in_utc_and_refused_in_words(app: Flask, staff: Staff) -> None:
    tote = made()
    assert act(staff, "schedule", begins="2026-12-01T08:00", ends="2027-01-01T00:00").status_code == 303
    now = read(tote)
    assert (now["published_at"], now["published_until"]) == ("2026-12-01T08:00:00+00:00", "2027-01-01T00:00:00+00:00")
    assert "1 December 2026, 08:00 UTC" in said(staff.get(TOTE))
    for begins, ends in (
        ("soon", ""),
        ("2026-12-01T08:00", "2026-12-01T07:00"),
        ("", "2026-12-01T07:00"),
        ("2026-13-01T08:00", ""),
    ):
        answer = act(staff, "schedule", begins=begins, ends=ends)
        assert answer.status_code == 422, (begins, ends)
        assert "notice-bad" in answer.text
    assert read(tote) == now


def test_an_act_upon_an_older_version_is_not_done(app: Flask, staff: Staff) -> None:
    tote = made()
    old = the_version(staff)
    send(staff, name="Newer")
    answer = staff.post(f"{TOTE}/act", act="publish", version=old)
    assert answer.status_code == 422
    assert "Nothing was done" in said(answer)
    assert read(tote)["published_at"] is None


def test_a_copy_is_made_by_one_button(app: Flask, staff: Staff) -> None:
    made(published_at=SHOWN)
    answer = staff.post(f"{TOTE}/duplicate")
    assert answer.headers["Location"] == "/admin/products/jute-tote-copy?done=copied"
    copy = db.session.scalars(select(Product).where(Product.slug == "jute-tote-copy")).one()
    assert copy.published_at is None
    assert [each.words for each in history(KIND, copy.id)] == ["Copied from jute-tote"]


# Preview


def test_a_preview_shows_what_is_typed_and_keeps_nothing(app: Flask, staff: Staff, client: FlaskClient) -> None:
    tote = made()
    before = read(tote)
    answer = send(staff, to=f"{TOTE}/preview", name="Typed only", variants__0__price="99.00")
    assert answer.status_code == 200
    assert "Typed only" in answer.text
    assert "$99.00" in answer.text
    assert "A preview." in answer.text
    assert '<meta name="robots" content="noindex">' in answer.text
    assert read(tote) == before
    assert len(history(KIND, tote)) == 1
    saved = staff.get(f"{TOTE}/preview?variant=JT-M")
    assert "Jute tote" in saved.text
    assert "JT-M" in saved.text
    assert seen(client, "/shop/jute-tote").status_code == 404


def test_what_cannot_be_drawn_is_said_in_the_window_of_the_preview(app: Flask, staff: Staff) -> None:
    made()
    for changes in ({"variants__0__price": "a lot"}, {"name": ""}):
        answer = send(staff, to=f"{TOTE}/preview", **changes)
        assert answer.status_code == 422
        assert "nothing of it is lost" in answer.text


def test_the_public_page_never_says_that_it_is_a_preview(app: Flask, client: FlaskClient) -> None:
    made(published_at=SHOWN)
    page = seen(client, "/shop/jute-tote").text
    assert "A preview." not in page
    assert "noindex" not in page


# House rules


def test_the_house_rules_are_asked_as_one_types_and_stop_saving(app: Flask, staff: Staff) -> None:
    tote = made()
    answer = send(staff, to="/admin/products/lint", description="Your purchase rescues women.")
    assert answer.status_code == 200
    assert 'data-summary="The house rules find nothing."' not in answer.text
    assert "Description" in answer.text
    refused = send(staff, description="You saved a victim.")
    assert refused.status_code == 422
    assert "description-wrong" in refused.text
    assert read(tote)["description"] == "A tote of jute."
    assert 'data-summary="The house rules find nothing."' in send(staff, to="/admin/products/lint").text


# Workshop staff


def of_workshop(app: Flask, slug: str) -> Staff:
    partner = db.session.scalars(select(Partner).where(Partner.slug == slug)).one()
    return Staff(app, a_person(Role.PARTNER_STAFF, partner_id=partner.id))


def test_workshop_staff_edit_their_own_goods_and_none_of_what_is_the_shops(app: Flask) -> None:
    loom, other = a_workshop(), a_workshop()
    with transaction() as session:
        session.add(Collection(slug="gifts", name="Gifts", intro=""))
        session.add(Collection(slug="best", name="Best", intro=""))
    tote = made(loom, collections=["gifts"], stories=["S1"], published_at=SHOWN, position=7)
    theirs = made(other, slug="theirs", variants=[a_variant("TH", size="S")])
    eva = of_workshop(app, loom)
    page = eva.get(TOTE).text
    for word in ("stories-0", 'name="collections"', "/act", "begins", 'name="partner"', 'name="position"'):
        assert word not in page, word
    was = read(tote)
    answer = send(
        eva, name="Mine", partner=other, collections=["best"], stories__0__reference="S2", stories__0__tick="y",
        published_at="", position="1", archived="y",
    )  # fmt: skip
    assert answer.status_code == 303, said(answer)
    assert read(tote) == was | {"name": "Mine"}
    number = the_version(eva)
    assert eva.post(f"{TOTE}/act", act="withdraw", version=number).status_code == 404
    for path in ("", "/preview", "/history"):
        assert eva.get(f"/admin/products/theirs{path}").status_code == 404
    for path in ("", "/preview", "/duplicate"):
        assert eva.post(f"/admin/products/theirs{path}", version="1").status_code == 404
    assert read(theirs)["name"] == "Jute tote"
    copy = eva.post(f"{TOTE}/duplicate")
    assert copy.status_code == 303
    assert read_slug(copy)["collections"] == read_slug(copy)["stories"] == []


def read_slug(answer: Any) -> dict[str, Any]:
    db.session.rollback()
    slug = answer.headers["Location"].partition("?")[0].rpartition("/")[2]
    return read(db.session.scalars(select(Product.id).where(Product.slug == slug)).one())


def test_workshop_staff_make_goods_of_their_own_workshop_only(app: Flask) -> None:
    loom, other = a_workshop(), a_workshop()
    eva = of_workshop(app, loom)
    assert other not in eva.get("/admin/products/new").text
    answer = eva.post(
        "/admin/products/new", name="Tote", partner=other, category="bags", weight_grams="240", price="24"
    )
    assert answer.status_code == 303
    assert db.session.scalars(select(Product)).one().partner.slug == loom


def test_drafts_of_others_are_not_offered_to_workshop_staff(app: Flask) -> None:
    loom, other = a_workshop(), a_workshop()
    made(loom)
    for slug, published in (("shown", SHOWN), ("secret", None)):
        made(other, slug=slug, name=slug, variants=[a_variant(slug.upper(), size="S")], published_at=published)
    page = of_workshop(app, loom).get(TOTE).text
    assert 'value="shown"' in page
    assert "secret" not in page


# Hostile words


def test_a_script_in_every_text_is_shown_as_letters_everywhere(app: Flask, staff: Staff, client: FlaskClient) -> None:
    """Also in what programs read: nobody's page ends early, and no attribute."""
    evil = f"\"'>{EVIL}</script>"
    tote = made(published_at=SHOWN)
    answer = send(
        staff, name=evil, description=evil, technique=evil, care=evil, notice=evil, search_title=evil, search_text=evil,
        materials__0__name=evil, measures__0__name="m" + EVIL, measures__0__value="1", variants__0__option__0=evil,
        pictures__0__alt=evil, note=evil, questions__0__name="q" + EVIL, makers="100",
    )  # fmt: skip
    assert answer.status_code == 303, said(answer)
    assert read(tote)["materials"][0]["name"] == evil
    pages = {
        path: staff.get(path) if path.startswith("/admin") else seen(client, path)
        for path in (
            TOTE,
            f"{TOTE}/history",
            f"{TOTE}/preview",
            "/shop/jute-tote",
            "/shop/jute-tote?variant=JT-M",
            "/shop",
        )
    }
    pages["typed"] = send(staff, act="add-variants")
    pages["preview"] = send(staff, to=f"{TOTE}/preview")
    pages["refused"] = send(staff, slug=evil)
    pages["lint"] = send(staff, to="/admin/products/lint")
    for path, page in pages.items():
        assert page.status_code in {200, 422}, path
        assert "alert(1)</script>" not in page.text, path
        assert "<script>alert" not in page.text, path
    data = re.findall(r'<script type="application/ld\+json">(.*?)</script>', pages["/shop/jute-tote"].text, re.DOTALL)
    assert json.loads(data[0])["name"] == evil


def test_every_product_of_the_demonstration_has_a_page(shop: Flask) -> None:
    slugs = db.session.scalars(select(Product.slug).order_by(Product.slug)).all()
    staff = Staff(shop, a_person(Role.OWNER))
    for slug in slugs[:: len(slugs) // 4]:
        assert send(staff, f"/admin/products/{slug}").headers["Location"].endswith("done=unchanged")
