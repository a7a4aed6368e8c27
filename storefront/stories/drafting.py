"""Writing a story down: a draft, an edit, a translation, a drawing. Each is a new wording that nobody has agreed to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError

from storefront.accounts.models import User
from storefront.core.errors import ShopError
from storefront.core.refs import new_reference
from storefront.core.slugs import is_slug
from storefront.db import db
from storefront.media.models import Picture, Shelf
from storefront.partners.models import Partner
from storefront.stories import gone, pictures
from storefront.stories.consenting import was_public
from storefront.stories.locking import lock
from storefront.stories.models import Pathway, Stage, Story, StoryKind, Wording
from storefront.stories.vocabulary import CONTENT_NOTES, HELPED_BY, LANGUAGES, OUTCOMES

MOST_LETTERS = 20_000
TAKEN = "This address is taken, or once told another story. Please choose another."
REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9:_-]{2,39}")


class CannotBeWritten(ShopError):
    """Raised for what a story must not hold; `field` names where."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class ChangedMeanwhile(ShopError):
    """Raised when somebody else has saved other words since this form was opened."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is said in one language. `before` and `now` must occur in the text; either may be empty."""

    title: str
    text: str
    before: list[str] = field(default_factory=list)
    now: list[str] = field(default_factory=list)
    editor_note: str | None = None


@dataclass(frozen=True, slots=True)
class About:
    """What is told of a story besides its words, the same in every language."""

    display_name: str | None
    country: str
    region: str | None = None
    pathway: Pathway | None = None
    stage: Stage | None = None
    outcomes: list[str] = field(default_factory=list)
    content_notes: list[str] = field(default_factory=list)
    helped_by: list[str] = field(default_factory=list)
    sources: list[dict[str, Any]] = field(default_factory=list)


def begin(
    *,
    slug: str,
    kind: StoryKind,
    partner: Partner,
    storyteller_reference: str | None,
    language: str,
    about: About,
    words: Words,
    author: User | None,
    at: datetime,
) -> Story:
    """A first draft. Its address is never one that told another story."""
    if not is_slug(slug):
        raise CannotBeWritten("Please use small letters, digits and hyphens for the address.", field="slug")
    if gone.is_taken(slug) or db.session.scalar(select(exists().where(Story.slug == slug))):
        raise CannotBeWritten(TAKEN, field="slug")
    if kind is StoryKind.ILLUSTRATION and partner.is_real:
        raise CannotBeWritten("An illustration never stands beside a real enterprise.", field="partner")
    if kind is StoryKind.TESTIMONY and not partner.is_real:
        raise CannotBeWritten("Nobody real works at a sample partner.", field="partner")
    if (kind is StoryKind.ENTERPRISE) != (storyteller_reference is None):
        raise CannotBeWritten(
            "The story of an enterprise has no teller; every other has the workshop's reference of hers.",
            field="storyteller_reference",
        )
    if storyteller_reference is not None and not REFERENCE.fullmatch(storyteller_reference):
        raise CannotBeWritten(
            "A reference is 3 to 40 letters, digits and hyphens, such as ST-0042. It never holds a name.",
            field="storyteller_reference",
        )
    story = Story(
        reference=new_reference(),
        slug=slug,
        kind=kind,
        partner=partner,
        partner_is_real=partner.is_real,
        storyteller_reference=storyteller_reference,
        language=language,
    )
    _describe(story, about)
    with db.session.no_autoflush:
        story.wordings = [_wording(story, language, words, 1, author, at)]
    db.session.add(story)
    try:
        db.session.flush()
    except IntegrityError as error:  # somebody took the address at the same moment
        raise CannotBeWritten(TAKEN, field="slug") from error
    return story


def is_own_draft(story: Story, person: User) -> bool:
    """Whether nobody else has written a word of it and it was never public: only then may an editor change it."""
    return all(wording.written_by_id == person.id for wording in story.wordings) and not was_public(story)


def save(
    reference: str,
    language: str,
    *,
    about: About | None,
    words: Words,
    seen: int,
    author: User | None,
    at: datetime,
) -> Wording:
    """New words in one language, an edit or a translation. `seen` is the number of the wording that the form showed,
    0 for none. What was agreed to, and what was public, is so no longer; with `about` in every language. Saving what
    stands there already changes nothing.

    Raises `ChangedMeanwhile` when there is a newer wording than the one seen, and `CannotBeWritten`.
    """
    story = lock(reference)
    current = story.current(language)
    if (current.number if current else 0) != seen:
        raise ChangedMeanwhile("Somebody else has saved this page meanwhile. Both versions are below; nothing is lost.")
    if about is not None:
        _describe(story, about)
    if current is not None and current.is_unaltered and _said_by(current) == _tidy(words):
        return current
    wording = _replace(story, language, words, author, at)
    if about is not None:
        reseal(story, except_language=language, author=author, at=at)
    return wording


