"""Purging takes away the demonstration and its files, and nothing that the merchant made."""

from flask import Flask
from sqlalchemy import func, select

from storefront.accounts.permissions import Role
from storefront.cart.models import Cart, CartLine
from storefront.catalog.models import (
    Category,
    Collection,
    CollectionProduct,
    PictureRole,
    Product,
    ProductPicture,
    ProductStory,
    Variant,
)
from storefront.checkout.models import ShippingRate, ShippingZone
from storefront.core import clock
from storefront.db import Base, Generation, db, generations, transaction
from storefront.demo.loading import load
from storefront.demo.purging import purge, remove_files
from storefront.media.models import Picture, Shelf
from storefront.orders.models import Order, OrderLine
from storefront.partners.models import Partner
from storefront.revisions.keeping import keep
from storefront.safety import loading as help_lines
from storefront.stories.models import Story, StoryKind
from tests.accounts.people import a_user
from tests.demo.rows import DRAWINGS_OF_ARTICLES, files, media, one, own_partner, own_product


def rows_left() -> dict[str, int]:
    tables = {
        table.name: db.session.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables
    }
    return {name: number for name, number in tables.items() if number and name != Generation.__tablename__}


def the_shops_own() -> dict[str, int]:
    """What is no demonstration and stays: articles with their drawings, and help lines."""
    with_drawings = DRAWINGS_OF_ARTICLES
    return {"articles": with_drawings, "pictures": with_drawings, "help_lines": len(help_lines.read())}


def files_of_the_demonstration(app: Flask) -> set[str]:
    return {path for path in files(app) if not path.startswith("public/articles/")}


def test_nothing_is_left(shop: Flask) -> None:
    with transaction():
        purged = purge()
    assert rows_left() == the_shops_own()
    assert purged.kept == ()
    assert purged.removed == {
        "products": 36,
        "stories": 18,
        "collections": 11,
        "categories": 7,
        "partners": 8,
        "shipping_zones": 5,
        "pictures": 246,
    }
    assert len(files_of_the_demonstration(shop)) == 246  # until the commit is known to have happened
    assert remove_files() == 246
    assert files_of_the_demonstration(shop) == set()
    assert not list(media(shop).glob("*/demo"))


def test_no_version_waits_for_another_thing_of_the_same_number(shop: Flask) -> None:
    with transaction():
        for kind, table in (
            ("product", Product),
            ("collection", Collection),
            ("partner", Partner),
            ("shipping_zone", ShippingZone),
        ):
            row = db.session.scalars(select(table).limit(1)).one()
            keep(kind, row.id, {"name": "now"}, was={"name": "before"}, by="ANNA", at=clock.now())
    with transaction():
        purge()
    assert rows_left() == the_shops_own()


def test_caches_hear_of_it(shop: Flask) -> None:
    before = generations()
    with transaction():
        purge()
    after = generations()
    assert all(after[group] == before[group] + 1 for group in ("catalog", "stories", "partners", "pages"))


def test_purging_an_empty_shop_changes_nothing(app: Flask) -> None:
    with transaction():
        purged = purge()
    assert not any(purged.removed.values())
    assert generations() == {}
    assert remove_files() == 0


def test_rows_and_files_of_the_merchants_own_stay(shop: Flask) -> None:
    photograph = media(shop) / "public" / "own" / "bag.abc.jpg"
    photograph.parent.mkdir(parents=True)
    photograph.write_bytes(b"pixels")
    with transaction() as session:
        picture = Picture(shelf=Shelf.PUBLIC, name="own/bag.abc.jpg", sha256="a", width=1, height=1, alt="A bag")
        product = own_product(own_partner(), Category(slug="own-shelf", name="Own shelf"))
        product.pictures = [ProductPicture(position=0, role=PictureRole.HERO, picture=picture)]
        rate = ShippingRate(method="standard", name="S", promise="", most_grams=1, price_minor=1, currency="USD")
        session.add_all([product, ShippingZone(name="Own zone", countries=["NP"], rates=[rate])])
        session.flush()
        session.add(
            ProductStory(product_id=product.id, story_reference=one(Story, slug="marek-payslip").reference, position=0)
        )
    with transaction():
        purged = purge()
    remove_files()
    assert purged.kept == ()
    assert rows_left() == the_shops_own() | {
        "pictures": 1 + DRAWINGS_OF_ARTICLES, "partners": 1, "categories": 1, "products": 1, "variants": 1, "stock": 1, "product_pictures": 1,
        "shipping_zones": 1, "shipping_rates": 1,
    }  # fmt: skip
    assert files_of_the_demonstration(shop) == {"public/own/bag.abc.jpg"}


