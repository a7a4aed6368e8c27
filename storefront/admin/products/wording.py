"""Products in the words that staff read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from storefront.admin.products.noun import LABELS
from storefront.catalog.models import Product, Stock
from storefront.style_guide.fields import Remark
from storefront.style_guide.findings import Severity
from storefront.web.filters import moment

SAID: dict[str, str] = {
    "made": "The draft is kept. Nobody but staff sees it before it is published.",
    "saved": "Saved.",
    "without_bar": "Saved. The price has changed and the breakdown was not made anew, so the bar is off the page.",
    "unchanged": "Nothing was different, so nothing was changed.",
    "published": "It is in the shop now.",
    "scheduled": "The dates are saved. The shop opens and closes the page by itself.",
    "withdrawn": "It is out of the shop: its page is not found, and orders that were placed stay as they are.",
    "archived": "It is archived: out of the shop, and out of the list unless one asks for archived goods.",
    "taken_back": "It is out of the archive, as a draft. Publish it when it may be seen again.",
    "copied": "This is the copy, a draft with an address and codes of its own. The first one stays as it is.",
}
VERSION: dict[str, str] = {
    "publish": "Published",
    "schedule": "Dates set",
    "withdraw": "Withdrawn from the shop",
    "archive": "Archived",
    "take_back": "Taken back from the archive",
}
SEVERITIES: dict[Severity, tuple[str, str]] = {  # word, and kind of its tag
    Severity.BLOCK: ("Cannot be saved", "bad"),
    Severity.SECOND_LOOK: ("Have a colleague read it", "warn"),
    Severity.WARN: ("Remark", ""),
}
MOST_FINDINGS = 100


@dataclass(frozen=True, slots=True)
class Finding:
    severity: str
    tag: str
    field: str
    words: str
    reason: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What the house rules say of a product, summed up and one by one."""

    summary: str
    lines: list[Finding]


def findings(remarks: Iterable[Remark]) -> Findings:
    every = list(remarks)
    lines = [
        Finding(
            *SEVERITIES[each.finding.severity],
            "Words for a picture" if each.field.startswith("pictures") else LABELS[each.field],
            each.finding.words,
            each.finding.reason,
        )
        for each in every[:MOST_FINDINGS]
    ]
    blocks = sum(each.finding.severity is Severity.BLOCK for each in every)
    if not every:
        return Findings("The house rules find nothing.", lines)
    rest = len(every) - blocks
    said = [
        f"{blocks} {'wording' if blocks == 1 else 'wordings'} cannot be saved" if blocks else "",
        f"{rest} {'remark' if rest == 1 else 'remarks'}" if rest else "",
    ]
    return Findings(", ".join(filter(None, said)) + ".", lines)


def state(product: Product, *, at: datetime) -> tuple[str, str]:
    """One word for where a product stands, and the kind of its tag."""
    if product.archived_at is not None:
        return "Archived", "empty"
    if product.published_at is None:
        return "Draft", ""
    if product.published_at > at:
        return f"From {moment(product.published_at)}", "warn"
    if product.published_until is not None and product.published_until <= at:
        return "Withdrawn", "empty"
    return "Published", "ok"


def stock_state(stock: Stock) -> tuple[str, str]:
    """The same for one variant."""
    if stock.on_hand == 0:
        return "Sold", "empty"
    return ("Held", "warn") if stock.available == 0 else ("For sale", "ok")
