"""Her yes: nothing may be missing, nothing lasts longer than it may, and the table says so too."""

from __future__ import annotations

import ast
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from storefront.accounts.permissions import Role
from storefront.audit.models import Act
from storefront.core import clock
from storefront.db import Base, db, transaction
from storefront.stories import consenting, drafting, ledger, withdrawing
from storefront.stories.consent import latest_end
from storefront.stories.consenting import MUST_BE_TRUE, NotAgreed
from storefront.stories.drafting import Words
from storefront.stories.models import Attester, Channel, Consent, ReviewResult, Story, StoryKind
from tests.factories import a_partner
from tests.stories.telling import (
    BY,
    PRODUCT,
    SLUG,
    TEXT,
    TITLE,
    about,
    agree,
    asked,
    audited,
    begin,
    look_at_risk,
    story_by,
    words_of,
)

PAGE = f"/stories/{SLUG}"
PACKAGE = Path(__file__).parents[2] / "storefront"


def test_every_channel_is_asked_on_its_own_and_empty_means_no(app):
    given = agree(begin(), channels=[])
    assert given.channels == []
    for channel in Channel:
        reference = begin(slug=f"told-{channel.value.replace('_', '-')}")
        assert agree(reference, channels=[channel]).channels == [channel]


def test_without_any_of_these_no_yes_is_recorded(app):
    reference = begin()
    for missing in MUST_BE_TRUE:
        for value in (False, None, 1, "yes"):  # nothing but true is true
            with pytest.raises(NotAgreed) as error:
                agree(reference, asked=asked(**{missing: value}))
            assert error.value.field == missing
    assert db.session.scalars(select(Consent)).all() == []
    agree(reference)


def test_no_role_sets_adulthood_aside(app):
    """Row by row: whoever records it, and whatever they may otherwise do."""
    reference = begin()
    for role in Role:
        with pytest.raises(NotAgreed, match="adults only"):
            agree(reference, asked=asked(adult=False), by=role.value)


@pytest.mark.parametrize(
    ("granted", "expires", "said"),
    [
        (1, 300, "future"),
        (-31, 300, "written after"),
        (-10, -3, "before anything"),
        (0, 7, "before anything"),
        (0, 1097, "36 months"),
    ],
)
def test_days_that_cannot_be(app, granted, expires, said):
    day = clock.today()
    reference = begin()
    with pytest.raises(NotAgreed, match=said):
        agree(reference, granted_on=day + timedelta(granted), expires_on=day + timedelta(expires))


def test_the_last_day_that_may_be(app):
    given = agree(begin(), granted_on=clock.today(), expires_on=latest_end(clock.today()))
    assert (given.expires_on, given.publish_not_before) == (date(2029, 11, 24), date(2026, 12, 1))


def test_a_yes_is_to_these_very_words(app):
    reference = begin()
    read_to_her = words_of(reference).words_hash
    with transaction():
        drafting.save(reference, "en", about=None, words=Words(TITLE, TEXT + "!"), seen=1, author=None, at=clock.now())
    with pytest.raises(NotAgreed, match="changed since"):
        agree(reference, words_hash=read_to_her)
    with transaction():
        db.session.execute(update(Story).where(Story.reference == reference).values(country="BD"))
    with pytest.raises(NotAgreed, match="changed since"):
        agree(reference)


def test_an_enterprise_is_not_asked(app):
    told_of = about(display_name=None, sources=[{"url": "https://example.org"}])
    real = a_partner(is_real=True, kind="partner")
    reference = begin(partner=real, kind=StoryKind.ENTERPRISE, storyteller_reference=None, about=told_of)
    with pytest.raises(NotAgreed, match="no person"):
        agree(reference)


def test_a_new_yes_replaces_the_one_before(app):
    reference = begin()
    first, second = agree(reference), agree(reference, channels=[Channel.PRESS])
    db.session.expire_all()
    rows = {row.reference: row.replaced_at for row in story_by(reference).consents}
    assert rows == {first.reference: clock.now(), second.reference: None}


def refused(consent: Consent, name: str, **values: Any) -> None:
    """The table itself says no, to whoever writes to it."""
    with pytest.raises(IntegrityError, match=name), transaction() as session:
        session.execute(update(Consent).where(Consent.id == consent.id).values(**values))


