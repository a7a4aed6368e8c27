"""The list of stories: what was asked for, what is on show, and how many. Three statements, however many stories."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, func

from storefront.core.slugs import is_slug
from storefront.db import db
from storefront.partners.models import Partner
from storefront.partners.queries import listed
from storefront.stories import band as bands
from storefront.stories.band import Band
from storefront.stories.models import Channel, Pathway, Stage, Story, Wording
from storefront.stories.queries import unaltered, visible
from storefront.stories.vocabulary import PATHWAYS, STAGES

PER_PAGE = 24
FEWEST = 3  # a smaller number would single somebody out
NO_SUCH = "-"  # stands for a value that names nothing
COLUMNS: dict[str, Any] = {"pathway": Story.pathway, "stage": Story.stage, "partner": Partner.slug}
KINDS = tuple(COLUMNS)


@dataclass(frozen=True, slots=True)
class Choices:
    """What an address asks for: values of `Pathway` and `Stage`, a partner's slug, a word exactly as it is told."""

    pathway: str | None = None
    stage: str | None = None
    partner: str | None = None
    word: str | None = None

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Choices:
        partner = given.get("partner") or None
        return cls(
            pathway=_value(Pathway, given.get("pathway")),
            stage=_value(Stage, given.get("stage")),
            partner=partner if partner is None or is_slug(partner) else NO_SUCH,
            word=given.get("word", "").strip() or None,
        )

    @property
    def narrows(self) -> bool:
        return bool(self.pathway or self.stage or self.partner or self.word)

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """All but the word, which is looked for in the stories themselves."""
        return [COLUMNS[kind] == chosen for kind in KINDS if (chosen := getattr(self, kind))]

    def address(self, page: int = 1, **changes: Any) -> str:
        """The address of the list with these choices, some of them changed."""
        choices = replace(self, **changes)
        asked = {name: getattr(choices, name) for name in (*KINDS, "word")}
        asked |= {"page": str(page) if page > 1 else None}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"/stories?{query}" if query else "/stories"


@dataclass(frozen=True, slots=True)
class Told:
    """A story on the list: its band, who makes there and where, and whether it came with the demonstration."""

    band: Band
    maker: str
    country: str  # ISO 3166, two letters
    from_demonstration: bool


@dataclass(frozen=True, slots=True)
class Count:
    """How many stories of one workshop are on show under this pathway and this stage."""

    pathway: str | None
    stage: str | None
    partner: str
    number: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """A choice that can be made. `count` is in words, or none where a word has been asked for as well."""

    value: str
    name: str
    count: str | None


@dataclass(frozen=True, slots=True)
class Chip:
    """A choice that can be taken back by following the link."""

    words: str
    address: str


@dataclass(frozen=True, slots=True)
class Listing:
    choices: Choices
    pathways: list[Shelf]
    stages: list[Shelf]
    partners: list[Shelf]
    stories: list[Told]
    total: int

    def chosen(self, kind: str) -> Shelf | None:
        """What was asked for; none for nothing, and for a value that names nothing."""
        return next((shelf for shelf in self._shelves(kind) if shelf.value == getattr(self.choices, kind)), None)

    @property
    def unknown(self) -> str | None:
        """The kind of thing that was asked for and does not exist: "workshop"."""
        said = {"pathway": "way", "stage": "direction", "partner": "workshop"}
        return next((said[kind] for kind in KINDS if getattr(self.choices, kind) and not self.chosen(kind)), None)

    @property
    def chips(self) -> list[Chip]:
        said = {"pathway": "Unknown way", "stage": "Unknown direction", "partner": "Unknown workshop"}
        chips = [
            Chip(
                shelf.name if (shelf := self.chosen(kind)) else said[kind],
                replace(self.choices, **{kind: None}).address(),
            )
            for kind in KINDS
            if getattr(self.choices, kind)
        ]
        if self.choices.word:
            # Whatever stands in the address is repeated only where a story says it too.
            words = f"“{self.choices.word}”" if self.total else "A word that no page has"
            chips.append(Chip(words, self.choices.address(word=None)))
        return chips

    def _shelves(self, kind: str) -> list[Shelf]:
        return {"pathway": self.pathways, "stage": self.stages, "partner": self.partners}[kind]


