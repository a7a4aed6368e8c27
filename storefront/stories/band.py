"""A story where it stands beside something else: what it is, its title, one sentence of its own, its words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from storefront.media.addresses import Shown
from storefront.stories.models import Pathway, Wording
from storefront.stories.vocabulary import LABELS

MOST_LETTERS = 220
END = re.compile(r"(?<=[.!?।])[\"'”’]?\s+")
MARKS = re.compile(r"[*_`#>\\]+")


@dataclass(frozen=True, slots=True)
class Band:
    """`url` is none where the story may stand beside goods and has no page of its own."""

    url: str | None
    link_text: str
    label: str
    title: str
    sentence: str
    before: list[str]
    now: list[str]
    picture: Shown | None
    language: str
    is_illustration: bool
    pathway: Pathway | None


def band(wording: Wording, *, on_web: bool) -> Band:
    """Words that the caller has found to be allowed here; `on_web` says whether their page and drawing may be shown."""
    story = wording.story
    return Band(
        url=address(wording) if on_web else None,
        link_text=f"Read {story.display_name}'s page" if story.display_name else "Read it",
        label=LABELS[story.kind],
        title=wording.title,
        sentence=opening(wording.text),
        before=wording.before_words,
        now=wording.now_words,
        picture=drawing(wording) if on_web else None,
        language=wording.language,
        is_illustration=story.is_illustration,
        pathway=story.pathway,
    )


def address(wording: Wording) -> str:
    """The page of these words: the story's own, or below it for a translation."""
    own = f"/stories/{wording.story.slug}"
    return own if wording.language == wording.story.language else f"{own}/{wording.language}"


def drawing(wording: Wording) -> Shown | None:
    """A story's drawing at its own address, which asks for consent each time."""
    if wording.story.drawing is None:
        return None
    picture = wording.story.drawing
    return Shown(f"/stories/{wording.story.slug}/drawing", picture.width, picture.height, picture.alt)


def opening(text: str) -> str:
    """The first sentence, whole. Stories begin with what is now, so nothing of a past stands out of its place."""
    sentence = MARKS.sub("", END.split(text.strip(), maxsplit=1)[0]).strip()
    if len(sentence) <= MOST_LETTERS:
        return sentence
    return sentence[:MOST_LETTERS].rsplit(" ", 1)[0].rstrip(",;: ") + " ..."
