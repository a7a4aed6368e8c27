"""What search engines are told of: everything public, and of stories only what their tellers agreed to."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from sqlalchemy import update

from storefront.articles.models import Article
from storefront.catalog.models import Product
from storefront.db import db, transaction
from storefront.pages import sitemap
from storefront.stories.models import Consent, Story, Wording
from tests.catalog.goods import add_products

SLUG = "anju-the-offer"  # told on the web and open to search engines
ADDRESS = f"/stories/{SLUG}"
SCHEMA = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def ask(client, address="/sitemap.xml"):
    answer = client.get(address)
    assert answer.status_code == 200, address
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.mimetype == "application/xml"
    return ElementTree.fromstring(answer.data)


def listed(client, address="/sitemap.xml"):
    """{path: lastmod or none}, each named once."""
    root = ask(client, address)
    assert root.tag == f"{SCHEMA}urlset"
    found = [(entry.findtext(f"{SCHEMA}loc"), entry.findtext(f"{SCHEMA}lastmod")) for entry in root]
    assert all(place.startswith("http://localhost/") for place, _ in found)
    assert len({place for place, _ in found}) == len(found)
    return {place.removeprefix("http://localhost"): changed for place, changed in found}


def change(model, *conditions, **values):
    with transaction():
        db.session.execute(update(model).where(*conditions).values(**values))
    db.session.expire_all()


def consents_of(slug=SLUG):
    return Consent.story_id == db.session.scalars(db.select(Story.id).where(Story.slug == slug)).one()


def test_everything_that_is_public_is_named_and_answers(shop, client):
    found = listed(client)
    assert len([path for path in found if path.startswith("/shop/")]) == 36
    assert set(sitemap.PAGES) <= set(found)
    assert {"/partners/freeset", "/partners/sample-lamplight-stitch-room", ADDRESS} <= set(found)
    assert not [
        path for path in found if "?" in path or "drawing" in path or path.startswith(("/p/", "/cart", "/account"))
    ]
    for path in found:
        with client.get(path) as answer:
            assert answer.status_code == 200, path


def test_a_shop_that_has_just_been_set_up(app, client):
    assert list(listed(client)) == list(sitemap.PAGES)


def test_a_product_that_is_not_published_is_not_named(shop, client):
    change(Product, Product.slug == "sari-layer-throw", published_at=None)
    change(Product, Product.slug == "sari-market-bag", published_at=datetime(2026, 12, 1, tzinfo=UTC))
    assert not {"/shop/sari-layer-throw", "/shop/sari-market-bag"} & set(listed(client))


def test_pages_that_are_reviewed_say_when(shop, client):
    with transaction():
        articles = {article.path: article.reviewed_on.isoformat() for article in db.session.scalars(db.select(Article))}
    assert articles.items() <= listed(client).items()


@pytest.mark.parametrize("channel", ["web_story", "search_indexing"])
def test_a_story_needs_both_consents(shop, client, channel):
    assert ADDRESS in listed(client)
    change(Consent, consents_of(), **{channel: False})
    assert SLUG not in client.get("/sitemap.xml").text


def test_a_story_whose_teller_refused_search_engines_is_never_named(shop, client):
    """On the web it can be read; here it is not."""
    refused = db.session.scalars(
        db.select(Story.slug).join(Consent).where(Consent.web_story, ~Consent.search_indexing, Story.slug.is_not(None))
    ).all()
    open_to_read = [slug for slug in refused if client.get(f"/stories/{slug}").status_code == 200]
    text = client.get("/sitemap.xml").text
    assert open_to_read
    assert [slug for slug in refused if f"/stories/{slug}<" in text] == []


@pytest.mark.parametrize(
    "changes", [{"withdrawn_at": datetime(2026, 11, 24, 11, tzinfo=UTC)}, {"words_hash": "others"}]
)
def test_a_story_is_gone_the_moment_consent_is(shop, client, changes):
    change(Consent, consents_of(), **changes)
    assert SLUG not in client.get("/sitemap.xml").text


def test_words_that_somebody_changed_past_every_rule_are_not_named(shop, client):
    story_id = db.session.scalars(db.select(Story.id).where(Story.slug == SLUG)).one()
    change(Wording, Wording.story_id == story_id, text="Other words.")
    assert SLUG not in client.get("/sitemap.xml").text


def test_what_is_not_published_yet_is_not_named(shop, client):
    story_id = db.session.scalars(db.select(Story.id).where(Story.slug == SLUG)).one()
    change(Wording, Wording.story_id == story_id, published_at=datetime(2026, 11, 25, tzinfo=UTC))
    assert SLUG not in client.get("/sitemap.xml").text


def test_of_a_story_no_more_than_the_month_is_told(shop, client):
    found = {path: changed for path, changed in listed(client).items() if path.startswith("/stories/")}
    assert found
    assert all(re.fullmatch(r"20\d\d-\d\d", changed) for changed in found.values()), found


def test_stories_about_enterprises_are_named(shop, client):
    assert "/stories/sari-bari-work-to-fit" in listed(client)


def test_many_goods_make_an_index_and_parts(shop, client, monkeypatch):
    whole = listed(client)
    monkeypatch.setattr(sitemap, "MOST", 20)
    root = ask(client)
    assert root.tag == f"{SCHEMA}sitemapindex"
    places = [entry.findtext(f"{SCHEMA}loc").removeprefix("http://localhost") for entry in root]
    assert places == [f"/sitemap-{number}.xml" for number in range(1, len(places) + 1)]
    parts = [listed(client, place) for place in places]
    assert [len(part) for part in parts[:-1]] == [20] * (len(parts) - 1)
    assert 0 < len(parts[-1]) <= 20
    assert [path for part in parts for path in part] == list(whole)


def test_exactly_full_is_one_file(shop, client, monkeypatch):
    whole = listed(client)
    monkeypatch.setattr(sitemap, "MOST", len(whole))
    assert listed(client) == whole
    monkeypatch.setattr(sitemap, "MOST", len(whole) - 1)
    assert len(listed(client, "/sitemap-2.xml")) == 1


@pytest.mark.parametrize("number", ["0", "2", "-1", "x", "1.0", "9" * 30, "%00", "01", ""])
def test_a_part_that_is_not_there(app, client, number):
    assert client.get(f"/sitemap-{number}.xml").status_code == 404


def test_it_costs_as_much_with_many_goods(shop, client, statements):
    with statements() as few:
        ask(client)
    add_products(200)
    db.session.expunge_all()
    with statements() as many:
        ask(client)
    assert len(few) == len(many) == 5


def test_names_are_written_as_xml(app):
    text = sitemap.urls(iter([sitemap.Address("/a&b<c>")]), shop_url="http://localhost")
    assert "http://localhost/a&amp;b&lt;c&gt;" in text
    ElementTree.fromstring(text)
