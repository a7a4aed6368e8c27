"""Variants from questions: every size in every colour, with codes made from their words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from itertools import product
from math import prod
from typing import Any

Variant = dict[str, Any]
MOST_QUESTIONS = 3
LETTERS = 3  # of each answer that go into a code


def missing(
    questions: Mapping[str, list[str]],
    variants: Iterable[Variant],
    *,
    prefix: str,
    price: int,
    taken: Collection[str],
    most: int,
) -> list[Variant]:
    """The variants of a document that are not there yet, at most so many, in the order in which questions are asked.

    `questions` are names with their answers. Codes begin with `prefix`, and are none of those that are `taken`.
    """
    there = [{name: str(value) for name, value in each["options"].items()} for each in variants]
    used = {*taken, *(each["sku"] for each in variants)}
    made: list[Variant] = []
    if prod(map(len, questions.values())) > 100 * most:
        return made
    for answers in product(*questions.values()):
        options = dict(zip(questions, answers, strict=True))
        if options in there or len(made) == most:
            continue
        sku = code(prefix, answers, used)
        used.add(sku)
        made.append({"sku": sku, "options": options, "price": price, "compare_at": None, "picture": None})
    return made


def code(prefix: str, answers: Iterable[str], taken: Collection[str]) -> str:
    """`code("LSR-KSJ", ["S", "Marigold"], ())` is `LSR-KSJ-S-MAR`; a number is added to one that is taken."""
    parts = [short for answer in answers if (short := _plain(answer)[:LETTERS])]
    wanted = "-".join([prefix, *parts])[:36].strip("-.")
    number, found = 2, wanted
    while found in taken:
        number, found = number + 1, f"{wanted}-{number}"
    return found


def prefix_for(workshop: str, name: str) -> str:
    """The first letters of the words of both: "Lamplight Stitch Room" and "Kantha short jacket" make `LSR-KSJ`."""
    return "-".join("".join(_plain(word)[:1] for word in words.split())[:4] or "X" for words in (workshop, name))


def _plain(text: str) -> str:
    """Capital letters and digits of a text, accents taken off."""
    apart = unicodedata.normalize("NFKD", text).upper()
    return re.sub(r"[^A-Z0-9]", "", apart)
