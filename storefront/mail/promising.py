"""`Email` and `queue_email`: an e-mail is a promise made in the same transaction as what it tells."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from storefront.jobs.promises import promise


@dataclass(frozen=True, slots=True)
class Email:
    """What to tell whom. `facts` are plain values, so the e-mail says what was true when it was promised."""

    to: str
    template: str  # "orders/emails/confirmed": a `.txt` (its first line is the subject) and a `.html` of that name
    facts: dict[str, Any]
    secret: bool = False  # carries a link that opens something: forgotten as soon as it has left


def queue_email(email: Email, *, key: str) -> None:
    """Promise an e-mail; the same `key` is sent once."""
    payload = {**asdict(email), "key": key}
    if payload.pop("secret"):
        payload["forget"] = f"mail:{key}"
    promise("mail.send", payload, key=f"mail:{key}")
