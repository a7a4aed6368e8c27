"""What the ledger brings back into a database that has forgotten it, as one that was restored has."""

from datetime import date

import pytest
from sqlalchemy import update

from storefront.core import clock
from storefront.db import db, transaction
from storefront.stories import consenting, jobs, ledger, withdrawing
from storefront.stories.models import Attester, Channel, Consent
from tests.stories.telling import SLUG, story_of

BY = "R7K2M4QX9D"
PAGE = f"/stories/{SLUG}"


def agree_with_the_ledger() -> None:
    jobs.agree_with_the_ledger(None)
    db.session.expire_all()


def forget(**values: object) -> None:
    """As an older backup would have it."""
    with transaction():
        db.session.execute(update(Consent).values(**values))


def consents() -> list[Consent]:
    return list(db.session.scalars(db.select(Consent).order_by(Consent.id)))


def test_a_ledger_that_cannot_be_written_stops_nobody(told, app, client):
    ledger.path().mkdir(parents=True)
    with transaction():
        withdrawing.withdraw(told, by=BY, at=clock.now())
    assert client.get(PAGE).status_code == 410
    ledger.path().rmdir()
    agree_with_the_ledger()
    assert [line.story for line in ledger.lines()] == [told]


def test_a_closing_reaches_a_ledger_that_was_lost(told, app):
    with transaction():
        consenting.close_channel(told, Channel.PRODUCT_PAGE, by=BY, at=clock.now())
    ledger.path().unlink()
    agree_with_the_ledger()
    forget(product_page=True, closed_channels={})
    agree_with_the_ledger()
    assert Channel.PRODUCT_PAGE not in consents()[0].channels


def test_hiding_outlives_a_restore_until_the_workshop_vouches_anew(told, app, client):
    with transaction():
        consenting.hide(told, by=BY, at=clock.now())
    forget(no_proceedings=True)
    assert client.get(PAGE).status_code == 200
    agree_with_the_ledger()
    assert client.get(PAGE).status_code == 404
    with transaction():
        consenting.show_again(told, attested_by=Attester.SOCIAL_WORKER, by=BY, at=clock.now())
    agree_with_the_ledger()
    assert client.get(PAGE).status_code == 200


def test_a_narrower_yes_outlives_a_restore(told, app):
    story = story_of()
    wording, asked = story.current("en"), consents()[0]
    names = (
        "explained_by", "conversation_language", "employer_absent", "read_back", "told_pay_independent", "attested_by",
        "adult", "twelve_months_out", "no_proceedings", "name_not_hers",
    )  # fmt: skip
    given = consenting.Asked(**{name: getattr(asked, name) for name in names})
    with transaction():
        consenting.record(
            told, "en", words_hash=wording.words_hash, channels=[Channel.WEB_STORY], granted_on=clock.now().date(),
            expires_on=date(2027, 11, 1), asked=given, paid=None, by=BY, at=clock.now(),
        )  # fmt: skip
    narrower = {line.channel for line in ledger.lines()}
    assert "product_page" in narrower
    assert "web_story" not in narrower
    with transaction():
        newest = consents()[-1]
        db.session.delete(newest)
    forget(replaced_at=None)
    agree_with_the_ledger()
    assert Channel.PRODUCT_PAGE not in consents()[0].channels
    assert Channel.WEB_STORY in consents()[0].channels


@pytest.mark.parametrize("again", [1, 3])
def test_a_yes_after_a_closing_stands(told, app, again):
    """Also on the same day, however often the ledger is read."""
    with transaction():
        consenting.close_channel(told, Channel.PRODUCT_PAGE, by=BY, at=clock.now())
    forget(product_page=True)  # she opened it again; the closing stays on record
    for _ in range(again):
        agree_with_the_ledger()
    assert Channel.PRODUCT_PAGE in consents()[0].channels


def test_a_draft_that_was_taken_back_is_no_address_that_is_gone(told, app, client):
    forget_publication()
    with transaction():
        withdrawing.withdraw(told, by=BY, at=clock.now())
    agree_with_the_ledger()
    assert client.get(PAGE).status_code == 404


def forget_publication() -> None:
    from storefront.stories.models import Wording

    with transaction():
        db.session.execute(update(Wording).values(published_at=None))
