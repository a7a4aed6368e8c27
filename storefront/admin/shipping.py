"""The desk of delivery: zones in their order, the countries in each, and what sending there costs."""

from __future__ import annotations

import re
from typing import Any

from flask import current_app, redirect, render_template, request
from wtforms import Form
from wtforms.validators import ValidationError

from storefront.accounts import guard
from storefront.accounts.permissions import Permission
from storefront.admin import nouns
from storefront.admin.area import bp, takes
from storefront.admin.editing_forms import (
    SAID,
    EditorForm,
    OneOnALine,
    Part,
    Rows,
    begin,
    edit,
    line,
    seen_by_the_public,
)
from storefront.admin.nouns import MOST_BYTES, Answer, Document, Noun
from storefront.admin.stories.forms_of_writing import countries
from storefront.checkout import rating
from storefront.checkout.models import ShippingZone
from storefront.checkout.shipping import zones
from storefront.core.errors import ShopError
from storefront.core.money import EXPONENTS, Money
from storefront.db import transaction
from storefront.settings import settings
from storefront.web.filters import country, money

LABELS = {"name": "Name", "countries": "Countries", "rates": "Rates"}


class Countries(OneOnALine):
    """A country on each line, by its code or its name. `data` holds codes, and what is neither as it was typed."""

    def process_data(self, value: Any) -> None:
        self.data = list(value or ())

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        codes = {name.casefold(): code for code, name in countries().items()}
        self.data = list(dict.fromkeys(_code(each, codes) for each in self.data))

    def _value(self) -> str:
        return "\n".join(f"{country(each)} ({each})" if each in countries() else each for each in self.data or ())

    def pre_validate(self, form: Form) -> None:
        unknown = [each for each in self.data or () if each not in countries()]
        if unknown:
            raise ValidationError(f'There is no country "{unknown[0][:40]}". Write its name or its two letters.')


def _code(given: str, codes: dict[str, str]) -> str:
    found = re.search(r"\(([A-Za-z]{2})\)$", given)
    plain = found[1] if found else given
    return plain.upper() if re.fullmatch("[A-Za-z]{2}", plain) else codes.get(plain.casefold(), plain)


class ZoneForm(EditorForm):
    name = line("Name", most=80, needed="Give the zone a name.")
    countries = Countries("Countries")
    rates = Rows(
        "Rates",
        prefix="rate",
        most=rating.MOST_RATES,
        parts={
            "method": Part("Method, one word", most=40),
            "name": Part("Name that shoppers read", most=80),
            "promise": Part("How long it takes", most=120),
            "most_grams": Part("Up to, in grams", kind="number", most=7),
            "price": Part("Price", most=20),
            "free_over": Part("Free from goods of", most=20),
        },
    )

    def document(self) -> Document:
        """What cannot be read as a number is nothing that the rules allow, so they say so."""
        return {
            "name": self.name.data or "",
            "countries": self.countries.data or [],
            "rates": [
                {
                    "method": row["method"],
                    "name": row["name"],
                    "promise": row["promise"],
                    "most_grams": int(row["most_grams"]) if re.fullmatch("[0-9]{1,7}", row["most_grams"]) else 0,
                    "price": _minor(row["price"]),
                    "free_over": _minor(row["free_over"]) if row["free_over"] else None,
                    "currency": settings.currency,
                }
                for row in self.rates.data
            ],
        }


def _minor(typed: str) -> int:
    """Minor units, or -1 for what is no amount."""
    try:
        return Money.parse(typed, settings.currency).minor
    except ValueError:
        return -1


def _typed(minor: int | None, currency: str) -> str:
    """ "12.00", as it is typed."""
    if minor is None:
        return ""
    exponent = EXPONENTS[currency]
    digits = str(minor).rjust(exponent + 1, "0")
    return f"{digits[:-exponent]}.{digits[-exponent:]}" if exponent else digits


