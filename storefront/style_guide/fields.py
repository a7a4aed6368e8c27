"""The style guide asked about several texts of one thing: what stops saving, and what is only remarked."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from storefront.core.faults import Fault
from storefront.style_guide.linting import Finding, Kind, Severity, lint


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding, and the field whose text it is about."""

    field: str
    finding: Finding


def remarks(texts: Iterable[tuple[str, str | None, Kind]], *, links: Collection[str] = ()) -> list[Remark]:
    """`texts` are (field, text, what kind of text it is). `links` are addresses that stand beside all of them."""
    return [
        Remark(field, finding) for field, text, kind in texts if text for finding in lint(text, kind=kind, links=links)
    ]


def blocks(found: Iterable[Remark]) -> list[Fault]:
    """What must be written differently before the thing can be saved."""
    return [
        Fault(each.field, f'"{each.finding.words}": {each.finding.reason}')
        for each in found
        if each.finding.severity is Severity.BLOCK
    ]
