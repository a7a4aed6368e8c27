"""Where a text talks about words instead of using them: quotations, denials, the names of organisations."""

from __future__ import annotations

import re
from bisect import bisect_right

from storefront.style_guide.findings import Kind
from storefront.style_guide.reading import Reading

EDITORIAL = frozenset({Kind.ARTICLE, Kind.NOTE})
ABOUT_OURSELVES = EDITORIAL | {Kind.PAGE}

QUOTED = r'["“„«][^"“”„«»\n]*+(?:\n(?!\s*\n)[^"“”„«»\n]*+){0,5}["”“»]|(?<!\w)[\'‘](?:[^\'‘’\n]|(?<=\w)[\'’](?=\w)){1,200}+[\'’](?!\w)'
IN_EDITORIAL = re.compile(
    rf"{QUOTED}"
    r"|(?<![\w*_])([*_])(?![\s*_])(?:[^*_\s]{1,30}+[ ]?){1,4}\1(?![\w*_])"  # a word or four in italics
    r"|^[ ]{0,3}>.*$"  # a quotation that stands by itself
    r"|^\#+[ ]*sources?[ ]*$(?:\n(?!\#).*)*+",  # titles that others gave
    re.MULTILINE | re.IGNORECASE,
)
ON_A_PAGE = re.compile(QUOTED)
LONGEST_ON_A_PAGE = 40  # letters: the word itself, and no sentence

# "We do not say that ...", and what is denied within two words.
DENIED = re.compile(
    r"(?:\b(?:not|never|nor|cannot|nobody|without)|n't)\b"
    r"(?: (?:say|says|saying|said|claims?|claiming|promises?|writes?|write|prints?|calls?|called|uses?|using|tells?|pretends?|speaks? of)\b[^.!?\n]{0,300}| \w+(?: \w+)?)"
)

NAME = re.compile(r"(?<![\w'-])[A-Z][\w'-]*+(?: (?:(?:of|for|and|the|&|to|against) )?[A-Z][\w'-]*+){1,7}")
ORGANISATION = re.compile(
    r"\b(?:Act|Agency|Alliance|Association|Cent(?:er|re)|Charity|Coalition|Commission|Committee|Convention|Council|Foundation|Fund|Helpline|"
    r"Hotline|Initiative|Institute|International|Line|Ministry|Mission|Network|Office|Organi[sz]ation|PEC|Programme|Protocol|Services?|Set|"
    r"Society|Support|Trust|Unit)\b"
)
MAY_NAME = ABOUT_OURSELVES | {Kind.EMAIL}


class Passages:
    """Parts of a text, to be asked whether some words lie within one of them."""

    def __init__(self, spans: list[tuple[int, int]]) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        for start, end in sorted(spans):
            if self.ends and start <= self.ends[-1]:
                self.ends[-1] = max(end, self.ends[-1])
            else:
                self.starts.append(start)
                self.ends.append(end)

    def hold(self, start: int, end: int) -> bool:
        at = bisect_right(self.starts, start) - 1
        return at >= 0 and end <= self.ends[at]


def talked_about(reading: Reading, kind: Kind) -> Passages:
    """The passages, in places of the text, in which a wording is no finding."""
    spans: list[tuple[int, int]] = []
    if kind in EDITORIAL:
        spans += [found.span() for found in IN_EDITORIAL.finditer(reading.text)]
    elif kind in ABOUT_OURSELVES:
        quoted = (found.span() for found in ON_A_PAGE.finditer(reading.text))
        spans += [(start, end) for start, end in quoted if end - start <= LONGEST_ON_A_PAGE]
    if kind in ABOUT_OURSELVES:
        spans += [reading.span(*found.span()) for found in DENIED.finditer(reading.lower)]
    if kind in MAY_NAME:
        names = NAME.finditer(reading.folded)
        spans += [reading.span(*found.span()) for found in names if ORGANISATION.search(found[0])]
    return Passages(spans)
