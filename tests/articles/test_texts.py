"""The texts that the shop comes with keep the rules of the shop."""

from __future__ import annotations

import re

import pytest

from storefront.articles.models import Room
from storefront.articles.texts import TEXTS, Text, read
from storefront.stories.models import Pathway, Stage
from storefront.stories.vocabulary import CONTENT_NOTES, PATHWAYS, STAGES

ALL = read()
DISPUTED = "/articles/disputed-accounts"
every_text = pytest.mark.parametrize("text", ALL, ids=lambda text: f"{text.room}/{text.slug}")


def slugs(room: Room) -> set[str]:
    return {text.slug for text in ALL if text.room is room}


def test_there_is_a_page_for_every_way_and_every_direction() -> None:
    assert len(slugs(Room.ARTICLES)) == 9
    assert slugs(Room.PATHWAYS) == {way.replace("_", "-") for way in Pathway}
    assert slugs(Room.STAGES) == {stage.replace("_", "-") for stage in Stage}


def test_pages_are_called_what_stories_call_them() -> None:
    called = {text.slug.replace("-", "_"): text.title for text in ALL if text.room is not Room.ARTICLES}
    four = {Pathway.AUTHORITIES, Pathway.ESCAPE, Pathway.EARNED_RELEASE, Pathway.WALKED_AWAY}
    assert {way: called[way] for way in four} == {way: PATHWAYS[way] for way in four}
    assert {stage: called[stage] for stage in Stage} == STAGES


@every_text
def test_every_number_has_its_source_and_every_source_its_number(text: Text) -> None:
    named = {int(number) for number in re.findall(r"\[(\d+)\](?!\()", text.body)}
    assert named == set(range(1, len(text.sources) + 1))


@every_text
def test_every_source_says_where_and_when_it_was_read(text: Text) -> None:
    for source in text.sources:
        assert set(source) - {"date"} == {"title", "publisher", "url", "accessed", "access_note"}
        assert source["url"].startswith(("http://", "https://"))
        assert source["accessed"] == "2026-11-24"


@every_text
def test_it_will_be_looked_at_again_and_says_what_is_in_it(text: Text) -> None:
    assert text.review_due > text.reviewed_on
    assert set(text.content_notes) <= set(CONTENT_NOTES)
    assert set(text.related) <= slugs(Room.ARTICLES) - {text.slug if text.room is Room.ARTICLES else ""}
    assert all(note["date"] for note in text.editor_notes)


@every_text
def test_links_of_ours_lead_somewhere(text: Text) -> None:
    written = text.body + " ".join(note["note"] for note in text.editor_notes)
    pages = {f"/{other.room}/{other.slug}" for other in ALL} | {"/shop", "/stories"}
    assert set(re.findall(r"\]\((/[^)]*)\)", written)) <= pages


@every_text
def test_a_disputed_name_is_never_without_its_note(text: Text) -> None:
    if text.slug == "disputed-accounts":
        return
    if "Somaly Mam" in text.body:
        assert f"]({DISPUTED})" in text.body
    for note in text.editor_notes:
        assert "Somaly Mam" not in note["note"] or f"]({DISPUTED})" in note["note"]


@every_text
def test_ways_and_directions_are_short_and_without_the_words_we_do_not_use(text: Text) -> None:
    if text.room is Room.ARTICLES:
        return
    assert 150 <= len(re.findall(r"[\w'-]+", text.body)) <= 350
    written = f"{text.title} {text.summary} {text.body}".lower()
    assert not re.search(r"\b(rescue\w*|saved?|saving|victims?|empower\w*|slaves?|slavery|gives? hope)\b", written)


def test_every_drawing_has_its_text() -> None:
    assert {file.with_suffix(".md") for file in TEXTS.rglob("*.svg")} == set(TEXTS.rglob("*.md"))
    for text in ALL:
        assert text.drawing.alt.strip()
        assert f'viewBox="0 0 {text.drawing.width} {text.drawing.height}"' in text.drawing.file.read_text("utf-8")