def test_the_table_says_it_too(app):
    given = agree(begin())
    day = given.granted_on
    refused(given, "adults_only", adult=False)
    refused(given, "payment_is_never_conditional", payment_conditional=True)
    refused(given, "reflection_comes_first", publish_not_before=day + timedelta(6))
    refused(given, "ends_after_it_begins", expires_on=day)
    refused(given, "payment_has_a_currency", paid_minor=500)
    refused(given, "ends_within_36_months", expires_on=latest_end(day) + timedelta(1))
    with transaction() as session:
        session.execute(update(Consent).values(expires_on=latest_end(day), publish_not_before=day + timedelta(7)))


@pytest.mark.parametrize(
    ("granted", "last"),
    [
        (date(2024, 2, 29), date(2027, 2, 28)),
        (date(2025, 2, 28), date(2028, 2, 28)),
        (date(2023, 8, 31), date(2026, 8, 31)),
        (date(2025, 12, 31), date(2028, 12, 31)),
        (date(2025, 1, 1), date(2028, 1, 1)),
    ],
)
def test_thirty_six_months_from_any_day(app, granted, last):
    given = agree(begin())
    days = {"granted_on": granted, "publish_not_before": granted + timedelta(7)}
    assert latest_end(granted) == last
    refused(given, "ends_within_36_months", expires_on=last + timedelta(1), **days)
    with transaction() as session:
        session.execute(update(Consent).values(expires_on=last, **days))


@pytest.mark.proof
@pytest.mark.parametrize("year", range(2024, 2032))
def test_the_two_ways_to_count_36_months_agree_on_every_day(app, year):
    given = agree(begin())
    day = date(year, 1, 1)
    while day.year == year:
        days = {"granted_on": day, "publish_not_before": day + timedelta(7)}
        with transaction() as session:
            session.execute(update(Consent).values(expires_on=latest_end(day), **days))
        refused(given, "ends_within_36_months", expires_on=latest_end(day) + timedelta(1), **days)
        day += timedelta(1)


def test_what_the_tables_say_of_stories(told):
    def no(name: str, **values: Any) -> None:
        with pytest.raises(IntegrityError, match=name), transaction() as session:
            session.execute(update(Story).where(Story.reference == told).values(**values))

    at = clock.now()
    real = a_partner(is_real=True, kind="partner")
    with transaction() as session:
        session.add(real)
    no("illustration_only_with_sample_partner", partner_id=real.id, partner_is_real=True)
    no("(?i)foreign key", partner_id=real.id)
    no("testimony_only_with_real_partner", kind=StoryKind.TESTIMONY)
    no("enterprise_has_no_storyteller", storyteller_reference=None)
    no("has_an_address_until_erased", slug=None)
    no("told_under_a_name_she_chose", display_name=None)
    no("withdrawn_is_erased", withdrawn_at=at)
    emptied = {"slug": None, "display_name": None, "drawing_id": None, "region": None, "erased_at": at}
    for left in ({"display_name": "Jui"}, {"region": "Kerala"}, {"drawing_id": story_by(told).drawing_id}):
        no("erased_is_empty", **emptied | left)
    with transaction() as session:
        session.execute(update(Story).where(Story.reference == told).values(**emptied, withdrawn_at=at))


def test_words_that_are_not_current_are_never_published(told):
    with pytest.raises(IntegrityError, match="only_the_current_is_published"), transaction() as session:
        session.execute(text("UPDATE wordings SET is_current = false"))


def test_nothing_extends_a_consent():
    """Silence means no: the end of a yes is set where a yes is recorded, and nowhere else."""
    setting = []
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            called = isinstance(node, ast.Call) and any(word.arg == "expires_on" for word in node.keywords)
            stored = isinstance(node, ast.Attribute) and node.attr == "expires_on" and isinstance(node.ctx, ast.Store)
            if called or stored:
                setting.append(file.relative_to(PACKAGE).as_posix())
    allowed = {
        "stories/consenting.py",  # recording
        "admin/stories.py", "admin/story_consents.py",  # handing over what was typed into the form
        "demo/stories.py",
    }  # fmt: skip
    assert set(setting) <= allowed
    assert "stories/consenting.py" in setting


