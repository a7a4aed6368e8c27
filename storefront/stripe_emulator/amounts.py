"""Owns what the emulator knows about money: Stripe's currencies, their smallest units, and amounts in words."""

from __future__ import annotations

from storefront.stripe_emulator.refusals import invalid

_TWO_DECIMALS = """
    aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad cdf chf cny cop crc cve
    czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg huf idr ils inr isk jmd kes kgs khr kyd kzt
    lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr pln
    qar ron rsd rub sar sbd scr sek sgd shp sle sos srd std szl thb tjs top try ttd twd tzs uah usd uyu uzs wst xcd xcg
    yer zar zmw"""
_NO_DECIMALS = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"
TWO_DECIMALS = frozenset(_TWO_DECIMALS.split())
NO_DECIMALS = frozenset(_NO_DECIMALS.split())
THREE_DECIMALS = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
CURRENCIES = TWO_DECIMALS | NO_DECIMALS | THREE_DECIMALS
IN_STEPS_OF = dict.fromkeys(THREE_DECIMALS, 10) | {"isk": 100}
SMALLEST_TOTAL = {"usd": 50, "eur": 50, "gbp": 50}  # Stripe's own limits depend on the account's settlement currency
LARGEST = 99_999_999


def known_currency(currency: str, *, param: str) -> str:
    """The currency, if Stripe knows it and it is written in lower case as documented; else a refusal."""
    if currency not in CURRENCIES:
        raise invalid(f"Invalid currency: {currency}", param=param, code="parameter_invalid_enum")
    return currency


def whole_amount(amount: int, currency: str, *, param: str) -> int:
    """An amount in minor units that Stripe would take in this currency; else a refusal."""
    if amount < 0:
        raise invalid("This value must be greater than or equal to 0.", param=param, code="parameter_invalid_integer")
    if amount > LARGEST:
        raise invalid("The amount has more than eight digits.", param=param, code="amount_too_large")
    step = IN_STEPS_OF.get(currency, 1)
    if amount % step:
        raise invalid(f"Amounts in {currency} must be multiples of {step}.", param=param)
    return amount


def chargeable(total: int, currency: str) -> int:
    """A total that can be charged: nothing, or between Stripe's minimum and eight digits; else a refusal."""
    if total > LARGEST:
        raise invalid("The total has more than eight digits.", code="amount_too_large")
    least = SMALLEST_TOTAL.get(currency, 0)
    if 0 < total < least:
        message = f"The total must be nothing or at least {in_words(least, currency)}."
        raise invalid(message, code="amount_too_small")
    return total


def in_words(amount: int, currency: str) -> str:
    """`EUR 12.50`, `JPY 80`, `KWD 1.230`."""
    decimals = 0 if currency in NO_DECIMALS else 3 if currency in THREE_DECIMALS else 2
    if not decimals:
        return f"{currency.upper()} {amount}"
    whole, part = divmod(amount, 10**decimals)
    return f"{currency.upper()} {whole}.{part:0{decimals}}"
