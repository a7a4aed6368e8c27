"""When a product can be seen: documents made from documents, to be handed to `editing.change`."""

from __future__ import annotations

from datetime import datetime

from storefront.catalog.documents import Document


def published(document: Document, *, at: datetime) -> Document:
    """To be seen from now on, without an end; what is seen already keeps the day on which it began."""
    begun = document["published_at"] if is_begun(document, at=at) else at.isoformat()
    return document | {"published_at": begun, "published_until": None, "archived": False}


def scheduled(document: Document, *, begins: datetime | None, ends: datetime | None) -> Document:
    return document | {
        "published_at": begins.isoformat() if begins else None,
        "published_until": ends.isoformat() if ends else None,
    }


def withdrawn(document: Document, *, at: datetime) -> Document:
    """No longer to be seen. What was seen ends now, and how long it was stays known; what was not is a draft again."""
    if is_begun(document, at=at):
        return document | {"published_until": at.isoformat()}
    return document | {"published_at": None, "published_until": None}


def archived(document: Document) -> Document:
    """Out of the shop and out of the list; its dates stay for the day it is taken back."""
    return document | {"archived": True}


def taken_back(document: Document) -> Document:
    """Out of the archive, as a draft: nothing is shown again without somebody publishing it."""
    return document | {"archived": False, "published_at": None, "published_until": None}


def is_begun(document: Document, *, at: datetime) -> bool:
    """Whether it could be seen at some moment before this one."""
    given = document["published_at"]
    return given is not None and datetime.fromisoformat(given) < at
