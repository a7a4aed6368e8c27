"""Help lines: what their numbers are, where we read them, and until when we believe it."""

from __future__ import annotations

import enum
import re
from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from storefront.db import Base


class LineKind(enum.StrEnum):
    """Who answers, as far as it matters to somebody who rings."""

    TRAFFICKING = "trafficking"
    HUMAN_RIGHTS = "human_rights"
    POLICE = "police"
    POLICE_CONFIDENTIAL = "police_confidential"
    WOMEN_CHILDREN = "women_children"
    SOCIAL_ASSISTANCE = "social_assistance"
    LABOUR_AND_ANONYMOUS = "labour_and_anonymous"
    GENERAL = "general"


class Verification(enum.StrEnum):
    """Where the number was read. Nobody has dialled it."""

    OPERATOR_SITE = "operator_site"
    GOVERNMENT_SITE = "government_site"
    TWO_INDEPENDENT_SECONDARY = "two_independent_secondary"
    SINGLE_SECONDARY = "single_secondary"
    NUMBER_NOT_SEEN = "number_not_seen"


class HelpLine(Base):
    """One organisation that can be rung in one country.

    A number is `{"display", "dial", "label" or null}`, `dial` being digits with or without a plus in front.
    A source is `{"title", "url", "kind", "source_date" or null, "accessed_on", "access_note"}`.
    """

    __tablename__ = "help_lines"
    __table_args__ = (
        UniqueConstraint("country", "name"),
        CheckConstraint("not display or json_array_length(numbers) > 0", "displayed_has_a_number"),
        CheckConstraint("not display or json_array_length(sources) > 0", "displayed_has_a_source"),
        CheckConstraint(
            "not display or verification not in ('single_secondary', 'number_not_seen')", "displayed_was_verified"
        ),
        CheckConstraint("recheck_by > last_checked_on", "is_checked_again_later"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str]  # ISO 3166, two letters
    name: Mapped[str]
    kind: Mapped[LineKind]
    numbers: Mapped[list[dict[str, Any]]]
    also: Mapped[list[dict[str, Any]]]  # numbers of others that a source names beside; for editors, never shown
    sms: Mapped[str | None]
    url: Mapped[str | None]
    hours: Mapped[str | None]
    languages: Mapped[str | None]
    emergency_number: Mapped[str | None]
    said_beside: Mapped[str | None]  # what somebody should know before she rings
    verification: Mapped[Verification]
    display: Mapped[bool]  # whether the number may be shown; the link always may
    last_checked_on: Mapped[date]
    recheck_by: Mapped[date]  # its last day counts, in UTC
    notes: Mapped[str | None]  # for editors, never shown
    sources: Mapped[list[dict[str, Any]]]

    def shows_number(self, on: date) -> bool:
        """Whether the number may be read on this day. Asked of the clock alone: nothing has to run."""
        return self.display and on <= self.recheck_by

    def is_overdue(self, on: date) -> bool:
        return self.display and on > self.recheck_by

    @validates("numbers", "also")
    def _can_be_dialled(self, key: str, numbers: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if not all(number.get("display") and re.fullmatch(r"\+?[0-9]{3,15}", number["dial"]) for number in numbers):
            raise ValueError("a number needs the digits that are dialled and the way they are written")
        return numbers

    @validates("sources")
    def _has_addresses(self, key: str, sources: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for source in sources:
            self._is_address("url", source.get("url"))
        return sources

    @validates("url")
    def _is_address(self, key: str, url: str | None) -> str | None:
        if url is not None and not url.startswith(("https://", "http://")):
            raise ValueError("a link begins with https:// or http://")
        return url
