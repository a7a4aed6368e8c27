"""The form of a product: what stands in it as text, made from a document and made into one.

Rows are named by their place: `variants-0-sku`. What cannot be read is told beside its field and stays as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from werkzeug.datastructures import MultiDict

from storefront.catalog.documents import SHARES, Document
from storefront.catalog.editing import SHOPS_OWN
from storefront.catalog.matrix import MOST_QUESTIONS
from storefront.catalog.structured_data import decimal
from storefront.core.faults import Fault
from storefront.core.money import Money
from storefront.web.forms import trimmed

MOST_ROWS = 200  # of one table of the form
MOST_ANSWERS = 50  # to one question of the matrix
MOST_LETTERS = 10_000  # of one field; rules about texts are narrower
OPTIONS = tuple(f"option-{place}" for place in range(MOST_QUESTIONS))
TEXTS = (
    "name", "slug", "partner", "category", "description", "technique", "country_of_making", "weight_grams", "care",
    "notice", "measures_unit", "search_title", "search_text", "note", *SHARES,
)  # fmt: skip
OTHERS = ("prefix",)  # help to fill in the form, and belong to no document
TICKS = ("measures_are_estimates", "named_pieces", "renewed")
ROWS: dict[str, tuple[str, ...]] = {
    "materials": ("name", "percent"),
    "measures": ("name", "value"),
    "questions": ("name", "answers"),
    "variants": ("sku", *OPTIONS, "price", "compare_at", "picture"),
    "pictures": ("name", "alt"),
    "related": ("slug",),
    "stories": ("reference", "tick", "place"),
}
ROW = re.compile(r"(materials|measures|questions|variants|pictures|related|stories)-([0-9]{1,9})-([a-z0-9_-]{1,20})")
TWICE = "This was sent twice. Please send it once."


@dataclass
class Sheet:
    """`texts`, `ticks` and `rows` are what the fields hold; `faults` what could not even be read."""

    texts: dict[str, str] = field(default_factory=lambda: dict.fromkeys((*TEXTS, *OTHERS), ""))
    ticks: set[str] = field(default_factory=set)
    collections: list[str] = field(default_factory=list)
    rows: dict[str, list[dict[str, str]]] = field(default_factory=lambda: {name: [] for name in ROWS})
    faults: list[Fault] = field(default_factory=list)

    @classmethod
    def of(cls, document: Document, offered: Mapping[str, Any] | None = None) -> Sheet:
        """What the form begins with. `offered` are the shares shown where the document has none: those of before."""
        sheet = cls()
        for name in TEXTS:
            if name in document and document[name] is not None and name != "care" and name not in SHARES:
                sheet.texts[name] = str(document[name])
        sheet.texts["weight_grams"] = str(document["weight_grams"] or "")
        sheet.texts["care"] = "\n".join(document["care"])
        sheet.texts["measures_unit"] = document["measures"].get("unit", "cm")
        shares = document["breakdown"] or offered
        if shares:
            sheet.texts |= {name: str(shares[name]) for name in SHARES} | {"note": shares["note"] or ""}
        sheet.ticks = {name for name in TICKS if document.get(name)}
        sheet.collections = list(document["collections"])
        names = _questions(document)
        sheet.rows |= {
            "materials": [{"name": row["name"], "percent": str(row["percent"])} for row in document["materials"]],
            "measures": [
                {"name": name, "value": str(value)} for name, value in document["measures"].items() if name != "unit"
            ],
            "questions": [
                {"name": name, "answers": _between(answers).join(answers)} for name, answers in names.items()
            ],
            "variants": [_variant_row(each, document, list(names)) for each in document["variants"]],
            "pictures": [{"name": row["name"], "alt": row["alt"]} for row in document["pictures"]],
            "related": [{"slug": slug} for slug in document["related"]],
            "stories": [
                {"reference": reference, "tick": "y", "place": str(place)}
                for place, reference in enumerate(document["stories"], 1)
            ],
        }
        return sheet

    @classmethod
    def read(cls, given: MultiDict[str, str]) -> Sheet:
        """What was sent. Fields that the form does not have are no part of it, nor is a row that is to be removed."""
        sheet, act = cls(), given.get("act", "")
        for name in (*TEXTS, *OTHERS):
            sheet.texts[name] = sheet._text(name, given.getlist(name))
        sheet.ticks = {name for name in TICKS if given.get(name) == "y"}
        sheet.collections = given.getlist("collections")[:MOST_ROWS]
        found: dict[str, dict[int, dict[str, str]]] = {name: {} for name in ROWS}
        too_many = set()
        for name in given:
            if match := ROW.fullmatch(name):
                table, number, part = match[1], int(match[2]), match[3]
                if part not in ROWS[table] or act == f"remove-{table}-{match[2]}":
                    continue
                if number >= MOST_ROWS:
                    too_many.add(table)
                    continue
                found[table].setdefault(number, {})[part] = sheet._text(name, given.getlist(name))
        for table, rows in found.items():
            parts = dict.fromkeys(ROWS[table], "")
            whole = [parts | rows[number] for number in sorted(rows)]
            sheet.rows[table] = [row for row in whole if any(row.values())]
        sheet.faults += [Fault(table, f"Please use at most {MOST_ROWS} rows.") for table in sorted(too_many)]
        return sheet

    def document(
        self,
        was: Document,
        *,
        offered: Mapping[str, Any] | None,
        currency: str,
        today: date,
        is_shop: bool,
    ) -> Document:
        """What was typed, as a document; what the form does not hold stays as it `was`. Adds to `faults`."""
        texts = self.texts
        care = [line for line in map(str.strip, texts["care"].splitlines()) if line]
        typed = {
            "name": texts["name"],
            "slug": texts["slug"],
            "partner": (texts["partner"] or was["partner"]) if is_shop else was["partner"],
            "category": texts["category"] or was["category"],
            "description": texts["description"],
            "technique": texts["technique"],
            "country_of_making": texts["country_of_making"],
            "materials": [
                {
                    "name": row["name"],
                    "percent": self._whole(
                        f"materials.{place}.percent", row["percent"], "Enter whole percent, like 70."
                    ),
                }
                for place, row in enumerate(self.rows["materials"])
            ],
            "measures": self._measures(),
            "measures_are_estimates": "measures_are_estimates" in self.ticks,
            "weight_grams": self._whole("weight_grams", texts["weight_grams"], "Enter whole grams, like 240."),
            "care": care,
            "named_pieces": "named_pieces" in self.ticks,
            "notice": texts["notice"] or None,
            "variants": self._variants(was["currency"] or currency),
            "currency": was["currency"] or currency,
            "breakdown": self._breakdown(was["breakdown"], offered, today),
            "pictures": self._pictures(was["pictures"]),
            "related": list(dict.fromkeys(row["slug"] for row in self.rows["related"])),
            "search_title": texts["search_title"] or None,
            "search_text": texts["search_text"] or None,
        }
        shops_own = {"collections": self.collections, "stories": self._stories()}
        if not typed["variants"]:
            typed["currency"] = was["currency"]
        return was | typed | (shops_own if is_shop else {name: was[name] for name in SHOPS_OWN})

    @property
    def questions(self) -> dict[str, list[str]]:
        """The names by which variants are told apart, with the answers that are asked for."""
        return {
            _named(row["name"]): list(
                dict.fromkeys(each for each in map(str.strip, row["answers"].split(_parting(row["answers"]))) if each)
            )[:MOST_ANSWERS]
            for row in self.rows["questions"][:MOST_QUESTIONS]
            if _named(row["name"])
        }

    def add_variants(self, variants: Iterable[dict[str, Any]], currency: str) -> None:
        names = list(self.questions)
        self.rows["variants"] += [_variant_row(each, {"currency": currency}, names) for each in variants]

    def _text(self, name: str, given: list[str]) -> str:
        where = ".".join(name.split("-", 2))
        if len(given) > 1:
            self.faults.append(Fault(where, TWICE))
        text = trimmed(given[0] if given else "")
        if len(text) > MOST_LETTERS:
            self.faults.append(Fault(where, f"Please use at most {MOST_LETTERS:,} letters."))
        return text[:MOST_LETTERS]

    def _whole(self, where: str, text: str, otherwise: str) -> int:
        """A whole number, or 0 with a fault."""
        if re.fullmatch(r"[0-9]{1,9}", text):
            return int(text)
        self.faults.append(Fault(where, otherwise))
        return 0

    def _measures(self) -> dict[str, Any]:
        measures: dict[str, Any] = {"unit": self.texts["measures_unit"] or "cm"}
        for place, row in enumerate(self.rows["measures"]):
            where, text = f"measures.{place}", row["value"]
            plain = text.replace(",", ".")
            if not row["name"] or row["name"] == "unit":
                self.faults.append(Fault(f"{where}.name", "Say what is measured: length, width."))
            elif row["name"] in measures:
                self.faults.append(Fault(f"{where}.name", "This stands here twice."))
            elif not any(letter.isdigit() for letter in text):
                self.faults.append(Fault(f"{where}.value", "Enter a number, like 42 or 42.5, or a range like 72-92."))
            elif re.fullmatch(r"[0-9]{1,5}(\.[0-9]{1,4})?", plain):
                measures[row["name"]] = float(plain) if "." in plain else int(plain)
            else:
                measures[row["name"]] = text
        return measures

    def _variants(self, currency: str) -> list[dict[str, Any]]:
        names = [_named(row["name"]) for row in self.rows["questions"][:MOST_QUESTIONS]]
        if len({name for name in names if name}) < len([name for name in names if name]):
            self.faults.append(Fault("questions", "Two questions have the same name."))
        if len(self.rows["questions"]) > MOST_QUESTIONS:
            self.faults.append(Fault("questions", f"Please ask at most {MOST_QUESTIONS} questions."))
        variants = []
        for place, row in enumerate(self.rows["variants"]):
            where = f"variants.{place}"
            answers = [row[part] for part in OPTIONS]
            if any(answer and (number >= len(names) or not names[number]) for number, answer in enumerate(answers)):
                self.faults.append(Fault(f"{where}.options", "This answers a question that has no name."))
            variants.append(
                {
                    "sku": row["sku"].upper(),
                    "options": {name: answer for name, answer in zip(names, answers, strict=False) if name},
                    "price": self._money(f"{where}.price", row["price"], currency),
                    "compare_at": self._money(f"{where}.compare_at", row["compare_at"], currency)
                    if row["compare_at"]
                    else None,
                    "picture": row["picture"] or None,
                }
            )
        return variants

    def _money(self, where: str, text: str, currency: str) -> int:
        """Minor units, or 0 with a fault."""
        try:
            return Money.parse(text, currency).minor
        except ValueError:
            self.faults.append(Fault(where, f"Enter an amount in {currency}, like {decimal(Money(11800, currency))}."))
            return 0

    def _breakdown(
        self, was: dict[str, Any] | None, offered: Mapping[str, Any] | None, today: date
    ) -> dict[str, Any] | None:
        """Shares that were changed or ticked are made anew, of today. All left empty: none."""
        if not any(self.texts[name] for name in SHARES):
            return None
        wrong = "Enter whole percent, like 40."
        shares = {name: self._whole(f"breakdown.{name}", self.texts[name] or "0", wrong) for name in SHARES}
        before = was or offered
        is_renewed = "renewed" in self.ticks or before is None or any(shares[name] != before[name] for name in SHARES)
        if was is None and not is_renewed:
            return None  # what the form offered was left as it stood
        typed = shares | {
            "dated": was["dated"] if was and not is_renewed else today.isoformat(),
            "is_sample": bool(before and before["is_sample"]),
            "note": self.texts["note"] or None,
        }
        # Said only where it is so: a document that is read never holds the word.
        return typed | {"renewed": True} if is_renewed else typed

    def _pictures(self, was: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Only their words are typed here."""
        said = {row["name"]: row["alt"] for row in self.rows["pictures"]}
        return [each | {"alt": said.get(each["name"], each["alt"])} for each in was]

    def _stories(self) -> list[str]:
        ticked = [row for row in self.rows["stories"] if row["tick"] == "y" and row["reference"]]
        return [row["reference"] for row in sorted(ticked, key=_place)]


