"""The texts that the shop comes with: Markdown under a head of YAML, and beside each its drawing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from storefront.articles.models import Room

TEXTS = Path(__file__).parent / "texts"


@dataclass(frozen=True, slots=True)
class Drawing:
    """An SVG file and its size in pixels."""

    file: Path
    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True)
class Text:
    room: Room
    slug: str
    title: str
    summary: str
    body: str
    content_notes: list[str]
    sources: list[dict[str, Any]]
    editor_notes: list[dict[str, Any]]
    related: list[str]
    reviewed_on: date
    review_due: date
    position: int
    drawing: Drawing


def read(folder: Path = TEXTS) -> list[Text]:
    """Every text, room by room. The name of a file is the slug of its page."""
    return [_read(room, file) for room in Room for file in sorted((folder / room.value).glob("*.md"))]


def _read(room: Room, file: Path) -> Text:
    _, head, body = file.read_text("utf-8").split("---\n", 2)
    told = yaml.safe_load(head)
    return Text(
        room=room,
        slug=file.stem,
        title=told["title"],
        summary=told["summary"],
        body=body.strip(),
        content_notes=told["content_notes"],
        sources=told["sources"],
        editor_notes=[{**note, "date": note["date"].isoformat()} for note in told.get("editor_notes", [])],
        related=told["related"],
        reviewed_on=told["reviewed_on"],
        review_due=told["review_due"],
        position=told["position"],
        drawing=Drawing(file.with_suffix(".svg"), **told["picture"]),
    )
