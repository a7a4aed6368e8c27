"""The list of stories: chosen by way, direction, workshop and word; never counted where few stand."""

from __future__ import annotations

import re

import pytest

from storefront.core import clock
from storefront.stories import listing as listings
from storefront.stories.listing import Choices
from tests.stories.telling import SLUG, TITLE, change_words, take_back

ONE_WAY_ON = '<a class="button button-second" href="/stories">See all stories</a>'


def titles(client, address: str) -> list[str]:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.findall(r'card-name"[^>]*><a href="/stories/([a-z-]+)"', answer.text)


def test_a_choice_narrows_the_list_and_can_be_taken_back(shop, client):
    for query, chip in (
        ("pathway=walked_away", "By walking away"),
        ("pathway=walked-away", "By walking away"),
        ("stage=education", "Learning"),
        ("partner=sample-lamplight-stitch-room", "Lamplight Stitch Room"),
        ("word=indebted", "“indebted”"),
        ("word=literate", "“literate”"),
    ):
        found = titles(client, f"/stories?{query}")
        assert SLUG in found
        assert len(found) < 12
        text = client.get(f"/stories?{query}").text
        link = '<a class="chip" href="/stories"><span class="visually-hidden">Take away: </span>'
        assert f"{link}{chip} " in text
        assert '<meta name="robots" content="noindex">' in text


def test_choices_go_together_and_each_can_be_taken_back_alone(shop, client):
    address = "/stories?pathway=walked_away&stage=education&partner=sample-lamplight-stitch-room&word=indebted"
    assert titles(client, address) == [SLUG]
    text = client.get(address).text
    for left in (
        "stage=education&amp;partner=sample-lamplight-stitch-room&amp;word=indebted",
        "pathway=walked_away&amp;partner=sample-lamplight-stitch-room&amp;word=indebted",
        "pathway=walked_away&amp;stage=education&amp;word=indebted",
        "pathway=walked_away&amp;stage=education&amp;partner=sample-lamplight-stitch-room",
    ):
        assert f'class="chip" href="/stories?{left}"' in text
    assert '<input type="hidden" name="word" value="indebted">' in text
    assert '<option value="walked_away" selected>By walking away' in text


def test_what_is_taken_back_leaves_every_choice(shop, client):
    take_back()
    for query in ("", "pathway=walked_away", "stage=education", "word=indebted", "word=literate"):
        text = client.get(f"/stories?{query}").text
        assert SLUG not in text
        assert TITLE not in text


def test_what_was_changed_since_it_was_agreed_leaves_every_choice(shop, client):
    change_words(text="Indebted once, literate now.")
    for query in ("pathway=walked_away", "word=indebted", ""):
        assert SLUG not in client.get(f"/stories?{query}").text


def test_what_fits_nothing_is_said_with_one_way_on(shop, client):
    for query, said in (
        ("pathway=flying", "No such way"),
        ("stage=%3Cscript%3E", "No such direction"),
        ("partner=nobody", "No such workshop"),
        ("partner=%00%27--", "No such workshop"),
        ("word=Indebted", "No page fits all of that"),
        ("word=%3Cscript%3E", "No page fits all of that"),
        ("word=call+555", "No page fits all of that"),
        ("pathway=prevention&stage=health", "No page fits all of that"),
    ):
        text = client.get(f"/stories?{query}").text
        assert f"<h2>{said}</h2>" in text
        assert text.count(ONE_WAY_ON) == 1
        assert "call 555" not in text  # what anybody can write into an address is not repeated
        assert "<script>" not in text
        assert "Unknown" in text or "A word that no page has" in text or "It did not come to it <svg" in text


def test_an_empty_choice_is_none(shop, client):
    assert titles(client, "/stories?pathway=&stage=&partner=&word=") == titles(client, "/stories")
    assert "noindex" not in client.get("/stories?pathway=").text


def test_small_numbers_are_not_told(shop, client):
    text = client.get("/stories").text
    assert '<option value="escape">By escaping (4 pages)</option>' in text
    assert '<option value="prevention">It did not come to it (too few pages to count)</option>' in text
    assert not re.search(r"\((?:[012] pages|1 page)\)", text)
    narrowed = client.get("/stories?partner=sample-lamplight-stitch-room").text
    assert '<option value="escape">By escaping (too few pages to count)</option>' in narrowed
    assert "Stories 1 to" not in client.get("/stories?pathway=prevention").text


@pytest.mark.parametrize(("number", "words"), [(0, None), (1, None), (2, None), (3, "3 pages"), (40, "40 pages")])
def test_three_is_the_smallest_number_that_is_told(number, words):
    assert listings.in_words(number) == (words or "Too few pages to count")


def test_pages_keep_the_choices(shop, client, monkeypatch):
    monkeypatch.setattr(listings, "PER_PAGE", 2)
    first = client.get("/stories?stage=education").text
    assert 'href="/stories?stage=education&amp;page=2"' in first
    both = [*titles(client, "/stories?stage=education"), *titles(client, "/stories?stage=education&page=2")]
    assert len(both) == len(set(both)) == 3
    assert client.get("/stories?stage=education&page=3").status_code == 404


def test_pages_of_a_word(shop, monkeypatch):
    monkeypatch.setattr(listings, "PER_PAGE", 1)
    monkeypatch.setattr(listings, "says", lambda band, word: True)
    found = [listings.read(Choices(word="any"), page=number, at=clock.now()) for number in (1, 2)]
    assert [len(page.stories) for page in found] == [1, 1]
    assert found[0].stories != found[1].stories
    assert found[0].total == found[1].total > 10


def test_three_questions_however_many_stories(shop, client, statements):
    for query in ("", "pathway=escape&stage=safety", "word=trusted", "partner=nobody"):
        with statements() as seen:
            client.get(f"/stories?{query}")
        assert len(seen) == 3, (query, seen)


def test_an_address_keeps_words_of_any_script():
    choices = Choices.read({"word": " নিরাপদ & safe ", "pathway": "earned-release"})
    assert choices.address(2) == (
        "/stories?pathway=earned_release&word=%E0%A6%A8%E0%A6%BF%E0%A6%B0%E0%A6%BE%E0%A6%AA%E0%A6%A6+%26+safe&page=2"
    )
