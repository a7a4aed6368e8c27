"""What machines read at the top of every public page, and what they are asked to leave alone."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from sqlalchemy import update

from storefront.catalog.models import Product
from storefront.db import db, transaction
from storefront.media.models import Picture
from storefront.pages.sitemap import PAGES

FIXED = ("/", "/shop", "/partners", "/about", "/answers", "/delivery", "/terms", "/privacy")
OPEN_GRAPH = {"og:site_name", "og:type", "og:title", "og:url", "og:description", "og:image", "og:image:alt"}


class Head(HTMLParser):
    """Titles, canonical addresses, meta values and headings of a page."""

    def __init__(self, text):
        super().__init__()
        self.titles, self.headings, self.canonical, self.meta, self.in_head = 0, 0, [], [], True
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.titles += tag == "title"
        self.headings += tag == "h1"
        if tag == "body":
            self.in_head = False
        if tag == "link" and given["rel"] == "canonical":
            assert self.in_head
            self.canonical.append(given["href"])
        if tag == "meta" and ("property" in given or "name" in given):
            assert self.in_head
            self.meta.append((given.get("property") or given["name"], given["content"]))


def head_of(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    assert "Set-Cookie" not in answer.headers
    found = Head(answer.text)
    assert (found.titles, found.headings, len(found.canonical)) == (1, 1, 1), address
    meta = dict(found.meta)
    assert len(meta) == len(found.meta), (address, found.meta)
    assert meta.keys() >= OPEN_GRAPH, address
    assert meta["og:url"] == found.canonical[0]
    assert meta["description"] == meta["og:description"]
    assert 20 < len(meta["description"]) <= 300, address
    assert meta["og:image"].startswith("http://localhost/")
    assert meta["og:image"].endswith(".png")
    assert all(value.strip() for value in meta.values()), address
    assert "None" not in meta.values()
    return found.canonical[0].removeprefix("http://localhost"), meta


@pytest.mark.parametrize("kind", ["empty", "demo"])
def test_every_fixed_page_says_what_it_is(request, backend, kind):
    shop = request.getfixturevalue("shop" if kind == "demo" else "app")
    client = shop.test_client()
    described = set()
    for address in FIXED:
        canonical, meta = head_of(client, address)
        assert canonical == address
        described.add(meta["og:description"])
        if address != "/":
            with client.get(meta["og:image"].removeprefix("http://localhost")) as answer:
                assert answer.mimetype == "image/png"
    assert len(described) == len(FIXED)
    assert "application/ld+json" not in client.get("/about").text


def test_the_canonical_address_of_a_product_has_no_variant(shop, client):
    plain, _ = head_of(client, "/shop/organic-cotton-crew-tee")
    sku = db.session.scalars(db.select(Product).where(Product.slug == "organic-cotton-crew-tee")).one().variants[-1].sku
    assert (
        head_of(client, f"/shop/organic-cotton-crew-tee?variant={sku}")[0] == plain == "/shop/organic-cotton-crew-tee"
    )


def test_what_a_preview_shows_of_goods_is_marked(shop, client):
    _, meta = head_of(client, "/shop/jute-market-shopper")
    assert meta["og:title"] == "Jute market shopper"
    assert meta["og:type"] == "product"
    assert meta["og:description"].startswith("Demonstration listing. ")
    assert head_of(client, "/partners/freeset")[1]["og:description"].startswith("Demonstration listing. ")
    assert head_of(client, "/partners/sample-red-earth-loom-yard")[1]["og:description"].startswith("Sample partner. ")


def test_pictures_of_previews_are_of_the_public_shelf(shop, client):
    names = set(db.session.scalars(db.select(Picture.name).where(Picture.shelf == "public")))
    for address in ("/", "/shop/sari-market-bag", "/partners/freeset"):
        _, meta = head_of(client, address)
        found = re.fullmatch(r"http://localhost/rasters/(.+)\.png", meta["og:image"])
        assert f"{found[1]}.svg" in names
        assert meta["og:image:alt"] != "None"


@pytest.mark.parametrize(
    ("asked", "canonical"),
    [
        ("/shop", "/shop"),
        ("/shop?page=2", "/shop?page=2"),
        ("/shop?category=bags", "/shop?category=bags"),
        ("/shop?collection=kantha", "/shop?collection=kantha"),
        ("/shop?category=bags&collection=kantha", "/shop?collection=kantha"),
        ("/shop?sort=price_low&page=2", "/shop"),
        ("/shop?category=bags&in_stock=1&partner=freeset&sort=name", "/shop?category=bags"),
        ("/shop?partner=freeset", "/shop"),
        ("/shop?category=no-such-thing", "/shop"),
        ("/shop?utm_source=x&category=bags", "/shop?category=bags"),
    ],
)
def test_filters_and_sorting_make_no_page_of_their_own(shop, client, asked, canonical):
    assert head_of(client, asked)[0] == canonical


def test_a_place_that_does_not_exist_asks_not_to_be_kept(shop, client):
    assert dict(Head(client.get("/shop?category=no-such").text).meta)["robots"] == "noindex"
    assert "robots" not in dict(Head(client.get("/shop?category=bags").text).meta)


def crumbs(client, address):
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', client.get(address).text, re.DOTALL)
    (found,) = [block for block in map(json.loads, blocks) if block["@type"] == "BreadcrumbList"]
    assert [step["position"] for step in found["itemListElement"]] == list(range(1, len(found["itemListElement"]) + 1))
    return [(step["name"], step["item"].removeprefix("http://localhost")) for step in found["itemListElement"]]


def test_the_way_to_a_page_leads_through_pages_that_exist(shop, client):
    bags = [("Shop", "/shop"), ("Bags", "/shop?category=bags")]
    assert crumbs(client, "/shop/jute-market-shopper") == [*bags, ("Jute market shopper", "/shop/jute-market-shopper")]
    assert crumbs(client, "/shop?category=bags&sort=name") == bags
    assert crumbs(client, "/partners/freeset") == [
        ("The workshops", "/partners"),
        ("Freeset, now Joyya", "/partners/freeset"),
    ]
    assert "BreadcrumbList" not in client.get("/shop").text
    assert "BreadcrumbList" not in client.get("/shop?partner=freeset").text


def test_no_name_breaks_out_of_the_head(shop, client):
    with transaction():
        db.session.execute(update(Product).values(name='"><script>alert(1)</script>', description='"><b>'))
    text = client.get("/shop/jute-market-shopper").text
    assert "<script>alert" not in text
    assert '"><b>' not in text


def test_robots_are_shown_the_sitemap_and_kept_from_visitors_own_pages(app, client):
    answer = client.get("/robots.txt")
    assert answer.mimetype == "text/plain"
    assert "Set-Cookie" not in answer.headers
    lines = answer.text.splitlines()
    assert lines[0] == "User-agent: *"
    assert "Sitemap: http://localhost/sitemap.xml" in lines
    assert [line.removeprefix("Disallow: ") for line in lines if line.startswith("Disallow")] == [
        "/cart", "/checkout", "/account", "/admin", "/exit",
    ]  # fmt: skip
    assert "stor" not in answer.text


def test_what_is_kept_from_robots_hides_no_public_page(app, client):
    """A page that may not be fetched cannot say that it is gone, so a rule must not reach further than it is meant."""
    rules = [
        line.removeprefix("Disallow: ") for line in client.get("/robots.txt").text.splitlines() if "Disallow" in line
    ]
    public = (
        *PAGES,
        "/stories/x",
        "/stories/x/drawing",
        "/p/x",
        "/shop/x",
        "/partners/x",
        "/articles/x",
        "/pathways/x",
        "/stages/x",
        "/withdraw",
        "/rasters/x.png",
        "/media/x.svg",
        "/sitemap.xml",
    )
    assert [path for path in public if path.startswith(tuple(rules))] == []


def test_hard_questions_are_answered_for_the_shop_as_it_is(shop, client):
    page = client.get("/answers").text
    for words in (
        "Who owns this?",
        "How much reaches the makers?",
        "Do makers have to tell their story?",
        "What if I want to return it?",
        "Not yet. Goods in the shop at the moment belong to a demonstration",
    ):
        assert words in page
    for address in ("/articles/how-we-tell-stories", "/articles/where-the-price-goes", "/delivery", "/help-lines"):
        assert f'href="{address}"' in page
        assert client.get(address).status_code == 200
    with transaction():
        db.session.execute(update(Product).values(from_demonstration=False))
    page = client.get("/answers").text
    assert "belong to a demonstration" not in page
    assert "The goods are." in page
