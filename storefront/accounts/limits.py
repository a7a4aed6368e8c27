"""How often something may be tried. Counted in the database, so that every process counts the same."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, update

from storefront.accounts.models import RateLimit
from storefront.core.clock import now
from storefront.core.errors import ShopError
from storefront.core.refs import signature
from storefront.db import db, insert_or
from storefront.settings import settings

MINUTE, HOUR, DAY = 60, 3600, 86400


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` within any `seconds`."""

    name: str
    most: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Count:
    """One limit for one person, address or link. `whose` is stored as a keyed hash only."""

    limit: Limit
    whose: str

    @property
    def key(self) -> str:
        return signature(settings.secret_key, f"limit:{self.limit.name}", self.whose)


# PyPI's figures (warehouse/config.py).
SIGN_IN_PERSON = Limit("sign_in_person", 10, 5 * MINUTE)
SIGN_IN_NETWORK = Limit("sign_in_network", 10, 5 * MINUTE)
SIGN_IN_ALL = Limit("sign_in_all", 1000, 5 * MINUTE)
FACTOR_PERSON = (Limit("factor_5m", 5, 5 * MINUTE), Limit("factor_1h", 20, HOUR), Limit("factor_1d", 50, DAY))
FACTOR_NETWORK = (Limit("factor_network_5m", 10, 5 * MINUTE), Limit("factor_network_1h", 50, HOUR))
RESET_PERSON = Limit("reset_person", 5, DAY)
RESET_NETWORK = Limit("reset_network", 60, HOUR)
LINK_NETWORK = Limit("link_network", 10, 5 * MINUTE)  # links that fit nothing
WITHDRAWAL_NETWORK = Limit("withdrawal_network", 10, 5 * MINUTE)  # codes that open nothing


class TooOften(ShopError):
    """Raised when a limit is reached; `retry_after` says in how many seconds it is worth trying again."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("That was tried too often. Please wait a while and try again.")
        self.retry_after = retry_after


def sign_in(email_key: str, network: str) -> list[Count]:
    return [Count(SIGN_IN_PERSON, email_key), Count(SIGN_IN_NETWORK, network), Count(SIGN_IN_ALL, "")]


def second_factor(reference: str, network: str) -> list[Count]:
    return [Count(limit, reference) for limit in FACTOR_PERSON] + [Count(limit, network) for limit in FACTOR_NETWORK]


def reset(email_key: str, network: str) -> list[Count]:
    return [Count(RESET_PERSON, email_key), Count(RESET_NETWORK, network)]


def take(counts: list[Count]) -> int:
    """Count one try in each, or raise `TooOften` and, as the transaction ends, count it in none.

    Counted before the try, so that tries at the same moment cannot pass together. Returns what `give_back` needs.
    """
    moment = _milliseconds()
    waits = [_take(count, moment) for count in sorted(counts, key=lambda count: count.key)]
    if longest := max(waits, default=0):
        raise TooOften(math.ceil(longest / 1000))
    return moment


def give_back(counts: list[Count], taken: int) -> None:
    """The try succeeded, and only failures count."""
    for count in sorted(counts, key=lambda count: count.key):
        hits = _lock(count)
        if taken in hits:
            hits.remove(taken)
        _write(count, hits, taken)


def forget() -> None:
    """Remove what no limit asks for any more."""
    db.session.execute(delete(RateLimit).where(RateLimit.forget_at <= now()))


def _take(count: Count, moment: int) -> int:
    """Returns for how many milliseconds to wait, 0 when the try was counted."""
    since = moment - count.limit.seconds * 1000
    hits = [hit for hit in _lock(count) if hit > since]
    if len(hits) >= count.limit.most:
        return max(1, hits[0] - since)
    _write(count, [*hits, moment], moment)
    return 0


def _lock(count: Count) -> list[int]:
    """Write first and read what came of it: the row is ours until the transaction ends, on both databases."""
    hits: list[int] = db.session.execute(
        insert_or(RateLimit)
        .values(key=count.key, hits=[], revision=0, forget_at=_forget_at(count))
        .on_conflict_do_update(index_elements=[RateLimit.key], set_={"revision": RateLimit.revision + 1})
        .returning(RateLimit.hits)
    ).scalar_one()
    return list(hits)


def _write(count: Count, hits: list[int], moment: int) -> None:
    values: dict[str, Any] = {"hits": hits, "forget_at": _forget_at(count)}
    db.session.execute(update(RateLimit).where(RateLimit.key == count.key).values(**values))


def _forget_at(count: Count) -> Any:
    return now() + timedelta(seconds=min(count.limit.seconds, DAY))


def _milliseconds() -> int:
    return int(now().timestamp() * 1000)
