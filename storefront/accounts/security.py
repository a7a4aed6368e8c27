"""The set-up of Flask-Security, and our own parts in it: which hashes, which codes, which passwords, which way out.

Used of it: argon2id with a pepper, the rules for passwords, TOTP with its encrypted secrets, recovery codes, passkey
options, addresses. Not used: its views, its sessions and its hooks. Those run before every request of the shop, and
public pages hold nothing of a visitor; see docs/decisions.md.
"""

from __future__ import annotations

import re
from typing import Any, cast

from flask import Flask, current_app
from flask_security import MailUtil, MfRecoveryCodesUtil, PasswordUtil, Security, Totp, UserDatastore, WebauthnUtil
from flask_security import hash_password as _hash
from flask_security.utils import verify_password
from flask_wtf.csrf import generate_csrf
from passlib.exc import UsedTokenError
from passlib.totp import TotpMatch

from storefront.accounts import factors, passwords
from storefront.accounts.guard import answer_before_routing, answer_too_often, current_user
from storefront.accounts.limits import TooOften
from storefront.accounts.models import User
from storefront.accounts.sessions import OwnSessions
from storefront.core.refs import new_token
from storefront.mail.promising import Email, queue_email
from storefront.settings import settings

# 19 MiB, two rounds, one lane: OWASP's least. The dummy is verified where there is no account: it takes as long.
ARGON = {"argon2__type": "ID", "argon2__memory_cost": 19456, "argon2__time_cost": 2, "argon2__parallelism": 1}
DUMMY = "$argon2id$v=19$m=19456,t=2,p=1$YWJjZGVmZ2hpamtsbW5vcA$bHZ0eVBtNmF5Y1l6WmVhQ2d1eGhKaW9xdXZ3eHl6MDE"
LEEWAY = 30  # seconds before and after, in which a code is taken: one step


class CountedTotp(Totp):
    """A code opens once. Spaces are dropped before, and what is stored is the counter, not the code."""

    def get_last_counter(self, user: Any) -> int | None:
        counter: int | None = user.totp_counter
        return counter

    def set_last_counter(self, user: Any, tmatch: TotpMatch) -> None:
        if user.id is not None and user.totp_secret is not None and not factors.count_totp(user.id, tmatch.counter):
            raise UsedTokenError(expire_time=tmatch.expire_time)

    def counter_of_first(self, code: str, secret: str) -> int | None:
        """The counter of the code that proves a new secret, or nothing when it does not fit."""
        try:
            return int(self._totp.verify(_digits(code), secret, window=LEEWAY).counter)
        except (ValueError, TypeError):
            return None


class HashedRecoveryCodes(MfRecoveryCodesUtil):
    """Kept as keyed hashes, so they can be used and never read."""

    def create_recovery_codes(self, user: Any) -> list[str]:
        return factors.new_recovery_codes(user)

    def get_recovery_codes(self, user: Any) -> list[str]:
        return []

    def check_recovery_code(self, user: Any, code: str) -> bool:
        return factors.knows_recovery_code(user, code)

    def delete_recovery_code(self, user: Any, code: str) -> bool:
        return factors.use_recovery_code(user, code)


class OutboxMail(MailUtil):
    """Whatever Flask-Security should ever send leaves by the outbox, as a secret."""

    def send_mail(self, template: str, subject: str, recipient: Any, *args: Any, **kwargs: Any) -> None:
        facts = {"title": str(subject), "body": str(kwargs.get("body") or args[1])}
        queue_email(Email(str(recipient), "accounts/emails/plain", facts, secret=True), key=new_token())


class ShopPasswords(PasswordUtil):
    """Length and the shipped list of leaked passwords; no rules about kinds of letters."""

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:
        plain = self.normalize(password)
        return passwords.faults(plain, email=str(kwargs.get("email", ""))) or None, plain


class ShopPasskeys(WebauthnUtil):
    """The origin is the shop's own address from the settings, never a header's."""

    def origin(self) -> str:
        return settings.shop_url


