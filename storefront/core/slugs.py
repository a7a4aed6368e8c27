"""What may stand in an address as the name of a thing."""

import re

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def is_slug(given: str) -> bool:
    """Anything else is no address of ours and never reaches the database."""
    return len(given) <= 100 and _SLUG.fullmatch(given) is not None
