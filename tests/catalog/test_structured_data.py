"""Goods as search engines read them: true, whole, and of nobody's life."""

from __future__ import annotations

import html
import json
import re

import pytest
from sqlalchemy import update

from storefront.catalog import product_page
from storefront.catalog.models import Product, Variant
from storefront.catalog.structured_data import decimal, of_product
from storefront.core import clock
from storefront.core.money import Money
from storefront.db import db, transaction
from storefront.stories.models import Wording
from tests.catalog.goods import product_of, set_stock
from tests.factories import a_product

BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


def blocks(page):
    return [json.loads(block) for block in BLOCK.findall(page)]


def of(slug, *, sku=None):
    return of_product(product_page.read(slug, sku=sku, at=clock.now()))


def offers(found):
    return {variant["sku"]: variant["offers"] for variant in found["hasVariant"]}


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (Money(11800, "USD"), "118.00"),
        (Money(5, "USD"), "0.05"),
        (Money(0, "USD"), "0.00"),
        (Money(1234567890123456789, "EUR"), "12345678901234567.89"),
        (Money(118, "JPY"), "118"),
        (Money(1500, "KWD"), "1.500"),
    ],
)
def test_prices_are_written_in_whole_digits(amount, words):
    assert decimal(amount) == words


def test_a_product_of_one_variant(app):
    with transaction():
        product = a_product(price=Money(2400, "USD"))
        db.session.add(product)
        db.session.flush()
        slug, sku, maker = product.slug, product.variants[0].sku, product.partner
        assert of(slug) == {
            "@context": "https://schema.org",
            "@type": "Product",
            "name": product.name,
            "url": f"http://localhost/shop/{slug}",
            "description": "A tote.",
            "brand": {"@type": "Organization", "name": maker.name, "url": f"http://localhost/partners/{maker.slug}"},
            "category": "Bags",
            "image": [],
            "sku": sku,
            "offers": {
                "@type": "Offer",
                "url": f"http://localhost/shop/{slug}?variant={sku}",
                "price": "24.00",
                "priceCurrency": "USD",
                "availability": "https://schema.org/InStock",
                "itemCondition": "https://schema.org/NewCondition",
            },
        }


def test_variants_stand_in_a_group_with_a_price_each(shop):
    found = of("organic-cotton-crew-tee", sku="no-such")
    product = product_of("organic-cotton-crew-tee")
    assert found["@type"] == "ProductGroup"
    assert found["variesBy"] == ["https://schema.org/color", "https://schema.org/size"]
    assert {sku: offer["price"] for sku, offer in offers(found).items()} == {
        variant.sku: decimal(variant.price) for variant in product.variants
    }
    assert {variant["size"] for variant in found["hasVariant"]} == {
        variant.options["size"] for variant in product.variants
    }
    assert len({variant["name"] for variant in found["hasVariant"]}) == len(product.variants)


def test_availability_follows_the_shelf(app):
    with transaction():
        product = a_product(variants=3)
        db.session.add(product)
        db.session.flush()
        slug, skus = product.slug, [variant.sku for variant in product.variants]
    set_stock(skus[0], on_hand=0)
    set_stock(skus[1], on_hand=1, held=1)
    said = {sku: offer["availability"].rpartition("/")[2] for sku, offer in offers(of(slug)).items()}
    assert said == {skus[0]: "SoldOut", skus[1]: "OutOfStock", skus[2]: "InStock"}


def test_what_kind_of_listing_it_is_comes_first(shop):
    assert of("jute-market-shopper")["description"].startswith("Demonstration listing. ")
    sample = of("kantha-short-jacket")
    assert sample["description"].startswith("Sample partner. ")
    assert sample["brand"]["name"] == "Lamplight Stitch Room (sample partner)"


def test_pictures_have_pixels_and_are_of_goods(shop):
    found = of("sari-market-bag")
    pictures = [*found["image"], *(url for variant in found["hasVariant"] for url in variant.get("image", []))]
    assert pictures
    assert all(re.fullmatch(r"http://localhost/rasters/demo/products/[^?]+\.png", url) for url in pictures)


def test_no_person_no_story_no_rating(shop, client):
    """Beside this product two stories stand; what machines are handed has nothing of them."""
    titles = [wording.title for wording in db.session.scalars(db.select(Wording))]
    page = client.get("/shop/kantha-short-jacket").text
    assert any(html.escape(title) in page for title in titles)
    for block in BLOCK.findall(page):
        assert not [title for title in titles if title in block]
        for word in ("Person", "Review", "Rating", "author", "/stories/"):
            assert word not in block


HOSTILE = [
    "</script><script>alert(1)</script>", "<!--<script>", "]]>", "\"}</SCRIPT >", "a\\u003c/script>", "&lt;/script&gt;", "'\"\u2028\u2029\x7f",
]  # fmt: skip


def test_no_name_breaks_out_of_its_block(app, client):
    with transaction():
        product = a_product(variants=2)
        db.session.add(product)
        db.session.flush()
        slug = product.slug
    for name in HOSTILE:
        with transaction():
            db.session.execute(update(Product).values(name=name, description=name, notice=name))
            db.session.execute(update(Variant).values(options={"colour": name}))
            product_of(slug).partner.name = product_of(slug).category.name = name
        for address in (
            f"/shop/{slug}",
            f"/partners/{product_of(slug).partner.slug}",
            f"/shop?category={product_of(slug).category.slug}",
        ):
            page = client.get(address).text
            found = blocks(page)
            assert len(found) == len(re.findall("<script type=.application", page)) == (2 if "/shop/" in address else 1)
            for block in BLOCK.findall(page):
                assert not set("<>&") & set(block)
            assert "alert(1)</script>" not in page.replace("&lt;/script&gt;", "")
        assert blocks(client.get(f"/shop/{slug}").text)[0]["name"] == name


def test_a_product_without_variants_offers_nothing(app, client):
    with transaction():
        product = a_product(variants=0)
        db.session.add(product)
        db.session.flush()
        slug = product.slug
    assert of(slug)["hasVariant"] == []
    assert client.get(f"/shop/{slug}").status_code == 200
