"""Loading adds what is missing, counts dates from the first day, and never touches what is there."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

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
from storefront.core.money import Money
from storefront.db import Base, db, generations, transaction
from storefront.demo.dataset import DATA, Altered, read
from storefront.demo.loading import OtherCurrency, load
from storefront.media.models import Picture, Shelf
from storefront.partners.models import Certificate, Fact, Partner
from storefront.stories.consent import latest_end
from storefront.stories.models import Channel, Consent, Story, StoryKind, Wording
from storefront.stories.queries import visible
from tests.demo.rows import (
    DRAWINGS_OF_ARTICLES,
    count,
    demonstration_pictures,
    files,
    media,
    one,
    own_partner,
    own_product,
)


def every_row() -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, in an order that does not depend on the database."""
    return {
        table.name: sorted((tuple(row) for row in db.session.execute(select(table))), key=repr)
        for table in Base.metadata.sorted_tables
    }


@contextmanager
def set_to(app: Flask, **changed: Any) -> Iterator[None]:
    """Other settings for a while."""
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, **changed)
    try:
        yield
    finally:
        app.extensions["settings"] = before


def test_everything_is_there(shop: Flask) -> None:
    numbers = {model: count(model) for model in (Partner, Product, Variant, Category, Collection, Story, ShippingZone)}
    assert numbers == {Partner: 8, Product: 36, Variant: 145, Category: 7, Collection: 11, Story: 18, ShippingZone: 5}
    assert demonstration_pictures() == 246
    assert count(CollectionProduct) == sum(len(entry["collections"]) for entry in read().products)
    assert count(ProductStory) == sum(len(entry["stories"]) for entry in read().products)


def test_all_of_it_is_marked(shop: Flask) -> None:
    models: tuple[Any, ...] = (Partner, Product, Category, Collection, Story, ShippingZone, Picture)
    for model in models:
        rows = db.session.scalars(select(model)).all()
        if model is Picture:  # the drawings of the shop's own articles stay when the demonstration goes
            rows = [row for row in rows if not row.name.startswith("articles/")]
        assert {row.from_demonstration for row in rows} == {True}, model
    assert all(product.notice for product in db.session.scalars(select(Product)))


def test_products_are_whole(shop: Flask) -> None:
    for product in db.session.scalars(select(Product)):
        assert sum(material.percent for material in product.materials) == 100, product.slug
        assert [(part.price_version, sum(part.shares), part.is_sample) for part in product.breakdowns] == [
            (1, 100, True)
        ]
        assert product.published_at is not None
        assert product.published_at <= clock.now()
        assert product.variants
        assert all(variant.stock.on_hand >= variant.stock.held == 0 for variant in product.variants)
        assert all(variant.price > Money(0, "USD") for variant in product.variants)
        roles = [picture.role for picture in product.pictures]
        assert roles[:3] == [PictureRole.HERO, PictureRole.DETAIL, PictureRole.SCALE], product.slug
        assert set(roles[3:]) <= {PictureRole.EXTRA}


def test_stock_is_what_the_data_says(shop: Flask) -> None:
    said = {variant["sku"]: variant["on_hand"] for entry in read().products for variant in entry["variants"]}
    assert {variant.sku: variant.stock.on_hand for variant in db.session.scalars(select(Variant))} == said
    assert sum(1 for number in said.values() if number == 0) == 8


def test_a_picture_serves_all_sizes_and_each_piece_has_its_own(shop: Flask) -> None:
    variants = db.session.scalars(select(Variant)).all()
    assert all(variant.picture is not None for variant in variants)
    tee = one(Product, slug="organic-cotton-crew-tee")
    assert len({variant.picture_id for variant in tee.variants}) < len(tee.variants)
    throw = one(Product, slug="sari-layer-throw")
    assert throw.named_pieces
    assert len({variant.picture_id for variant in throw.variants}) == len(throw.variants)


