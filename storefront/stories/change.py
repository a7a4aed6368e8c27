"""The words of change: what once described people and what describes them now, gathered from all stories on show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from storefront.stories.band import Band
from storefront.stories.listing import Choices, on_show


@dataclass(frozen=True, slots=True)
class Word:
    """One word, and where it leads: to its story, or to the list of all that say it."""

    text: str
    language: str
    address: str


@dataclass(frozen=True, slots=True)
class Change:
    before: list[Word]
    now: list[Word]
    has_illustration: bool  # whether any word comes from one


def gather(*, at: datetime) -> Change | None:
    """Each word once, in the order of the alphabet, so that none stands beside others of its story. One statement.

    None while no story on show has any.
    """
    bands = [told.band for told in on_show(at=at) if told.band.before or told.band.now]
    if not bands:
        return None
    return Change(
        before=_words((word, band) for band in bands for word in band.before),
        now=_words((word, band) for band in bands for word in band.now),
        has_illustration=any(band.is_illustration for band in bands),
    )


def _words(said: Iterable[tuple[str, Band]]) -> list[Word]:
    by_word: dict[str, list[Band]] = {}
    for word, band in said:
        by_word.setdefault(word, []).append(band)
    return [
        Word(word, by_word[word][0].language, _address(word, by_word[word])) for word in sorted(by_word, key=_order)
    ]


def _address(word: str, bands: list[Band]) -> str:
    pages = {band.url for band in bands if band.url}
    return pages.pop() if len(pages) == 1 else Choices(word=word).address()


def _order(word: str) -> tuple[str, str]:
    return word.casefold(), word