def change_drawing(reference: str, picture: Picture | None, *, at: datetime, author: User | None = None) -> None:
    """Another drawing, or none; the former one is erased. Every language is agreed to anew."""
    story = lock(reference)
    if picture is not None and picture.shelf is not Shelf.STORIES:
        raise CannotBeWritten("This picture does not lie on the stories' shelf.", field="drawing")
    former, story.drawing = story.drawing, picture
    reseal(story, except_language=None, author=author, at=at)
    db.session.flush()
    if former is not None and former is not picture:
        pictures.discard(former)


def reseal(story: Story, *, except_language: str | None, author: User | None, at: datetime) -> None:
    """The same words once more, under hashes of what stands around them now. Nothing changes, nothing is written.

    `author` is who changed what stands around them, and so becomes one of those who wrote it.
    """
    for wording in [each for each in story.wordings if each.is_current and each.language != except_language]:
        if not wording.is_unaltered:
            _replace(story, wording.language, _said_by(wording), author or wording.written_by, at)


def _replace(story: Story, language: str, words: Words, author: User | None, at: datetime) -> Wording:
    numbers = [wording.number for wording in story.wordings if wording.language == language]
    for wording in story.wordings:
        if wording.language == language and wording.is_current:
            wording.is_current, wording.published_at = False, None
    db.session.flush()  # one current wording a language: the old one steps back first
    with db.session.no_autoflush:  # not written before its hashes are taken
        new = _wording(story, language, words, max(numbers, default=0) + 1, author, at)
    db.session.add(new)
    db.session.flush()
    return new


def _wording(story: Story, language: str, words: Words, number: int, author: User | None, at: datetime) -> Wording:
    _check(language, words)
    words = _tidy(words)
    wording = Wording(
        story=story,
        language=language,
        number=number,
        is_current=True,
        title=words.title,
        text=words.text,
        before_words=words.before,
        now_words=words.now,
        editor_note=words.editor_note,
        written_by=author,
        written_at=at,
    )
    wording.seal()
    return wording


def _said_by(wording: Wording) -> Words:
    return Words(wording.title, wording.text, wording.before_words, wording.now_words, wording.editor_note)


def _tidy(words: Words) -> Words:
    """As it is stored: without spaces at the ends."""
    return replace(words, title=words.title.strip(), text=words.text.strip(), editor_note=words.editor_note or None)


def _describe(story: Story, about: About) -> None:
    if (story.kind is StoryKind.ENTERPRISE) != (about.display_name is None):
        raise CannotBeWritten(
            "Every teller has a name chosen for the page; an enterprise has none.", field="display_name"
        )
    if about.region and not story.partner.has_twenty_makers:
        raise CannotBeWritten("A region is named only where the workshop has twenty or more makers.", field="region")
    if story.kind is StoryKind.ENTERPRISE and not about.sources:
        raise CannotBeWritten("The story of an enterprise needs its sources.", field="sources")
    for given, known, where in (
        (about.outcomes, OUTCOMES, "outcomes"),
        (about.content_notes, CONTENT_NOTES, "content_notes"),
        (about.helped_by, HELPED_BY, "helped_by"),
    ):
        if not set(given) <= set(known):
            raise CannotBeWritten("Please choose from the list.", field=where)
    story.display_name, story.country, story.region = about.display_name, about.country, about.region
    story.pathway, story.stage, story.outcomes = about.pathway, about.stage, about.outcomes
    story.content_notes, story.helped_by, story.sources = about.content_notes, about.helped_by, about.sources


def _check(language: str, words: Words) -> None:
    if language not in LANGUAGES:
        raise CannotBeWritten("Please choose a language from the list.", field="language")
    if not words.title.strip() or not words.text.strip():
        raise CannotBeWritten("A story has a title and a text.", field="text")
    if len(words.text) > MOST_LETTERS:
        raise CannotBeWritten(f"Please keep the text under {MOST_LETTERS:,} letters.", field="text")
    for given, where in ((words.before, "before"), (words.now, "now")):
        if missing := [word for word in given if not occurs(word, words.text)]:
            raise CannotBeWritten(
                f'"{missing[0]}" does not occur in the text. These words are hers, taken out of it.', field=where
            )


def occurs(word: str, text: str) -> bool:
    """Whether a word stands in the text by itself, and not inside of another."""
    return bool(word.strip()) and bool(re.search(rf"(?<!\w){re.escape(word.strip())}(?!\w)", text, re.IGNORECASE))


def distinct(given: Iterable[str]) -> list[str]:
    """Words one by one, each once, in their order."""
    return list(dict.fromkeys(word for each in given if (word := each.strip())))


def offered_address(title: str) -> str:
    """An address made of a title; empty where it has no Latin letters and no digits."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain.replace("'", ""))[:60].strip("-")
