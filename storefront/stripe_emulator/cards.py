"""Owns Stripe's published test numbers, and what each of them does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Later = Literal["dispute", "refund_fails", "refund_pends"]


@dataclass(frozen=True, slots=True)
class Decline:
    """Why a payment failed: Stripe's code, its finer decline code where there is one, and the sentence shown."""

    code: str
    message: str
    decline_code: str | None = None


GENERIC = Decline("card_declined", "Your card was declined.", "generic_decline")
NOT_A_TEST_CARD = Decline(
    "card_declined",
    "Your card was declined: this is test mode, and the number is not a test card.",
    "test_mode_live_card",
)
NOT_AUTHENTICATED = Decline(
    "payment_intent_authentication_failure",
    "We could not authenticate your payment method. Please choose another one and try again.",
)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a test card does, and the words for it on the hosted page."""

    words: str
    brand: str = "visa"
    decline: Decline | None = None
    three_d_secure: bool = False
    later: Later | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A card as the shopper typed it, spaces taken out. It lives in memory only, until the payment is over."""

    number: str
    month: int
    year: int

    @property
    def behaviour(self) -> Behaviour:
        return CARDS.get(self.number, UNKNOWN)


UNKNOWN = Behaviour("Declined: not a test card", decline=NOT_A_TEST_CARD)
CARDS = {
    "4242424242424242": Behaviour("Paid"),
    "5555555555554444": Behaviour("Paid", brand="mastercard"),
    "4000000000000002": Behaviour("Declined", decline=GENERIC),
    "4000000000009995": Behaviour(
        "Declined: insufficient funds",
        decline=Decline("card_declined", "Your card has insufficient funds.", "insufficient_funds"),
    ),
    "4000000000000069": Behaviour("Declined: expired card", decline=Decline("expired_card", "Your card has expired.")),
    "4000000000000127": Behaviour(
        "Declined: wrong security code", decline=Decline("incorrect_cvc", "Your card's security code is incorrect.")
    ),
    "4000000000000119": Behaviour(
        "Declined: processing error",
        decline=Decline("processing_error", "An error occurred while processing your card. Try again in a little bit."),
    ),
    "4000002500003155": Behaviour("Asks for 3-D Secure", three_d_secure=True),
    "4000002760003184": Behaviour("Asks for 3-D Secure, every time", three_d_secure=True),
    "4000008400001629": Behaviour("Asks for 3-D Secure, then declined", three_d_secure=True, decline=GENERIC),
    "4000000000000259": Behaviour("Paid, then disputed", later="dispute"),
    "4000000000005126": Behaviour("Paid; a refund succeeds and fails later", later="refund_fails"),
    "4000000000007726": Behaviour("Paid; a refund is pending and succeeds later", later="refund_pends"),
}

DEBITS = {
    "DE89370400440532013000": ("succeeded", "Unpaid at first, paid later"),
    "DE62370400440532013001": ("failed", "Unpaid at first, fails later"),
}


def digits(number: str) -> str | None:
    """The number without spaces and hyphens, if it is a possible card number (13 to 19 digits, Luhn); else None."""
    bare = re.sub(r"[\s-]", "", number)
    if not re.fullmatch(r"[0-9]{13,19}", bare):
        return None
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(bare))]
    return bare if sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0 else None
