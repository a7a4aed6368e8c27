"""The demonstration as it lies in `data/`: the shape of each file, and reading them with their texts checked."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypedDict, cast

DATA = Path(__file__).parent / "data"


class Altered(Exception):
    """Raised when a story's text is not the one that was agreed to: nothing of the demonstration is loaded then."""


class FactEntry(TypedDict):
    claim: str
    confidence: str
    as_of: str | None
    sources: list[dict[str, Any]]


class CertificateEntry(TypedDict):
    name: str
    scope: str | None
    status: str
    sources: list[dict[str, Any]]


class PartnerEntry(TypedDict):
    slug: str
    name: str
    now_known_as: str | None
    also_known_as: list[str]
    kind: str
    country: str
    region: str
    founded: str | None
    tagline: str
    summary: str
    goods: list[str]
    support: list[str]
    editor_notes: list[str]
    notice: str
    facts: list[FactEntry]
    certificates: list[CertificateEntry]


class ShelfEntry(TypedDict):
    """A category; a collection has an intro as well."""

    slug: str
    name: str


class CollectionEntry(ShelfEntry):
    intro: str


class MaterialEntry(TypedDict):
    name: str
    percent: int


class VariantEntry(TypedDict):
    sku: str
    options: dict[str, str]
    price_minor: int
    on_hand: int


class BreakdownEntry(TypedDict):
    makers: int
    materials: int
    programmes: int
    shipping: int
    shop: int
    is_sample: bool
    note: str


class ProductEntry(TypedDict):
    slug: str
    name: str
    partner: str
    category: str
    collections: list[str]
    description: str
    materials: list[MaterialEntry]
    technique: str
    country_of_making: str
    measures: dict[str, Any]
    measures_are_estimates: bool
    weight_grams: int
    care: list[str]
    named_pieces: bool
    variants: list[VariantEntry]
    price_breakdown: BreakdownEntry
    stories: list[str]
    notice: str


class OffsetsEntry(TypedDict):
    """Days before or after the day of loading."""

    granted: int
    expires: int
    risk_reviewed: int


class ConsentEntry(TypedDict):
    storyteller_reference: str
    channels: list[str]
    explained_by: str
    conversation_language: str
    attested_by: str
    people_at_risk: list[str]
    paid_minor: int | None
    paid_currency: str | None
    seed_offsets_days: OffsetsEntry


class StoryEntry(TypedDict):
    slug: str
    kind: str
    partner: str
    country: str
    language: str
    title: str
    display_name: str | None
    pathway: str | None
    stage: str | None
    outcomes: list[str]
    text: str
    text_sha256: str
    before_words: list[str]
    now_words: list[str]
    content_notes: list[str]
    editor_note: str | None
    sources: list[dict[str, Any]]
    consent: ConsentEntry | None


class StepEntry(TypedDict):
    most_grams: int
    price_minor: int


class MethodEntry(TypedDict):
    method: str
    name: str
    promise: str
    free_over_minor: int | None
    steps: list[StepEntry]


class ZoneEntry(TypedDict):
    name: str
    countries: list[str]
    methods: list[MethodEntry]


class _Owner(TypedDict, total=False):
    product: str
    sku: str  # the variant that a hero shows
    skus: list[str]  # the variants that one drawing stands for


class DrawingEntry(_Owner):
    path: str
    width: int
    height: int
    kind: Literal["product", "story", "partner", "collection", "category", "hero"]
    role: str
    alt: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """Everything that can be loaded. `folder` is where the drawings lie."""

    folder: Path
    currency: str
    partners: list[PartnerEntry]
    stories: list[StoryEntry]
    categories: list[ShelfEntry]
    collections: list[CollectionEntry]
    products: list[ProductEntry]
    zones: list[ZoneEntry]
    drawings: dict[str, DrawingEntry]  # by path


def read(folder: Path = DATA) -> Dataset:
    """Read the files of the demonstration. Raises `Altered` when a text is not the one that its hash speaks of."""
    goods, shipping = _json(folder / "products.json"), _json(folder / "shipping.json")
    drawings = cast("list[DrawingEntry]", _json(folder / "drawings" / "index.json")["files"])
    if goods["currency"] != shipping["currency"]:
        raise ValueError("goods and shipping are priced in two currencies")
    dataset = Dataset(
        folder=folder,
        currency=goods["currency"],
        partners=_json(folder / "partners.json")["partners"],
        stories=_json(folder / "stories.json")["stories"],
        categories=goods["categories"],
        collections=goods["collections"],
        products=goods["products"],
        zones=shipping["zones"],
        drawings={drawing["path"]: drawing for drawing in drawings},
    )
    for story in dataset.stories:
        if hashlib.sha256(story["text"].encode()).hexdigest() != story["text_sha256"]:
            raise Altered(f'The text of "{story["slug"]}" is not the one that was agreed to.')
    return dataset


def _json(file: Path) -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(file.read_text("utf-8")))