def test_products_keep_the_order_of_the_data(shop: Flask) -> None:
    slugs = list(db.session.scalars(select(Product.slug).order_by(Product.position)))
    assert slugs == [entry["slug"] for entry in read().products]
    query = select(Collection.slug, CollectionProduct.position, Product.slug).select_from(CollectionProduct)
    query = query.join(Collection, Collection.id == CollectionProduct.collection_id)
    query = query.join(Product, Product.id == CollectionProduct.product_id)
    standing = {(name, position): slug for name, position, slug in db.session.execute(query)}
    for name in db.session.scalars(select(Collection.slug)):
        told = [entry["slug"] for entry in read().products if name in entry["collections"]]
        assert [standing.get((name, position)) for position in range(len(told))] == told


def test_stories_stand_beside_products_of_the_same_partner(shop: Flask) -> None:
    pairs = db.session.execute(
        select(Product, Story)
        .join(ProductStory, ProductStory.product_id == Product.id)
        .join(Story, Story.reference == ProductStory.story_reference)
    ).all()
    assert len(pairs) == count(ProductStory)
    assert all(product.partner_id == story.partner_id for product, story in pairs)


def test_every_fact_has_sources_and_no_certificate_is_called_none(shop: Flask) -> None:
    facts = db.session.scalars(select(Fact)).all()
    assert len(facts) == sum(len(entry["facts"]) for entry in read().partners) > 20
    shape = {"title", "publisher", "url", "date", "first_hand", "read_on"}
    assert all(set(source) == shape for fact in facts for source in fact.sources)
    assert [
        (row.name, row.checked_on) for row in db.session.scalars(select(Certificate).order_by(Certificate.position))
    ] == [
        ("WFTO guarantee", None),
        ("GOTS", None),
        ("Fairtrade cotton (FLO)", None),
    ]


def test_no_invented_person_joins_a_real_enterprise(shop: Flask) -> None:
    kinds = {(story.kind, story.partner.is_real) for story in db.session.scalars(select(Story))}
    assert kinds == {(StoryKind.ILLUSTRATION, False), (StoryKind.ENTERPRISE, True)}


def test_stories_may_be_shown_where_consent_was_given(shop: Flask) -> None:
    now = clock.now()
    for channel in Channel:
        granted = {
            e["slug"] for e in read().stories if e["consent"] is None or channel.value in e["consent"]["channels"]
        }
        assert {words.story.slug for words in db.session.scalars(visible(channel, at=now))} == granted
    assert all(words.is_unaltered for words in db.session.scalars(select(Wording)))


def test_dates_of_consent_count_from_the_day_of_loading(shop: Flask) -> None:
    entries = {entry["slug"]: entry for entry in read().stories}
    with transaction():
        today = load().loaded_on
    for story in db.session.scalars(select(Story).where(Story.kind == StoryKind.ILLUSTRATION)):
        entry = entries[story.slug]["consent"]
        assert entry is not None
        offsets = entry["seed_offsets_days"]
        granted, expires = today + timedelta(offsets["granted"]), today + timedelta(offsets["expires"])
        [consent], [review], [words] = story.consents, story.reviews, story.wordings
        assert [channel.value for channel in consent.channels] == entry["channels"]
        assert consent.granted_on == granted
        assert consent.publish_not_before == granted + timedelta(days=7)
        assert consent.expires_on == min(expires, latest_end(granted))
        assert review.reviewed_on == today - timedelta(days=30)
        assert (consent.words_hash, consent.drawing_hash) == (words.words_hash, words.drawing_hash)
        assert words.published_at == datetime.combine(granted + timedelta(days=7), time(), UTC) < clock.now()
        assert story.storyteller_reference == entry["storyteller_reference"]
        assert not story.storyteller_reference.startswith("ref:")


@pytest.mark.parametrize("today", [date(2026, 11, 24), date(2028, 2, 29), date(2028, 9, 17), date(2029, 6, 1)])
def test_no_consent_is_longer_than_36_months(app: Flask, monkeypatch: pytest.MonkeyPatch, today: date) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime.combine(today, time(12), UTC))
    with transaction():
        assert load().loaded_on == today
    consents = db.session.scalars(select(Consent)).all()
    assert consents
    assert all(consent.expires_on <= latest_end(consent.granted_on) for consent in consents)


