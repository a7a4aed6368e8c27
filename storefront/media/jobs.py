"""Care for files that no row speaks of."""

from typing import Any

from storefront.core.clock import now
from storefront.db import reading
from storefront.jobs.promises import every
from storefront.media.shelving import sweep_strays
from storefront.settings import settings


@every("media.sweep_strays", seconds=24 * 3600, lease_seconds=600)
def sweep(outside: Any) -> None:
    with reading():
        sweep_strays(settings.media_dir, at=now())
