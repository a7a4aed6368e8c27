"""The words of change: gathered from what is on show, and gone with it."""

from __future__ import annotations

import re

from sqlalchemy import update

from storefront.core import clock
from storefront.db import transaction
from storefront.demo.purging import purge
from storefront.stories import change
from storefront.stories.models import Channel, Consent
from tests.articles.reading import fill_rooms
from tests.stories.telling import SLUG, change_words, take_back, wording_of

PAGE = "/articles/life-afterwards"
FIRST_LINE = "Some of these words come from illustrations"


def gathered() -> change.Change:
    found = change.gather(at=clock.now())
    assert found is not None
    return found


def words(found: list[change.Word]) -> list[str]:
    return [word.text for word in found]


def test_every_word_stands_once_and_leads_to_its_stories(shop, client):
    found = gathered()
    for side in (found.before, found.now):
        assert len(words(side)) == len(set(words(side)))
        assert words(side) == sorted(words(side), key=str.casefold)
    several = [word for word in (*found.before, *found.now) if "?" in word.address]
    assert words(several) == ["indebted", "unpaid"]
    for word in several:
        text = client.get(word.address).text
        assert f"“{word.text}”" in text
        assert text.count('class="card-name"') > 1
    alone = next(word for word in found.now if "?" not in word.address)
    assert f"<li>{alone.text}</li>" in client.get(alone.address).text


def test_the_page_tells_both_sides_and_the_hinge(shop, client):
    text = client.get(PAGE).text
    section = text.partition('<section class="story-band change"')[2].partition("</section>")[0]
    before, hinge, now = section.partition("Then something changed.")
    assert hinge
    assert re.search(r'<li lang="en"><a href="[^"]+">indebted</a></li>', before)
    assert re.search(r'<li lang="en"><a href="[^"]+">literate</a></li>', now)
    for way in ("left with help from the authorities", "escaped", "worked off a debt", "walked away", "and did not"):
        assert way in now
    assert before.index(FIRST_LINE) < before.index("<h2")
    assert "data-nosnippet" in section


def test_a_word_leaves_with_its_story(shop, client):
    own = [word.text for word in (*gathered().before, *gathered().now) if word.address == f"/stories/{SLUG}"]
    assert own
    take_back(Channel.WEB_STORY)
    left = gathered()
    assert not set(own) & set(words(left.before) + words(left.now))
    text = client.get(PAGE).text
    assert SLUG not in text
    for word in own:
        assert f">{word}</a>" not in text


def test_a_word_of_several_stories_stays_with_the_others(shop):
    take_back()
    [left] = [word for word in gathered().before if word.text == "indebted"]
    assert left.address == "/stories/yusuf-two-columns"


def test_words_of_a_story_that_was_changed_since_are_not_hers(shop):
    change_words(before_words=["untouchable"])
    assert "untouchable" not in words(gathered().before)
    assert f"/stories/{SLUG}" not in {word.address for word in (*gathered().before, *gathered().now)}


def test_only_while_a_word_comes_from_an_illustration_it_is_said(shop, client, monkeypatch):
    assert FIRST_LINE in client.get(PAGE).text
    told = gathered()
    monkeypatch.setattr(change, "gather", lambda *, at: change.Change(told.before, told.now, has_illustration=False))
    assert FIRST_LINE not in client.get(PAGE).text


def test_without_words_there_is_nothing(app, client):
    fill_rooms()
    assert change.gather(at=clock.now()) is None
    text = client.get(PAGE).text
    assert "The words of change" not in text
    assert "Then something changed" not in text


def test_a_purged_shop_says_nothing_of_it(shop, client):
    with transaction():
        purge()
    assert "The words of change" not in client.get(PAGE).text


def test_the_words_stand_on_one_page_alone(shop, client):
    for address in ("/articles/how-people-leave-trafficking", "/stages/freedom"):
        assert "The words of change" not in client.get(address).text


def test_words_that_are_no_words_do_no_harm(shop, client):
    """Whoever seals such a thing: it is shown as letters."""
    with transaction() as session:
        row = wording_of()
        row.now_words = ["<b>free</b>"]
        row.text = "<b>free</b>"
        row.seal()
        session.execute(update(Consent).where(Consent.story_id == row.story_id).values(words_hash=row.words_hash))
    text = client.get(PAGE).text
    assert "&lt;b&gt;free&lt;/b&gt;" in text
    assert "<b>free</b>" not in text


def test_one_question(shop, statements):
    with statements() as seen:
        gathered()
    assert len(seen) == 1
