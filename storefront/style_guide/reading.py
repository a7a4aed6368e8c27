"""A text without the signs that could hide a word, and the way back to where each letter stood."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

# Letters that look like plain Latin ones and do not become them by themselves.
LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁһкмтвнАЕОРСУХІЈЅКМТВНορυικανΑΒΕΖΗΙΚΜΝΟΡΤΥΧđĐøØłŁı",
    "aeopcyxijsdhkmtbhAEOPCYXIJSKMTBHopuikavABEZHIKMNOPTYXdDoOlLi",
)
APOSTROPHES = "'’‘‛ʼ`´′"
QUOTATION_MARKS = '"“”„‟«»″'
MARKUP = "*_\\[]~"  # Markdown, which nobody sees on the page
UNSEEN = re.compile(r"\]\([^()\s\[\]]*+\)?|<?\bhttps?://[^\s<>()\"]*+>?", re.IGNORECASE)  # addresses behind links
PIECE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});|\s+|.", re.DOTALL)


@dataclass(frozen=True)
class Reading:
    """`places[i]` is where the letter `folded[i]` begins and ends in the text."""

    text: str
    folded: str
    places: list[tuple[int, int]]

    @cached_property
    def lower(self) -> str:
        return self.folded.lower()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where in the text the folded letters from `start` to `end` stand. There is at least one of them."""
        return self.places[start][0], self.places[end - 1][1]


def read(text: str) -> Reading:
    """Fold a text: no marks, no markup, one space for any line break, a line break for a new paragraph."""
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    for start, end, piece in _pieces(text):
        for letter in _fold(piece):
            if letter == " " and letters and letters[-1] in " \n":
                continue
            letters.append(letter)
            places.append((start, end))
    return Reading(text, "".join(letters), places)


def _pieces(text: str) -> Iterator[tuple[int, int, str]]:
    at = 0
    for unseen in UNSEEN.finditer(text):
        yield from _between(text, at, unseen.start())
        yield unseen.start(), unseen.end(), " "
        at = unseen.end()
    yield from _between(text, at, len(text))


def _between(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    for found in PIECE.finditer(text, start, end):
        piece = found[0]
        if piece.isspace():  # also keeps a long run of spaces out of what is remembered below
            piece = "\n" if piece.count("\n") > 1 else " "
        yield found.start(), found.end(), piece


@lru_cache(maxsize=10_000)
def _fold(piece: str) -> str:
    if piece in {" ", "\n"}:
        return piece
    if len(piece) > 1:
        return "".join(_fold(letter) for letter in html.unescape(piece))
    if piece in MARKUP:
        return ""
    if piece == ">":  # before a line of a quotation
        return " "
    if piece in APOSTROPHES:
        return "'"
    if piece in QUOTATION_MARKS:
        return '"'
    folded = []
    for letter in unicodedata.normalize("NFKD", piece).translate(LOOKALIKES):
        category = unicodedata.category(letter)
        if category == "Pd":
            folded.append("-")
        elif category == "Zs":
            folded.append(" ")
        elif category[0] not in "MC":
            folded.append(letter)
    return "".join(folded)