def test_a_second_load_on_another_day_changes_nothing(shop: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, numbers, lying = every_row(), generations(), files(shop)
    later = clock.now() + timedelta(days=40)
    monkeypatch.setattr(clock, "now", lambda: later)
    with transaction():
        again = load()
    assert not again.changed
    assert again.left_alone == ()
    assert again.loaded_on < later.date() - timedelta(days=39)
    assert (every_row(), generations(), files(shop)) == (rows, numbers, lying)


def test_edits_of_demonstration_rows_are_kept(shop: Flask) -> None:
    with transaction():
        bag = one(Product, slug="jute-market-shopper")
        bag.name, bag.published_at = "My own name", None
        bag.variants[0].price = Money(9900, "USD")
        bag.variants[0].stock.on_hand = 2
        one(Partner, slug="freeset").summary = "My own summary"
        one(ShippingRate, method="standard", most_grams=1000, price_minor=800).price_minor = 50
    rows, numbers = every_row(), generations()
    with transaction():
        assert not load().changed
    assert (every_row(), generations()) == (rows, numbers)
    assert one(Product, slug="jute-market-shopper").variants[0].stock.on_hand == 2


def test_a_row_that_was_taken_out_comes_back_alone(shop: Flask) -> None:
    with transaction() as session:
        session.delete(one(Product, slug="jute-market-shopper"))
        session.delete(one(Story, slug="freeset-set-wage"))
    with transaction():
        again = load()
    assert {part: number for part, number in again.added.items() if number} == {
        "products": 1,
        "variants": 3,
        "stories": 1,
    }
    assert count(CollectionProduct) == sum(len(entry["collections"]) for entry in read().products)
    beside = select(Product.slug).join(ProductStory, ProductStory.product_id == Product.id)
    wage = one(Story, slug="freeset-set-wage").reference
    assert set(db.session.scalars(beside.where(ProductStory.story_reference == wage))) == {
        entry["slug"] for entry in read().products if "freeset-set-wage" in entry["stories"]
    }


def test_rows_of_the_merchants_own_are_left_alone(app: Flask) -> None:
    with transaction() as session:
        bags, workshop = Category(slug="bags", name="My bags"), own_partner()
        mine = own_product(workshop, bags, slug="jute-market-shopper", name="Mine", sku="FRS-JMB-NAT")
        session.add_all([mine, Collection(slug="kantha", name="My kantha", intro="")])
        session.add(ShippingZone(name="My zone", countries=["CA", "MX", "GB"], rates=[]))
    with transaction():
        loaded = load()
    told = " ".join(loaded.left_alone)
    for name in ("jute-market-shopper", "bags", "kantha", "FRS-JMB-NAT", "Canada and Mexico"):
        assert f'"{name}"' in told
    assert (one(Product, slug="jute-market-shopper").name, one(Category, slug="bags").name) == ("Mine", "My bags")
    assert one(Variant, sku="FRS-JMB-NAT").product.slug == "jute-market-shopper"
    messenger = one(Product, slug="jute-messenger-bag")
    assert [variant.sku for variant in messenger.variants] == ["FRS-JMB-CHA"]
    assert messenger.category.name == "My bags"
    kantha = one(Collection, slug="kantha").id
    assert not db.session.scalars(select(CollectionProduct).where(CollectionProduct.collection_id == kantha)).all()
    assert count(Product) == 36
    assert count(ShippingZone) == 5
    zones = db.session.scalars(select(ShippingZone)).all()
    countries = [country for zone in zones for country in zone.countries]
    assert len(countries) == len(set(countries))
    with transaction():
        assert not load().changed


def test_no_demonstration_joins_a_partner_of_the_merchants_own(app: Flask) -> None:
    with transaction() as session:
        session.add(own_partner(slug="sample-lamplight-stitch-room", name="Now a real one"))
    with transaction():
        loaded = load()
    hers = one(Partner, slug="sample-lamplight-stitch-room")
    assert hers.name == "Now a real one"
    assert not db.session.scalars(select(Product).where(Product.partner_id == hers.id)).all()
    assert not db.session.scalars(select(Story).where(Story.partner_id == hers.id)).all()
    assert (count(Product), count(Story)) == (30, 13)
    assert any("jui-the-register" in sentence for sentence in loaded.left_alone)


def test_altered_text_is_refused_and_nothing_is_loaded(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "altered"
    shutil.copytree(DATA, folder)
    told = json.loads((folder / "stories.json").read_text("utf-8"))
    told["stories"][0]["text"] += "!"
    (folder / "stories.json").write_text(json.dumps(told), "utf-8")
    with pytest.raises(Altered, match="jui-the-register"):
        read(folder)
    monkeypatch.setattr("storefront.demo.loading.read", lambda: read(folder))
    result = app.test_cli_runner().invoke(args=["demo", "load"])
    assert result.exit_code == 1
    assert "jui-the-register" in result.stderr
    assert count(Partner) == count(Picture) == 0


def test_a_shop_that_counts_in_another_currency_is_refused(app: Flask) -> None:
    with set_to(app, currency="EUR"), pytest.raises(OtherCurrency, match="USD"), transaction():
        load()
    assert count(Product) == 0


def test_a_failed_load_leaves_no_row_and_is_made_good_by_the_next(app: Flask) -> None:
    def fail(line: str) -> None:
        if line.startswith("shipping"):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), transaction():
        load(say=fail)
    assert count(Picture) == 0
    assert len(files(app)) == 246
    with transaction():
        load()
    assert demonstration_pictures() == 246
    assert count(Picture) == len(files(app)) == 246 + DRAWINGS_OF_ARTICLES


def test_files_are_what_the_rows_say(shop: Flask) -> None:
    lying = files(shop)
    pictures = db.session.scalars(select(Picture)).all()
    assert {f"{picture.shelf}/{picture.name}" for picture in pictures} == set(lying)
    for picture in pictures:
        assert hashlib.sha256(lying[f"{picture.shelf}/{picture.name}"]).hexdigest() == picture.sha256
        assert f".{picture.sha256[:10]}." in picture.name
        assert picture.alt.strip()
        assert picture.width > 0
        assert picture.height > 0


def test_story_drawings_never_lie_on_the_public_shelf(shop: Flask) -> None:
    drawings = {story.drawing for story in db.session.scalars(select(Story))}
    assert len(drawings) == 18
    assert {drawing.shelf for drawing in drawings if drawing} == {Shelf.STORIES}
    hashes = {drawing.sha256 for drawing in drawings if drawing}
    public = {
        hashlib.sha256(content).hexdigest() for path, content in files(shop).items() if path.startswith("public/")
    }
    assert len(public) == 228 + DRAWINGS_OF_ARTICLES
    assert not public & hashes


def test_the_picture_of_the_home_page_is_there(shop: Flask) -> None:
    home = db.session.scalars(select(Picture).where(Picture.name.like("demo/home-hero.%.svg"))).one()
    assert (home.shelf, home.width, home.height) == (Shelf.PUBLIC, 1280, 656)


def test_lost_files_are_put_back_but_not_those_of_a_withdrawn_story(shop: Flask) -> None:
    with transaction():
        withdrawn = one(Story, slug="jui-the-register")
        for consent in withdrawn.consents:
            consent.withdrawn_at = clock.now()
        gone = f"{withdrawn.drawing.shelf}/{withdrawn.drawing.name}"
    shutil.rmtree(media(shop))
    with transaction():
        again = load()
    assert again.changed
    assert again.restored_files == 245
    assert gone not in files(shop)


def test_drawings_and_their_list_agree() -> None:
    on_disk = {path.relative_to(DATA / "drawings").as_posix() for path in (DATA / "drawings").rglob("*.svg")}
    assert on_disk == set(read().drawings)
    assert len(on_disk) == 246
    assert all(drawing["alt"].strip() for drawing in read().drawings.values())


FORBIDDEN = (
    "legal",
    "face",
    "contact",
    "phone",
    "birth",
    "mark",
    "payment",
    "ref_note",
    "brief",
    "palette",
    "basis",
    "fixture",
)


def names_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from names_in(inner)


def test_the_data_has_no_field_for_who_somebody_is() -> None:
    for file in DATA.rglob("*.json"):
        names = set(names_in(json.loads(file.read_text("utf-8"))))
        assert names
        assert not {name for name in names if any(word in name for word in FORBIDDEN)}, file.name


def test_words_of_a_story_occur_in_its_text() -> None:
    for entry in read().stories:
        text = entry["text"].casefold()
        assert all(word.casefold() in text for word in (*entry["before_words"], *entry["now_words"])), entry["slug"]


def test_every_zone_has_methods_in_rising_weight_steps(shop: Flask) -> None:
    for zone in db.session.scalars(select(ShippingZone)):
        for method in ("standard", "tracked"):
            rates = [rate for rate in zone.rates if rate.method == method]
            assert [rate.most_grams for rate in rates] == [1000, 3000, 10000, 30000]
            assert [rate.price_minor for rate in rates] == sorted({rate.price_minor for rate in rates})
    home = one(ShippingZone, name="United States").rates
    assert [(rate.method, rate.price_minor, rate.free_over_minor) for rate in home if rate.most_grams == 1000] == [
        ("standard", 800, 15000),
        ("tracked", 1600, None),
    ]


def test_json_says_what_is_in_the_shop(app: Flask) -> None:
    first, second = (app.test_cli_runner().invoke(args=["demo", "load", "--json"]) for _ in range(2))
    assert (first.exit_code, second.exit_code) == (0, 0)
    before, after = json.loads(first.stdout), json.loads(second.stdout)
    assert (before.pop("changed"), after.pop("changed")) == (True, False)
    assert before == after
    assert after["counts"] == {
        "partners": 8, "categories": 7, "collections": 11, "products": 36, "variants": 145, "stories": 18,
        "shipping_zones": 5, "pictures": 246 + DRAWINGS_OF_ARTICLES,
    }  # fmt: skip
    bag = after["products"][0]
    assert (bag["slug"], bag["partner"]) == ("jute-market-shopper", "freeset")
    assert bag["variants"][0] | {"options": None, "held": None} == {
        "sku": "FRS-JMS-NAT", "options": None, "price_minor": 2400, "currency": "USD", "on_hand": 48, "held": None,
    }  # fmt: skip
    stories = {story["slug"]: story for story in after["stories"]}
    assert stories["jui-the-register"]["channels"] == ["web_story", "product_page", "hang_tag_qr"]
    assert stories["freeset-set-wage"]["expires_on"] is None
    assert after["loaded_on"] == clock.today().isoformat()
    assert "ST-DEMO" not in second.stdout


def test_progress_is_told_part_by_part(app: Flask) -> None:
    told = app.test_cli_runner().invoke(args=["demo", "load"]).stdout
    assert [line.split(":")[0] for line in told.splitlines()] == [
        "partners", "pictures", "products", "stories", "help lines", "shipping zones", "articles",
    ]  # fmt: skip
    assert "nothing was changed" in app.test_cli_runner().invoke(args=["demo", "load"]).stdout


def test_one_picture_of_a_product_is_used_once(shop: Flask) -> None:
    used = db.session.execute(select(ProductPicture.product_id, ProductPicture.picture_id)).all()
    assert len(used) == len(set(used)) == 115


def test_reading_needs_one_currency(tmp_path: Path) -> None:
    shutil.copytree(DATA, tmp_path / "data")
    file = tmp_path / "data" / "shipping.json"
    file.write_text(file.read_text("utf-8").replace('"USD"', '"EUR"'), "utf-8")
    with pytest.raises(ValueError, match="two currencies"):
        read(tmp_path / "data")
