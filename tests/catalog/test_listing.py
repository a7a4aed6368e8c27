"""The list of goods: what each choice leaves, in which order, on how many pages."""

import pytest
from sqlalchemy import update

from storefront.catalog import listing
from storefront.catalog.listing import Choices, Sort
from storefront.catalog.models import Product, Stock
from storefront.core import clock
from storefront.core.slugs import is_slug
from storefront.db import db, transaction
from tests.catalog.goods import add_products, set_stock


def found(*, page=1, **given):
    return listing.read(Choices.read(given), page=page, at=clock.now())


def slugs(**given):
    return [card.slug for card in found(**given).cards]


def test_everything_is_listed_in_the_shops_own_order(shop):
    everything = found()
    assert everything.total == everything.all_count == 36
    assert len(everything.cards) == 24
    assert everything.cards[0].slug == "jute-market-shopper"
    assert len(found(page=2).cards) == 12
    assert not {card.slug for card in everything.cards} & {card.slug for card in found(page=2).cards}


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ({"category": "bags"}, 7),
        ({"collection": "kantha"}, 8),
        ({"partner": "sari-bari"}, 8),
        ({"collection": "kantha", "partner": "sari-bari"}, 4),
        ({"collection": "kantha", "partner": "sari-bari", "category": "bags"}, 2),
        ({"category": "jewellery", "partner": "freeset"}, 0),
        ({"collection": "", "partner": "", "category": ""}, 36),
    ],
)
def test_choices_narrow_together(shop, given, number):
    assert found(**given).total == len(slugs(**given) + slugs(page=2, **given)) == number


def test_counts_of_categories_follow_the_other_choices(shop):
    counts = {shelf.slug: shelf.count for shelf in found(partner="sari-bari", category="bags").categories}
    assert counts["bags"] == 2
    assert counts["home"] == 3
    assert counts["jewellery"] == 0
    assert found(partner="sari-bari", category="bags").all_count == 8


def test_in_stock_leaves_out_what_is_sold_or_being_paid_for(shop):
    for number, sku in enumerate(("SBR-SWD-001", "SBR-SWD-002")):
        set_stock(sku, on_hand=number, held=number)
    assert "sari-weekend-duffel" in slugs(collection="one-of-a-kind")
    assert "sari-weekend-duffel" not in slugs(collection="one-of-a-kind", in_stock="1")


def test_every_order_shows_every_product_once(shop):
    for sort in Sort:
        both = slugs(sort=sort.value) + slugs(sort=sort.value, page=2)
        assert len(both) == len(set(both)) == 36


def test_orders(shop):
    prices = [card.price.minor for card in found(sort="price_low").cards]
    assert prices == sorted(prices)
    prices = [card.price.minor for card in found(sort="price_high").cards]
    assert prices == sorted(prices, reverse=True)
    names = [card.name.lower() for card in found(sort="name").cards]
    assert names == sorted(names)
    assert found(sort="newest").cards[0].slug == "signal-flag-bandanas"


def test_an_unknown_order_is_the_shops_own(shop):
    assert slugs(sort="by-magic") == slugs()


def test_a_collection_keeps_its_own_order(shop):
    assert slugs(collection="one-of-a-kind")[0] == "sari-layer-throw"


def test_what_is_not_published_is_not_there(shop):
    with transaction():
        db.session.execute(update(Product).where(Product.slug == "dock-overshirt").values(published_at=None))
    assert found().total == 35
    assert "dock-overshirt" not in slugs(category="apparel")


def test_an_unknown_place_is_said_to_be_unknown(shop):
    for kind, words in {"category": "category", "collection": "collection", "partner": "workshop"}.items():
        nothing = found(**{kind: "no-such-thing"})
        assert (nothing.total, nothing.cards, nothing.unknown) == (0, [], words)


def test_a_known_place_without_goods_is_not_unknown(shop):
    assert found(partner="basha-boutique").unknown is None
    assert found(partner="basha-boutique").total == 0


def test_chips_take_back_one_choice_each(shop):
    chips = found(collection="kantha", partner="sari-bari", in_stock="1", sort="name").chips
    assert [chip.words for chip in chips] == ["Kantha", "Sari Bari", "In stock"]
    assert chips[0].address == "/shop?partner=sari-bari&in_stock=1&sort=name"
    assert chips[2].address == "/shop?collection=kantha&partner=sari-bari&sort=name"


@pytest.mark.parametrize(
    "hostile",
    [
        "\x00",
        "a\x00b",
        "1" + "0" * 400,
        "-",
        "--",
        "A",
        "ä",
        "\ud7ff",
        "🙂",
        "'; DROP TABLE products",
        "%",
        "x" * 101,
        "a b",
        "a\n",
    ],
)
def test_what_cannot_be_a_slug_never_reaches_the_database(hostile):
    choices = Choices.read({"category": hostile, "collection": hostile, "partner": hostile})
    assert choices.category == choices.collection == choices.partner == listing.NO_SUCH
    assert is_slug(listing.NO_SUCH) is False


def test_sold_and_from_prices_and_tags(shop):
    with transaction():
        db.session.execute(update(Stock).values(on_hand=0, held=0))
    assert {card.tag for card in found().cards} == {"Sold"}


def test_tags(shop):
    tags = {card.slug: card.tag for card in (*found().cards, *found(page=2).cards)}
    assert tags["sari-layer-throw"] == "One of a kind"
    assert tags["kantha-short-jacket"] == "One of a kind"
    assert tags["sari-coin-purse"] == "Each one differs"  # named, but seventy of them
    assert tags["sari-napkins-set-of-four"] == "Each one differs"
    assert tags["kantha-cover-journal"] is None
    assert tags["dock-overshirt"] is None


def test_the_price_of_a_card_is_the_lowest(shop):
    cards = {card.slug: card for card in found().cards}
    assert (cards["jute-market-shopper"].price.minor, cards["jute-market-shopper"].price_varies) == (2400, True)
    assert (cards["jute-messenger-bag"].price.minor, cards["jute-messenger-bag"].price_varies) == (3800, False)
    assert cards["jute-market-shopper"].picture.alt.startswith("Jute shopper standing open")


@pytest.mark.parametrize("given", [{}, {"collection": "wear", "in_stock": "1", "sort": "price_low"}])
def test_the_number_of_statements_does_not_grow(shop, statements, given):
    with statements() as few:
        found(**given)
    add_products(200)
    db.session.expunge_all()
    with statements() as many:
        assert found(**given).total > 100
    assert len(few) == len(many) <= 8


def test_an_empty_shop_has_an_empty_list(app):
    nothing = found()
    assert (nothing.total, nothing.cards, nothing.categories, nothing.unknown) == (0, [], [], None)
