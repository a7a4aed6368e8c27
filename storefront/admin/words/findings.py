"""What the house rules say of words of the shop, as staff read it under their editors."""

from __future__ import annotations

from collections.abc import Mapping

from storefront.admin.stories.findings import MOST, Findings, Line, marked
from storefront.style_guide.fields import Remark
from storefront.style_guide.findings import Severity

SEVERITIES: dict[Severity, tuple[str, str]] = {  # word, and kind of its tag
    Severity.BLOCK: ("Stops saving", "bad"),
    Severity.SECOND_LOOK: ("Look twice", "warn"),
    Severity.WARN: ("Remark", ""),
}


def findings(found: list[Remark], *, labels: Mapping[str, str], field: str, text: str) -> Findings:
    """`text` is that of `field`, in which what was found is marked; `labels` are the words for the fields."""
    shown = list(enumerate(found[:MOST], 1))
    lines = [
        Line(
            number, labels[each.field.partition(".")[0]], *SEVERITIES[each.finding.severity], each.finding.words,
            each.finding.reason,
        )
        for number, each in shown
    ]  # fmt: skip
    placed = [
        (number, each.finding)
        for number, each in shown
        if each.field == field and each.finding.end > each.finding.start
    ]
    stop = sum(each.finding.severity is Severity.BLOCK for each in found)
    return Findings(_summary(stop, len(found) - stop), lines, marked(text, placed) if placed else None, stops=stop > 0)


def _summary(stop: int, rest: int) -> str:
    said = [
        f"{stop} {'wording stops' if stop == 1 else 'wordings stop'} saving" if stop else "",
        f"{rest} {'remark' if rest == 1 else 'remarks'}" if rest else "",
    ]
    return f"{', '.join(filter(None, said))}." if stop or rest else "The house rules find nothing."
