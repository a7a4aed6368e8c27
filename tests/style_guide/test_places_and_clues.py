"""Places, ages, dates and what tells together, in stories."""

from __future__ import annotations

import pytest

from storefront.style_guide.linting import Finding, Kind, Severity, lint


def found(text: str, rule: str, kind: Kind = Kind.STORY, **more: object) -> list[Finding]:
    return [one for one in lint(text, kind=kind, **more) if one.rule == rule]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("She came from Baharampur.", "Baharampur"),
        ("A house in Sonagachi", "Sonagachi"),
        ("in sonagachi", "sonagachi"),
        ("KOLKATA is loud", "KOLKATA"),
        ("kolkata", "kolkata"),
        ("Kol\u00adkata’s trams", "Kol\u00adkata"),
        ("near Cox’s Bazar", "Cox’s Bazar"),
        ("Murshidabad district", "Murshidabad"),
        ("North 24 Parganas", "24 Parganas"),
        ("a village in Nadia", "Nadia"),
        ("She grew up in Malda", "Malda"),
        ("along the Hooghly", "Hooghly"),
        ("the banks of the Padma", "Padma"),
        ("Phnom\nPenh", "Phnom\nPenh"),
        ("to Siĕm Réab, to Battambang", "Battambang"),
        ("She was sent to Dubai", "Dubai"),
        ("Dong Hoi", "Dong Hoi"),
        ("She left Agra", "Agra"),
        ("in Reading", "Reading"),
        ("She was taken to Bath", "Bath"),
        ("a flat in Nice", "Nice"),
        ("She lives in Florence", "Florence"),
        ("a room in Leeds", "Leeds"),
    ],
)
def test_a_place_is_blocked_in_a_story(text: str, words: str) -> None:
    places = found(text, "place")
    assert words in [one.words for one in places]
    assert {one.severity for one in places} == {Severity.BLOCK}


@pytest.mark.parametrize(
    "text",
    [
        "Reading in the evening is nice. Bath time. She has hope.",
        "Reading and numbers are taught on Tuesday. In March and in May it rains.",
        "Nice work, said Florence. A mobile telephone. Hope helps.",
        "She came to England from India, by way of Thailand, Nepal and Singapore.",
        "She speaks Bengali and English. In Spring the wool is washed.",
        "Madras check, Dhaka muslin, a Jaipur block print, an Oxford shirt, a panama hat, jersey and tulle.",
        "Dara gave it to Ruma, and Anju from the next table took it to Asha.",
        "It passed from father to son, and she buys a sari for less than most.",
        "Short names count with a capital alone: agra, gaya, como.",
        "The same van goes to the bank at noon. As of March, they split the money.",
        "Harbour Lane Print Studio, Lamplight Stitch Room, Red Earth Loom Yard, Riverbend Thread House.",
    ],
)
def test_what_is_no_place_passes(text: str) -> None:
    assert found(text, "place") == []
    assert found(text, "street") == []


def test_places_are_facts_elsewhere() -> None:
    text = "Freeset works in Kolkata, at 12 Park Street."
    for kind in Kind:
        severities = {one.severity for one in lint(text, kind=kind)}
        assert severities == {Kind.STORY: {Severity.BLOCK}, Kind.ALT_TEXT: {Severity.WARN}}.get(kind, set())


def test_a_known_name_is_no_place() -> None:
    assert found("Lahore paints. Leeds Lane is her workshop.", "place", names=["Lahore", "Leeds Lane"]) == []
    assert found("Lahore paints.", "place") != []


@pytest.mark.parametrize(
    "text",
    ["a room in Park Street", "on Mahatma Gandhi Road", "G.B. Road", "MG Road", "12 park street", "behind Strand Lane.", "Soi 4", "SW1A 1AA", "house number 12", "PIN 700006"],
)  # fmt: skip
def test_a_street_is_blocked_in_a_story(text: str) -> None:
    assert [one.severity for one in found(text, "street")] == [Severity.BLOCK]


@pytest.mark.parametrize(
    "text",
    ["They walked to a road.", "a street full of people", "It is a long Road", "12 streets away, a country lane"],
)
def test_a_road_without_a_name_passes(text: str) -> None:
    assert found(text, "street") == []


@pytest.mark.parametrize(
    "text",
    [
        "She was 13.", "she was only thirteen when it began", "thirteen years old", "a 9-year-old", "a nine‑year‑old", "as a child of nine",
        "at the age of 16", "aged 12", "Jui was fifteen then.", "Anju was 17,", "She had just turned sixteen.", "before her eighteenth birthday",
        "her 14th birthday", "She was sold at twelve.", "married at fourteen", "at fourteen she came", "By sixteen, she", "Fourteen when she left",
        "under eighteen", "Her sister, 12, stayed.", "below the age of 18", "a teenage girl", "in her teens", "a schoolgirl", "a child bride", "SHE WAS TEN.", "she was\nten.",
    ],
)  # fmt: skip
def test_an_age_under_eighteen_is_blocked(text: str) -> None:
    ages = found(text, "age under eighteen")
    assert {one.severity for one in ages} == {Severity.BLOCK}
    assert found(text, "age under eighteen", Kind.PRODUCT) == []


