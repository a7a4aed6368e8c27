"""Passwords: which are taken, how one is changed, how a forgotten one is replaced."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import delete, select, update

from storefront.accounts import devices
from storefront.accounts.devices import Opened
from storefront.accounts.emails import password_reset
from storefront.accounts.models import PasswordReset, User, UserSession
from storefront.accounts.queries import by_email, reset_of
from storefront.audit import trail
from storefront.audit.models import Act
from storefront.core.clock import now
from storefront.core.errors import ShopError
from storefront.core.refs import digest, new_token
from storefront.db import db
from storefront.jobs.promises import promise
from storefront.mail.promising import queue_email

LEAST, MOST = 12, 128
LIVES = timedelta(hours=1)
LIST = Path(__file__).parent / "common_passwords.txt"


class LinkUsed(ShopError):
    """Raised when a link was used, has run out or never was; all three are told alike."""

    def __init__(self) -> None:
        super().__init__("This link has been used or has run out. Please ask for a new one.")


def faults(password: str, *, email: str = "") -> list[str]:
    """What is wrong with a new password, in sentences; nothing when it is taken."""
    if len(password) < LEAST:
        return [f"Please use at least {LEAST} letters, digits or signs, such as four unlike words."]
    if len(password) > MOST:
        return [f"Please use at most {MOST} letters, digits or signs."]
    if _is_common(password.casefold(), own=email.casefold().partition("@")[0]):
        return ["This password, or its main part, is among those that are tried first. Please choose another one."]
    return []


def change(user: User, password_hash: str, *, session: UserSession) -> Opened:
    """A new password ends every session of this person; the one at hand goes on under a new id."""
    user.password_hash = password_hash
    opened = _only_this(session)
    trail.record(
        Act.PASSWORD_CHANGED, who=user.reference, subject=f"account:{user.reference}", why="", details={}
    )  # fmt: skip
    return opened


def rehash(user_id: int, old: str, new: str) -> None:
    """The same password under today's settings; nothing when it has changed meanwhile."""
    db.session.execute(update(User).where(User.id == user_id, User.password_hash == old).values(password_hash=new))


def ask_reset(email: str) -> None:
    """Promise to look for this address. The answer to the asker cannot depend on what is found: nobody has looked."""
    key = f"reset:{new_token()}"
    promise("accounts.reset", {"email": email, "key": key}, key=key)


def send_reset(email: str) -> None:
    """For a known, active person: a link by e-mail, older ones void."""
    user = db.session.scalar(by_email(email).where(User.active))
    if user is None:
        return
    db.session.execute(
        delete(PasswordReset).where(PasswordReset.user_id == user.id, PasswordReset.used_at.is_(None))
    )  # fmt: skip
    token, moment = new_token(), now()
    db.session.add(
        PasswordReset(token_hash=digest(token), user_id=user.id, created_at=moment, expires_at=moment + LIVES)
    )
    queue_email(password_reset(user, token), key=f"reset:{digest(token)}")


def reset(token: str, password_hash: str) -> None:
    """Use the link up, set the password, end every session. The second factor stays what it was."""
    used = db.session.execute(
        update(PasswordReset)
        .where(PasswordReset.id == reset_of(token).with_only_columns(PasswordReset.id).scalar_subquery())
        .where(PasswordReset.used_at.is_(None))
        .values(used_at=now())
        .returning(PasswordReset.user_id)
    ).first()
    if used is None:
        raise LinkUsed
    user = db.session.scalars(select(User).where(User.id == used.user_id)).one()
    user.password_hash = password_hash
    devices.end_all(user.id)
    trail.record(Act.PASSWORD_RESET, who=user.reference, subject=f"account:{user.reference}", why="", details={})


def _only_this(session: UserSession) -> Opened:
    user_id, browser, factor_at, until = session.user_id, session.browser, session.factor_at, session.expires_at
    devices.end_all(user_id)
    return devices.open_session(user_id, browser=browser, factor_at=factor_at, until=until)


def _is_common(password: str, *, own: str) -> bool:
    """The list itself, and what people make of it: digits at its ends, the same word twice, one's own name."""
    common, half = _common(), password[: len(password) // 2]
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", password)
    return (
        password in common
        or len(set(password)) < 5
        or (len(password) - len(core) < 8 and (core in common or (len(own) > 3 and core == own)))
        or (password == half * 2 and (half in common or half == own))
    )


@cache
def _common() -> frozenset[str]:
    """Of zxcvbn's list of leaked passwords; where it comes from stands at its head."""
    lines = LIST.read_text("utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))
