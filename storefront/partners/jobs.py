"""Care for notes that have been kept long enough."""

from typing import Any

from storefront.core.clock import now
from storefront.db import transaction
from storefront.jobs.promises import every
from storefront.partners.notes import erase_old


@every("partners.erase_old_notes", seconds=24 * 3600, lease_seconds=600)
def erase(outside: Any) -> None:
    with transaction():
        erase_old(at=now())