def read(choices: Choices, *, page: int, at: datetime) -> Listing:
    """One page of the list. Beyond the last page there are no stories, and `total` says why."""
    counted = counts(at=at)
    partners = {partner.slug: partner.known_as for partner in db.session.scalars(listed())}
    telling = {count.partner for count in counted} | {choices.partner}
    first = (page - 1) * PER_PAGE
    if choices.word:
        saying = [told for told in on_show(*choices.conditions, at=at) if says(told.band, choices.word)]
        stories, total = saying[first : first + PER_PAGE], len(saying)
    else:
        stories = on_show(*choices.conditions, at=at, limit=PER_PAGE, offset=first)
        total = sum(count.number for count in _fitting(choices, counted))
    return Listing(
        choices=choices,
        pathways=_shelves("pathway", {way.value: words for way, words in PATHWAYS.items()}, choices, counted),
        stages=_shelves("stage", {stage.value: words for stage, words in STAGES.items()}, choices, counted),
        partners=_shelves("partner", {s: n for s, n in partners.items() if s in telling}, choices, counted),
        stories=stories,
        total=total,
    )


def on_show(
    *conditions: ColumnElement[bool], at: datetime, limit: int | None = None, offset: int | None = None
) -> list[Told]:
    """The stories that may be shown on the web now and fit `conditions`, in their order. One statement."""
    query = visible(Channel.WEB_STORY, at=at).where(*conditions).limit(limit).offset(offset)
    return _told(db.session.scalars(query))


def counts(*, at: datetime) -> list[Count]:
    """How many stories are on show, by pathway, stage and workshop. One statement."""
    by = (Story.pathway, Story.stage, Partner.slug)
    query = visible(Channel.WEB_STORY, at=at).with_only_columns(*by, func.count()).order_by(None).group_by(*by)
    return [Count(*row) for row in db.session.execute(query)]


def on_each_way(*, at: datetime) -> dict[str, str]:
    """How many stories are on show under every value of `Pathway` and `Stage`, in words. One statement."""
    counted = counts(at=at)
    return {
        value: in_words(sum(count.number for count in counted if value in (count.pathway, count.stage)))
        for value in (*Pathway, *Stage)
    }


def in_words(number: int) -> str:
    """How a number of stories is told to readers."""
    return f"{number} pages" if number >= FEWEST else "Too few pages to count"


def says(band: Band, word: str) -> bool:
    """Whether a story counts this very word among its own."""
    return word in band.before or word in band.now


def _told(rows: Iterable[Wording]) -> list[Told]:
    return [
        Told(
            band=bands.band(words, on_web=True),
            maker=words.story.partner.known_as,
            country=words.story.country,
            from_demonstration=words.story.from_demonstration,
        )
        for words in unaltered(rows)
    ]


def _value(kind: type[enum.StrEnum], given: str | None) -> str | None:
    if not given:
        return None
    value = given.replace("-", "_")
    return value if value in {member.value for member in kind} else NO_SUCH


def _fitting(choices: Choices, counted: list[Count]) -> list[Count]:
    return [count for count in counted if all(getattr(choices, kind) in (None, getattr(count, kind)) for kind in KINDS)]


def _shelves(kind: str, names: dict[str, str], choices: Choices, counted: list[Count]) -> list[Shelf]:
    """What can be chosen of this kind, each with the number of stories that the other choices leave to it."""
    others = _fitting(replace(choices, **{kind: None}), counted)
    left = {value: sum(count.number for count in others if getattr(count, kind) == value) for value in names}
    return [Shelf(value, name, None if choices.word else in_words(left[value])) for value, name in names.items()]
