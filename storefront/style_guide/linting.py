"""A text is read by the style guide: what to write differently, and why."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache

from storefront.style_guide import clues, disputed, places
from storefront.style_guide.findings import Finding, Kind, Severity
from storefront.style_guide.proportion import MOST, before_share
from storefront.style_guide.reading import Reading, read
from storefront.style_guide.talked_about import talked_about
from storefront.style_guide.wordings import WORDINGS, Wording

__all__ = ["Finding", "Kind", "Severity", "before_share", "lint"]

BLOCK, SECOND_LOOK, WARN = Severity.BLOCK, Severity.SECOND_LOOK, Severity.WARN
WEIGHT = {BLOCK: 0, SECOND_LOOK: 1, WARN: 2}

NO_PLACE = "It tells where she is or comes from. Leave it out, or name the country."
PLACE_IN_PICTURE = "If this picture belongs to a story, it tells where. Name the country or nothing."
NO_STREET = "A street, a house number or a postcode leads to a door. Leave it out."
NO_AGE = "Nobody here is described as under eighteen, even in a changed story. Leave the age out, or do not tell it."
CHILDHOOD = "It may tell of somebody under eighteen. Make sure that nothing of that time can be recognised."
NO_BIRTH = "A year of birth tells who she is. Leave it out."
NO_DATE = "A day can be looked up in a newspaper or a court list. Write the month at the finest, better the season."


def lint(
    text: str,
    *,
    kind: Kind,
    before_share: float | None = None,
    links: Collection[str] = (),
    names: Collection[str] = (),
) -> list[Finding]:
    """What the style guide has to say about a text, in the order in which it stands there.

    `before_share`: how much of a story is about the time before, from 0 to 1. `links`: addresses that stand beside the
    text, its own among them; links in its Markdown are found. `names`: a display name or a workshop's name that may
    sound like a place. Takes time in proportion to the text's length.
    """
    reading = read(text)
    found = [
        *_wordings(reading, kind),
        *_disputed(reading, links),
        *(_story(reading, names, before_share) if kind is Kind.STORY else ()),
        *(_places(reading, names, WARN, PLACE_IN_PICTURE) if kind is Kind.ALT_TEXT else ()),
    ]
    return _without_parts(found)


def _wordings(reading: Reading, kind: Kind) -> Iterator[Finding]:
    spared = talked_about(reading, kind)
    pattern, wordings = _pattern(kind)
    for found in pattern.finditer(reading.lower):
        at = found.lastindex or 1
        start, end = found.span(at)
        finding = _finding(
            reading, start, end, wordings[at - 1].counts_in[kind], wordings[at - 1].rule, wordings[at - 1].reason
        )
        if not spared.hold(finding.start, finding.end):
            yield finding


@cache
def _pattern(kind: Kind) -> tuple[re.Pattern[str], list[Wording]]:
    """All wordings that count in this kind as one expression that looks ahead, so that overlapping ones are found."""
    wordings = sorted((one for one in WORDINGS if kind in one.counts_in), key=lambda one: WEIGHT[one.counts_in[kind]])
    return re.compile(r"\b(?=" + "|".join(f"({one.pattern})" for one in wordings) + ")"), wordings


def _disputed(reading: Reading, links: Collection[str]) -> Iterator[Finding]:
    for start, end, name, note in disputed.named_without_note(reading, links):
        reason = f"What {name} has told is disputed. Link to {note}, or leave the name out."
        yield _finding(reading, start, end, BLOCK, "disputed name", reason)


def _places(reading: Reading, names: Collection[str], severity: Severity, reason: str) -> Iterator[Finding]:
    for start, end in places.places_in(reading, names=names):
        yield _finding(reading, start, end, severity, "place", reason)


def _story(reading: Reading, names: Collection[str], before_share: float | None) -> Iterator[Finding]:
    yield from _places(reading, names, BLOCK, NO_PLACE)
    for start, end in places.streets_in(reading, names=names):
        yield _finding(reading, start, end, BLOCK, "street", NO_STREET)
    ages, days = list(clues.ages(reading)), list(clues.dates(reading))
    for age in ages:
        if age.under_age:
            yield _finding(reading, age.start, age.end, BLOCK, "age under eighteen", NO_AGE)
    for found in clues.CHILDHOOD.finditer(reading.lower):
        yield _finding(reading, *found.span(), WARN, "age under eighteen", CHILDHOOD)
    for found in clues.BORN.finditer(reading.lower):
        yield _finding(reading, *found.span(), BLOCK, "birth", NO_BIRTH)
    for start, end in days:
        yield _finding(reading, start, end, BLOCK, "exact date", NO_DATE)
    yield from _together(reading, clues.clues(reading, said_ages=ages, days=days))
    if before_share is not None and before_share > MOST:
        reason = (
            f"About {before_share:.0%} of the words are about the time before; at most {MOST:.0%} should be. "
            "Begin with now, and cut what was done to her."
        )
        yield Finding(WARN, "time before", "", 0, 0, reason)


def _together(reading: Reading, together: dict[str, tuple[int, int]]) -> Iterator[Finding]:
    if len(together) < 2:
        return
    said = "; ".join(f"{kind}: {_words(reading, *span)}" for kind, span in together.items())
    reason = (
        f"Each of these may be harmless, but together they can tell who she is ({said}). "
        "Leave out all but one, or let a second person decide."
    )
    start, end = next(iter(together.values()))
    yield _finding(reading, start, end, SECOND_LOOK, "telling together", reason)


def _words(reading: Reading, start: int, end: int) -> str:
    first, last = reading.span(start, end)
    return " ".join(reading.text[first:last].split())


def _finding(reading: Reading, start: int, end: int, severity: Severity, rule: str, reason: str) -> Finding:
    first, last = reading.span(start, end)
    return Finding(severity, rule, reading.text[first:last], first, last, reason)


def _without_parts(findings: list[Finding]) -> list[Finding]:
    """In order of place; a finding inside a longer one that weighs as much is left out."""
    kept: list[Finding] = []
    reached = dict.fromkeys(Severity, -1)
    for finding in sorted(findings, key=lambda one: (one.start, -one.end, WEIGHT[one.severity])):
        inside = any(finding.end <= reached[other] for other in Severity if WEIGHT[other] <= WEIGHT[finding.severity])
        if finding.severity is SECOND_LOOK or not finding.words or not inside:
            kept.append(finding)
        if finding.severity is not SECOND_LOOK:
            reached[finding.severity] = max(reached[finding.severity], finding.end)
    return kept
