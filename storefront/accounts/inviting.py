"""Inviting people: a link that makes an account, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update

from storefront.accounts.models import Invitation, User
from storefront.accounts.passwords import LinkUsed
from storefront.accounts.permissions import Role
from storefront.accounts.queries import by_email, email_key, invitation_of, people
from storefront.audit import trail
from storefront.audit.models import Act
from storefront.core.clock import now
from storefront.core.errors import ShopError
from storefront.core.refs import digest, new_reference, new_token
from storefront.db import db
from storefront.settings import settings

LIVES = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Invited:
    """The link's token is known now and never again."""

    link_token: str
    invitation: Invitation

    @property
    def link(self) -> str:
        return f"{settings.shop_url}/account/invitation/{self.link_token}"


def invite(email: str, *, roles: list[Role], partner_id: int | None = None, by: str) -> Invited:
    """A link for this address. An older one for the same address is void from now on."""
    check_roles(roles, partner_id)
    if db.session.scalar(by_email(email)) is not None:
        raise ShopError("Somebody with this address has an account already.")
    waiting = select(Invitation).where(Invitation.used_at.is_(None), Invitation.email.is_not(None))
    for older in db.session.scalars(waiting):
        if email_key(older.email or "") == email_key(email):
            db.session.delete(older)
    return _invite(email.strip(), roles=roles, partner_id=partner_id, by=by)


def first_link() -> Invited | None:
    """A link for the first owner, who chooses the address; nothing when an owner could sign in."""
    if any(
        Role.OWNER in user.roles and user.active and user.has_second_factor for user in db.session.scalars(people())
    ):
        return None
    db.session.execute(delete(Invitation).where(Invitation.email.is_(None), Invitation.used_at.is_(None)))
    return _invite(None, roles=[Role.OWNER], partner_id=None, by=trail.COMMAND_LINE)


def accept(token: str, *, password_hash: str, email: str = "") -> User:
    """Use the link up and make the account. `email` counts only where the invitation names none."""
    used = db.session.scalars(
        update(Invitation)
        .where(Invitation.id == invitation_of(token).with_only_columns(Invitation.id).scalar_subquery())
        .where(Invitation.used_at.is_(None))
        .values(used_at=now())
        .returning(Invitation)
    ).first()
    if used is None:
        raise LinkUsed
    address = used.email or email.strip()
    user = db.session.scalar(by_email(address))
    if user is None:
        user = User(
            reference=new_reference(), email=address, email_key=email_key(address), created_at=now(), active=True
        )
        db.session.add(user)
    elif used.email is not None or user.has_second_factor or not user.active:
        raise ShopError("Somebody with this address has an account already.")
    user.password_hash, user.roles, user.partner_id = password_hash, list(used.roles), used.partner_id
    db.session.flush()
    used.user_id, used.email = user.id, address
    db.session.flush()
    return user


def take_back(reference: str, *, by: str) -> None:
    """Make an unused link void."""
    unused = delete(Invitation).where(Invitation.reference == reference, Invitation.used_at.is_(None))
    if db.session.scalar(unused.returning(Invitation.id)) is not None:
        trail.record(Act.INVITATION, who=by, subject=f"invitation:{reference}", details={"taken": "back"})


def check_roles(roles: list[Role], partner_id: int | None) -> None:
    """Somebody has a role; partner staff belong to one workshop and to nothing else of the shop."""
    if not roles:
        raise ShopError("Please choose at least one role.")
    if (Role.PARTNER_STAFF in roles) != (partner_id is not None):
        raise ShopError("Partner staff, and nobody else, belong to one workshop. Please choose it.")
    if Role.PARTNER_STAFF in roles and len(set(roles)) > 1:
        raise ShopError("Partner staff cannot have another role.")


def _invite(email: str | None, *, roles: list[Role], partner_id: int | None, by: str) -> Invited:
    token, moment = new_token(), now()
    invitation = Invitation(
        reference=new_reference(), token_hash=digest(token), email=email, roles=roles, partner_id=partner_id,
        invited_by=by, created_at=moment, expires_at=moment + LIVES,
    )  # fmt: skip
    db.session.add(invitation)
    db.session.flush()
    words = ", ".join(sorted(role.value for role in roles))
    trail.record(Act.INVITATION, who=by, subject=f"invitation:{invitation.reference}", why="", details={"roles": words})
    return Invited(token, invitation)
