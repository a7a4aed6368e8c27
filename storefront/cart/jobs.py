"""Care for bags that nobody opens any more."""

from typing import Any

from storefront.cart.filling import clear_abandoned
from storefront.core.clock import now
from storefront.db import transaction
from storefront.jobs.promises import every


@every("cart.clear_abandoned", seconds=24 * 3600, lease_seconds=600)
def clear(outside: Any) -> None:
    with transaction():
        clear_abandoned(at=now())
