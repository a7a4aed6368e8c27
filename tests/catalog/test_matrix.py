"""Variants from questions, and the codes that are made for them."""

from __future__ import annotations

from storefront.catalog.matrix import code, missing, prefix_for
from tests.catalog.makings import a_variant

QUESTIONS = {"size": ["S", "M"], "colour": ["Red", "Blue"]}


def made(questions: dict[str, list[str]], *variants: dict[str, object], **changes: object) -> list[str]:
    given = {"prefix": "LSR-KSJ", "price": 1, "taken": set(), "most": 200} | changes
    return [each["sku"] for each in missing(questions, variants, **given)]  # type: ignore[arg-type]


def test_every_answer_meets_every_other_once() -> None:
    assert made(QUESTIONS) == ["LSR-KSJ-S-RED", "LSR-KSJ-S-BLU", "LSR-KSJ-M-RED", "LSR-KSJ-M-BLU"]
    assert made({}) == ["LSR-KSJ"]


def test_what_is_there_is_not_made_again() -> None:
    there = a_variant("OLD", size="S", colour="Red")
    assert made(QUESTIONS, there) == ["LSR-KSJ-S-BLU", "LSR-KSJ-M-RED", "LSR-KSJ-M-BLU"]


def test_a_code_that_somebody_has_gets_a_number() -> None:
    assert made({"size": ["S"]}, taken={"LSR-KSJ-S", "LSR-KSJ-S-2"}) == ["LSR-KSJ-S-3"]
    assert made({"colour": ["Marine", "Marigold"]}) == ["LSR-KSJ-MAR", "LSR-KSJ-MAR-2"]


def test_a_code_is_never_longer_than_codes_may_be() -> None:
    long = code("A" * 60, ["Blue"], {"A" * 36})
    assert len(long) <= 40
    assert long == "A" * 36 + "-2"


def test_answers_without_a_latin_letter_still_get_codes_of_their_own() -> None:
    assert made({"colour": ["\u09b2\u09be\u09b2", "\u09a8\u09c0\u09b2"]}) == ["LSR-KSJ", "LSR-KSJ-2"]
    assert code("X", ["\u00c9cru"], ()) == "X-ECR"


def test_far_too_many_are_not_even_counted() -> None:
    many = [str(number) for number in range(1000)]
    assert made({"a": many, "b": many, "c": many}) == []
    assert len(made({"a": many})) == 200


def test_a_prefix_is_made_of_first_letters() -> None:
    assert prefix_for("Lamplight Stitch Room", "Kantha short jacket") == "LSR-KSJ"
    assert prefix_for("", "\u09b2\u09be\u09b2") == "X-X"
