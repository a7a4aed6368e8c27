"""The database: what a transaction promises, times in UTC, and the generations that caches live by."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from storefront.app import create_app
from storefront.cart.models import CartLine
from storefront.catalog.models import Category, Collection, Product, Stock, Variant
from storefront.checkout.models import ShippingRate
from storefront.db import GROUPS, Base, Generation, UtcDateTime, bump, db, generations, reading, transaction
from storefront.jobs.models import Job
from storefront.partners.models import Partner
from tests.conftest import NOON, settings_for
from tests.factories import PRICE, a_product, a_shop
from tests.jobs.racing import at_once, beside


def number_of(group: str) -> int:
    db.session.rollback()
    return db.session.scalar(select(Generation.number).where(Generation.group == group)) or 0


def count_up(group: str = "tried") -> None:
    """One write as another visitor makes it."""
    with transaction() as session:
        session.execute(update(Generation).where(Generation.group == group).values(number=Generation.number + 1))


def one_row(group: str = "tried") -> None:
    with transaction() as session:
        session.add(Generation(group=group, number=1))


def test_it_commits_what_was_done(app: Flask) -> None:
    one_row()
    assert beside(app, lambda: number_of("tried")) == 1


def test_what_was_read_before_is_read_again_inside(app: Flask) -> None:
    one_row()
    with reading() as session:
        row = session.get(Generation, "tried")
        assert row is not None
        beside(app, count_up)
        assert row.number == 1
    with transaction() as session:
        assert session.get(Generation, "tried").number == 2
        assert row.number == 2


def test_what_was_begun_outside_is_not_written(app: Flask) -> None:
    one_row()
    db.session.get(Generation, "tried").number = 99
    with transaction():
        pass
    assert number_of("tried") == 1


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_on_an_error_nothing_has_happened(app: Flask, error: type[BaseException]) -> None:
    one_row()

    def fail() -> None:
        with transaction() as session:
            session.get(Generation, "tried").number = 2
            session.flush()
            raise error

    with pytest.raises(error):
        fail()
    assert number_of("tried") == 1
    count_up()
    assert number_of("tried") == 2


def test_a_write_that_the_table_refuses_undoes_the_rest(app: Flask) -> None:
    def write() -> None:
        with transaction() as session:
            session.add(Generation(group="first", number=1))
            session.flush()
            session.add(CartLine(cart_id=4711, variant_id=4711, quantity=1, seen_price=PRICE))

    with pytest.raises(IntegrityError):
        write()
    assert number_of("first") == 0


def test_a_transaction_inside_a_transaction_is_refused(app: Flask) -> None:
    one_row()

    def nest() -> None:
        with transaction() as session:
            session.get(Generation, "tried").number = 2
            count_up()

    with pytest.raises(RuntimeError, match="inside"):
        nest()
    assert number_of("tried") == 1
    count_up()  # the refusal does not stick
    assert number_of("tried") == 2


def test_reading_leaves_nothing_open(app: Flask) -> None:
    with reading() as session:
        session.execute(select(Generation))
        assert session.in_transaction()
    assert not db.session().in_transaction()


# A read that turns into a write while another has written.


@pytest.mark.real_clock
def test_a_read_may_turn_into_a_write(app: Flask) -> None:
    one_row()
    has_read = threading.Event()

    def read_then_write() -> None:
        with transaction() as session:
            session.scalar(select(Generation.number))
            has_read.set()
            threading.Event().wait(0.2)
            session.execute(update(Generation).values(number=Generation.number + 1))

    def write_between() -> None:
        assert has_read.wait(10)
        count_up()

    assert at_once(app, [read_then_write, write_between]) == [None, None]
    assert number_of("tried") == 3


@pytest.mark.real_clock
def test_without_the_lock_at_the_start_it_would_fail(app: Flask, backend: str) -> None:
    one_row()
    db.session.rollback()
    db.session.scalar(select(Generation.number))  # begins as a reader
    beside(app, count_up)
    write = update(Generation).values(number=Generation.number + 1)
    with pytest.raises(OperationalError, match="locked") if backend == "sqlite" else nullcontext():
        db.session.execute(write)
    db.session.rollback()


@pytest.mark.real_clock
def test_twenty_at_once_all_count(app: Flask) -> None:
    one_row()
    assert at_once(app, [count_up] * 20) == [None] * 20
    assert number_of("tried") == 21


@pytest.mark.real_clock
def test_twenty_at_once_bump_every_group_once_each(app: Flask) -> None:
    def write() -> None:
        with transaction():
            bump("stories")
            bump("catalog")

    assert at_once(app, [write] * 20) == [None] * 20
    assert (number_of("stories"), number_of("catalog")) == (20, 20)


# Generations.


def by_adding_to_the_session() -> None:
    db.session.add(Collection(slug="new", name="New", intro=""))


def by_changing_a_row() -> None:
    db.session.scalars(select(Product)).one().name = "Changed"


def by_deleting_a_row() -> None:
    db.session.delete(db.session.scalars(select(ShippingRate).limit(1)).one())


def by_a_bulk_insert() -> None:
    db.session.execute(insert(Category).values(slug="new", name="New", position=1, from_demonstration=False))


def by_a_bulk_update() -> None:
    db.session.execute(update(Variant).values(price_minor=1))


def by_a_bulk_delete() -> None:
    db.session.execute(delete(ShippingRate))


def by_a_guarded_update() -> None:
    db.session.execute(update(Partner).values(name="Changed").returning(Partner.id)).all()


def by_saying_so() -> None:
    bump("stories")


def by_reading() -> None:
    for row in db.session.scalars(select(Product)).all():
        assert row.name
        assert row.partner.name
        assert row.variants[0].stock.available


def by_writing_what_no_page_shows() -> None:
    db.session.execute(update(Stock).values(on_hand=Stock.on_hand + 1))
    db.session.add(Job(kind="none", payload={}, promised_at=NOON, run_at=NOON, lease_until=NOON))


@pytest.mark.parametrize(
    ("act", "bumped"),
    [
        (by_adding_to_the_session, {"catalog"}),
        (by_changing_a_row, {"catalog"}),
        (by_deleting_a_row, {"pages"}),
        (by_a_bulk_insert, {"catalog"}),
        (by_a_bulk_update, {"catalog"}),
        (by_a_bulk_delete, {"pages"}),
        (by_a_guarded_update, {"partners"}),
        (by_saying_so, {"stories"}),
        (by_reading, set()),
        (by_writing_what_no_page_shows, set()),
    ],
)
def test_which_groups_are_bumped(app: Flask, act: Callable[[], None], bumped: set[str]) -> None:
    a_shop()
    db.session.rollback()
    before = generations()
    with transaction():
        act()
    db.session.rollback()
    after = generations()
    assert {group for group in after if after[group] != before.get(group)} == bumped
    assert all(after[group] == before.get(group, 0) + 1 for group in bumped)


@pytest.mark.parametrize("act", [by_changing_a_row, by_a_bulk_update, by_saying_so])
def test_a_bump_is_rolled_back_with_its_transaction(app: Flask, act: Callable[[], None]) -> None:
    a_shop()
    db.session.rollback()
    before = generations()

    def fail() -> None:
        with transaction() as session:
            act()
            session.flush()
            raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        fail()
    with transaction():
        pass  # what was noted is forgotten, not carried into the next
    db.session.rollback()
    assert generations() == before


def test_many_writes_in_one_transaction_bump_once(app: Flask) -> None:
    with transaction() as session:
        session.add(a_product())
        session.flush()
        session.add(a_product())
    assert (number_of("catalog"), number_of("partners")) == (1, 1)


def test_every_table_that_is_listed_exists(app: Flask) -> None:
    assert set(GROUPS) <= set(Base.metadata.tables)


# What every connection to SQLite is told.


def test_sqlite_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    app = create_app(settings_for(f"sqlite:///{tmp_path}/new.db", tmp_path))
    with app.app_context():
        with db.engine.connect() as one, db.engine.connect() as two:
            for connection in (one, two):
                told = {
                    name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                    for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
                }
                assert told == {
                    "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 10000,
                }  # fmt: skip
        db.engine.dispose()


# Times.


def a_job(at: datetime) -> None:
    with transaction() as session:
        session.add(Job(kind="none", payload={}, promised_at=at, run_at=at, lease_until=at))


def test_a_time_without_a_zone_is_refused(app: Flask) -> None:
    with pytest.raises(ValueError, match="without a zone"):
        UtcDateTime().process_bind_param(datetime(2026, 11, 24), db.engine.dialect)
    with pytest.raises(StatementError, match="without a zone"):
        a_job(datetime(2026, 11, 24))


def test_a_time_comes_back_as_the_same_moment_in_utc(app: Flask) -> None:
    there = datetime(2026, 11, 24, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    a_job(there)
    row = beside(app, lambda: db.session.execute(select(Job.promised_at, Job.done_at)).one())
    assert row.promised_at == there
    assert row.promised_at.utcoffset() == timedelta(0)
    assert row.done_at is None


def test_times_are_compared_as_moments(app: Flask) -> None:
    east = NOON.astimezone(timezone(timedelta(hours=14)))
    a_job(east)
    assert db.session.scalar(select(Job.id).where(Job.run_at <= NOON)) is not None
    assert db.session.scalar(select(Job.id).where(Job.run_at < NOON)) is None


def test_words_are_checked_by_the_table(app: Flask) -> None:
    a_shop()
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(text("UPDATE partners SET kind = 'other'"))
