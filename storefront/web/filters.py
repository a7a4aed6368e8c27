"""Money, dates and countries in words, for templates."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import get_currency_symbol
from flask import Flask

from storefront.core.money import EXPONENTS, Money
from storefront.web.markdown import plain

LOCALE = Locale("en", "US")


def init_app(app: Flask) -> None:
    app.jinja_env.filters |= {
        "money": money,
        "day": day,
        "moment": moment,
        "country": country,
        "month": month,
        "fact_money": fact_money,
        "markdown": plain,
    }


def money(amount: Money) -> str:
    """`Money(11800, "USD")` reads "$118.00"."""
    return _money(amount.minor, amount.currency)


def fact_money(amount: dict[str, Any]) -> str:
    """An amount among the plain facts of an e-mail: `{"minor": 11800, "currency": "USD"}`."""
    return _money(amount["minor"], amount["currency"])


@cache
def _money(minor: int, currency: str) -> str:
    """The digits are set by hand, so that no float is ever made of them; only the sign of the currency is Babel's."""
    exponent, symbol = EXPONENTS[currency], get_currency_symbol(currency, LOCALE)
    digits = str(abs(minor)).rjust(exponent + 1, "0")
    whole, part = (digits[:-exponent], digits[-exponent:]) if exponent else (digits, "")
    space = "\N{NO-BREAK SPACE}" if symbol[-1].isalpha() else ""
    return f"{'-' if minor < 0 else ''}{symbol}{space}{int(whole):,}{'.' if part else ''}{part}"


def day(value: date) -> str:
    """24 November 2026."""
    return format_date(value, "d MMMM y", locale=LOCALE)


def month(value: date) -> str:
    """November 2026."""
    return format_date(value, "MMMM y", locale=LOCALE)


def moment(value: datetime) -> str:
    """24 November 2026, 14:05 UTC."""
    return format_datetime(value, "d MMMM y, HH:mm", locale=LOCALE) + " UTC"


@cache
def country(code: str) -> str:
    """ "IN" reads "India"."""
    return str(LOCALE.territories.get(code, code))
