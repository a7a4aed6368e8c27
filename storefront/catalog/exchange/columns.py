"""The columns of the table: what each is called, how it is written out of a product, and how it is taken in.

One row is one variant. What belongs to the product stands in its first row, or in each. Lists are parted by `; `, and
a semicolon inside a name is written `\\;`. Sentences and what belongs to pictures stand one on a line of the cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from difflib import get_close_matches
from typing import Any

from storefront.catalog.documents import SHARES, Document
from storefront.core.errors import ShopError
from storefront.core.money import EXPONENTS, Money

YES, NO = {"yes", "y", "true", "1"}, {"no", "n", "false", "0", ""}
STORY = re.compile(r"[0-9A-Z]{1,20}")


class Unreadable(ShopError):
    """Raised for a cell that cannot be taken, with what it should look like."""


Variant = dict[str, Any]
Resolve = Callable[[str], str]  # the name under which the catalogue knows a picture, for the name in the table


@dataclass(frozen=True, slots=True)
class Column:
    """`write` makes the text of a cell; `take` puts a text that is another one into the document or the variant."""

    key: str
    header: str
    write: Callable[[Document, Variant], str]
    take: Callable[[Document, Variant, str, Resolve], None]
    of_variant: bool = False
    fields: tuple[str, ...] = ()  # of the document: where faults of these fields stand
    says: str = ""  # what stands in it, for the page


def known(header: str) -> bool:
    return _plain(header) in _BY_NAME


def find(header: str) -> Column | None:
    return _BY_NAME.get(_plain(header))


def nearest(header: str) -> str | None:
    """The header that was meant, if one is near."""
    close = get_close_matches(_plain(header), list(_BY_NAME), n=1, cutoff=0.7)
    return _BY_NAME[close[0]].header if close else None


def column_of(field: str) -> Column:
    """Where a fault of the document's rules belongs: "variants.2.price" is the column of prices."""
    plain = re.sub(r"\.\d+", "", field)
    while plain not in _BY_FIELD and "." in plain:
        plain = plain.rpartition(".")[0]
    return _BY_FIELD.get(plain, _BY_FIELD["slug"])


def finish(document: Document) -> None:
    """What several columns make together: shares of a price that are all empty are none."""
    given = document["breakdown"]
    if given is None:
        return
    if all(given[name] is None for name in SHARES):
        document["breakdown"] = None
        return
    for name in SHARES:
        given[name] = given[name] or 0
    if not given["dated"]:
        raise Unreadable("Say of which day these shares are: 2026-11-24.")


def parted(text: str, sign: str = ";") -> list[str]:
    """What stands between the signs; one behind a backslash parts nothing."""
    parts, now, letters = [], "", iter(text)
    for letter in letters:
        if letter == "\\":
            now += next(letters, "\\")
        elif letter == sign:
            parts.append(now.strip())
            now = ""
        else:
            now += letter
    parts.append(now.strip())
    return [part for part in parts if part]


def joined(parts: Iterable[str], sign: str = ";") -> str:
    return f"{sign} ".join(_behind(part, sign) for part in parts)