def form_of(sent: Any, document: Document) -> ZoneForm:
    rates = [
        row | {"price": _typed(row["price"], row["currency"]), "free_over": _typed(row["free_over"], row["currency"])}
        for row in document["rates"]
    ]
    return ZoneForm(sent, data=document | {"rates": rates})


def find(key: str) -> ShippingZone:
    return nouns.find_by_key(ShippingZone, rating.KIND, key)


def _in_words(field: str, value: Any) -> str:
    if field == "countries":
        return ", ".join(country(code) for code in value or ())
    if field == "rates":
        return "\n".join(_rate_in_words(row) for row in value or ())
    return str(value)


def _rate_in_words(row: dict[str, Any]) -> str:
    price = money(Money(row["price"], row["currency"]))
    free = f", free from {money(Money(row['free_over'], row['currency']))}" if row["free_over"] else ""
    return f"{row['name']} ({row['method']}), {row['promise']}: up to {row['most_grams']:,} g {price}{free}"


def _methods_in_words(rates: list[dict[str, Any]]) -> list[str]:
    """A line for each method: "Standard delivery: up to 1,000 g $8.00, 3,000 g $11.00"."""
    steps: dict[str, list[str]] = {}
    for row in rates:
        price = money(Money(row["price"], row["currency"]))
        steps.setdefault(row["name"], []).append(f"{row['most_grams']:,} g {price}")
    return [f"{name}: up to {', '.join(each)}" for name, each in steps.items()]


NOUN: Noun[ShippingZone] = Noun(
    kind=rating.KIND,
    words="shipping zone",
    folder="/admin/shipping",
    permission=Permission.CATALOGUE,
    find=find,
    key=lambda row: nouns.key_of(rating.KIND, row.id),
    name=lambda row: row.name,
    read=rating.read,
    change=rating.change,
    labels=LABELS,
    in_words=_in_words,
    page=lambda zone_id: seen_by_the_public(current_app.view_functions["pages.delivery"]),
)
nouns.register(NOUN)
DONE = {"removed": "The zone is removed. Nothing is sent there any more.", "moved": "The order is changed."}


@bp.get("/shipping")
@guard.requires(Permission.CATALOGUE)
def shipping() -> str:
    return _list(said=DONE.get(request.args.get("done", "")))


@bp.route("/shipping/new", methods=["GET", "POST"])
@guard.requires(Permission.CATALOGUE)
@takes(MOST_BYTES)
def shipping_zone_new() -> Answer:
    return begin(
        NOUN,
        lambda sent: form_of(sent, {"rates": []}),
        lambda form, by, at: rating.create(form.document(), by=by, at=at),
        "admin/shipping_zone_new.html",
    )


@bp.route("/shipping/<key>", methods=["GET", "POST"])
@guard.requires(Permission.CATALOGUE)
@takes(MOST_BYTES)
def shipping_zone(key: str) -> Answer:
    return edit(NOUN, find(key), form_of, "admin/shipping_zone.html", said=SAID)


@bp.post("/shipping/<key>/move")
@guard.requires(Permission.CATALOGUE)
def shipping_zone_move(key: str) -> Answer:
    row_id, earlier = find(key).id, request.form.get("to") == "earlier"
    try:
        with transaction():
            rating.move(row_id, earlier=earlier)
    except ShopError as error:
        return _list(wrong=error.message), 422
    return redirect("/admin/shipping?done=moved", 303)


@bp.post("/shipping/<key>/remove")
@guard.requires(Permission.CATALOGUE)
def shipping_zone_remove(key: str) -> Answer:
    row_id, number = find(key).id, nouns.based_on()
    try:
        with transaction():
            rating.remove(row_id, based_on=number)
    except ShopError as error:
        return _list(wrong=error.message), 422
    return redirect("/admin/shipping?done=removed", 303)


def _list(*, said: str | None = None, wrong: str | None = None) -> str:
    rows = [(zone, _methods_in_words(rating.read(zone)["rates"])) for zone in zones()]
    return render_template("admin/shipping.html", noun=NOUN, zones=rows, said=said, wrong=wrong)
