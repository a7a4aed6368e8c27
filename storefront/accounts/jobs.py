"""Looking for the person who forgot a password, and forgetting what has ended."""

from typing import Any

from sqlalchemy import delete, update

from storefront.accounts import devices, limits
from storefront.accounts.models import PasswordReset
from storefront.accounts.passwords import send_reset
from storefront.core.clock import now
from storefront.db import transaction
from storefront.jobs.models import Job
from storefront.jobs.promises import every, handles


@handles("accounts.reset")
def find_and_send(payload: dict[str, Any], outside: Any) -> None:
    """The address is deleted with the promise of the e-mail, so a repeat after a crash finds nothing to do."""
    if "email" not in payload:
        return
    with transaction() as session:
        send_reset(payload["email"])
        session.execute(update(Job).where(Job.key == payload["key"]).values(payload={}))


@every("accounts.forget", seconds=300, lease_seconds=60)
def forget(outside: Any) -> None:
    """Ended sessions, old tries (a network address within a day), links that ran out."""
    with transaction() as session:
        devices.forget()
        limits.forget()
        session.execute(delete(PasswordReset).where(PasswordReset.expires_at <= now()))
