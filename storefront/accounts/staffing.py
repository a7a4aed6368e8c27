"""Who may work here: roles given and taken, people disabled, devices signed out. Each ends the sessions concerned."""

from __future__ import annotations

from sqlalchemy import delete, func, select, update

from storefront.accounts import devices
from storefront.accounts.inviting import check_roles
from storefront.accounts.models import Invitation, Passkey, RecoveryCode, User, UserSession
from storefront.accounts.permissions import Role
from storefront.audit import trail
from storefront.audit.models import Act
from storefront.core.errors import ShopError
from storefront.db import db


class LastOwner(ShopError):
    """Raised when nobody would be left who may invite and change people."""

    def __init__(self) -> None:
        super().__init__("This is the last owner. Make somebody else an owner first.")


def change_roles(user_id: int, roles: list[Role], *, by: str, why: str) -> None:
    user = _lock(user_id)
    check_roles(roles, user.partner_id)
    if Role.OWNER not in roles:
        _keep_an_owner(user)
    before = user.roles
    user.roles = list(roles)
    devices.end_all(user.id)
    _void_invitations(user)
    _line(Act.ROLE_CHANGED, user, by, why, was=_words(before), now=_words(roles))


def disable(user_id: int, *, by: str, why: str) -> None:
    """Nobody signs in with this account until it is enabled again."""
    user = _lock(user_id)
    if not user.active:
        return
    _keep_an_owner(user)
    user.active = False
    devices.end_all(user.id)
    _void_invitations(user)
    _line(Act.ACCOUNT_DISABLED, user, by, why)


def enable(user_id: int, *, by: str, why: str) -> None:
    """The roles count again: that is what the line says."""
    user = _lock(user_id)
    if user.active:
        return
    user.active = True
    devices.end_all(user.id)
    _line(Act.ROLE_CHANGED, user, by, why, was="disabled", now=_words(user.roles))


def _void_invitations(user: User) -> None:
    """Who may no longer invite has invited nobody: links that were not used yet open nothing."""
    db.session.execute(delete(Invitation).where(Invitation.invited_by == user.reference, Invitation.used_at.is_(None)))


def sign_out_device(session_reference: str, *, by: str) -> bool:
    """Returns whether there was such a device."""
    found = db.session.scalar(select(UserSession).where(UserSession.reference == session_reference))
    if found is None:
        return False
    user = found.user
    if not devices.end(found.id):
        return False
    _line(Act.DEVICE_SIGNED_OUT, user, by, "", device=session_reference)
    return True


def sign_out_everywhere(user_id: int, *, by: str) -> int:
    """Returns how many sessions there were."""
    user = db.session.get_one(User, user_id)
    count = devices.end_all(user_id)
    if count:
        _line(Act.DEVICE_SIGNED_OUT, user, by, "", devices=count)
    return count


def forget_factors(user_id: int, *, by: str, why: str) -> None:
    """For somebody who lost phone, keys and codes, after a talk: she sets up a new factor when she signs in next."""
    user = _lock(user_id)
    if not user.has_second_factor:
        return
    _keep_an_owner(user)
    user.totp_secret = user.totp_counter = None
    for table in (Passkey, RecoveryCode):
        db.session.execute(delete(table).where(table.user_id == user.id))
    db.session.flush()
    db.session.expire(user, ["passkeys"])
    devices.end_all(user.id)
    _line(Act.SECOND_FACTOR_REMOVED, user, by, why, kind="all")


def _lock(user_id: int) -> User:
    """Who is an owner is decided by one at a time: all of them first lock the oldest account."""
    oldest = select(func.min(User.id)).scalar_subquery()
    db.session.execute(update(User).where(User.id == oldest).values(revision=User.revision + 1))
    db.session.execute(update(User).where(User.id == user_id).values(revision=User.revision + 1))
    return db.session.scalars(
        select(User).where(User.id == user_id).execution_options(populate_existing=True)
    ).one()  # fmt: skip


def _keep_an_owner(user: User) -> None:
    others = db.session.scalars(select(User).where(User.id != user.id, User.active))
    if (
        user.active
        and Role.OWNER in user.roles
        and not any(Role.OWNER in other.roles and other.has_second_factor for other in others)
    ):
        raise LastOwner


def _words(roles: list[Role]) -> str:
    return ", ".join(sorted(role.value for role in roles))


def _line(act: Act, user: User, by: str, why: str, **details: str | int) -> None:
    trail.record(act, who=by, subject=f"account:{user.reference}", why=why, details=details)
