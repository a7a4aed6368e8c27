"""Money in whole minor units, and which currencies have how many of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Stripe's counting (docs.stripe.com/currencies): ISK is sent with two decimals that must be zero; UGX is unclear and
# left out.
_DIGITS = {
    0: "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF",
    2: "AED AUD BDT BGN BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF IDR ILS INR ISK KHR LKR MXN MYR NOK NPR NZD PHP PKR "
    "PLN RON SEK SGD THB TRY TWD USD ZAR",
    3: "BHD JOD KWD OMR TND",
}
EXPONENTS: dict[str, int] = {code: digits for digits, codes in _DIGITS.items() for code in codes.split()}


_DECORATION = re.compile(r"[\s\u00a0\u202f']|[$€£¥₹]|\b[A-Z]{3}\b")  # what may stand around and inside an amount


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount: `minor` whole units of the smallest coin of `currency` (ISO 4217)."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError("money is counted in whole minor units")
        if self.currency not in EXPONENTS:
            raise ValueError("a currency that the shop cannot count in")

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(0, currency)

    @classmethod
    def sum(cls, amounts: Iterable[Money], currency: str) -> Money:
        total = cls.zero(currency)
        for amount in amounts:
            total += amount
        return total

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """An amount as it is written by hand or in a table: "118", "118.00", "1 180,50", "$118.00".

        A point or comma parts the small coins, of which as many digits follow as the currency has. Raises `ValueError`.
        """
        digits = EXPONENTS[currency]
        plain = _DECORATION.sub("", text)
        found = re.fullmatch(rf"([0-9]{{1,9}})(?:[.,]([0-9]{{{digits}}}))?" if digits else r"([0-9]{1,9})()", plain)
        if found is None:
            raise ValueError(f"not an amount in {currency}")
        return cls(int(found[1]) * 10**digits + int(found[2] or 0), currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __mul__(self, times: int) -> Money:
        if type(times) is not int:
            raise TypeError("money is multiplied by whole numbers only")
        return Money(self.minor * times, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be mixed")
        return other.minor

    def split(self, weights: Sequence[int]) -> list[Money]:
        """Share out by weight; the parts always add up to the whole."""
        total, given, parts = sum(weights), 0, []
        for seen in range(1, len(weights) + 1):
            upto = self.minor * sum(weights[:seen]) // total
            parts.append(Money(upto - given, self.currency))
            given = upto
        return parts
