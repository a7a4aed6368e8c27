"""The shipped lines come in once, whole, and never over what stands there."""

from datetime import date, timedelta

from sqlalchemy import func, select

from storefront.db import db, transaction
from storefront.safety.loading import load, read
from storefront.safety.models import HelpLine, LineKind, Verification
from storefront.safety.wording import KINDS, READ_AT, SOURCES


def count():
    db.session.rollback()
    return db.session.scalar(select(func.count(HelpLine.id)))


def test_what_is_shipped_can_be_shown():
    entries = read()
    assert (len(entries), sum(entry["display"] for entry in entries)) == (28, 16)
    for entry in entries:
        assert entry["sources"], entry["name"]
        assert all(source["accessed_on"] and source["kind"] in SOURCES for source in entry["sources"])
        checked, again = (date.fromisoformat(entry[name]) for name in ("last_checked_on", "recheck_by"))
        assert again - checked == timedelta(days=90)
        if entry["verification"] == Verification.TWO_INDEPENDENT_SECONDARY:
            assert len({source["url"].split("/")[2] for source in entry["sources"]}) >= 2, entry["name"]


def test_every_word_has_a_sentence():
    assert (set(KINDS), set(READ_AT)) == (set(LineKind), set(Verification))


def test_loading_twice_adds_once_and_overwrites_nothing(app):
    runner = app.test_cli_runner()
    assert runner.invoke(args=["safety", "load"]).output == "help lines: 28 added\n"
    with transaction() as session:
        rung = session.scalars(select(HelpLine).where(HelpLine.country == "GB")).one()
        rung.hours, rung.display = "Rung on Monday: closed.", False
        session.delete(session.scalars(select(HelpLine).where(HelpLine.country == "US")).one())
    assert runner.invoke(args=["safety", "load"]).output == "help lines: 1 added\n"
    assert count() == 28
    rung = db.session.scalars(select(HelpLine).where(HelpLine.country == "GB")).one()
    assert (rung.hours, rung.display) == ("Rung on Monday: closed.", False)


def test_a_load_that_breaks_leaves_nothing(app):
    try:
        with transaction():
            load()
            raise RuntimeError
    except RuntimeError:
        assert count() == 0


def test_they_come_with_the_demonstration(shop):
    assert count() == 28
