"""Stock is held, taken, released and adjusted by guarded statements; it is never read, decided upon and written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from storefront.catalog.models import Level, Reason, Stock, StockAdjustment, level
from storefront.core.errors import ShopError
from storefront.db import bump, db

MOST_PIECES = 1_000_000  # of one variant on the shelf


class OutOfStock(ShopError):
    """Raised when fewer are left than somebody asked for."""


class NotAdjusted(ShopError):
    """Raised when a number on the shelf cannot become what somebody says it is."""


class AdjustedMeanwhile(NotAdjusted):
    """Raised when a person changed this shelf after the page was made: the same difference would count twice."""

    def __init__(self, on_hand: int) -> None:
        super().__init__(
            f"This number was changed after you opened the page, by somebody else or by this very form: {on_hand} are "
            "on hand now. Look again, and send it once more if it is still needed."
        )


def hold(variant_id: int, quantity: int) -> None:
    """Promise some of a variant to an order that is about to be paid. Raises `OutOfStock`."""
    now = db.session.execute(
        update(Stock)
        .where(Stock.variant_id == variant_id, Stock.on_hand - Stock.held >= quantity)
        .values(held=Stock.held + quantity)
        .returning(Stock.on_hand, Stock.held)
    ).first()
    if now is None:
        raise OutOfStock("Someone bought the last one while you were looking.")
    _bump_when_words_change((now.on_hand, now.held - quantity), (now.on_hand, now.held))


def take(variant_id: int, quantity: int) -> None:
    """What was held has been sold. The check constraint refuses to take what was not held."""
    now = db.session.execute(
        update(Stock)
        .where(Stock.variant_id == variant_id)
        .values(held=Stock.held - quantity, on_hand=Stock.on_hand - quantity)
        .returning(Stock.on_hand, Stock.held)
    ).one()
    _bump_when_words_change((now.on_hand + quantity, now.held + quantity), (now.on_hand, now.held))


def release(variant_id: int, quantity: int) -> None:
    """What was held is for sale again."""
    now = db.session.execute(
        update(Stock)
        .where(Stock.variant_id == variant_id)
        .values(held=Stock.held - quantity)
        .returning(Stock.on_hand, Stock.held)
    ).one()
    _bump_when_words_change((now.on_hand, now.held + quantity), (now.on_hand, now.held))


def adjust(
    variant_id: int,
    *,
    reason: Reason,
    by: str,
    at: datetime,
    change: int | None = None,
    counted: int | None = None,
    seen: int | None = None,
    upon: int | None = None,
    note: str = "",
) -> StockAdjustment:
    """A person says what came to the shelf or left it, other than by a sale.

    Either `change` in pieces, or, with `Reason.COUNTED`, how many were `counted` while the page said that `seen` were
    on hand: the difference is applied, so that what was sold meanwhile stays sold (see `moved`). `upon` is the newest
    adjustment that the page knew (see `newest_of`); None for a writer that reads and writes in one transaction.
    Raises `NotAdjusted`.
    """
    change = _change(reason, change, counted, seen)
    if upon is not None:
        _refuse_what_is_old(variant_id, upon)
    now = db.session.execute(
        update(Stock)
        .where(
            Stock.variant_id == variant_id,
            Stock.on_hand + change >= Stock.held,
            Stock.on_hand + change <= MOST_PIECES,
        )
        .values(on_hand=Stock.on_hand + change)
        .returning(Stock.on_hand, Stock.held)
    ).first()
    if now is None:
        raise NotAdjusted(_why_not(variant_id, change))
    _bump_when_words_change((now.on_hand - change, now.held), (now.on_hand, now.held))
    row = StockAdjustment(
        variant_id=variant_id, at=at, who=by, reason=reason, change=change, on_hand=now.on_hand, note=note
    )
    db.session.add(row)
    db.session.flush()
    return row


@dataclass(frozen=True, slots=True)
class Count:
    """How many of a variant were `counted` while the page said `seen` and knew the adjustments up to `upon`."""

    variant_id: int
    counted: int
    seen: int
    upon: int


class NotCounted(ShopError):
    """Raised for counts of which some cannot be; none of them stands. `why` holds a sentence by the variant's id."""

    def __init__(self, why: dict[int, str]) -> None:
        super().__init__("Nothing was saved yet. Please look at the lines that are marked.")
        self.why = why


