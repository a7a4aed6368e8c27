"""The list and the product page as a visitor gets them."""

import re

import pytest
from sqlalchemy import update

from storefront.catalog.models import Product, ProductStory
from storefront.db import db, transaction
from storefront.stories.models import Story
from tests.catalog.goods import add_products, product_of, set_stock

HOSTILE = [
    "%00",
    "a%00b",
    "1" * 400,
    "%F0%9F%99%82",
    "%FF%FE",
    "'%20OR%201=1--",
    "<script>alert(1)</script>",
    "../../etc",
    "",
    "%0d%0aX:1",
]


def text(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.text


def links(page):
    return re.findall(r'href="([^"]+)"', page.replace("&amp;", "&"))


@pytest.mark.parametrize(
    "name", ["category", "collection", "partner", "in_stock", "sort", "material", "price_min", "unheard_of"]
)
def test_no_question_is_too_strange(shop, client, name):
    for value in HOSTILE:
        assert "<script>alert" not in text(client, f"/shop?{name}={value}&{name}=again")


def test_a_page_that_is_not_there(shop, client):
    for page in ("0", "-1", "x", "1.0", "%00", "9" * 400, "٢", "3", "999999", "+1", "1e3"):
        text(client, f"/shop?page={page}", 404)


def test_page_one_of_nothing_is_there_and_page_two_is_not(app, client):
    assert "Nothing is for sale yet" in text(client, "/shop")
    text(client, "/shop?page=1")
    text(client, "/shop?page=2", 404)


def test_filters_of_a_later_day_change_nothing(shop, client):
    assert text(client, "/shop?material=jute&colour=red&price_min=1&price_max=2") == text(client, "/shop")


def test_paging_keeps_the_choices(shop, client):
    add_products(40)
    page = text(client, "/shop?collection=wear&in_stock=1&sort=price_low")
    assert "/shop?collection=wear&in_stock=1&sort=price_low&page=2" in links(page)
    second = text(client, "/shop?collection=wear&in_stock=1&sort=price_low&page=2")
    assert "/shop?collection=wear&in_stock=1&sort=price_low" in links(second)
    assert not set(re.findall(r'href="(/shop/[^"]+)"', page)) & set(re.findall(r'href="(/shop/[^"]+)"', second))


def test_categories_and_chips_keep_the_other_choices(shop, client):
    found = links(text(client, "/shop?collection=kantha&partner=sari-bari"))
    assert "/shop?category=bags&collection=kantha&partner=sari-bari" in found
    assert "/shop?partner=sari-bari" in found
    assert "/shop?collection=kantha" in found


@pytest.mark.parametrize(
    ("kind", "words"),
    [("collection", "No such collection"), ("category", "No such category"), ("partner", "No such workshop")],
)
def test_an_unknown_place_shows_a_way_on(shop, client, kind, words):
    page = text(client, f"/shop?{kind}=no-such-thing")
    assert words in page
    assert any(link.startswith(f"/shop?{kind}=") for link in links(page))


def test_nothing_found_shows_a_way_on(shop, client):
    page = text(client, "/shop?category=jewellery&partner=freeset")
    assert "Nothing here fits all of that" in page
    assert "/shop" in links(page)


def test_only_the_first_card_of_page_one_is_large(shop, client):
    assert text(client, "/shop").count("card-large") == 1
    assert "card-large" not in text(client, "/shop?page=2")


def test_names_are_shown_as_they_are(shop, client):
    with transaction():
        db.session.execute(
            update(Product)
            .where(Product.slug == "jute-market-shopper")
            .values(name="<b>Jute</b> & 'co'", notice="<i>!")
        )
    for address in ("/shop", "/shop/jute-market-shopper", "/partners/freeset"):
        page = text(client, address)
        assert "<b>Jute</b>" not in page
        assert "&lt;b&gt;Jute&lt;/b&gt; &amp; &#39;co&#39;" in page


def test_a_product_can_be_put_into_the_bag_by_a_plain_form(shop, client):
    page = text(client, "/shop/jute-market-shopper?variant=FRS-JMS-INK")
    assert '<form class="stack" method="post" action="/cart/lines">' in page
    assert '<input type="hidden" name="sku" value="FRS-JMS-INK">' in page
    assert '<select id="quantity" name="quantity">' in page
    assert "$26.00" in page


def test_of_a_single_piece_nobody_is_asked_how_many(shop, client):
    page = text(client, "/shop/kantha-short-jacket")
    assert '<input type="hidden" name="quantity" value="1">' in page
    assert "<select" not in page


def test_a_sold_piece_stays_to_be_seen_and_cannot_be_bought(shop, client):
    page = text(client, "/shop/sari-bed-cover?variant=SBR-SBC-002")
    assert "disabled>Sold</button>" in page
    assert "/cart/lines" not in page
    page = text(client, "/shop/sari-bed-cover")
    assert "/cart/lines" in page
    assert 'aria-disabled="true"' in page
    assert 'href="/shop/sari-bed-cover?variant=SBR-SBC-002' not in page


def test_the_last_one_that_somebody_is_paying_for(shop, client):
    set_stock("LSR-KSJ-M1", on_hand=1, held=1)
    page = text(client, "/shop/kantha-short-jacket?variant=LSR-KSJ-M1")
    assert "Somebody is paying for the last one" in page
    assert "/cart/lines" not in page


def test_a_sold_product_says_so(shop, client):
    for sku in ("SBR-SBC-001", "SBR-SBC-002"):
        set_stock(sku, on_hand=0)
    assert text(client, "/shop/sari-bed-cover").count("Sold") >= 3
    assert '<span class="tag">Sold</span>' in text(client, "/shop?collection=one-of-a-kind")


def test_an_unknown_variant_shows_the_usual_one(shop, client):
    usual = text(client, "/shop/kantha-short-jacket")
    for sku in ("NO-SUCH", *HOSTILE):
        assert text(client, f"/shop/kantha-short-jacket?variant={sku}") == usual


def test_an_unknown_product_is_not_there(shop, client):
    for slug in ("no-such-thing", "%00", "1" * 400, "A", "a--b", "%F0%9F%99%82", "a%0a"):
        text(client, f"/shop/{slug}", 404)


def test_the_parts_of_the_price_carry_their_label(shop, client):
    page = text(client, "/shop/sari-layer-throw")
    assert "Where your $98.00 goes" in page
    assert "Price of 24 November 2026. Sample figures" in page
    with transaction():
        db.session.execute(update(Product).values(price_version=9))
    assert "price-bar" not in text(client, "/shop/sari-layer-throw")


def test_what_it_is_made_of(shop, client):
    page = text(client, "/shop/organic-cotton-crew-tee")
    for words in (
        "Organic cotton jersey, 100 %",
        "Chest, size M 52 cm",
        "Our estimate",
        "190 g",
        "reported, not checked live",
    ):
        assert words in page
    assert "None reported by the workshop." in text(client, "/shop/kantha-short-jacket")


def test_several_stories_share_one_band(shop, client):
    page = text(client, "/shop/kantha-short-jacket")
    assert page.count('class="story-band"') == 1
    assert "Also told" in page


@pytest.mark.parametrize("number", [36, 200])
def test_the_list_costs_as_much_with_many_products(shop, client, statements, number):
    add_products(number)
    db.session.expunge_all()
    with statements() as seen:
        text(client, "/shop?collection=wear&partner=freeset&category=apparel&in_stock=1&sort=price_low")
    assert len(seen) == 4


def test_a_page_costs_as_much_with_many_variants_stories_and_neighbours(shop, client, statements):
    with statements() as few:
        text(client, "/shop/jute-bottle-carrier")
    add_products(60, like="organic-cotton-crew-tee")
    with transaction():
        product = product_of("organic-cotton-crew-tee")
        had = set(
            db.session.scalars(db.select(ProductStory.story_reference).where(ProductStory.product_id == product.id))
        )
        for place, story in enumerate(db.session.scalars(db.select(Story))):
            if story.reference not in had:
                db.session.add(ProductStory(product_id=product.id, story_reference=story.reference, position=place + 9))
    db.session.expunge_all()
    with statements() as many:
        assert "Also told" in text(client, "/shop/organic-cotton-crew-tee")
    assert len(few) == len(many) == 6


def test_a_product_without_anything_has_a_page(shop, client):
    (slug,) = add_products(1)
    with transaction():
        product = product_of(slug)
        product.variants, product.pictures, product.materials, product.breakdowns = [], [], [], []
        product.measures, product.care = {}, []
    assert "/cart/lines" not in text(client, f"/shop/{slug}")
    text(client, "/shop?sort=newest")
    text(client, "/shop?sort=price_low")
