"""Signing in and out: password, then second factor, then a session; each step leaves its line in the audit trail."""

from __future__ import annotations

from storefront.accounts import devices
from storefront.accounts.devices import Opened
from storefront.accounts.models import User, UserSession
from storefront.audit import trail
from storefront.audit.models import Act
from storefront.core.clock import now

UNKNOWN = "unknown"


def password_fits(user: User, *, browser: str) -> Opened:
    """The first step is done. What is opened leads to the second and nowhere else."""
    return devices.open_session(user.id, browser=browser)


def failed(reference: str | None, *, step: str) -> None:
    """Written for an unknown address too: the same work, whoever was meant."""
    who = reference or UNKNOWN
    trail.record(Act.SIGN_IN_FAILED, who=who, subject=f"account:{who}", why="", details={"step": step})


def factor_fits(session: UserSession, *, how: str) -> Opened:
    """The second step is done: a new session in the place of the half one.

    Somebody who was signed in already has proved the factor anew; the day's end of the session stays where it was.
    """
    again, reference = session.factor_at is not None, session.user.reference
    opened = devices.open_session(
        session.user_id, browser=session.browser, factor_at=now(), until=session.expires_at if again else None
    )
    devices.end(session.id)
    if not again:
        trail.record(Act.SIGN_IN, who=reference, subject=f"account:{reference}", why="", details={"factor": how})
    return opened


def sign_out(session: UserSession) -> None:
    reference = session.user.reference
    if devices.end(session.id):
        trail.record(Act.SIGN_OUT, who=reference, subject=f"account:{reference}", why="", details={})
