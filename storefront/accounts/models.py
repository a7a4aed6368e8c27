"""People who sign in, their factors, their devices, the links that were given to them, and what was tried too often."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from storefront.accounts.permissions import Permission, Role, allowed
from storefront.db import Base


class RoleWords(TypeDecorator[list[Role]]):
    """Roles as a JSON list of their words; a word that is no role is refused on the way in."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: list[Role] | None, dialect: Dialect) -> list[str]:
        return sorted({Role(role).value for role in value or ()})

    def process_result_value(self, value: list[str] | None, dialect: Dialect) -> list[Role]:
        return [Role(word) for word in value or ()]


class User(Base):
    """Somebody who may sign in. Everything outside names her by her reference."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint("totp_counter IS NULL OR totp_secret IS NOT NULL", "counter_belongs_to_secret"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str]
    email_key: Mapped[str] = mapped_column(unique=True)  # in small letters: what is compared
    password_hash: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    roles: Mapped[list[Role]] = mapped_column(RoleWords)
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partners.id"), index=True)
    totp_secret: Mapped[str | None]  # encrypted by TOTP_SECRETS
    totp_counter: Mapped[int | None] = mapped_column(BigInteger)  # of the last code that was taken
    created_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=0)

    passkeys: Mapped[list[Passkey]] = relationship(order_by="Passkey.id", passive_deletes=True)

    @property
    def has_second_factor(self) -> bool:
        return self.totp_secret is not None or bool(self.passkeys)

    @property
    def fs_uniquifier(self) -> str:
        """The same as `reference`, under the name that Flask-Security looks for."""
        return self.reference

    def may(self, permission: Permission) -> bool:
        return self.active and permission in allowed(self.roles)


class Passkey(Base):
    """A key that the browser or a token keeps. We hold its public half."""

    __tablename__ = "passkeys"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    credential_id: Mapped[str] = mapped_column(unique=True)  # base64url
    public_key: Mapped[str]  # base64url
    sign_count: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """In the place of a lost factor, once. Kept as a keyed hash: we cannot show it again."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
    used_at: Mapped[datetime | None]


class UserSession(Base):
    """One browser. Without `factor_at` it has proved a password only, and opens nothing but the second step."""

    __tablename__ = "user_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]  # in steps of a minute
    expires_at: Mapped[datetime] = mapped_column(index=True)
    factor_at: Mapped[datetime | None]  # when the second factor was last proved
    browser: Mapped[str]  # "Firefox on Linux"; no network address
    challenge: Mapped[str | None]  # of a passkey, answered once

    user: Mapped[User] = relationship()


class Invitation(Base):
    """A link that makes an account, once."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str | None]  # none: the first owner chooses it
    roles: Mapped[list[Role]] = mapped_column(RoleWords)
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partners.id"), index=True)
    invited_by: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)


class PasswordReset(Base):
    """A link that lets a new password be chosen, once, within the hour."""

    __tablename__ = "password_resets"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RateLimit(Base):
    """When something was last tried. The key is a keyed hash: no address stands here, and none lives for over a day."""

    __tablename__ = "rate_limits"

    key: Mapped[str] = mapped_column(primary_key=True)
    hits: Mapped[list[Any]] = mapped_column(JSON)  # milliseconds since 1970, oldest first
    revision: Mapped[int]
    forget_at: Mapped[datetime] = mapped_column(index=True)
