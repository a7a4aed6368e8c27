"""What can be done to many goods at once: in the words that staff read, and read from the form in which it is said."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlalchemy import select

from storefront.catalog.bulk import WHOLE, Act, Do, Ending
from storefront.catalog.checking import MOST
from storefront.catalog.models import Category, Collection, Product
from storefront.catalog.stock import MOST_PIECES
from storefront.core.errors import ShopError
from storefront.core.money import Money
from storefront.core.slugs import is_slug
from storefront.core.texts import prints
from storefront.db import db
from storefront.settings import settings
from storefront.web.filters import money
from storefront.web.forms import trimmed

DO_WORDS: dict[Do, str] = {
    Do.PUBLISH: "Publish now",
    Do.WITHDRAW: "Withdraw from the shop",
    Do.ARCHIVE: "Archive",
    Do.TAKE_BACK: "Take back from the archive",
    Do.CATEGORY: "Set the category",
    Do.PUT_IN: "Put into a collection",
    Do.TAKE_OUT: "Take out of a collection",
    Do.PRICE: "Raise or lower prices",
    Do.COMPARE_AT: "Set or remove the price before",
    Do.LOW_AT: "Set from when stock is low",
    Do.NOTICE: "Set or remove the notice",
    Do.RELATE: "Add related goods",
    Do.UNRELATE: "Remove related goods",
}
AT_ONCE = frozenset({Do.PUBLISH, Do.WITHDRAW, Do.ARCHIVE, Do.TAKE_BACK})  # nothing more needs to be said
ENDINGS: dict[Ending, str] = {
    Ending.ANY: "As it comes out",
    Ending.WHOLE: "Ends in .00",
    Ending.HALF: "Ends in .50",
    Ending.NINETY: "Ends in .90",
}
PERCENT = re.compile(r"([+-]?)([0-9]{1,3})(?:[.,]([0-9]{1,2}))?\s*%?")
MOST_UP, MOST_DOWN = 5 * WHOLE, 9 * WHOLE // 10  # 500 percent more, 90 percent less


class NotSaid(ShopError):
    """Raised for a form that does not say what is to be done; `field` is the one to look at."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def read(form: Mapping[str, str]) -> Act:
    """The act that the form says. Raises `NotSaid`."""
    do = do_of(form)
    match do:
        case Do.CATEGORY:
            return Act(do, value=_place(Category, form, "category", "Choose a category."))
        case Do.PUT_IN | Do.TAKE_OUT:
            return Act(do, value=_place(Collection, form, "collection", "Choose a collection."))
        case Do.RELATE | Do.UNRELATE:
            return Act(do, value=_place(Product, form, "related", "Enter the address of a product, as in tote-bag."))
        case Do.PRICE:
            ending = form.get("ending", "")
            return Act(
                do,
                number=_percent(form.get("percent", "")),
                ending=Ending(ending) if ending in set(Ending) else Ending.ANY,
                keeps_before=form.get("keeps_before") == "yes",
            )
        case Do.COMPARE_AT:
            return Act(do, value=settings.currency, number=_amount(form.get("amount", "").strip()))
        case Do.LOW_AT:
            return Act(do, number=_pieces(form.get("pieces", "").strip()))
        case Do.NOTICE:
            return Act(do, value=_notice(trimmed(form.get("notice"))))
    return Act(do)


def do_of(form: Mapping[str, str]) -> Do:
    given = form.get("do", "")
    if given not in set(Do):
        raise NotSaid("do", "Choose what is to be done.")
    return Do(given)


def in_words(act: Act) -> str:
    """What was done, for the list of changes: "Price plus 5 percent"."""
    named = _name_of(act)
    match act.do:
        case Do.CATEGORY:
            return f"Category: {named}"
        case Do.PUT_IN:
            return f"Put into the collection {named}"
        case Do.TAKE_OUT:
            return f"Taken out of the collection {named}"
        case Do.PRICE:
            ending = f", {ENDINGS[act.ending].lower()}" if act.ending else ""
            return f"Price {_percent_words(act.number or 0)}{ending}"
        case Do.COMPARE_AT:
            return "Price before removed" if act.number is None else f"Price before: {_money(act)}"
        case Do.LOW_AT:
            return "Nobody is told when stock is low" if act.number is None else f"Stock is low from {act.number} on"
        case Do.NOTICE:
            return "Notice set" if act.value else "Notice removed"
        case Do.RELATE:
            return f"Related: {named} added"
        case Do.UNRELATE:
            return f"Related: {named} removed"
        case Do.PUBLISH:
            return "Published"
        case Do.WITHDRAW:
            return "Withdrawn"
        case Do.ARCHIVE:
            return "Archived"
    return "Taken back from the archive"


def _name_of(act: Act) -> str:
    tables: dict[Do, type[Category] | type[Collection] | type[Product]] = {
        Do.CATEGORY: Category, Do.PUT_IN: Collection, Do.TAKE_OUT: Collection, Do.RELATE: Product, Do.UNRELATE: Product,
    }  # fmt: skip
    table = tables.get(act.do)
    name = db.session.scalar(select(table.name).where(table.slug == act.value)) if table else None
    return name or act.value


def _place(
    table: type[Category] | type[Collection] | type[Product], form: Mapping[str, str], name: str, message: str
) -> str:
    slug = form.get(name, "").strip().removeprefix("/shop/")
    if not is_slug(slug) or db.session.scalar(select(table.id).where(table.slug == slug)) is None:
        raise NotSaid(name, message)
    return slug


def _percent(given: str) -> int:
    """Hundredths of a percent, below nothing where prices go down."""
    found = PERCENT.fullmatch(given.strip())
    number = 0
    if found:
        number = int(found[2]) * 100 + int((found[3] or "").ljust(2, "0"))
        number = -number if found[1] == "-" else number
    if not number or not -MOST_DOWN <= number <= MOST_UP:
        raise NotSaid("percent", "Enter by how many percent: 5 for more, -10 for less; at most 500 more or 90 less.")
    return number


def _percent_words(number: int) -> str:
    whole, part = divmod(abs(number), 100)
    return f"{'plus' if number > 0 else 'minus'} {whole}{f'.{part:02}'.rstrip('0') if part else ''} percent"


def _amount(given: str) -> int | None:
    if not given:
        return None
    try:
        return Money.parse(given, settings.currency).minor
    except ValueError:
        raise NotSaid("amount", "Enter an amount, as in 48.00, or nothing to remove the price before.") from None


def _money(act: Act) -> str:
    return money(Money(act.number or 0, act.value))


def _pieces(given: str) -> int | None:
    if not given:
        return None
    if not re.fullmatch(r"[0-9]{1,7}", given) or int(given) > MOST_PIECES:
        raise NotSaid("pieces", f"Enter a whole number up to {MOST_PIECES:,}, or nothing to be told no more.")
    return int(given)


def _notice(given: str) -> str:
    if len(given) > MOST["notice"] or not prints(given, lines=True):
        raise NotSaid("notice", f"Please use at most {MOST['notice']} letters that can be printed.")
    return given