def test_what_an_own_product_stands_on_is_kept_and_said(shop: Flask) -> None:
    with transaction() as session:
        product = own_product(one(Partner, slug="freeset"), one(Category, slug="bags"))
        hero = one(Product, slug="jute-market-shopper").pictures[0].picture
        product.pictures = [ProductPicture(position=0, role=PictureRole.HERO, picture=hero)]
        session.add(product)
        session.flush()
        session.add(CollectionProduct(collection_id=one(Collection, slug="kantha").id, product_id=product.id))
        kept_files = {
            f"public/{picture.name}"
            for picture in (hero, one(Partner, slug="freeset").picture, one(Category, slug="bags").picture)
        } | {f"public/{one(Collection, slug='kantha').picture.name}"}
    result = shop.test_cli_runner().invoke(args=["demo", "purge"])
    assert result.exit_code == 0
    for name in ("freeset", "bags", "kantha"):
        assert f'"{name}"' in result.stderr
        assert "own-product" in result.stderr
    assert [row.slug for row in db.session.scalars(select(Partner))] == ["freeset"]
    assert [row.slug for row in db.session.scalars(select(Category))] == ["bags"]
    assert [row.slug for row in db.session.scalars(select(Collection))] == ["kantha"]
    assert [row.slug for row in db.session.scalars(select(Product))] == ["own-product"]
    assert files_of_the_demonstration(shop) == kept_files
    assert len(kept_files) == 4


def test_a_partner_that_an_own_story_is_about_is_kept(shop: Flask) -> None:
    with transaction() as session:
        story = Story(
            reference="OWN",
            slug="own-story",
            kind=StoryKind.ENTERPRISE,
            partner=one(Partner, slug="sari-bari"),
            language="en",
            sources=[{"url": "https://example.org"}],
            country="IN",
        )
        session.add(story)
    with transaction():
        purged = purge()
    assert [sentence for sentence in purged.kept if "sari-bari" in sentence and "own-story" in sentence]
    assert [row.slug for row in db.session.scalars(select(Story))] == ["own-story"]
    assert [row.slug for row in db.session.scalars(select(Partner))] == ["sari-bari"]


def test_orders_keep_their_lines_and_bags_lose_them(shop: Flask) -> None:
    with transaction() as session:
        variant = one(Variant, sku="FRS-JMS-NAT")
        order = Order(
            reference="R7K2M4QX9D",
            checkout_key="k",
            placed_at=clock.now(),
            email="a@example.org",
            name="A",
            line1="1",
            line2="",
            city="C",
            region="",
            postal_code="",
            country="US",
            gift_message="",
            shipping_method="standard",
            shipping_name="Standard",
            currency="USD",
            goods_minor=2400,
            shipping_minor=800,
            total_minor=3200,
        )
        order.lines = [
            OrderLine(
                position=0,
                variant_id=variant.id,
                sku=variant.sku,
                name="Bag",
                options="Natural",
                partner="Freeset",
                quantity=1,
                price=variant.price,
            )
        ]
        cart = Cart(token_hash="t", checkout_key="c", created_at=clock.now(), used_at=clock.now())
        cart.lines = [CartLine(variant=variant, quantity=1, seen_price=variant.price)]
        session.add_all([order, cart])
    with transaction():
        purge()
    line = db.session.execute(select(OrderLine.sku, OrderLine.variant_id)).one()
    assert tuple(line) == ("FRS-JMS-NAT", None)
    assert rows_left() == the_shops_own() | {"orders": 1, "order_lines": 1, "carts": 1}


def test_it_can_be_loaded_again(shop: Flask) -> None:
    slugs = select(Product.slug).order_by(Product.position)
    before, stories = list(db.session.scalars(slugs)), set(db.session.scalars(select(Story.reference)))
    with transaction():
        purge()
    remove_files()
    with transaction():
        loaded = load()
    assert loaded.changed
    assert list(db.session.scalars(slugs)) == before
    assert len(files_of_the_demonstration(shop)) == 246
    assert not stories & set(db.session.scalars(select(Story.reference)))  # a reference is never given twice


def test_files_of_an_interrupted_load_go_too(shop: Flask) -> None:
    left = media(shop) / "public" / "demo" / "products" / ".half.svg.1234"
    left.write_bytes(b"<svg")
    assert remove_files() == 1
    assert not left.exists()
    assert len(files_of_the_demonstration(shop)) == 246


def test_the_command_says_what_went(shop: Flask) -> None:
    told = shop.test_cli_runner().invoke(args=["demo", "purge"]).stdout.splitlines()
    assert "products: 36 removed" in told
    assert told[-1] == "files: 246 removed"


def test_a_workshop_that_somebody_signs_in_for_is_kept(shop: Flask) -> None:
    with transaction() as session:
        workshop = session.scalars(select(Partner).where(Partner.slug == "freeset")).one()
        partner_id = workshop.id
    a_user(Role.PARTNER_STAFF, partner_id=partner_id)
    with transaction():
        purged = purge()
    assert len(purged.kept) == 1
    assert '"freeset" among the partners was kept' in purged.kept[0]
    assert db.session.scalars(select(Partner.slug)).all() == ["freeset"]
