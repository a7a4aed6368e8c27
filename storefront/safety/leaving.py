"""When a request to leave is a person's, and not something that another page made a browser fetch."""

from __future__ import annotations

from collections.abc import Mapping

OWN = {"same-origin", "none"}  # a link of ours, or an address that somebody typed


def is_leaving(headers: Mapping[str, str], *, carries_our_cookie: bool) -> bool:
    """Whether somebody is going to another page, so that what we hold of this visit may be thrown away.

    An image, script, frame, fetch or prefetch empties nothing, whoever's page asked for it, and neither does a link on
    somebody else's page. A browser too old to say what it is doing is believed when it sends a cookie of ours:
    SameSite=Lax keeps them from whatever another site embeds.
    """
    if "Sec-Purpose" in headers:
        return False
    destination = headers.get("Sec-Fetch-Dest")
    if destination is None:
        return carries_our_cookie
    is_page = destination == "document" and headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    return is_page and headers.get("Sec-Fetch-Site", "none") in OWN
