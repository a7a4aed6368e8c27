"""The words for before and for now, marked where they stand in the text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape

from markupsafe import Markup, escape

from storefront.web.markdown import plain

TAG = re.compile(r"(<[^>]*>)")


def marked(text: str, before: Iterable[str], now: Iterable[str]) -> Markup:
    """Markdown as HTML with `<mark data-word="before">` and `"now"` around the words of the two lists."""
    kinds = {_plain(word): kind for kind, words in (("now", now), ("before", before)) for word in words if word.strip()}
    html = plain(text)
    if not kinds:
        return html
    longest_first = sorted(kinds, key=len, reverse=True)
    either = "|".join(r"\s+".join(map(re.escape, word.split())) for word in longest_first)
    found = re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)
    parts = TAG.split(html)  # tags stand at the odd places
    parts[::2] = [_mark(unescape(part), found, kinds) for part in parts[::2]]
    return Markup("").join(Markup(part) for part in parts)  # noqa: S704


def _mark(text: str, found: re.Pattern[str], kinds: dict[str, str]) -> Markup:
    pieces, last = [], 0
    for match in found.finditer(text):
        pieces += [
            escape(text[last : match.start()]),
            Markup('<mark data-word="{}">{}</mark>').format(kinds[_plain(match[0])], match[0]),
        ]
        last = match.end()
    return Markup("").join([*pieces, escape(text[last:])])


def _plain(word: str) -> str:
    return " ".join(word.split()).lower()
