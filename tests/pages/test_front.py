"""The home page is whole with everything, with a part of it, and with nothing."""

from sqlalchemy import delete, update

from storefront.catalog.models import CollectionProduct, PriceBreakdown, Product, Variant
from storefront.core import clock
from storefront.db import db, transaction
from storefront.pages import front
from tests.catalog.goods import add_products


def read():
    return front.read(at=clock.now())


def test_everything_is_there(shop):
    found = read()
    assert found.count == 36
    assert found.demonstration
    assert found.hero.width == 1280
    assert {card.tag for card in found.pieces} == {"One of a kind"}
    assert len(found.pieces) == 4
    assert len(found.tiles) == 5
    assert found.story.title == "The register on the blue table"
    assert found.story.picture.url == "/stories/jui-the-register/drawing"
    assert len(found.partners) == 6


def test_the_money_example_adds_up(shop):
    example = read().money
    assert example.slug == "sari-layer-throw"
    assert sum(part.amount.minor for part in example.parts.parts) == example.parts.price.minor == 9800


def test_without_breakdowns_there_is_no_bar(shop, client):
    with transaction():
        db.session.execute(delete(PriceBreakdown))
    assert read().money is None
    assert "Where the money goes" not in client.get("/").text


def test_a_breakdown_of_an_older_price_is_no_example(shop):
    with transaction():
        db.session.execute(update(Product).values(price_version=2))
    assert read().money is None


def test_without_one_of_a_kind_goods_there_is_no_such_part(shop, client):
    with transaction():
        db.session.execute(update(Product).values(named_pieces=False))
    assert read().pieces == []
    assert "The picture shows the piece you will receive." not in client.get("/").text


def test_empty_collections_are_not_shown(shop):
    with transaction():
        db.session.execute(delete(CollectionProduct))
    assert read().collections == []


def test_an_empty_shop(app, client):
    found = read()
    assert (found.count, found.demonstration, found.hero, found.pieces, found.story, found.money) == (
        0,
        False,
        None,
        [],
        None,
        None,
    )
    assert "Nothing is for sale yet" in client.get("/").text


def test_a_shop_of_the_merchants_own_is_no_demonstration(shop, client):
    assert "A demonstration shop." in client.get("/").text
    with transaction():
        db.session.execute(update(Product).values(from_demonstration=False))
    assert "A demonstration shop." not in client.get("/").text


def test_free_things_are_no_example(shop):
    with transaction():
        db.session.execute(update(Variant).values(price_minor=0))
    assert read().money is None


def test_the_number_of_statements_does_not_grow(shop, client, statements):
    with statements() as few:
        client.get("/")
    add_products(100, like="sari-layer-throw")
    db.session.expunge_all()
    with statements() as many:
        client.get("/")
    assert len(few) == len(many) == 7
