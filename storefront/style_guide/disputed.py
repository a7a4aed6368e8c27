"""People whose public account is disputed: whoever names one links to the note that says what is known, with dates."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from storefront.style_guide.reading import Reading

# The name, and the address of its note.
DISPUTED = {"Somaly Mam": "/articles/disputed-accounts"}
# What else names the same person: a given name that hardly anybody else has, a book.
ALSO_CALLED = {"Somaly Mam": ("Somaly", "The Road of Lost Innocence", "Road of Lost Innocence", "Mam Somaly")}

LINK = re.compile(r"\]\(<?([^()\s<>\[\]]*+)|<(https?://[^\s<>]*+)>")
HOST = re.compile(r"https?://[^/?#]*", re.IGNORECASE)


def named_without_note(reading: Reading, links: Collection[str]) -> Iterator[tuple[int, int, str, str]]:
    """Each naming of a disputed person, in folded letters, with the name and the note's address that is missing.

    `links` are addresses besides those that the text links to in Markdown. A page links to itself.
    """
    linked = {_path(link) for link in links} | {
        _path(found[1] or found[2] or "") for found in LINK.finditer(reading.text)
    }
    for name, note in DISPUTED.items():
        if note in linked:
            continue
        called = sorted((name, *ALSO_CALLED.get(name, ())), key=len, reverse=True)
        pattern = "|".join(re.escape(one.lower()) for one in called)
        for found in re.finditer(rf"\b(?:{pattern})\b", reading.lower):
            yield *found.span(), name, note


def _path(link: str) -> str:
    """An address without its host, its question and its fragment."""
    return re.split(r"[?#]", HOST.sub("", link, count=1), maxsplit=1)[0].rstrip("/")
