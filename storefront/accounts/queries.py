"""Who works here, on which devices, and which link leads to whom."""

from __future__ import annotations

from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from storefront.accounts.devices import IDLE
from storefront.accounts.models import Invitation, PasswordReset, RecoveryCode, User, UserSession
from storefront.core.clock import now
from storefront.core.refs import digest


def email_key(email: str) -> str:
    """What is compared of an address."""
    return email.strip().lower()[:254]


def people() -> Select[User]:
    return select(User).options(selectinload(User.passkeys)).order_by(User.email_key)


def by_reference(reference: str) -> Select[User]:
    return people().where(User.reference == reference)


def by_email(email: str) -> Select[User]:
    return select(User).where(User.email_key == email_key(email))


def devices_of(user_id: int) -> Select[UserSession]:
    """Browsers that are signed in now, the one last seen first."""
    moment = now()
    return (
        select(UserSession)
        .where(
            UserSession.user_id == user_id,
            UserSession.factor_at.is_not(None),
            UserSession.expires_at > moment,
            UserSession.seen_at > moment - IDLE,
        )
        .order_by(UserSession.seen_at.desc(), UserSession.id)
    )


def open_invitations() -> Select[Invitation]:
    return (
        select(Invitation)
        .where(Invitation.used_at.is_(None), Invitation.expires_at > now(), Invitation.email.is_not(None))
        .order_by(Invitation.id.desc())
    )


def invitation_of(token: str) -> Select[Invitation]:
    return select(Invitation).where(
        Invitation.token_hash == digest(token), Invitation.used_at.is_(None), Invitation.expires_at > now()
    )


def reset_of(token: str) -> Select[PasswordReset]:
    return (
        select(PasswordReset)
        .join(User, User.id == PasswordReset.user_id)
        .where(
            PasswordReset.token_hash == digest(token),
            PasswordReset.used_at.is_(None),
            PasswordReset.expires_at > now(),
            User.active,
        )
    )


def recovery_codes_left(user_id: int) -> Select[int]:
    return select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
