"""A story where it stands beside something else: what it is, its title, one sentence of its own, its words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from storefront.media.addresses import Shown
from storefront.stories.models import Story
from storefront.stories.vocabulary import LABELS

MOST_LETTERS = 220
END = re.compile(r"(?<=[.!?।])[\"'”’]?\s+")


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


def band(story: Story, *, on_web: bool) -> Band:
    """A story that the caller has found to be allowed here; `on_web` says whether its page and drawing may be shown."""
    return Band(
        url=f"/stories/{story.slug}" if on_web else None,
        link_text=f"Read {story.display_name}'s page" if story.display_name else "Read it",
        label=LABELS[story.kind],
        title=story.title,
        sentence=opening(story.text),
        before=story.before_words,
        now=story.now_words,
        picture=drawing(story) if on_web else None,
        language=story.language,
    )


def drawing(story: Story) -> Shown | None:
    """A story's drawing at its own address, which asks for consent each time."""
    if story.drawing is None:
        return None
    picture = story.drawing
    return Shown(f"/stories/{story.slug}/drawing", picture.width, picture.height, picture.alt)


def opening(text: str) -> str:
    """The first sentence, whole. Stories begin with what is now, so nothing of a past stands out of its place."""
    sentence = END.split(text.strip(), maxsplit=1)[0].strip()
    if len(sentence) <= MOST_LETTERS:
        return sentence
    return sentence[:MOST_LETTERS].rsplit(" ", 1)[0].rstrip(",;: ") + " ..."
