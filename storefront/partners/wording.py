"""What pages say about a partner's kind, about how sure we are of a fact, and about the state of a certificate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from storefront.media.models import Picture
from storefront.partners.models import Certificate, Confidence, Fact, PartnerKind

KINDS: dict[PartnerKind, str] = {
    PartnerKind.PARTNER: "Partner",
    PartnerKind.NAMED: "Demonstration listing",
    PartnerKind.DIRECTORY: "Directory entry",
    PartnerKind.SAMPLE: "Sample partner",
}

SURENESS: dict[Confidence, str] = {
    Confidence.HIGH: "Two sources, or its own page",
    Confidence.MEDIUM: "One source; treat with care",
    Confidence.LOW: "Uncertain; treat with care",
}

STALE_AFTER_YEARS = 2
REPORTED = ("reported", "claimed")  # with one of them the state of a certificate begins, until it was looked up


@dataclass(frozen=True, slots=True)
class SourceLink:
    publisher: str
    title: str
    url: str | None
    year: str


def source_links(sources: Sequence[dict[str, Any]]) -> list[SourceLink]:
    """Sources as they are shown. An address that is not on the web is not made a link."""
    return [
        SourceLink(
            publisher=source.get("publisher") or source.get("title") or "Source",
            title=source.get("title") or "",
            url=url if str(url := source.get("url") or "").startswith(("https://", "http://")) else None,
            year=str(source.get("date") or "")[:4] or "undated",
        )
        for source in sources
    ]


def as_of(fact: Fact, *, today: date) -> str | None:
    """The year that a fact speaks of, once it is older than two years."""
    year = (fact.as_of or "")[:4]
    return fact.as_of if year.isdigit() and today.year - int(year) >= STALE_AFTER_YEARS else None


def certificate_state(certificate: Certificate, *, today: date) -> str:
    """One of "Checked", "Reported, no longer valid", "Claimed, not checked" and "Reported, not checked"."""
    if certificate.is_valid(today):
        return "Checked"
    if certificate.checked_on is not None and certificate.valid_until is not None:
        return "Reported, no longer valid"
    return "Claimed, not checked" if certificate.status.lower().startswith("claimed") else "Reported, not checked"


def certificate_words(certificate: Certificate, *, today: date) -> str:
    """The state within a sentence. Of one that was never looked up it is as it was reported, if that says so."""
    state = certificate_state(certificate, today=today).lower()
    is_as_reported = certificate.checked_on is None and certificate.status.lower().startswith(REPORTED)
    return certificate.status if is_as_reported else state


def logo(certificate: Certificate, *, today: date) -> Picture | None:
    """The logo, on the days on which it may be shown."""
    return certificate.logo if certificate.is_valid(today) else None
