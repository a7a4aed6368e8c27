"""Care for collections that fill themselves, and changes to more products than a page waits for."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from storefront.catalog import bulk, undoing
from storefront.catalog.gathering import gather
from storefront.core.clock import now
from storefront.db import transaction
from storefront.jobs.promises import every, handles, promise

LONGEST = 40  # seconds that one job works; its lease is longer


@every("catalog.gather", seconds=600, lease_seconds=300)
def gather_again(outside: Any) -> None:
    """What a rule means changes by itself: a day comes, an end is reached, the second of two pieces is sold."""
    with transaction():
        gather(at=now())


@handles("catalog.bulk")
def change_many(payload: dict[str, Any], outside: Any) -> None:
    """An act over more products than a page waits for. `seen` holds pairs of slug and version."""
    _in_parts(
        "catalog.bulk",
        payload,
        "seen",
        lambda seen: bulk.work(
            payload["set"],
            bulk.Act.read(payload["act"]),
            [(slug, number) for slug, number in seen],
            by=payload["by"],
            at=datetime.fromisoformat(payload["at"]),
        ),
    )


@handles("catalog.undo")
def take_back_many(payload: dict[str, Any], outside: Any) -> None:
    """`subjects` holds pairs of kind and id."""
    _in_parts(
        "catalog.undo",
        payload,
        "subjects",
        lambda subjects: undoing.work(
            payload["set"],
            [(kind, subject_id) for kind, subject_id in subjects],
            by=payload["by"],
            at=datetime.fromisoformat(payload["at"]),
        ),
    )


def _in_parts(kind: str, payload: dict[str, Any], name: str, work: Callable[[list[Any]], None]) -> None:
    """A transaction for each part, so that sales go on in between; what is left after a while is promised anew.

    The promise goes with the last part, well before another worker would take the job for forgotten.
    """
    rest, begun = payload[name], time.monotonic()
    while rest:
        part, rest = rest[: bulk.BATCH], rest[bulk.BATCH :]
        is_last = time.monotonic() - begun > LONGEST
        with transaction():
            work(part)
            if rest and is_last:
                promise(kind, payload | {name: rest}, key=f"{kind}:{payload['set']}:{len(rest)}")
        if is_last:
            return
