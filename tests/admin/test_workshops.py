"""The pages on which workshops, their facts and their certificates are kept."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from storefront.accounts.permissions import Role
from storefront.core.clock import now
from storefront.db import db, transaction
from storefront.partners import editing
from storefront.partners.models import Partner
from storefront.stories.models import Story
from tests.admin.forms_of_pages import form_of, send, wrong
from tests.admin.people import Staff, a_person
from tests.factories import a_product
from tests.media.files import flat, saved
from tests.partners.test_editing import CERTIFICATE, FACT, GOOD
from tests.stories.telling import WORKSHOP, tell

# The use cases behind these pages are tried on both databases.
pytestmark = pytest.mark.any_database

NEW, YARD = "/admin/partners/new", "/admin/partners/loom-yard"
SCRIPT = "</textarea><script>alert(1)</script>\"'>"


@pytest.fixture
def staff(app: Flask) -> Staff:
    with transaction():
        document = GOOD | {"certificates": [CERTIFICATE | {"logo": None, "logo_alt": ""}]}
        editing.create(document, by="ANNA", at=now())
    return Staff(app, a_person(Role.CATALOGUE_ADMIN))


def stands(slug: str = "loom-yard") -> dict[str, Any]:
    db.session.rollback()
    db.session.expire_all()
    return editing.read(db.session.scalars(select(Partner).where(Partner.slug == slug)).one())


def edit(staff: Staff, path: str = YARD, **changes: Any) -> Any:
    return send(staff, path, form_of(staff.get(path).text), **changes)


def test_a_workshop_with_a_fact_and_a_certificate_is_made(staff: Staff) -> None:
    page = edit(staff, NEW, do="facts:add").text
    page = send(staff, NEW, form_of(page), do="certificates:add").text
    answer = send(
        staff, NEW, form_of(page), name="Red Loom", slug="red-loom", kind="directory", country="BD", region="Dhaka",
        tagline="Cloth.", summary="Woven cloth.", goods="towels\r\n\r\nbags", facts__0__claim="Opened in 2011.",
        facts__0__sources__0__title="About", facts__0__sources__0__publisher="The loom",
        facts__0__sources__0__url="https://loom.example/", facts__0__sources__0__first_hand="y",
        certificates__0__name="GOTS", certificates__0__sources__0__title="List",
        certificates__0__sources__0__publisher="The issuer", certificates__0__sources__0__url="https://issuer.example/",
    )  # fmt: skip
    assert answer.status_code == 303, wrong(answer.text)
    made = stands("red-loom")
    assert (made["kind"], made["goods"], made["position"]) == ("directory", ["towels", "bags"], 3)
    assert made["facts"][0]["sources"] == [
        {"title": "About", "publisher": "The loom", "url": "https://loom.example/", "date": None, "first_hand": True,
         "read_on": "2026-11-24"}
    ]  # fmt: skip
    assert made["certificates"][0]["status"] == "reported, not checked"
    assert "Opened in 2011." in staff.get("/partners/red-loom").text


def test_what_is_saved_as_it_stands_changes_nothing(staff: Staff) -> None:
    before = stands()
    assert edit(staff).location == f"{YARD}?done=unchanged"
    assert stands() == before


def test_rows_are_moved_added_and_taken_out_before_anything_is_saved(staff: Staff) -> None:
    page = edit(staff, do="facts:add").text
    page = send(staff, YARD, form_of(page), facts__1__claim="The second.", do="facts:earlier:1").text
    form = form_of(page)
    assert (form["facts.0.claim"], form["facts.1.claim"]) == ("The second.", FACT["claim"])
    page = send(staff, YARD, form, do="facts.1.sources:add").text
    assert "facts.1.sources.1.url" in form_of(page)
    page = send(staff, YARD, form_of(page), do="facts.1.sources:out:1").text
    page = send(staff, YARD, form_of(page), do="facts:out:0").text
    assert stands()["facts"] == [FACT]
    assert send(staff, YARD, form_of(page)).location.endswith("unchanged")
    for do in ("facts:out:7", "facts.9.sources:add", "kind:add", "facts.0.claim:add", "x"):
        assert edit(staff, do=do).status_code == 400, do


def test_what_is_wrong_is_said_and_what_was_typed_stays(staff: Staff) -> None:
    answer = edit(
        staff, tagline="", facts__0__sources__0__url="loom.example", certificates__0__valid_until="never",
        summary="Call 033 2555 0199.",
    )  # fmt: skip
    assert answer.status_code == 422
    expected = {"tagline", "summary", "facts-0-sources-0-url", "certificates-0-valid-until"}
    assert wrong(answer.text) == expected
    for name in expected:
        assert f'href="#{name}"' in answer.text
    form = form_of(answer.text)
    assert (form["facts.0.sources.0.url"], form["summary"]) == ("loom.example", "Call 033 2555 0199.")
    assert stands()["tagline"] == GOOD["tagline"]


def test_a_fact_without_a_source_is_not_kept(staff: Staff) -> None:
    page = edit(staff, do="facts.0.sources:out:0").text
    answer = send(staff, YARD, form_of(page))
    assert wrong(answer.text) == {"facts-0-sources"}
    assert stands()["facts"] == [FACT]


def test_the_preview_is_the_public_page_and_keeps_nothing(staff: Staff) -> None:
    page = edit(staff, do="preview", summary="Words that nobody has read.").text
    assert "Words that nobody has read." in page
    assert "A preview." in page
    assert "Words that nobody" not in staff.get("/partners/loom-yard").text
    assert FACT["claim"] in staff.get(f"{YARD}/preview").text


def test_two_who_write_at_once_see_both(staff: Staff, app: Flask) -> None:
    form = form_of(staff.get(YARD).text)
    edit(Staff(app, a_person(Role.OWNER, email="bina@example.org")), tagline="Of hers.")
    answer = send(staff, YARD, form, tagline="Of mine.")
    assert answer.status_code == 422
    assert "Bina saved another version" in answer.text
    assert "Of hers." in answer.text
    assert stands()["tagline"] == "Of hers."
    assert send(staff, YARD, form_of(answer.text)).status_code == 303
    assert stands()["tagline"] == "Of mine."


def test_a_version_is_put_back_with_its_facts(staff: Staff) -> None:
    edit(staff, facts__0__claim="Another claim.")
    assert "Another claim." in staff.get(f"{YARD}/history").text
    assert staff.post(f"{YARD}/history/1", version="2").status_code == 303
    assert stands()["facts"] == [FACT]


def test_a_logo_is_brought_with_its_words_and_shown_while_it_may_be(staff: Staff) -> None:
    content = saved(flat(), "PNG")
    for file, alt in ((b"<svg xmlns='http://www.w3.org/2000/svg'/>", "WFTO"), (content, "")):
        answer = edit(staff, certificates__0__logo_file=(BytesIO(file), "x.png"), certificates__0__logo_alt=alt)
        assert answer.status_code == 422
        assert "certificates-0-logo" in wrong(answer.text)
    assert stands()["certificates"][0]["logo"] is None
    answer = edit(staff, certificates__0__logo_file=(BytesIO(content), "x.png"), certificates__0__logo_alt="WFTO")
    assert answer.status_code == 303
    logo = stands()["certificates"][0]["logo"]
    assert logo.startswith("brought/")
    assert logo in staff.get("/partners/loom-yard").text
    assert edit(staff, certificates__0__checked_on="", certificates__0__valid_until="").status_code == 303
    assert logo not in staff.get("/partners/loom-yard").text
    assert edit(staff, certificates__0__logo_gone="y").status_code == 303
    assert stands()["certificates"][0]["logo"] is None


def test_a_form_with_many_facts_is_taken(staff: Staff) -> None:
    with transaction() as session:
        partner = session.scalars(select(Partner)).one()
        many = [FACT | {"sources": FACT["sources"] * 4}] * 50
        editing.change(
            partner.id, GOOD | {"facts": many, "certificates": []}, sells=False, based_on=None, by="A", at=now()
        )
    form = form_of(staff.get(YARD).text)
    assert len(list(form.items(multi=True))) > 1000
    answer = send(staff, YARD, form, tagline="Other words.", picture_file=(BytesIO(b""), ""))
    assert answer.status_code == 303
    assert stands()["tagline"] == "Other words."


def test_goods_of_a_directory_entry_are_refused(staff: Staff) -> None:
    with transaction() as session:
        session.add(a_product(partner=session.scalars(select(Partner)).one()))
    assert wrong(edit(staff, kind="directory").text) == {"kind"}


def test_whoever_unticks_twenty_makers_is_told_of_stories_that_name_a_region(staff: Staff) -> None:
    tell()
    path = f"/admin/partners/{WORKSHOP}"
    assert "names its region" not in staff.get(path).text
    with transaction():
        db.session.execute(update(Story).values(region="Kerala"))
    assert "One story on the web names its region." in staff.get(path).text


def test_a_script_in_any_text_is_letters(staff: Staff) -> None:
    form = form_of(staff.get(YARD).text)
    texts = [name for name in form if name not in {"csrf_token", "version", "unsaved_form"}]
    answer = send(staff, YARD, form, **dict.fromkeys(texts, SCRIPT))
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    assert answer.text.count("&lt;script&gt;alert") > 20
    said = dict.fromkeys(("name", "tagline", "summary", "notice", "region"), SCRIPT)
    with transaction() as session:
        session.execute(update(Partner).values(**said, goods=[SCRIPT], support=[SCRIPT], editor_notes=[SCRIPT]))
        partner = session.scalars(select(Partner)).one()
        partner.facts[0].claim = partner.certificates[0].name = partner.certificates[0].scope = SCRIPT
    for path in (YARD, f"{YARD}/preview", "/partners/loom-yard"):
        page = staff.get(path).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_nobody_else_finds_these_pages(staff: Staff, app: Flask) -> None:
    partner_id = db.session.scalars(select(Partner.id)).one()
    for role in set(Role) - {Role.OWNER, Role.CATALOGUE_ADMIN}:
        other = Staff(app, a_person(role, partner_id=partner_id if role is Role.PARTNER_STAFF else None))
        for path in (NEW, YARD, f"{YARD}/history", f"{YARD}/preview"):
            assert other.get(path).status_code == 404, (role, path)
        for path in (NEW, YARD, f"{YARD}/history/1"):
            assert other.post(path, version="1").status_code == 404
    for slug in ("none", "Loom", "a--b", "%00"):
        assert staff.get(f"/admin/partners/{slug}").status_code == 404
