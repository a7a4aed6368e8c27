"""Second factors: authenticator apps, passkeys, recovery codes. Added, proved once, removed."""

from __future__ import annotations

import hashlib
import hmac
import re

from sqlalchemy import delete, select, update

from storefront.accounts.models import Passkey, RecoveryCode, User, UserSession
from storefront.accounts.queries import recovery_codes_left
from storefront.audit import trail
from storefront.audit.models import Act
from storefront.core.clock import now
from storefront.core.errors import ShopError
from storefront.core.refs import new_reference
from storefront.db import db
from storefront.settings import settings

CODES = 10


class LastFactor(ShopError):
    """Raised when nothing would be left to sign in with."""


def add_totp(user: User, *, secret: str, counter: int) -> None:
    """Keep a secret whose first code was just shown; that code is used up with it. One app at a time."""
    replaced = user.totp_secret is not None
    user.totp_secret, user.totp_counter = secret, counter
    db.session.flush()
    if replaced:
        _line(Act.SECOND_FACTOR_REMOVED, user.reference, kind="app")
    _line(Act.SECOND_FACTOR_ADDED, user.reference, kind="app")


def count_totp(user_id: int, counter: int) -> bool:
    """Use up a code's half minute and all before it. Of two who show the same code, one is told True."""
    won = db.session.execute(
        update(User)
        .where(User.id == user_id, (User.totp_counter.is_(None)) | (User.totp_counter < counter))
        .values(totp_counter=counter)
        .returning(User.id)
    )
    return won.first() is not None


def add_passkey(user: User, *, name: str, credential_id: str, public_key: str, sign_count: int) -> None:
    if db.session.scalar(select(Passkey.id).where(Passkey.credential_id == credential_id)) is not None:
        raise ShopError("This passkey is here already.")
    db.session.add(
        Passkey(
            reference=new_reference(), user_id=user.id, name=name or "Passkey", credential_id=credential_id,
            public_key=public_key, sign_count=sign_count, created_at=now(),
        )
    )  # fmt: skip
    db.session.flush()
    db.session.expire(user, ["passkeys"])
    _line(Act.SECOND_FACTOR_ADDED, user.reference, kind="passkey")


def count_passkey(passkey_id: int, sign_count: int) -> bool:
    """Note its use. A counter that does not grow belongs to a copy; 0 stays 0 where the key counts nothing."""
    won = db.session.execute(
        update(Passkey)
        .where(
            Passkey.id == passkey_id,
            (Passkey.sign_count < sign_count) | ((Passkey.sign_count == 0) & (sign_count == 0)),
        )
        .values(sign_count=sign_count, used_at=now())
        .returning(Passkey.id)
    )
    return won.first() is not None


def ask_passkey(session_id: int, challenge: str) -> None:
    db.session.execute(update(UserSession).where(UserSession.id == session_id).values(challenge=challenge))


def answer_passkey(session_id: int, challenge: str) -> bool:
    """Use a challenge up, whether or not what it is answered with is right."""
    won = db.session.execute(
        update(UserSession)
        .where(UserSession.id == session_id, UserSession.challenge == challenge)
        .values(challenge=None)
        .returning(UserSession.id)
    )
    return won.first() is not None


def remove(user: User, reference: str) -> None:
    """Take a factor away: `app`, or the reference of a passkey. The last one stays."""
    _lock(user.id)
    has_app = db.session.scalar(select(User.id).where(User.id == user.id, User.totp_secret.is_not(None))) is not None
    keys = list(db.session.scalars(select(Passkey.reference).where(Passkey.user_id == user.id)))
    if reference not in keys and not (reference == "app" and has_app):
        return
    if len(keys) + has_app < 2:
        raise LastFactor("Add another second factor before you remove the last one.")
    if reference == "app":
        user.totp_secret = user.totp_counter = None
    else:
        db.session.execute(delete(Passkey).where(Passkey.user_id == user.id, Passkey.reference == reference))
    db.session.flush()
    db.session.expire(user, ["passkeys"])
    _line(Act.SECOND_FACTOR_REMOVED, user.reference, kind="app" if reference == "app" else "passkey")


def new_recovery_codes(user: User) -> list[str]:
    """Ten codes in the place of all older ones. This is the only time that they can be read."""
    codes = [new_reference(16) for _ in range(CODES)]
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    db.session.add_all(RecoveryCode(user_id=user.id, code_hash=_code_hash(user.id, code)) for code in codes)
    db.session.flush()
    return ["-".join(code[place : place + 4] for place in range(0, 16, 4)) for code in codes]


def first_recovery_codes(user: User) -> list[str]:
    """The same for somebody who has none left; nothing for everybody else."""
    return [] if db.session.scalar(recovery_codes_left(user.id)) else new_recovery_codes(user)


def knows_recovery_code(user: User, code: str) -> bool:
    """Whether it would open. Only `use_recovery_code` may let somebody in."""
    found = select(RecoveryCode.id).where(
        RecoveryCode.user_id == user.id,
        RecoveryCode.code_hash == _code_hash(user.id, code),
        RecoveryCode.used_at.is_(None),
    )
    return db.session.scalar(found) is not None


def use_recovery_code(user: User, code: str) -> bool:
    """Use a code up. Of two who show the same one, one is told True."""
    won = db.session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user.id,
            RecoveryCode.code_hash == _code_hash(user.id, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now())
        .returning(RecoveryCode.id)
    )
    if won.first() is None:
        return False
    _line(Act.RECOVERY_CODE_USED, user.reference, left=db.session.scalar(recovery_codes_left(user.id)) or 0)
    return True


def _code_hash(user_id: int, code: str) -> str:
    """Keyed, so that who has the database alone cannot try codes out."""
    plain = re.sub(r"[\s-]", "", code).upper()[:100]
    return hmac.new(settings.pepper.encode(), f"recovery:{user_id}:{plain}".encode(), hashlib.sha256).hexdigest()


def _lock(user_id: int) -> None:
    db.session.execute(update(User).where(User.id == user_id).values(revision=User.revision + 1))


def _line(act: Act, reference: str, **details: str | int) -> None:
    trail.record(act, who=reference, subject=f"account:{reference}", why="", details=details)