def _behind(text: str, *signs: str) -> str:
    text = text.replace("\\", "\\\\")
    for sign in signs:
        text = text.replace(sign, f"\\{sign}")
    return text


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _plain(header: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", header.casefold()).strip()


# One value


def _text(key: str) -> dict[str, Any]:
    def take(document: Document, variant: Variant, text: str, resolve: Resolve) -> None:
        document[key] = text.strip()

    return {"write": lambda document, variant: document[key] or "", "take": take, "fields": (key,)}


def _text_or_none(key: str) -> dict[str, Any]:
    def take(document: Document, variant: Variant, text: str, resolve: Resolve) -> None:
        document[key] = text.strip() or None

    return _text(key) | {"take": take}


def _whole(key: str, words: str) -> dict[str, Any]:
    def take(document: Document, variant: Variant, text: str, resolve: Resolve) -> None:
        document[key] = _number(text, words)

    return {"write": lambda document, variant: str(document[key]), "take": take, "fields": (key,)}


def _place() -> dict[str, Any]:
    """New goods get the last place, which the file does not know yet: so an empty cell changes nothing."""
    whole = _whole("position", "Write the place in the shop as a whole number.")

    def take(document: Document, variant: Variant, text: str, resolve: Resolve) -> None:
        if text:
            whole["take"](document, variant, text, resolve)

    return whole | {"take": take}


def _flag(key: str) -> dict[str, Any]:
    def take(document: Document, variant: Variant, text: str, resolve: Resolve) -> None:
        document[key] = _yes(text)

    return {"write": lambda document, variant: "yes" if document[key] else "no", "take": take, "fields": (key,)}


def _moment(key: str) -> dict[str, Any]:
    def write(document: Document, variant: Variant) -> str:
        if not document[key]:
            return ""
        moment = datetime.fromisoformat(document[key]).astimezone(UTC).replace(tzinfo=None)
        return moment.isoformat(sep=" ").removesuffix(":00")

    def take(document: Document, variant: Variant, text: str, resolve: Resolve) -> None:
        document[key] = None
        if text:
            try:
                moment = datetime.fromisoformat(text)
            except ValueError as error:
                raise Unreadable("Write the moment like 2026-11-24 or 2026-11-24 09:00, in UTC.") from error
            document[key] = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()

    return {"write": write, "take": take, "fields": (key,)}


def _list(key: str, *, fits: Callable[[str], bool] = bool, words: str = "") -> dict[str, Any]:
    def take(document: Document, variant: Variant, text: str, resolve: Resolve) -> None:
        names = parted(text)
        if not all(map(fits, names)):
            raise Unreadable(words)
        document[key] = names

    return {"write": lambda document, variant: joined(document[key]), "take": take, "fields": (key,)}


def _number(text: str, words: str) -> int:
    if not text:
        return 0
    if not re.fullmatch(r"[0-9]{1,7}", text):
        raise Unreadable(words)
    return int(text)


def _yes(text: str) -> bool:
    if text.casefold() not in YES | NO:
        raise Unreadable("Write yes or no.")
    return text.casefold() in YES


# What a product is made of, and how large it is


def _write_materials(document: Document, variant: Variant) -> str:
    return joined(f"{each['name']} {each['percent']}" for each in document["materials"])


def _take_materials(document: Document, variant: Variant, text: str, resolve: Resolve) -> None:
    found = [re.fullmatch(r"(.+?)\s+([0-9]{1,3})\s*%?", part, re.DOTALL) for part in parted(text)]
    if not all(found):
        raise Unreadable("Write each material with its share in percent: Cotton 80; Silk 20.")
    document["materials"] = [{"name": each[1], "percent": int(each[2])} for each in found if each]


def _write_measures(document: Document, variant: Variant) -> str:
    return joined(f"{name} {_short(number)}" for name, number in document["measures"].items() if name != "unit")


def _short(number: Any) -> str:
    """38.0 is 38. What was never a number is written as it stands."""
    return f"{number:.10g}" if isinstance(number, (int, float)) else str(number)


def _take_measures(document: Document, variant: Variant, text: str, resolve: Resolve) -> None:
    found = [re.fullmatch(r"(.+?)\s+([0-9]{1,5})(?:[.,]([0-9]{1,3}))?", part, re.DOTALL) for part in parted(text)]
    if not all(found):
        raise Unreadable("Write each measure with its number: width 38; height 42.5.")
    unit = {name: value for name, value in document["measures"].items() if name == "unit"}
    named = {each[1]: float(f"{each[2]}.{each[3]}") if each[3] else int(each[2]) for each in found if each}
    document["measures"] = unit | named


def _take_unit(document: Document, variant: Variant, text: str, resolve: Resolve) -> None:
    measures = {name: value for name, value in document["measures"].items() if name != "unit"}
    document["measures"] = ({"unit": text.lower()} if text else {}) | measures


def _take_care(document: Document, variant: Variant, text: str, resolve: Resolve) -> None:
    document["care"] = _lines(text)


# Variants


def _take_options(document: Document, variant: Variant, text: str, resolve: Resolve) -> None:
    pairs = [_pair(part) for part in _raw_parts(text)]
    if not all(pairs):
        raise Unreadable("Write what tells this variant from the others: Size=M; Colour=Indigo.")
    variant["options"] = dict(pair for pair in pairs if pair)


def _raw_parts(text: str) -> list[str]:
    """Parts that still hold their backslashes."""
    return [part for part in re.findall(r"(?:\\.|[^;\\]|\\$)+", text, re.DOTALL) if part.strip()]


def _pair(part: str) -> tuple[str, str] | None:
    found = re.fullmatch(r"((?:\\.|[^=\\])+)=(.*)", part.strip(), re.DOTALL)
    if found is None:
        return None
    name, value = (re.sub(r"\\(.)", r"\1", each, flags=re.DOTALL).strip() for each in found.groups())
    return (name, value) if name and value else None


def _write_options(document: Document, variant: Variant) -> str:
    options = variant["options"].items()
    return "; ".join(f"{_behind(str(name), ';', '=')}={_behind(str(value), ';')}" for name, value in options)


def _amount(key: str) -> dict[str, Any]:
    def write(document: Document, variant: Variant) -> str:
        minor = variant[key]
        digits = EXPONENTS.get(document["currency"] or "", 2)
        if minor is None:
            return ""
        return f"{minor // 10**digits}.{minor % 10**digits:0{digits}d}" if digits else str(minor)

    def take(document: Document, variant: Variant, text: str, resolve: Resolve) -> None:
        digits = EXPONENTS.get(document["currency"])
        if digits is None:
            raise Unreadable("The shop cannot count in this currency.")
        variant[key] = None
        if text:
            # Spreadsheets leave zeros at the end away: 118.5 is 118.50.
            whole = re.sub(rf"([.,])([0-9]{{1,{digits}}})$", lambda f: f[1] + f[2].ljust(digits, "0"), text)
            try:
                variant[key] = Money.parse(whole, document["currency"]).minor
            except ValueError as error:
                raise Unreadable("Write an amount like 118 or 118.00, with one point or comma at most.") from error

    return {"write": write, "take": take, "of_variant": True, "fields": (f"variants.{key}",)}


def _take_currency(document: Document, variant: Variant, text: str, resolve: Resolve) -> None:
    if text and text.upper() not in EXPONENTS:
        raise Unreadable("Write the currency in three letters: USD.")
    document["currency"] = text.upper() or document["currency"]


def _take_variant_picture(document: Document, variant: Variant, text: str, resolve: Resolve) -> None:
    variant["picture"] = resolve(text) if text else None


# Pictures, one on a line


def _take_pictures(document: Document, variant: Variant, text: str, resolve: Resolve) -> None:
    there = {each["name"]: each for each in document["pictures"]}
    document["pictures"] = [
        there.get(name) or {"name": name, "role": "extra" if place else "hero", "alt": "", "focus": "centre"}
        for place, name in enumerate(map(resolve, _lines(text)))
    ]


def _of_pictures(key: str, what: str) -> dict[str, Any]:
    def take(document: Document, variant: Variant, text: str, resolve: Resolve) -> None:
        words = _lines(text)
        if len(words) != len(document["pictures"]):
            raise Unreadable(
                f"There are {len(document['pictures'])} pictures and {len(words)} {what}. Write one a line for each"
                " picture."
            )
        for each, word in zip(document["pictures"], words, strict=True):
            each[key] = word if key == "alt" else word.lower()

    return {
        "write": lambda document, variant: "\n".join(each[key] for each in document["pictures"]),
        "take": take,
        "fields": (f"pictures.{key}",),
    }


# Where the price goes


def _breakdown(document: Document) -> dict[str, Any]:
    if document["breakdown"] is None:
        document["breakdown"] = {"dated": "", **dict.fromkeys(SHARES), "is_sample": False, "note": None}
    return document["breakdown"]  # type: ignore[no-any-return]


def _of_breakdown(key: str, parse: Callable[[str], Any], show: Callable[[Any], str]) -> dict[str, Any]:
    def write(document: Document, variant: Variant) -> str:
        given = document["breakdown"]
        return "" if given is None or given[key] is None else show(given[key])

    def take(document: Document, variant: Variant, text: str, resolve: Resolve) -> None:
        if text or document["breakdown"] is not None:
            _breakdown(document)[key] = parse(text)

    return {"write": write, "take": take, "fields": (f"breakdown.{key}",)}


def _share(text: str) -> int | None:
    return _number(text.removesuffix("%").strip(), "Write a share in whole percent: 35.") if text else None


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text[:10]).isoformat() if text else ""
    except ValueError as error:
        raise Unreadable("Write the day like 2026-11-24.") from error