@pytest.mark.parametrize(
    "text",
    [
        "Anju was nineteen.", "She was twenty-one when she came.", "He was exhausted by thirty.", "aged 45", "She is 18.", "her fiftieth birthday",
        "Every Friday at four the looms stop.", "She was nine weeks on the road.", "She was one of several adults.", "She passed both in the first year.",
        "It was six. Work begins at ten, and at 14:30 there is tea.", "It took eleven months and eleven minutes a hat.", "They turned six shirts inside out.",
        "Eleven chilli plants", "She has four chairs.", "She had liked colours since she was small.", "twenty-one beads",
    ],
)  # fmt: skip
def test_other_numbers_and_grown_people_pass(text: str) -> None:
    assert found(text, "age under eighteen") == []


def test_childhood_is_a_warning() -> None:
    for text in ("As a child she drew.", "She left class seven."):
        assert [one.severity for one in found(text, "age under eighteen")] == [Severity.WARN]
    assert found("In class two sew and one draws.", "age under eighteen") == []


@pytest.mark.parametrize("text", ["born in 2001", "She was born on 3 May 1999", "born in the spring of 1998"])
def test_a_birth_is_blocked(text: str) -> None:
    assert [one.severity for one in found(text, "birth")] == [Severity.BLOCK]


@pytest.mark.parametrize(
    "text",
    [
        "12 March 2019", "on March 12", "the 12th of March", "the twelfth of may", "12 may 2019", "3 Feb. 2020", "december 24th, 2018", "2019-03-12",
        "12/03/2019", "12.3.19", "on the 14th.", "Christmas Day 2015", "Durga Puja 2016", "twenty-first of June", "12\nMarch", "ON MAY 3",
    ],
)  # fmt: skip
def test_a_day_is_blocked_in_a_story(text: str) -> None:
    assert Severity.BLOCK in {one.severity for one in found(text, "exact date")}
    assert found(text, "exact date", Kind.ARTICLE) == []


@pytest.mark.parametrize(
    "text",
    [
        "In March 2019 she came.", "the Tuesday class", "every Friday at four", "the last Friday of the month", "It may 2 of them help", "On the first morning",
        "on the third floor", "May 2019", "The march of 12 weeks", "version 1.2", "In 2014, in winter.",
    ],
)  # fmt: skip
def test_a_month_at_the_finest_passes(text: str) -> None:
    assert found(text, "exact date") == []


CLUES = {
    "an age": "She was thirty-four.",
    "a time": "That was in March 2019.",
    "children or siblings": "She has three daughters.",
    "a region": "She grew up in West Bengal.",
    "a relative's work": "Her father was a fisherman.",
    "a language": "She speaks Sylheti.",
    "a mark on the body": "She has a scar.",
}


@pytest.mark.parametrize("kind", CLUES)
def test_one_clue_alone_passes(kind: str) -> None:
    assert lint(CLUES[kind], kind=Kind.STORY) == []


@pytest.mark.parametrize("one", CLUES)
@pytest.mark.parametrize("other", CLUES)
def test_two_kinds_of_clue_need_a_second_look(one: str, other: str) -> None:
    together = lint(f"{CLUES[one]} She likes tea. {CLUES[other]}", kind=Kind.STORY)
    if one == other:
        assert together == []
        return
    [finding] = together
    assert finding.severity is Severity.SECOND_LOOK
    assert one in finding.reason
    assert other in finding.reason
    assert lint(f"{CLUES[one]} {CLUES[other]}", kind=Kind.ARTICLE) == []


def test_a_scar_and_two_scars_are_one_clue() -> None:
    assert lint("A scar, another scar and a tattoo.", kind=Kind.STORY) == []


@pytest.mark.parametrize("share", [0.36, 0.5, 1.0])
def test_too_much_of_the_time_before_is_a_warning(share: float) -> None:
    [finding] = lint("She sews.", kind=Kind.STORY, before_share=share)
    assert (finding.severity, finding.words, finding.start, finding.end) == (Severity.WARN, "", 0, 0)
    assert f"{share:.0%}" in finding.reason


@pytest.mark.parametrize("share", [None, 0.0, 0.35])
def test_up_to_35_percent_pass(share: float | None) -> None:
    assert lint("She sews.", kind=Kind.STORY, before_share=share) == []
