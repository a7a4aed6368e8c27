"""Browsers that are signed in: opened, found, seen, ended. The cookie holds 256 bits; we keep their hash."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import contains_eager

from storefront.accounts.models import User, UserSession
from storefront.core.clock import now
from storefront.core.refs import digest, new_reference, new_token
from storefront.db import db

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=8)
HALF = timedelta(minutes=20)  # between the password and the second factor
STEP = timedelta(minutes=1)  # `seen_at` is not written more often
FRESH = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Opened:
    """A new session's cookie value, known from now on to the browser alone."""

    token: str
    reference: str


def open_session(
    user_id: int, *, browser: str, factor_at: datetime | None = None, until: datetime | None = None
) -> Opened:
    """Always a new id: one that somebody planted before is worth nothing."""
    token, moment = new_token(), now()
    session = UserSession(
        reference=new_reference(), token_hash=digest(token), user_id=user_id, created_at=moment, seen_at=moment,
        expires_at=until or moment + (ABSOLUTE if factor_at else HALF), factor_at=factor_at, browser=browser,
    )  # fmt: skip
    db.session.add(session)
    db.session.flush()
    return Opened(token, session.reference)


def live(token: str) -> Select[UserSession]:
    """The session that a cookie stands for, with its person, while it counts."""
    moment = now()
    return (
        select(UserSession)
        .join(UserSession.user)
        .options(contains_eager(UserSession.user))
        .where(
            UserSession.token_hash == digest(token),
            UserSession.expires_at > moment,
            UserSession.seen_at > moment - IDLE,
            User.active,
        )
    )


def saw(session_id: int) -> None:
    moment = now()
    db.session.execute(
        update(UserSession)
        .where(UserSession.id == session_id, UserSession.seen_at <= moment - STEP)
        .values(seen_at=moment)
    )


def end(session_id: int) -> bool:
    """Returns whether it was there: of two that end it, one does."""
    gone = delete(UserSession).where(UserSession.id == session_id).returning(UserSession.id)
    return db.session.execute(gone).first() is not None


def end_all(user_id: int) -> int:
    """Returns how many there were."""
    gone = delete(UserSession).where(UserSession.user_id == user_id).returning(UserSession.id)
    return len(db.session.execute(gone).all())


def forget() -> None:
    """Remove what has ended."""
    moment = now()
    db.session.execute(
        delete(UserSession).where((UserSession.expires_at <= moment) | (UserSession.seen_at <= moment - IDLE))
    )


def browser_in_words(user_agent: str) -> str:
    """`Firefox on Linux`: enough to know one's own device again, too little to know a person by."""
    browsers = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
    systems = (
        ("iPhone|iPad", "iOS"), ("Android", "Android"), ("Windows", "Windows"),
        ("Mac OS", "macOS"), ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    )  # fmt: skip
    browser = next((name for mark, name in browsers if mark in user_agent), "A browser")
    system = next((name for mark, name in systems if re.search(mark, user_agent)), "an unknown system")
    return f"{browser} on {system}"
