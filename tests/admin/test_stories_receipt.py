"""The receipt of a consent: in her language, with every place where the story stands now, and how to take it back."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask

from storefront.audit.models import Act
from storefront.core import clock
from storefront.db import transaction
from storefront.stories import consenting
from storefront.stories.models import Channel
from tests.admin.desk import a_guardian, address
from tests.admin.people import Staff
from tests.stories.telling import BY, PRODUCT, SLUG, audited, begin, change_consent, take_back, tell


@pytest.fixture
def guardian(app: Flask) -> Staff:
    return a_guardian(app)


def receipt(staff: Staff, reference: str) -> str:
    answer = staff.get(address(reference, "/receipt/en"))
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", html.unescape(str(answer.text)))


def test_it_names_every_live_address_and_no_other(guardian: Staff) -> None:
    reference = tell()
    page = receipt(guardian, reference)
    assert page.count(f"http://localhost/stories/{SLUG}<") == 2  # in her language and in English
    assert page.count(f"http://localhost{PRODUCT}<") == 2
    with transaction():
        consenting.close_channel(reference, Channel.PRODUCT_PAGE, by=BY, at=clock.now())
    page = receipt(guardian, reference)
    assert PRODUCT not in page
    take_back(Channel.WEB_STORY)
    page = receipt(guardian, reference)
    assert SLUG not in page
    assert "Nowhere at this moment." in page


def test_it_says_what_she_agreed_to_in_both_languages(guardian: Staff) -> None:
    tell_reference = tell()
    change_consent(paid_minor=6000, paid_currency="USD")
    page = receipt(guardian, tell_reference)
    for words in (
        'lang="bn"', "হ্যাঁ", "November 1, 2026", "November 8, 2026", "November 1, 2027", "Story page: <b>yes</b>",
        "Newspapers and magazines: <b>no</b>", "$60.00", "http://localhost/withdraw", "A support worker",
        "Nobody whose first language this is has read this translation yet.",
    ):  # fmt: skip
        assert words in page, words
    assert page.index('lang="bn"') < page.index("What you agreed to")


@pytest.mark.parametrize(("spoken", "said"), [("en", ""), ("ta", "This sheet is not there in தமிழ் yet.")])
def test_a_language_that_is_missing_is_said_to_be_missing(guardian: Staff, spoken: str, said: str) -> None:
    reference = tell()
    change_consent(conversation_language=spoken)
    page = receipt(guardian, reference)
    assert said in page
    assert page.count("<h1>") == 1
    assert ("has read this translation" in page) is False


def test_each_reading_leaves_its_own_line(guardian: Staff) -> None:
    reference = tell()
    receipt(guardian, reference)
    [line] = audited(Act.CONSENT_READ)
    assert (line.who, line.details["as"]) == (guardian.person.reference, "receipt")


def test_without_a_yes_to_these_words_there_is_none(guardian: Staff) -> None:
    told, never_asked = tell(), begin(slug="not-asked-yet")
    assert guardian.get(address(never_asked, "/receipt/en")).status_code == 404
    assert guardian.get(address(told, "/receipt/bn")).status_code == 404
    change_consent(words_hash="0" * 64)
    assert guardian.get(address(told, "/receipt/en")).status_code == 404
    assert audited(Act.CONSENT_READ) == []
