"""What is linted and what comes of it: kinds of text, severities, findings."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Kind(enum.StrEnum):
    """What a text is. A story of an enterprise names no person, so it is an article."""

    STORY = "story"
    PRODUCT = "product"
    EMAIL = "email"
    ALT_TEXT = "alt_text"
    ARTICLE = "article"
    NOTE = "note"  # an editor's
    PAGE = "page"


class Severity(enum.StrEnum):
    """A block stops saving and shipping, a second look asks for another reader, a warning leaves it to the writer."""

    BLOCK = "block"
    SECOND_LOOK = "second_look"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Finding:
    """Some words and what is wrong with them: `words` is `text[start:end]`, and empty where the whole text is meant."""

    severity: Severity
    rule: str
    words: str
    start: int
    end: int
    reason: str
