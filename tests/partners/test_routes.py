"""What is said of a workshop has a source, and what was not checked says so."""

from datetime import date

from sqlalchemy import update

from storefront.db import db, transaction
from storefront.partners.models import Certificate, Fact, Partner


def test_the_list_names_every_workshop_and_its_kind(shop, client):
    page = client.get("/partners").text
    for words in (
        "Freeset, now Joyya",
        "Demonstration listing",
        "Directory entry",
        "Sample partner",
        "Kolkata, West Bengal",
    ):
        assert words in page
    assert page.count('class="workshop"') == 8


def test_the_list_costs_one_statement(shop, client, statements):
    with statements() as seen:
        client.get("/partners")
    assert len(seen) == 1


def test_an_empty_list(app, client):
    page = client.get("/partners")
    assert page.status_code == 200
    assert "No workshop is listed yet" in page.text


def test_a_page_shows_what_is_known_and_from_where(shop, client):
    page = client.get("/partners/freeset").text
    assert "Opened on 17 September 2001 with twenty women." in page
    assert 'href="https://freesetglobal.com/celebrating-15-years/" rel="noopener nofollow noreferrer"' in page
    assert "Two sources, or its own page" in page
    assert "One source; treat with care" in page
    assert "has not reviewed this page" in page
    assert "now Joyya" in page


def test_a_fact_without_a_source_is_not_shown(shop, client):
    with transaction():
        db.session.execute(update(Fact).where(Fact.position == 0).values(sources=[]))
    assert "Opened on 17 September 2001" not in client.get("/partners/freeset").text


def test_a_source_that_is_no_web_address_is_no_link(shop, client):
    with transaction():
        db.session.execute(
            update(Fact).values(sources=[{"publisher": "Somebody", "url": "javascript:alert(1)", "date": None}])
        )
    page = client.get("/partners/freeset").text
    assert "javascript:" not in page
    assert "Somebody, undated" in page


def test_certificates_say_that_they_were_not_checked(shop, client):
    page = client.get("/partners/freeset").text
    assert page.count("Reported, not checked") == 1
    assert page.count("Claimed, not checked") == 2
    assert "tag-ok" not in page


def test_a_checked_certificate_says_until_when(shop, client):
    with transaction():
        db.session.execute(update(Certificate).values(checked_on=date(2026, 1, 1), valid_until=date(2026, 12, 1)))
    assert "until 1 December 2026" in client.get("/partners/freeset").text
    with transaction():
        db.session.execute(update(Certificate).values(valid_until=date(2026, 11, 1)))
    page = client.get("/partners/freeset").text
    assert "Reported, no longer valid" in page
    assert "tag-ok" not in page


def test_a_sample_partner_is_called_so(shop, client):
    page = client.get("/partners/sample-lamplight-stitch-room").text
    assert "This organisation does not exist" in page
    assert "What is known" not in page


def test_its_goods_and_stories_are_there(shop, client):
    page = client.get("/partners/freeset").text
    assert page.count('<li class="card">') == 8
    assert "/stories/freeset-twenty-beginners" in page
    assert 'href="/shop?partner=freeset"' in page
    assert "Goods made here" not in client.get("/partners/basha-boutique").text


def test_it_names_no_maker(shop, client):
    with transaction():
        db.session.execute(db.delete(Fact))
    assert (
        "Jui" in client.get("/partners/sample-lamplight-stitch-room").text
    )  # a name she chose, on the link to her page
    assert "ST-DEMO" not in client.get("/partners/sample-lamplight-stitch-room").text


def test_an_unknown_workshop_is_not_there(shop, client):
    for slug in ("no-such", "%00", "1" * 400, "Freeset", "%F0%9F%99%82"):
        assert client.get(f"/partners/{slug}").status_code == 404


def test_the_number_of_statements_is_the_same_for_all(shop, client, statements):
    counts = set()
    for slug in db.session.scalars(db.select(Partner.slug)).all():
        db.session.expunge_all()
        with statements() as seen:
            client.get(f"/partners/{slug}")
        counts.add(len(seen))
    assert counts == {5}
