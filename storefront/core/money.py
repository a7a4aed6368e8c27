"""Money in whole minor units, and which currencies have how many of them."""

from __future__ import annotations

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