def test_pay_hangs_on_nothing(app):
    """She keeps what she got for her time, whatever becomes of the story."""
    reference = begin()
    agree(reference, paid=(1500, "USD"))
    with transaction():
        withdrawing.withdraw(reference, by=BY, at=clock.now())
    [consent] = story_by(reference).consents
    assert (consent.paid_minor, consent.paid_currency, consent.payment_conditional) == (1500, "USD", False)
    money = [table for table in Base.metadata.tables if "claim" in table or "clawback" in table]
    assert money == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"people_at_risk": []}, "people_at_risk"),
        ({"people_at_risk": ["her brother Ravi"]}, "people_at_risk"),
        ({"reviewed_on": date(2026, 11, 25)}, "reviewed_on"),
    ],
)
def test_a_review_names_kinds_of_people_and_a_day_that_has_been(app, changes, field):
    reference = begin()
    with pytest.raises(NotAgreed) as error:
        look_at_risk(reference, **changes)
    assert error.value.field == field
    look_at_risk(reference)


def test_the_latest_review_counts(told, client):
    look_at_risk(told, result=ReviewResult.NOT_TO_BE_SHOWN)
    assert client.get(PAGE).status_code == 404
    look_at_risk(told, result=ReviewResult.WITH_CHANGES_MADE)
    assert client.get(PAGE).status_code == 200


def close(reference: str, channel: Channel, **changes: Any) -> bool:
    with transaction():
        return consenting.close_channel(reference, channel, by=BY, at=clock.now(), **changes)


def test_one_channel_is_closed_and_the_others_stay(told, client):
    assert close(told, Channel.PRODUCT_PAGE)
    assert TITLE not in client.get(PRODUCT).text
    assert client.get(PAGE).status_code == 200
    [consent] = story_by(told).consents
    assert consent.channels == [Channel.WEB_STORY, Channel.HANG_TAG_QR]
    assert consent.closed_channels == {"product_page": "2026-11-24"}
    assert [(line.channel, line.address) for line in ledger.lines()] == [("product_page", None)]
    assert len(audited(Act.CHANNEL_CLOSED)) == 1


def test_closed_twice_is_closed_once(told):
    assert close(told, Channel.PRODUCT_PAGE)
    assert not close(told, Channel.PRODUCT_PAGE)
    assert not close(told, Channel.PRESS)
    assert len(ledger.lines()) == len(audited(Act.CHANNEL_CLOSED)) == 1


def test_without_the_web_its_address_is_gone(told, client):
    close(told, Channel.WEB_STORY)
    assert client.get(PAGE).status_code == 410
    assert TITLE in client.get(PRODUCT).text


def test_what_the_ledger_tells_of_long_ago_leaves_a_later_yes_alone(told, client):
    assert not close(told, Channel.WEB_STORY, given_until=clock.now() - timedelta(days=60))
    assert client.get(PAGE).status_code == 200
    assert close(told, Channel.WEB_STORY, given_until=clock.now())
    assert ledger.lines() == []  # it came from there


def test_hidden_when_proceedings_begin_and_shown_again(told, client):
    with transaction():
        consenting.hide(told, by=BY, at=clock.now())
    assert client.get(PAGE).status_code == 404
    with transaction():
        consenting.show_again(told, attested_by=Attester.SOCIAL_WORKER, by=BY, at=clock.now())
    assert client.get(PAGE).status_code == 200
    [consent] = story_by(told).consents
    assert (consent.attested_by, consent.attested_on) == (Attester.SOCIAL_WORKER, clock.today())
    assert len(audited(Act.STORY_HIDDEN)) == len(audited(Act.STORY_SHOWN_AGAIN)) == 1


def test_showing_again_brings_back_no_yes_that_was_taken_back(told):
    with transaction() as session:
        session.execute(update(Consent).values(withdrawn_at=clock.now()))
    with transaction():
        consenting.hide(told, by=BY, at=clock.now())
        consenting.show_again(told, attested_by=Attester.SOCIAL_WORKER, by=BY, at=clock.now())
    assert not story_by(told).consents[0].no_proceedings
