"""The page of one product: the variant that is shown, what can be chosen, the words about stock, the price's parts."""

import pytest
from sqlalchemy import update

from storefront.catalog import product_page
from storefront.catalog.models import Product
from storefront.core import clock
from storefront.core.money import Money
from storefront.db import db, transaction
from tests.catalog.goods import add_products, product_of, set_stock


def page(slug, sku=None):
    return product_page.read(slug, sku=sku, at=clock.now())


def choices(found, axis=0):
    return {choice.words: choice for choice in found.axes[axis].choices}


def test_the_first_that_can_be_bought_is_chosen(shop):
    set_stock("SBR-SLT-001", on_hand=0)
    assert page("sari-layer-throw").chosen.sku == "SBR-SLT-002"


def test_the_address_chooses(shop):
    found = page("kantha-short-jacket", "LSR-KSJ-M1")
    assert found.chosen.sku == "LSR-KSJ-M1"
    assert found.gallery[0].alt.startswith("Marigold and plum jacket")
    assert [choice.is_chosen for choice in found.axes[0].choices] == [False, True, False]


@pytest.mark.parametrize("sku", ["NO-SUCH", "", "\x00", "9" * 500, "FRS-JMS-NAT"])
def test_an_unknown_variant_is_the_usual_one(shop, sku):
    assert page("kantha-short-jacket", sku).chosen.sku == page("kantha-short-jacket").chosen.sku


def test_pieces_are_chosen_one_by_one_with_their_picture(shop):
    (axis,) = page("kantha-short-jacket").axes
    assert axis.has_pictures
    assert [(choice.words, choice.note) for choice in axis.choices] == [
        ("Rose and ink", "S"),
        ("Marigold and plum", "M"),
        ("Moss and cream", "L"),
    ]


def test_options_keep_what_was_chosen_before(shop):
    found = page("organic-cotton-crew-tee", "FRS-TEE-IND-M")
    assert [axis.name for axis in found.axes] == ["Colour", "Size"]
    assert choices(found)["White"].sku == "FRS-TEE-WHI-M"
    assert choices(found, 1)["L"].sku == "FRS-TEE-IND-L"
    assert found.axes[0].has_pictures
    assert not found.axes[1].has_pictures


def test_a_sold_size_stays_to_be_seen(shop):
    assert choices(page("organic-cotton-crew-tee", "FRS-TEE-IND-M"), 1)["XXL"].is_sold
    assert not choices(page("organic-cotton-crew-tee", "FRS-TEE-WHI-M"), 1)["XXL"].is_sold


def test_a_colour_leads_to_a_size_that_can_be_had(shop):
    set_stock("FRS-TEE-WHI-M", on_hand=0)
    white = choices(page("organic-cotton-crew-tee", "FRS-TEE-IND-M"))["White"]
    assert not white.is_sold
    assert white.sku != "FRS-TEE-WHI-M"


@pytest.mark.parametrize(
    ("on_hand", "held", "words"),
    [
        (0, 0, "Sold"),
        (1, 1, "Somebody is paying for the last one. If they do not, it comes back."),
        (1, 0, "One left."),
        (3, 0, "Only 3 left."),
        (5, 2, "Only 3 left."),
        (5, 0, None),
    ],
)
def test_words_about_stock(shop, on_hand, held, words):
    set_stock("FRS-JMS-NAT", on_hand=on_hand, held=held)
    found = page("jute-market-shopper", "FRS-JMS-NAT")
    assert found.stock_words == words
    assert found.most == on_hand - held


def test_the_last_piece_of_its_kind(shop):
    assert page("sari-layer-throw").stock_words == "One left, and there will not be another like it."


def test_at_most_twenty_of_one(shop):
    assert page("jute-market-shopper", "FRS-JMS-NAT").most == 20


def test_the_parts_of_the_price_are_those_of_the_chosen_variant(shop):
    for sku, minor in (("FRS-JMS-NAT", 2400), ("FRS-JMS-INK", 2600)):
        parts = page("jute-market-shopper", sku).price_parts
        assert parts.price == Money(minor, "USD")
        assert sum(part.amount.minor for part in parts.parts) == minor
        assert sum(part.percent for part in parts.parts) == 100


def test_parts_of_an_older_price_are_not_shown(shop):
    with transaction():
        db.session.execute(update(Product).where(Product.slug == "jute-market-shopper").values(price_version=2))
    assert page("jute-market-shopper").price_parts is None


def test_related_goods_are_of_the_same_workshop_first(shop):
    found = page("sari-layer-throw")
    near = product_page.related(found.product, at=clock.now())
    assert len(near) == 4
    assert {card.partner_name for card in near} == {"Sari Bari"}
    assert "sari-layer-throw" not in {card.slug for card in near}


def test_related_goods_are_visible_ones(shop):
    with transaction():
        db.session.execute(update(Product).where(Product.slug == "sari-bed-cover").values(published_at=None))
    near = product_page.related(product_of("sari-layer-throw"), at=clock.now())
    assert "sari-bed-cover" not in {card.slug for card in near}


def test_what_is_not_published_has_no_page(shop):
    with transaction():
        db.session.execute(update(Product).where(Product.slug == "dock-overshirt").values(published_at=None))
    assert page("dock-overshirt") is None
    assert page("no-such-thing") is None


def test_a_product_without_anything(shop):
    (slug,) = add_products(1)
    with transaction():
        product = product_of(slug)
        product.variants, product.pictures, product.materials, product.breakdowns = [], [], [], []
    found = page(slug)
    assert (found.chosen, found.gallery, found.axes, found.price_parts, found.stock_words, found.most) == (
        None,
        [],
        [],
        None,
        None,
        0,
    )
