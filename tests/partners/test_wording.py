"""Every kind and degree has words."""

from datetime import date

import pytest

from storefront.partners import wording
from storefront.partners.models import Certificate, Confidence, Fact, PartnerKind

TODAY = date(2026, 11, 24)


def test_every_kind_and_every_degree_has_words():
    assert set(wording.KINDS) == set(PartnerKind)
    assert set(wording.SURENESS) == set(Confidence)


@pytest.mark.parametrize(
    ("as_of", "said"), [("2016", "2016"), ("2024-05", "2024-05"), ("2025", None), (None, None), ("some day", None)]
)
def test_an_old_fact_says_of_when_it_is(as_of, said):
    assert wording.as_of(Fact(as_of=as_of), today=TODAY) == said


@pytest.mark.parametrize(
    ("status", "checked_on", "valid_until", "state"),
    [
        ("reported, not checked live", None, None, "Reported, not checked"),
        ("claimed for the cotton used", None, None, "Claimed, not checked"),
        ("valid", None, date(2030, 1, 1), "Reported, not checked"),
        ("valid", date(2026, 1, 1), date(2026, 11, 24), "Checked"),
        ("valid", date(2026, 1, 1), date(2026, 11, 23), "Reported, no longer valid"),
        ("valid", date(2026, 12, 1), date(2027, 1, 1), "Reported, no longer valid"),
    ],
)
def test_the_state_of_a_certificate(status, checked_on, valid_until, state):
    certificate = Certificate(status=status, checked_on=checked_on, valid_until=valid_until)
    assert wording.certificate_state(certificate, today=TODAY) == state


def test_sources_are_dated_or_say_that_they_are_not():
    dated, undated = wording.source_links(
        [{"title": "A", "url": "https://a.example", "date": "2016-10-03"}, {"publisher": "B", "url": "ftp://b"}]
    )
    assert (dated.publisher, dated.year, dated.url) == ("A", "2016", "https://a.example")
    assert (undated.publisher, undated.year, undated.url) == ("B", "undated", None)
