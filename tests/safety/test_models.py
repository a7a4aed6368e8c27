"""A number is shown only with a source, a date and a day to look again; the table says so too."""

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from storefront.db import db
from storefront.safety.models import HelpLine, Verification
from tests.safety.lines import SOURCE, a_line, keep


def test_a_line_that_may_be_shown(app):
    keep(a_line())
    assert db.session.scalar(select(func.count(HelpLine.id))) == 1


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"sources": []}, "displayed_has_a_source"),
        ({"numbers": []}, "displayed_has_a_number"),
        ({"verification": Verification.SINGLE_SECONDARY}, "displayed_was_verified"),
        ({"verification": Verification.NUMBER_NOT_SEEN}, "displayed_was_verified"),
    ],
)
def test_a_shown_number_stands_on_something(app, changes, rule):
    keep(a_line(name="Hidden", display=False, **changes))
    with pytest.raises(IntegrityError, match=rule):
        keep(a_line(**changes))


@pytest.mark.parametrize("column", ["last_checked_on", "recheck_by"])
def test_the_days_cannot_be_left_out(app, column):
    with pytest.raises(IntegrityError):
        keep(a_line(display=False, **{column: None}))


def test_it_is_looked_at_again_after_it_was_checked(app):
    with pytest.raises(IntegrityError, match="is_checked_again_later"):
        keep(a_line(recheck_by=date(2026, 11, 24)))


def test_one_line_has_one_name_in_a_country(app):
    keep(a_line(), a_line(country="GB"))
    with pytest.raises(IntegrityError):
        keep(a_line())


@pytest.mark.parametrize("dial", ["", "12", "1800 111", "+", "tel:112", "112;ext=1", "1" * 16, "javascript:1"])
def test_what_is_dialled_is_digits(dial):
    with pytest.raises(ValueError, match="digits"):
        a_line(numbers=[{"display": "1800", "dial": dial, "label": None}])


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://line.example", "line.example", ""])
def test_a_link_leads_to_a_web_page(url):
    with pytest.raises(ValueError, match="begins with"):
        a_line(url=url)
    with pytest.raises(ValueError, match="begins with"):
        a_line(sources=[SOURCE | {"url": url}])


def test_the_last_day_counts():
    line = a_line()
    assert line.shows_number(date(2027, 2, 22))
    assert not line.shows_number(date(2027, 2, 23))
    assert line.is_overdue(date(2027, 2, 23))
    hidden = a_line(display=False)
    assert not hidden.shows_number(date(2026, 11, 24))
    assert not hidden.is_overdue(date(2027, 2, 23))