COLUMNS: tuple[Column, ...] = (
    Column("slug", "Slug", **_text("slug"), 
           says="the last part of the page's address; rows with the same one are one product"),
    Column("name", "Name", **_text("name")),
    Column("partner", "Workshop", **_text("partner"), says="the last part of the workshop's address"),
    Column("category", "Category", **_text("category"), says="the last part of its address: bags"),
    Column("description", "Description", **_text("description")),
    Column("technique", "Technique", **_text("technique")),
    Column("country_of_making", "Made in", **_text("country_of_making"), says="two letters: IN"),
    Column("materials", "Materials", _write_materials, _take_materials, fields=("materials",),
           says="Cotton 80; Silk 20"),
    Column("measures", "Measures", _write_measures, _take_measures, fields=("measures",), says="width 38; height 42.5"),
    Column("unit", "Unit of measures", lambda d, v: d["measures"].get("unit", ""), _take_unit, says="cm, mm or in"),
    Column("measures_are_estimates", "Measures are estimates", **_flag("measures_are_estimates"), says="yes or no"),
    Column("weight_grams", "Weight in grams", **_whole("weight_grams", "Write the weight of one in whole grams: 240.")),
    Column("care", "Care", lambda d, v: "\n".join(d["care"]), _take_care, fields=("care",),
           says="one sentence on a line"),
    Column("named_pieces", "Named pieces", **_flag("named_pieces"), says="yes or no"),
    Column("notice", "Notice", **_text_or_none("notice")),
    Column("sku", "SKU", lambda d, v: v["sku"], lambda d, v, text, resolve: None, of_variant=True,
           fields=("variants.sku", "variants"), says="the code of the variant, as text; by it all is found again"),
    Column("options", "Options", _write_options, _take_options, of_variant=True, fields=("variants.options",),
           says="Size=M; Colour=Indigo"),
    Column("currency", "Currency", lambda d, v: d["currency"] or "", _take_currency, fields=("currency",), says="USD"),
    Column("price", "Price", **_amount("price"), says="118 or 118.00"),
    Column("compare_at", "Price before", **_amount("compare_at"), says="what it cost before, if that is to be said"),
    Column("stock", "Stock", lambda d, v: "", lambda d, v, text, resolve: None, of_variant=True,
           says="pieces on the shelf; sets it for new variants, for others only if you say so"),
    Column("picture", "Picture of the variant", lambda d, v: v["picture"] or "", _take_variant_picture, of_variant=True,
           fields=("variants.picture",), says="the name of a file in the archive, or of a picture that is here"),
    Column("pictures", "Pictures", lambda d, v: "\n".join(each["name"] for each in d["pictures"]), _take_pictures,
           fields=("pictures",), says="names of files in the archive, or of pictures that are here, one on a line"),
    Column("roles", "Picture roles", **_of_pictures("role", "roles"),
           says="hero, detail, scale or extra, one on a line"),
    Column("alts", "Picture descriptions", **_of_pictures("alt", "descriptions"),
           says="what is to be seen, one on a line"),
    Column("focus", "Picture focus", **_of_pictures("focus", "words for the focus"),
           says="centre, top, left and so on, one on a line"),
    Column("collections", "Collections", **_list("collections"), says="everyday-carry; kantha"),
    Column("stories", "Stories", **_list("stories", fits=lambda name: STORY.fullmatch(name) is not None,
           words="Write the references of stories, parted by semicolons."), says="references, parted by semicolons"),
    Column("related", "Related goods", **_list("related"), says="slugs, parted by semicolons"),
    *(Column(f"share_{name}", f"Share of {name}" if name != "shop" else "Share of the shop",
             **_of_breakdown(name, _share, str), says="percent of the price") for name in SHARES),
    Column("shares_dated", "Shares dated", **_of_breakdown("dated", _day, str), says="2026-11-24"),
    Column("shares_sample", "Shares are a sample", **_of_breakdown("is_sample", _yes, lambda on: "yes" if on else "no"),
           says="yes or no"),
    Column("shares_note", "Shares note", **_of_breakdown("note", lambda text: text or None, str)),
    Column("search_title", "Search title", **_text_or_none("search_title")),
    Column("search_text", "Search text", **_text_or_none("search_text")),
    Column("published_at", "Shown from", **_moment("published_at"), says="2026-11-24 09:00, in UTC; empty: a draft"),
    Column("published_until", "Shown until", **_moment("published_until"), says="2026-12-24, in UTC"),
    Column("archived", "Archived", **_flag("archived"), says="yes or no"),
    Column("position", "Position", **_place(), says="the place in the shop; empty: it stays where it is"),
)  # fmt: skip
_BY_NAME = {_plain(name): column for column in COLUMNS for name in (column.key, column.header)}
_BY_FIELD = {field: column for column in COLUMNS for field in column.fields} | {
    "breakdown": _BY_NAME["share makers"],
    "measures.unit": _BY_NAME["unit"],
}
