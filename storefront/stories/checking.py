"""The style guide, asked about a wording: what it blocks, what needs a second look, what it only remarks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from storefront.stories.models import Story, StoryKind, Wording
from storefront.style_guide.linting import Finding, Kind, Severity, before_share, lint


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding, and the part of the page it is about."""

    part: str
    finding: Finding


def remarks(
    *,
    kind: StoryKind,
    title: str,
    text: str,
    before: list[str],
    now: list[str],
    editor_note: str | None = None,
    drawing_alt: str | None = None,
    names: Collection[str] = (),
) -> list[Remark]:
    """Everything the style guide has to say, also of a text that is still being typed.

    `names` are those that may sound like a place: the one she chose, and the workshop's.
    """
    of_text = Kind.ARTICLE if kind is StoryKind.ENTERPRISE else Kind.STORY
    share = before_share(text, before, now) if kind is not StoryKind.ENTERPRISE else None
    parts = [
        ("title", title, of_text, None),
        ("text", text, of_text, share),
        ("editor_note", editor_note or "", Kind.NOTE, None),
        ("drawing", drawing_alt or "", Kind.ALT_TEXT, None),
    ]
    return [
        Remark(part, finding)
        for part, words, kind_of_text, past in parts
        if words
        for finding in lint(words, kind=kind_of_text, before_share=past, names=names)
    ]


def of_wording(wording: Wording) -> list[Remark]:
    drawing = wording.story.drawing
    return remarks(
        kind=wording.story.kind,
        title=wording.title,
        text=wording.text,
        before=wording.before_words,
        now=wording.now_words,
        editor_note=wording.editor_note,
        drawing_alt=drawing.alt if drawing else None,
        names=names_of(wording.story),
    )


def names_of(story: Story) -> list[str]:
    partner = story.partner
    return [name for name in (story.display_name, partner.name, partner.short_name, partner.known_as) if name]


def blocks(wording: Wording) -> list[Finding]:
    return [remark.finding for remark in of_wording(wording) if remark.finding.severity is Severity.BLOCK]


def needs_second_look(wording: Wording) -> bool:
    return any(remark.finding.severity is Severity.SECOND_LOOK for remark in of_wording(wording))
