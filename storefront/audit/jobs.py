"""What the worker does about the trail: it links new lines every three seconds, and looks far back now and then."""

from __future__ import annotations

from typing import Any

from storefront.audit.linking import link_new_lines
from storefront.jobs.promises import every


@every("audit.link", seconds=3, lease_seconds=60)
def link(outside: Any) -> None:
    link_new_lines()


@every("audit.link_late", seconds=600, lease_seconds=600)
def link_late(outside: Any) -> None:
    """A line of a transaction that stayed open while a thousand others were written and linked."""
    link_new_lines(everything=True)
