"""Money, dates and countries in words."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask

from storefront.core.money import EXPONENTS, Money
from storefront.web.filters import country, day, fact_money, moment, money, month


@pytest.mark.parametrize(
    ("minor", "currency", "words"),
    [
        (11800, "USD", "$118.00"), (0, "USD", "$0.00"), (5, "USD", "$0.05"), (100, "USD", "$1.00"), (99, "EUR", "€0.99"),
        (123456789, "USD", "$1,234,567.89"), (-5, "USD", "-$0.05"), (-123456, "EUR", "-€1,234.56"),
        (1500, "JPY", "¥1,500"), (0, "JPY", "¥0"), (-1500, "JPY", "-¥1,500"), (1, "JPY", "¥1"),
        (1234567, "KWD", "KWD\N{NO-BREAK SPACE}1,234.567"), (5, "KWD", "KWD\N{NO-BREAK SPACE}0.005"), (100, "INR", "₹1.00"),
        (10**17 + 1, "USD", "$1,000,000,000,000,000.01"),  # no float is ever made of it
    ],
)  # fmt: skip
def test_money(minor: int, currency: str, words: str) -> None:
    assert money(Money(minor, currency)) == words
    assert fact_money({"minor": minor, "currency": currency}) == words


@pytest.mark.parametrize("currency", sorted(EXPONENTS))
def test_every_currency_shows_its_digits(currency: str) -> None:
    words = money(Money(1234567, currency))
    assert "".join(letter for letter in words if letter.isascii() and letter.isdigit()) == "1234567"
    digits = EXPONENTS[currency]
    assert ("." in words[-digits - 1 :]) is bool(digits)
    assert not digits or words[-digits - 1] == "."


def test_dates() -> None:
    assert day(date(2026, 11, 24)) == "24 November 2026"
    assert day(date(2026, 1, 1)) == "1 January 2026"
    assert month(date(2026, 11, 24)) == "November 2026"
    assert moment(datetime(2026, 11, 24, 14, 5, tzinfo=UTC)) == "24 November 2026, 14:05 UTC"


@pytest.mark.parametrize(
    ("code", "name"), [("IN", "India"), ("US", "United States"), ("XQ", "XQ"), ("<b>", "<b>"), ("", "")]
)
def test_countries(code: str, name: str) -> None:
    assert country(code) == name


def test_templates_know_them_and_escape(bare: Flask) -> None:
    with bare.app_context():
        shown = bare.jinja_env.from_string("{{ amount|money }} {{ code|country }}").render(
            amount=Money(1, "USD"), code="<b>"
        )
    assert shown in {"$0.01 <b>", "$0.01 &lt;b&gt;"}