def init_app(app: Flask) -> None:
    ours = app.extensions["settings"]
    app.config.update(
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106
        SECURITY_PASSWORD_SCHEMES=["argon2"], SECURITY_DEPRECATED_PASSWORD_SCHEMES=[],
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS=ARGON, SECURITY_PASSWORD_SALT=ours.pepper,
        SECURITY_PASSWORD_SINGLE_HASH=set(), SECURITY_PASSWORD_LENGTH_MIN=passwords.LEAST,
        SECURITY_RETURN_GENERIC_RESPONSES=True, SECURITY_MULTI_FACTOR_RECOVERY_CODES=True,
        SECURITY_TWO_FACTOR_RESCUE_EMAIL=False, SECURITY_TOTP_SECRETS=ours.totp_keys,
        SECURITY_TOTP_ISSUER=ours.totp_issuer or ours.shop_name, SECURITY_CLI_USERS_NAME=None,
        SECURITY_CLI_ROLES_NAME=None, SECURITY_URL_PREFIX="/account", WTF_CSRF_TIME_LIMIT=None,
    )  # fmt: skip
    app.session_interface = OwnSessions()
    json = app.json
    Security(
        app, UserDatastore(cast("Any", User), cast("Any", None)), register_blueprint=False, totp_cls=CountedTotp,
        mf_recovery_codes_util_cls=HashedRecoveryCodes, mail_util_cls=OutboxMail, password_util_cls=ShopPasswords,
        webauthn_util_cls=ShopPasskeys,
    )  # fmt: skip
    app.json = json
    _take_hooks_out(app)
    app.before_request(answer_before_routing)
    app.register_error_handler(TooOften, answer_too_often)
    app.jinja_env.globals |= {"csrf_token": generate_csrf, "current_user": current_user}


def hash_password(password: str) -> str:
    """About 40 milliseconds and 19 MiB: call it with no transaction open."""
    return str(_hash(normal(password)))


def fits(password: str, password_hash: str | None) -> bool:
    """One verification, whether or not there is an account. Call it with no transaction open."""
    right = verify_password(normal(password), password_hash or DUMMY)
    return bool(right) and password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    return bool(_security().pwd_context.needs_update(password_hash))


def normal(password: str) -> str:
    """The same letters however a keyboard composes them."""
    return str(_security()._password_util.normalize(password))


def faults(password: str, *, email: str = "") -> list[str]:
    said, _ = _security()._password_util.validate(password, True, email=email)
    return list(said or ())


def takes_code(user: User, code: str) -> bool:
    """Whether this is a code of her app that was not used before; it is used up with this very statement."""
    shown = _digits(code)
    return bool(shown and user.totp_secret) and bool(
        totp().verify_totp(shown, user.totp_secret or "", cast("Any", user), window=LEEWAY)
    )


def totp() -> CountedTotp:
    return cast("CountedTotp", _security()._totp_factory)


def recovery_codes() -> HashedRecoveryCodes:
    return cast("HashedRecoveryCodes", _security()._mf_recovery_codes_util)


def passkeys() -> ShopPasskeys:
    return cast("ShopPasskeys", _security()._webauthn_util)


def normal_email(email: str) -> str:
    """As it is written to. Raises ValueError where it is no address."""
    return str(_security()._mail_util.normalize(email))


def _digits(code: str) -> str:
    """Six plain digits, without spaces and dashes; nothing when it is anything else."""
    plain = re.sub(r"[\s-]", "", code)
    return plain if re.fullmatch(r"[0-9]{6}", plain) else ""


def _security() -> Any:
    return current_app.extensions["security"]


def _take_hooks_out(app: Flask) -> None:
    """Flask-Login and Flask-Principal read the session at every request and in every template; we where it is asked."""
    theirs = ("flask_login", "flask_principal", "flask_security")
    every: tuple[dict[Any, list[Any]], ...] = (
        app.before_request_funcs,
        app.after_request_funcs,
        app.template_context_processors,
    )
    for hooks in every:
        for name, functions in hooks.items():
            hooks[name] = [hook for hook in functions if not hook.__module__.startswith(theirs)]