def count_all(counts: Iterable[Count], *, by: str, at: datetime) -> dict[int, StockAdjustment]:
    """Save many counts, all or none; returns the adjustments by the variant's id. Raises `NotCounted`."""
    done, why = {}, {}
    for each in sorted(counts, key=lambda each: each.variant_id):  # the one order of writes
        try:
            done[each.variant_id] = adjust(
                each.variant_id, reason=Reason.COUNTED, counted=each.counted, seen=each.seen, upon=each.upon,
                by=by, at=at,
            )  # fmt: skip
        except NotAdjusted as error:
            why[each.variant_id] = error.message
    if why:
        raise NotCounted(why)
    return done


def undo(variant_id: int, adjustment_id: int, *, by: str, at: datetime, note: str) -> StockAdjustment:
    """Take back the newest adjustment of a variant by an opposite one. Raises `NotAdjusted`."""
    _refuse_what_is_old(variant_id, adjustment_id)
    last = db.session.get(StockAdjustment, adjustment_id)
    if last is None:
        raise NotAdjusted("There is nothing to take back.")
    return adjust(variant_id, reason=Reason.CORRECTED, change=-last.change, by=by, at=at, note=note)


def set_low(variant_id: int, low_at: int | None) -> None:
    """From how many on staff are told that few are left; None: they are not told. Raises `NotAdjusted`."""
    if low_at is not None and not 0 <= low_at <= MOST_PIECES:
        raise NotAdjusted(f"Enter a number from 0 to {MOST_PIECES:,}, or nothing.")
    db.session.execute(update(Stock).where(Stock.variant_id == variant_id).values(low_at=low_at))


def newest_of(variant_ids: Iterable[int]) -> dict[int, int]:
    """The id of the newest adjustment of each variant that was ever adjusted."""
    query = select(StockAdjustment.variant_id, func.max(StockAdjustment.id)).group_by(StockAdjustment.variant_id)
    rows = db.session.execute(query.where(StockAdjustment.variant_id.in_(list(variant_ids))))
    return {variant_id: newest for variant_id, newest in rows}  # noqa: C416


def moved(adjustment: StockAdjustment, seen: int) -> int:
    """How many pieces came (or, below nothing, were sold) between the page that said `seen` and the adjustment."""
    return adjustment.on_hand - adjustment.change - seen


def _change(reason: Reason, change: int | None, counted: int | None, seen: int | None) -> int:
    if reason is Reason.COUNTED:
        if counted is None or seen is None:
            raise TypeError("a count needs what was counted and what was seen")
        if not 0 <= counted <= MOST_PIECES:
            raise NotAdjusted(f"Enter how many you counted, from 0 to {MOST_PIECES:,}.")
        return counted - seen
    if change is None or counted is not None:
        raise TypeError("a change in pieces, and no count")
    if change == 0:
        raise NotAdjusted("Enter how many pieces more or fewer there are.")
    if (reason is Reason.RECEIVED and change < 0) or (reason is Reason.DAMAGED and change > 0):
        raise NotAdjusted("What was received adds to the shelf, and what was damaged takes away from it.")
    if abs(change) > MOST_PIECES:
        raise NotAdjusted(f"There is room for {MOST_PIECES:,} pieces of one kind.")
    return change


def _refuse_what_is_old(variant_id: int, upon: int) -> None:
    """Lock the shelf first: two who adjust it at once come here one after the other, on PostgreSQL too."""
    on_hand = db.session.scalar(
        update(Stock).where(Stock.variant_id == variant_id).values(held=Stock.held).returning(Stock.on_hand)
    )
    if on_hand is not None and newest_of([variant_id]).get(variant_id, 0) != upon:
        raise AdjustedMeanwhile(on_hand)


def _why_not(variant_id: int, change: int) -> str:
    row = db.session.execute(select(Stock.on_hand, Stock.held).where(Stock.variant_id == variant_id)).first()
    if row is None:
        return "There is no such piece."
    if row.on_hand + change > MOST_PIECES:
        return f"There is room for {MOST_PIECES:,} pieces of one kind. {row.on_hand:,} are on hand."
    if not row.held:
        return f"Only {row.on_hand} {'is' if row.on_hand == 1 else 'are'} on hand."
    held = "1 is" if row.held == 1 else f"{row.held} are"
    return f"{held} held for orders that are being paid, so there cannot be fewer on the shelf. {row.on_hand} on hand."


def _bump_when_words_change(was: tuple[int, int], now: tuple[int, int]) -> None:
    if _words(*was) != _words(*now):
        bump("catalog")


def _words(on_hand: int, held: int) -> tuple[Level, int]:
    """What pages say of a stock: its level, and how many while they are few."""
    now = level(on_hand, held)
    return now, on_hand - held if now is Level.FEW else 0
