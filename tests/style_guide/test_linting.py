"""What holds for any text: places of findings, time, disputed names, how much is about the time before."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storefront.style_guide.linting import Kind, Severity, before_share, lint

NOTE = "/articles/disputed-accounts"


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(
    "text",
    ["Somaly Mam wrote it.", "SOMALY MAM", "Somaly\nMam’s memoir", "So\u00admaly Mam", "*Somaly* Mam", "“Somaly Mam”", "Mam, Somaly", "The Road of\nLost Innocence", "## Sources\n\nSomaly Mam resigns"],
)  # fmt: skip
def test_a_disputed_name_needs_its_note(kind: Kind, text: str) -> None:
    disputed = [found for found in lint(text, kind=kind) if found.rule == "disputed name"]
    assert {found.severity for found in disputed} == {Severity.BLOCK}
    assert NOTE in disputed[0].reason
    linked = [lint(text, kind=kind, links=[link]) for link in (NOTE, f"{NOTE}#2014", f"https://shop.example{NOTE}/")]
    assert [found for one in linked for found in one if found.rule == "disputed name"] == []


def test_a_link_in_markdown_counts_and_another_does_not() -> None:
    assert lint(f"Somaly Mam ([a note]({NOTE}))", kind=Kind.ARTICLE) == []
    assert lint("Somaly Mam ([a note](/articles/what-kantha-is))", kind=Kind.ARTICLE) != []
    assert lint(f"Somaly Mam, see {NOTE}", kind=Kind.ARTICLE) != []
    assert lint("Somaly Mam", kind=Kind.ARTICLE, links=["/articles/disputed-accounts-of-others", "http://["]) != []
    assert lint("Mam is Welsh for mother.", kind=Kind.ARTICLE) == []


PIECES = st.sampled_from(
    ["rescued", " ", "\n\n", "Kolkata", "she was 13", "&shy;", "&#114;", "](", "[", "*", "“", "”", "'", "ẞİŉﬁ", "\u200b", "12 March 2019", "Park Street",
     "a scar", "her sons", "You saved her", "Somaly Mam", "https://", "<", ">", "\ud800", "\x00", "क्षि", "𝐬𝐚𝐯𝐞 𝐡𝐞𝐫", "## Sources\n"]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(PIECES).map("".join)), st.sampled_from(list(Kind)), st.floats(0, 1) | st.none())
def test_any_text_is_read_and_findings_point_at_their_words(text: str, kind: Kind, share: float | None) -> None:
    found = lint(text, kind=kind, before_share=share)
    assert [one.words for one in found] == [text[one.start : one.end] for one in found]
    assert [one.start for one in found] == sorted(one.start for one in found)
    assert all(one.words or one.rule == "time before" for one in found)


@given(st.text(), st.lists(st.text(max_size=5)), st.lists(st.text(max_size=5)))
def test_the_share_of_any_text_is_a_share(text: str, before: list[str], now: list[str]) -> None:
    assert 0 <= before_share(text, before, now) <= 1


def test_the_share_counts_words_of_paragraphs_about_the_time_before() -> None:
    text = "She is steady today.\n\nShe was Stuck and unseen there.\n\nNow she is steady, no more stuck."
    assert before_share(text, ["stuck", "unseen"], ["steady"]) == pytest.approx(6 / 17)
    assert before_share(text, [], []) == 0
    assert before_share("", ["stuck"], []) == 0
    assert before_share("unstuck", ["stuck"], []) == 0


# Made so that a pattern with repetitions in repetitions, or a search from every letter to the end, would not come back.
ADVERSE = [
    "a", "A-", "you ", '"', "'a ", "*a ", "[a](b", "](", "http://", "Aa Bb ", "12 ab cd ", "&a", "#\n", ">\n", "hid a a ", "she was a ", "escaped a ",
    "climbed out of the ", "not say ", "gave her hope him new ", "born in a a ", "the twenty-", "kolkata ", "New ", "save a the one ", "<", "\n ", "a\u0301",
]  # fmt: skip


def _seconds(text: str, kind: Kind) -> float:
    began = time.process_time()
    lint(text, kind=kind)
    return time.process_time() - began


@pytest.mark.real_clock
def test_time_grows_with_length_alone() -> None:
    """Ten times the text takes some ten times as long, whatever it is made of: a ratio, since machines differ."""
    lint("Kolkata", kind=Kind.STORY)  # the gazetteer is read once
    for piece in ADVERSE:
        for kind in (Kind.STORY, Kind.ARTICLE):
            short, long = (_seconds((piece * size)[:size], kind) for size in (2_000, 20_000))
            assert long < 60 * max(short, 0.005), (piece, kind)  # ten times the length; a hundred would be squared


# Signs without a space between them make the longest words.
RUNNING_ON = ["A-", "a", '"', "](", "http://", "&a", "*a", "'a", "A'", "1.", "é", "a_"]


@pytest.mark.real_clock
@pytest.mark.parametrize("piece", RUNNING_ON)
def test_a_word_without_end_is_read_to_its_end_once(piece: str) -> None:
    began = time.process_time()
    lint((piece * 120_000)[:120_000], kind=Kind.ARTICLE)
    assert time.process_time() - began < 3  # about 0.3 s


@pytest.mark.proof
@pytest.mark.real_clock
@pytest.mark.parametrize("kind", [Kind.STORY, Kind.ARTICLE])
@pytest.mark.parametrize("piece", sorted({*ADVERSE, *RUNNING_ON}))
def test_200_000_letters_of_anything_take_less_than_a_few_seconds(piece: str, kind: Kind) -> None:
    began = time.process_time()
    lint((piece * 200_000)[:200_000], kind=kind)
    assert time.process_time() - began < 4  # about 0.7 s


@pytest.mark.real_clock
def test_a_very_long_text_takes_less_than_a_moment() -> None:
    text = ("Jui keeps the attendance register at the stitch room. It lies open on a blue table by the door. " * 2100)[
        :200_000
    ]
    began = time.process_time()
    assert lint(text, kind=Kind.STORY) == []
    assert time.process_time() - began < 3  # about 0.5 s