def field_id(where: str) -> str:
    """The id of the field that a fault is about: "variants.2.options" is `variants-2-option-0`."""
    parts = where.split(".")
    if parts[0] == "care":
        return "care"
    if parts[0] == "collections":
        return "collections"
    if parts[0] == "breakdown":
        return f"share-{parts[1]}" if parts[-1] in SHARES else parts[-1]
    if parts[0] == "related" and len(parts) == 2:
        return f"related-{parts[1]}-slug"
    if parts[-1] == "options":
        return "-".join([*parts[:-1], OPTIONS[0]])
    if parts[0] == "pictures" and len(parts) == 2:
        return f"pictures-{parts[1]}-alt"
    return "-".join(parts)


def moment_of(day_and_time: str) -> datetime | None:
    """What a browser's field for a moment sends, taken as UTC; nothing for an empty one. Raises `ValueError`."""
    if not day_and_time:
        return None
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?", day_and_time):
        raise ValueError("not a moment")
    return datetime.fromisoformat(day_and_time + "+00:00")


def _place(row: dict[str, str]) -> int:
    return int(row["place"]) if re.fullmatch(r"[0-9]{1,4}", row["place"]) else 10_000


def _named(typed: str) -> str:
    """Questions are kept in small letters: the shop asks "size" of every product, however it was typed."""
    return " ".join(typed.lower().split())


def _between(answers: list[str]) -> str:
    return "; " if any("," in answer for answer in answers) else ", "


def _parting(typed: str) -> str:
    """Answers are parted by commas, or by semicolons where there is one, so that an answer may hold a comma."""
    return ";" if ";" in typed else ","


def _questions(document: Document) -> dict[str, list[str]]:
    names = list(document["variants"][0]["options"]) if document["variants"] else []
    return {
        name: list(dict.fromkeys(str(each["options"].get(name, "")) for each in document["variants"])) for name in names
    }


def _variant_row(each: dict[str, Any], document: Document, names: list[str]) -> dict[str, str]:
    currency = document["currency"]
    answers = [str(each["options"].get(name, "")) for name in names]
    return dict.fromkeys(ROWS["variants"], "") | {
        "sku": each["sku"],
        **dict(zip(OPTIONS, answers, strict=False)),
        "price": decimal(Money(each["price"], currency)),
        "compare_at": decimal(Money(each["compare_at"], currency)) if each["compare_at"] is not None else "",
        "picture": each["picture"] or "",
    }
