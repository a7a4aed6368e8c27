"""One act over many products: what it would change, doing just that, and taking it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from storefront.catalog import bulk, documents, editing, undoing
from storefront.catalog.bulk import Act, Do, Ending, Preview, new_price
from storefront.catalog.jobs import change_many, take_back_many
from storefront.catalog.models import Collection, Product
from storefront.core.clock import now
from storefront.core.money import Money
from storefront.db import db, transaction
from storefront.jobs.models import Job
from storefront.jobs.working import work_all
from storefront.revisions import keeping
from storefront.revisions.models import ChangeSet
from tests.catalog.many import product_of, some

BY = "R7K2"


def ids_of(slugs: list[str]) -> list[int]:
    return [product_of(slug).id for slug in slugs]


def look(slugs: list[str], act: Act) -> Preview:
    return bulk.preview(ids_of(slugs), act, at=now())


def do(seen: Preview, act: Act, *, words: str = "Done") -> ChangeSet:
    """What the preview has shown."""
    pairs, at = [(each.slug, each.number) for each in seen.planned], now()
    with transaction():
        change_set = bulk.begin(words, wanted=len(pairs), by=BY, at=at)
    with transaction():
        bulk.work(change_set.id, act, pairs, by=BY, at=at)
    return again(change_set)


def again(change_set: ChangeSet) -> ChangeSet:
    db.session.rollback()
    query = select(ChangeSet).where(ChangeSet.id == change_set.id).execution_options(populate_existing=True)
    return db.session.scalars(query).one()


def edit(slug: str, /, **changes: Any) -> None:
    """Somebody changes it in the editor."""
    product = product_of(slug)
    with transaction():
        document = documents.read(editing.load(product.id)) | changes
        editing.change(product.id, document, based_on=None, by="OTHER", at=now())


def undo(change_set: ChangeSet) -> undoing.Undone:
    with transaction() as session:
        return undoing.undo(session.get_one(ChangeSet, change_set.id), by=BY, at=now())


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("minor", "percent", "ending", "currency", "wanted"),
    [
        (11800, 5, Ending.ANY, "USD", 12390),
        (1999, -10, Ending.ANY, "USD", 1799),  # 1799.1
        (1995, 10, Ending.ANY, "USD", 2195),  # 2194.5 goes up
        (2400, 5, Ending.WHOLE, "USD", 2500),  # 2520
        (2400, 7, Ending.WHOLE, "USD", 2600),  # 2568
        (2400, 5, Ending.HALF, "USD", 2550),
        (2400, 5, Ending.NINETY, "USD", 2490),
        (2450, 0, Ending.WHOLE, "USD", 2500),  # as far from one as from the other
        (60, -90, Ending.WHOLE, "USD", 100),  # never nothing
        (1, -90, Ending.ANY, "USD", 1),
        (2400, 5, Ending.NINETY, "JPY", 2520),
        (24000, 5, Ending.HALF, "KWD", 25500),
    ],
)  # fmt: skip
def test_prices_are_whole_and_end_as_wanted(
    minor: int, percent: int, ending: Ending, currency: str, wanted: int
) -> None:
    assert new_price(minor, percent * 100, ending, currency) == wanted


@pytest.mark.any_database
def test_what_each_act_does(app: Flask) -> None:
    [slug, other] = some(2)
    with transaction() as session:
        session.add(Collection(slug="kantha", name="Kantha", intro=""))
    acts: list[tuple[Act, dict[str, Any]]] = [
        (Act(Do.WITHDRAW), {"published_until": now().isoformat()}),
        (Act(Do.PUBLISH), {"published_until": None}),
        (Act(Do.ARCHIVE), {"archived": True}),
        (Act(Do.TAKE_BACK), {"archived": False, "published_at": None}),
        (Act(Do.PUT_IN, "kantha"), {"collections": ["kantha"]}),
        (Act(Do.TAKE_OUT, "kantha"), {"collections": []}),
        (Act(Do.NOTICE, "Sewn to order"), {"notice": "Sewn to order"}),
        (Act(Do.NOTICE), {"notice": None}),
        (Act(Do.RELATE, other), {"related": [other]}),
        (Act(Do.UNRELATE, other), {"related": []}),
    ]
    for act, wanted in acts:
        seen = look([slug], act)
        assert [each.new for each in seen.planned] == [seen.planned[0].was | wanted], act
        do(seen, act)
        stands = documents.read(product_of(slug))
        assert {name: stands[name] for name in wanted} == wanted, act
        assert look([slug], act).same == 1, act
    assert look([other], Act(Do.RELATE, other)).same == 1  # nothing is related to itself


def test_a_lowered_price_may_say_what_it_was_and_loses_its_bar(app: Flask) -> None:
    [slug] = some(1, variants=2)
    bar = {
        "dated": "2026-11-01", "makers": 50, "materials": 50, "programmes": 0, "shipping": 0, "shop": 0,
        "is_sample": False, "note": None,
    }  # fmt: skip
    edit(slug, breakdown=bar)
    act = Act(Do.PRICE, number=-1000, keeps_before=True)
    change_set = do(look([slug], act), act)
    stands = documents.read(product_of(slug))
    assert [(each["price"], each["compare_at"]) for each in stands["variants"]] == [(2160, 2400)] * 2
    assert stands["breakdown"] is None
    raised = look([slug], Act(Do.PRICE, number=2000))
    assert raised.planned == []
    assert [(each.key, each.why) for each in raised.left] == [
        (slug, "The price before must be higher than the price now.")
    ]
    assert undo(change_set) == undoing.Undone(1, [])
    assert documents.read(product_of(slug))["breakdown"] == bar
    assert product_of(slug).variants[0].price == Money(2400, "USD")


@pytest.mark.any_database
def test_what_does_not_fit_is_left_out_by_name(app: Flask) -> None:
    whole, bare, away = some(3)
    edit(bare, published_at=None, pictures=[])
    edit(away, archived=True)
    seen = look([whole, bare, away], Act(Do.PUBLISH))
    assert (seen.planned, seen.same) == ([], 1)
    assert [(each.key, each.why) for each in seen.left] == [
        (bare, "Add at least one picture before it is shown."),
        (away, "It is archived. Take it back from there first."),
    ]
    wrong = look([whole], Act(Do.COMPARE_AT, value="EUR", number=9000))
    assert [each.why for each in wrong.left] == ["Its prices are in another currency."]


@pytest.mark.any_database
def test_a_preview_asks_the_same_for_two_as_for_twenty(app: Flask, statements: Any) -> None:
    slugs = some(20)
    counts = []
    for number in (2, 20):
        ids = ids_of(slugs[:number])
        db.session.rollback()
        with statements() as seen:
            bulk.preview(ids, Act(Do.PRICE, number=500), at=now())
        counts.append(len(seen))
    assert counts[0] == counts[1] < 20
    assert db.session.scalar(select(ChangeSet.id)) is None


def test_what_was_changed_since_the_preview_is_left_alone(app: Flask) -> None:
    slugs = some(3)
    act = Act(Do.PRICE, number=1000)
    seen = look(slugs, act)
    edit(slugs[1], name="Renamed meanwhile")
    edit(slugs[2], slug="moved-away")
    change_set = do(seen, act)
    assert [product_of(slug).variants[0].price.minor for slug in (slugs[0], slugs[1], "moved-away")] == [
        2640, 2400, 2400,
    ]  # fmt: skip
    assert [each["name"] for each in change_set.left_alone] == ["Renamed meanwhile", slugs[2]]
    assert "another version" in change_set.left_alone[0]["why"]
    assert bulk.progress(change_set) == (1, 0)


def test_undo_puts_back_but_not_what_was_changed_since_and_only_once(app: Flask) -> None:
    slugs = some(3)
    act = Act(Do.PRICE, number=1000)
    change_set = do(look(slugs, act), act, words="Price plus 10 percent")
    edit(slugs[1], name="Renamed since")
    undone = undo(change_set)
    assert undone.put_back == 2
    assert [(each.key, each.name, each.why) for each in undone.left_alone] == [
        (slugs[1], "Renamed since", "It was changed since.")
    ]
    assert [product_of(slug).variants[0].price.minor for slug in slugs] == [2400, 2640, 2400]
    assert keeping.newest("product", product_of(slugs[0]).id).words == "Taken back: Price plus 10 percent"
    with pytest.raises(undoing.NotUndone):
        undo(change_set)
    taken_back = db.session.scalars(select(ChangeSet).where(ChangeSet.undoes_id == change_set.id)).one()
    with pytest.raises(undoing.NotUndone):
        undo(taken_back)
    assert [product_of(slug).variants[0].price.minor for slug in slugs] == [2400, 2640, 2400]


def test_goods_that_came_with_the_set_are_put_away(app: Flask) -> None:
    [model] = some(1)
    copy = editing.copy_of(documents.read(product_of(model)))
    with transaction():
        change_set = bulk.begin("Brought from a table", wanted=0, by=BY, at=now())
        made = editing.create(copy, by=BY, at=now(), change_set=change_set).slug
    assert undo(change_set).put_back == 1
    assert product_of(made).archived_at == now()


def test_thresholds_are_set_and_put_back(app: Flask) -> None:
    first, second = some(2, variants=2)
    act = Act(Do.LOW_AT, number=3)
    seen = look([first, second], act)
    assert [set(each.new["low_at"].values()) for each in seen.planned] == [{3}, {3}]
    change_set = do(seen, act)
    lows = {slug: [variant.stock.low_at for variant in product_of(slug).variants] for slug in (first, second)}
    assert lows == {first: [3, 3], second: [3, 3]}
    with transaction() as session:  # at the shelf, where no version is kept
        session.scalars(select(Product).where(Product.slug == second)).one().variants[0].stock.low_at = 9
    assert undo(change_set) == undoing.Undone(1, [bulk.Left(second, product_of(second).name, "It was changed since.")])
    assert [variant.stock.low_at for variant in product_of(first).variants] == [None, None]
    assert [variant.stock.low_at for variant in product_of(second).variants] == [9, 3]


def payload_of(change_set: ChangeSet, act: Act, seen: Preview) -> dict[str, Any]:
    pairs = [[each.slug, each.number] for each in seen.planned]
    return {"set": change_set.id, "act": act.plain(), "seen": pairs, "by": BY, "at": now().isoformat()}


def test_long_lists_are_worked_in_parts_and_go_on_after_a_fall(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "BATCH", 2)
    monkeypatch.setattr("storefront.catalog.jobs.LONGEST", -1)  # every part is a job of its own
    slugs, act = some(5), Act(Do.PRICE, number=1000)
    seen = look(slugs, act)
    with transaction():
        change_set = bulk.begin("Price plus 10 percent", wanted=5, by=BY, at=now())
    change_many(payload_of(change_set, act, seen), None)
    assert bulk.progress(again(change_set)) == (2, 3)
    change_many(payload_of(change_set, act, seen), None)  # the worker had fallen, and begins anew
    assert work_all(None) == 2
    assert bulk.progress(again(change_set)) == (5, 0)
    assert again(change_set).left_alone == []
    assert {product_of(slug).variants[0].price.minor for slug in slugs} == {2640}
    with transaction() as session:
        undo_id = undoing.start(session.get_one(ChangeSet, change_set.id), by=BY, at=now()).id
        subjects = undoing.subjects_of(change_set.id)
    for _ in range(2):
        take_back_many({"set": undo_id, "subjects": subjects, "by": BY, "at": now().isoformat()}, None)
    work_all(None)
    assert db.session.scalar(select(Job.id).where(Job.done_at.is_(None))) is None
    assert {product_of(slug).variants[0].price.minor for slug in slugs} == {2400}


def test_once_taken_back_nothing_more_is_done(app: Flask) -> None:
    slugs, act = some(4), Act(Do.PRICE, number=1000)
    pairs = [(each.slug, each.number) for each in look(slugs, act).planned]
    with transaction():
        change_set = bulk.begin("Price plus 10 percent", wanted=4, by=BY, at=now())
    with transaction():
        bulk.work(change_set.id, act, pairs[:2], by=BY, at=now())
    undo(change_set)
    with transaction():
        bulk.work(change_set.id, act, pairs[2:], by=BY, at=now())
    assert {product_of(slug).variants[0].price.minor for slug in slugs} == {2400}


@pytest.mark.any_database
def test_publishing_says_the_moment_that_was_shown(app: Flask) -> None:
    [slug] = some(1)
    edit(slug, published_at=None)
    seen, shown_at = look([slug], Act(Do.PUBLISH)), now() - timedelta(minutes=20)
    with transaction():
        change_set = bulk.begin("Published", wanted=1, by=BY, at=now())
        bulk.work(change_set.id, Act(Do.PUBLISH), [(slug, seen.planned[0].number)], by=BY, at=shown_at)
    assert product_of(slug).published_at == shown_at
    assert product_of(slug).changed_at == shown_at
