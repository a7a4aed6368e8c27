"""Writing, changing and checking help lines."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from storefront.core.clock import now
from storefront.core.faults import NotYetRight
from storefront.db import db, transaction
from storefront.revisions.keeping import ChangedMeanwhile, history
from storefront.safety import editing, loading
from storefront.safety.models import HelpLine
from tests.safety.lines import SOURCE, a_line, keep


def a_document(**changes: Any) -> dict[str, Any]:
    return editing.read(a_line()) | changes


def faults_of(document: dict[str, Any], *, line_id: int | None = None) -> list[str]:
    return [fault.field for fault in editing.check(document, line_id=line_id, on=now().date())]


@pytest.mark.any_database
def test_what_is_shipped_breaks_no_rule(app: Flask) -> None:
    with transaction():
        loading.load()
    for line in db.session.scalars(select(HelpLine)):
        assert faults_of(editing.read(line), line_id=line.id) == [], line.name


GIVEN = [
    ({"country": "Ireland"}, ["country"]),
    ({"name": ""}, ["name"]),
    ({"kind": "fire"}, ["kind"]),
    ({"numbers": [{"display": "", "dial": "112", "label": None}]}, ["numbers.0.display"]),
    ({"numbers": [{"display": "1 12", "dial": "1 12", "label": None}]}, ["numbers.0.dial"]),
    ({"also": [{"display": "call", "dial": "javascript:1", "label": None}]}, ["also.0.dial"]),
    ({"sms": "javascript:1"}, ["sms"]),
    ({"url": "javascript:alert(1)"}, ["url"]),
    ({"sources": [SOURCE | {"url": "nowhere"}]}, ["sources.0.url"]),
    ({"sources": [SOURCE | {"kind": "rumour"}]}, ["sources.0.kind"]),
    ({"sources": [SOURCE | {"accessed_on": "2026"}]}, ["sources.0.accessed_on"]),
    ({"sources": [SOURCE | {"source_date": "May"}]}, ["sources.0.source_date"]),
    ({"last_checked_on": "2026-11-25"}, ["last_checked_on"]),
    ({"recheck_by": "2026-11-24"}, ["recheck_by"]),
    ({"verification": "a friend"}, ["verification"]),
    ({"verification": "single_secondary"}, ["verification"]),
    ({"verification": "number_not_seen"}, ["verification"]),
    ({"numbers": []}, ["numbers"]),
    ({"sources": []}, ["sources"]),
    ({"said_beside": "They rescue people."}, ["said_beside"]),
    ({"display": False, "numbers": [], "sources": [], "verification": "number_not_seen"}, []),
]


@pytest.mark.any_database
def test_what_is_not_right_is_told_beside_its_field(app: Flask) -> None:
    for changes, fields in GIVEN:
        assert faults_of(a_document(**changes)) == fields


def test_a_country_has_one_line_of_a_name(app: Flask) -> None:
    keep(a_line(), a_line(name="Day line"))
    day = db.session.scalars(select(HelpLine).where(HelpLine.name == "Day line")).one()
    for act in (
        lambda: editing.create(a_document(), by="ANNA", at=now()),
        lambda: editing.change(day.id, a_document(), based_on=0, by="ANNA", at=now()),
    ):
        with pytest.raises(NotYetRight), transaction():
            act()
    with transaction():
        assert editing.create(a_document(country="GB"), by="ANNA", at=now()).id


def test_checked_today_names_the_source_and_lasts_half_a_year(app: Flask) -> None:
    old = {"last_checked_on": date(2026, 1, 5), "recheck_by": date(2026, 7, 5)}
    keep(a_line(**old, sources=[SOURCE, SOURCE | {"title": "Another", "accessed_on": "2026-01-05"}]))
    line = db.session.scalars(select(HelpLine)).one()
    assert line.is_overdue(now().date())
    with transaction():
        editing.checked(line.id, 1, based_on=0, by="ANNA", at=now())
    db.session.expire_all()
    assert (line.last_checked_on, line.recheck_by) == (date(2026, 11, 24), date(2027, 5, 24))
    assert [source["accessed_on"] for source in line.sources] == ["2026-11-20", "2026-11-24"]
    assert history(editing.KIND, line.id)[0].words == "Checked today: Another"
    for place, number, error in ((2, 1, NotYetRight), (-1, 1, NotYetRight), (0, 0, ChangedMeanwhile)):
        with pytest.raises(error), transaction():
            editing.checked(line.id, place, based_on=number, by="ANNA", at=now())


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 6, 30), 6, date(2026, 12, 30)),
        (date(2027, 8, 29), 6, date(2028, 2, 29)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
    ],
)
def test_months_after_a_day(day: date, months: int, after: date) -> None:
    assert editing.months_after(day, months) == after
