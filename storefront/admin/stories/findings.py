"""What the style guide says about a text, as staff read it: the words marked in it, and a numbered list of reasons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape

from storefront.stories.checking import Remark
from storefront.style_guide.linting import Finding, Severity

MOST = 100  # that are listed; a text with more is not read on
PARTS: dict[str, str] = {
    "title": "Title",
    "text": "Text",
    "editor_note": "Editor's note",
    "drawing": "Description of the drawing",
}
SEVERITIES: dict[Severity, tuple[str, str]] = {  # word, and kind of its tag
    Severity.BLOCK: ("Stops approval", "bad"),
    Severity.SECOND_LOOK: ("Needs two approvals", "warn"),
    Severity.WARN: ("Remark", ""),
}


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    part: str
    severity: str
    tag: str
    words: str
    reason: str


@dataclass(frozen=True, slots=True)
class Findings:
    """`text` is the story's text with marks, or nothing where there is none to set."""

    summary: str
    lines: list[Line]
    text: Markup | None
    stops: bool


def findings(remarks: Iterable[Remark], text: str) -> Findings:
    """`remarks` of all parts; `text` is what those of the part "text" count their places in."""
    every = list(remarks)
    shown = list(enumerate(every[:MOST], 1))
    lines = [
        Line(number, PARTS[each.part], *SEVERITIES[each.finding.severity], each.finding.words, each.finding.reason)
        for number, each in shown
    ]
    placed = [
        (number, each.finding)
        for number, each in shown
        if each.part == "text" and each.finding.end > each.finding.start
    ]
    severities = [each.finding.severity for each in every]
    return Findings(
        _summary(severities), lines, marked(text, placed) if placed else None, stops=Severity.BLOCK in severities
    )


def marked(text: str, placed: list[tuple[int, Finding]]) -> Markup:
    """The text as letters, with `<mark>` around what was found and the number of its line behind it."""
    points = sorted({0, len(text)} | {point for _, finding in placed for point in (finding.start, finding.end)})
    pieces: list[Markup] = []
    for start, end in pairwise(points):
        piece = escape(text[start:end])
        over = {finding.severity for _, finding in placed if finding.start <= start and end <= finding.end}
        worst = next((severity for severity in SEVERITIES if severity in over), None)
        pieces.append(Markup('<mark data-severity="{}">{}</mark>').format(worst, piece) if worst else piece)
        pieces += [
            Markup('<sup><a href="#finding-{0}">{0}</a></sup>').format(number)
            for number, finding in placed
            if finding.end == end
        ]
    return Markup("").join(pieces)


def _summary(severities: list[Severity]) -> str:
    blocks, looks = severities.count(Severity.BLOCK), severities.count(Severity.SECOND_LOOK)
    rest = len(severities) - blocks - looks
    said = [
        f"{blocks} {'wording stops' if blocks == 1 else 'wordings stop'} approval" if blocks else "",
        "two people must approve" if looks else "",
        f"{rest} {'remark' if rest == 1 else 'remarks'}" if rest else "",
    ]
    sentence = ", ".join(each for each in said if each)
    return f"{sentence[:1].upper()}{sentence[1:]}." if sentence else "The house rules find nothing."
