"""What must be so before a document becomes a product: the same for the editor, for many at once and for an import."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from storefront.catalog.documents import SHARES, Document, Surroundings
from storefront.catalog.models import PictureRole
from storefront.core.faults import Fault, NotYetRight
from storefront.core.money import EXPONENTS
from storefront.core.slugs import is_slug
from storefront.core.texts import prints
from storefront.media.models import Focus, Shelf
from storefront.style_guide.findings import Kind, Severity
from storefront.style_guide.linting import lint

__all__ = ["Fault", "NotYetRight", "check"]

MOST: dict[str, int] = {
    "name": 120,
    "description": 5000,
    "technique": 200,
    "notice": 500,
    "search_title": 70,
    "search_text": 170,
}  # letters
MOST_VARIANTS, MOST_PICTURES, MOST_LINES = 200, 40, 30
MOST_MINOR = 99_999_999
SKU = re.compile(r"[A-Z0-9](?:[A-Z0-9.-]{0,38}[A-Z0-9])?")
RESERVED = frozenset({"new", "bulk", "lint", "import", "export"})  # below /admin/products
NO_SLUGS = frozenset({"new", "lint", "bulk"})  # stand in addresses of the staff area where a product's would
COUNTRY = re.compile(r"[A-Z]{2}")


def check(document: Document, around: Surroundings, *, product_id: int | None) -> list[Fault]:
    """All faults, in the order of the form. A draft may be incomplete; what is to be seen may not."""
    return [
        *_texts(document),
        *_places(document, around, product_id),
        *_make(document),
        *_variants(document, around, product_id),
        *_breakdown(document),
        *_pictures(document, around),
        *_dates(document),
        *(_complete(document) if document["published_at"] and not document["archived"] else ()),
    ]


def _texts(document: Document) -> Iterator[Fault]:
    for name, most in MOST.items():
        text = document[name] or ""
        if len(text) > most:
            yield Fault(name, f"Please use at most {most} letters.")
        elif not prints(text, lines=name in {"description", "notice"}):
            yield Fault(name, "Please use letters and signs that can be printed.")
    if not document["name"].strip():
        yield Fault("name", "Give it a name.")
    for name in ("name", "description", "notice", "search_title", "search_text"):
        for finding in lint(document[name] or "", kind=Kind.PRODUCT):
            if finding.severity is Severity.BLOCK:
                yield Fault(name, f'"{finding.words}": {finding.reason}')


def _places(document: Document, around: Surroundings, product_id: int | None) -> Iterator[Fault]:
    slug = document["slug"]
    if not is_slug(slug):
        yield Fault("slug", "An address holds small letters, digits and single hyphens.")
    elif slug in NO_SLUGS:
        yield Fault("slug", "This address is kept for the staff area. Please add a word.")
    elif slug in RESERVED:
        yield Fault("slug", f'"{slug}" stands for a page of the staff area. Please choose another address.')
    elif around.products.get(slug, product_id) != product_id:
        yield Fault("slug", "Another product has this address.")
    elif around.addresses.get(slug, product_id) != product_id:
        yield Fault("slug", "This address still leads to another product that had it before.")
    if document["partner"] not in around.partners:
        yield Fault("partner", "Choose a workshop.")
    if document["category"] not in around.categories:
        yield Fault("category", "Choose a category.")
    for place, name in enumerate(document["collections"]):
        if name not in around.collections:
            yield Fault(f"collections.{place}", f'There is no collection "{name}".')
    for place, name in enumerate(document["related"]):
        if name not in around.products or name == slug:
            yield Fault(f"related.{place}", f'There is no other product "{name}".')
    for name in ("collections", "related", "stories"):
        if len(set(document[name])) != len(document[name]):
            yield Fault(name, "Something is named twice here.")


def _make(document: Document) -> Iterator[Fault]:
    if not COUNTRY.fullmatch(document["country_of_making"]):
        yield Fault("country_of_making", "Choose the country in which it is made.")
    if not _whole(document["weight_grams"], 1, 200_000):
        yield Fault("weight_grams", "Enter the weight of one in whole grams, from 1 to 200000.")
    materials = document["materials"]
    for place, each in enumerate(materials):
        if not each["name"].strip() or len(each["name"]) > 80 or not prints(each["name"]):
            yield Fault(f"materials.{place}.name", "Name the material.")
        if not _whole(each["percent"], 1, 100):
            yield Fault(f"materials.{place}.percent", "Enter a share from 1 to 100 percent.")
    total = sum(each["percent"] for each in materials if _whole(each["percent"], 1, 100))
    if materials and total != 100:
        yield Fault("materials", f"The materials add up to {total} percent. They must add up to 100.")
    if len(materials) > MOST_LINES or len(document["care"]) > MOST_LINES:
        yield Fault("materials", f"Please use at most {MOST_LINES} lines.")
    for place, line in enumerate(document["care"]):
        if not line.strip() or len(line) > 200 or not prints(line):
            yield Fault(f"care.{place}", "Please use at most 200 letters that can be printed.")
    for name, value in document["measures"].items():
        if name == "unit":
            if value not in {"cm", "mm", "in"}:
                yield Fault("measures", "Measures are in cm, mm or in.")
        elif not name.strip() or len(name) > 40 or not prints(name) or not _measure(value):
            yield Fault("measures", f'"{name}" needs a name, and a number up to 10000 or a range like 72-92.')


def _variants(document: Document, around: Surroundings, product_id: int | None) -> Iterator[Fault]:
    variants = document["variants"]
    if len(variants) > MOST_VARIANTS:
        yield Fault("variants", f"One product has at most {MOST_VARIANTS} variants.")
    if variants and document["currency"] not in EXPONENTS:
        yield Fault("currency", "The shop cannot count in this currency.")
    skus: set[str] = set()
    choices: set[tuple[tuple[str, str], ...]] = set()
    names = list(variants[0]["options"]) if variants else []
    for place, each in enumerate(variants):
        sku, owner = each["sku"], around.variants.get(each["sku"])
        if not SKU.fullmatch(sku):
            yield Fault(
                f"variants.{place}.sku", "A code holds capital letters, digits, hyphens and points: LSR-KSJ-M1."
            )
        elif sku in skus:
            yield Fault(f"variants.{place}.sku", f"The code {sku} stands here twice.")
        elif owner is not None and owner.product_id != product_id:
            yield Fault(f"variants.{place}.sku", f"The code {sku} belongs to another product.")
        skus.add(sku)
        if not _whole(each["price"], 1, MOST_MINOR):
            yield Fault(f"variants.{place}.price", "Enter a price above nothing.")
        elif each["compare_at"] is not None and not _whole(each["compare_at"], each["price"] + 1, MOST_MINOR):
            yield Fault(f"variants.{place}.compare_at", "The price before must be higher than the price now.")
        options = {str(name).strip(): str(value).strip() for name, value in each["options"].items()}
        if any(
            not name or not value or len(name) > 40 or len(value) > 80 for name, value in options.items()
        ) or not all(prints(name + value) for name, value in options.items()):
            yield Fault(f"variants.{place}.options", "Fill in what tells this variant from the others.")
        elif list(each["options"]) != names:
            yield Fault(f"variants.{place}.options", "All variants are told apart by the same questions.")
        elif tuple(sorted(options.items())) in choices:
            yield Fault(f"variants.{place}.options", "Two variants are the same in every choice.")
        choices.add(tuple(sorted(options.items())))
        if each["picture"] is not None and not _is_public(each["picture"], around):
            yield Fault(f"variants.{place}.picture", f'There is no picture "{each["picture"]}".')


def _breakdown(document: Document) -> Iterator[Fault]:
    given = document["breakdown"]
    if given is None:
        return
    wrong = [share for share in SHARES if not _whole(given[share], 0, 100)]
    for share in wrong:
        yield Fault(f"breakdown.{share}", "Enter a share from 0 to 100 percent.")
    total = sum(given[share] for share in SHARES if share not in wrong)
    if not wrong and total != 100:
        yield Fault("breakdown", f"The shares add up to {total} percent. They must add up to the price: 100.")
    if len(given["note"] or "") > 500 or not prints(given["note"] or "", lines=True):
        yield Fault("breakdown.note", "Please use at most 500 letters that can be printed.")


def _pictures(document: Document, around: Surroundings) -> Iterator[Fault]:
    if len(document["pictures"]) > MOST_PICTURES:
        yield Fault("pictures", f"One product has at most {MOST_PICTURES} pictures.")
    names = [each["name"] for each in document["pictures"]]
    for place, each in enumerate(document["pictures"]):
        if not _is_public(each["name"], around):
            yield Fault(f"pictures.{place}", f'There is no picture "{each["name"]}".')
        elif names.index(each["name"]) != place:
            yield Fault(f"pictures.{place}", "This picture stands here twice.")
        if not each["alt"].strip():
            yield Fault(f"pictures.{place}.alt", "Say in a few words what is to be seen, for those who cannot see it.")
        elif len(each["alt"]) > 300 or not prints(each["alt"]):
            yield Fault(f"pictures.{place}.alt", "Please use at most 300 letters that can be printed.")
        if each["role"] not in set(PictureRole) or each["focus"] not in set(Focus):
            yield Fault(f"pictures.{place}", "Choose what the picture shows and which part stays in sight.")


def _dates(document: Document) -> Iterator[Fault]:
    begins, ends = (_day(document[name]) for name in ("published_at", "published_until"))
    if ends and not begins:
        yield Fault("published_until", "An end needs a beginning. Enter from when it is shown.")
    elif begins and ends and ends <= begins:
        yield Fault("published_until", "The end lies before the beginning.")


def _complete(document: Document) -> Iterator[Fault]:
    """What a page cannot do without."""
    if not document["description"].strip():
        yield Fault("description", "Describe it before it is shown: what it is, and how it is made.")
    if not document["technique"].strip():
        yield Fault("technique", "Say how it is made before it is shown.")
    if not document["materials"]:
        yield Fault("materials", "Say what it is made of before it is shown.")
    if not document["variants"]:
        yield Fault("variants", "Add at least one variant with a price before it is shown.")
    if not document["pictures"]:
        yield Fault("pictures", "Add at least one picture before it is shown.")


def _is_public(name: str, around: Surroundings) -> bool:
    picture = around.pictures.get(name)
    return picture is not None and picture.shelf is Shelf.PUBLIC


def _whole(value: Any, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


def _measure(value: Any) -> bool:
    """A number; or words around numbers, as in "72-92"."""
    if isinstance(value, str):
        return len(value) <= 40 and prints(value) and any(letter.isdigit() for letter in value)
    return type(value) in {int, float} and 0 < value <= 10_000


def _day(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
