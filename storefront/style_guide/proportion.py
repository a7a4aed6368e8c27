"""How much of a story is about the time before."""

from __future__ import annotations

import re
from collections.abc import Collection

from storefront.style_guide.reading import read

MOST = 0.35
WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")


def before_share(text: str, before_words: Collection[str], now_words: Collection[str]) -> float:
    """The share of words, from 0 to 1, that stand in paragraphs with more of the words before than of the words now.

    An estimate: it knows a paragraph only by the words that the teller chose.
    """
    total = before = 0
    for paragraph in read(text).lower.split("\n"):
        words = len(WORD.findall(paragraph))
        total += words
        if _count(paragraph, before_words) > _count(paragraph, now_words):
            before += words
    return before / total if total else 0.0


def _count(paragraph: str, chosen: Collection[str]) -> int:
    return sum(re.search(rf"(?<!\w){re.escape(read(word).lower)}(?!\w)", paragraph) is not None for word in chosen)
