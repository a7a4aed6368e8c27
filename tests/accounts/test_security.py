"""The set-up of Flask-Security, and the settings that it stands on."""

from __future__ import annotations

from dataclasses import replace
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import select

from config import Settings, SettingsError
from storefront.accounts import security
from storefront.accounts.models import RoleWords
from storefront.accounts.permissions import Role
from storefront.app import create_app
from storefront.db import db, transaction
from storefront.jobs.models import Job
from storefront.jobs.working import work_all
from tests.accounts.people import a_user, code_of
from tests.conftest import Postbox

ENV = {"SECRET_KEY": "k" * 40, "STRIPE_SECRET_KEY": "sk_test_x"}
KEYS = ("abcdefghijklmnopqrstuvwxyz012345", "543210zyxwvutsrqponmlkjihgfedcba")


def test_the_keys_are_made_from_the_secret_key_when_not_set() -> None:
    settings = Settings.from_env(ENV)
    assert len(settings.totp_keys["1"]) == len(settings.pepper) == 64
    assert settings.totp_keys["1"] != settings.pepper
    assert settings.pepper not in repr(settings)
    given = Settings.from_env(
        ENV | {"TOTP_SECRETS": f"1:{KEYS[0]}, 2:{KEYS[1]}", "PASSWORD_PEPPER": KEYS[1], "TOTP_ISSUER": "Us"}
    )
    assert given.totp_keys == {"1": KEYS[0], "2": KEYS[1]}
    assert (given.pepper, given.totp_issuer) == (KEYS[1], "Us")
    assert KEYS[1] not in repr(given)


@pytest.mark.parametrize(
    ("name", "value"),
    [("TOTP_SECRETS", "1:short"), ("TOTP_SECRETS", KEYS[0]), ("PASSWORD_PEPPER", "a" * 40), ("TOTP_ISSUER", "a:b")],
)
def test_weak_keys_stop_the_start(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_env(ENV | {name: value})


def test_a_secret_outlives_its_key_while_both_are_set(app: Flask) -> None:
    old = replace(app.extensions["settings"], totp_secrets=(("1", KEYS[0]),))
    with create_app(old).app_context():
        secret = security.totp().generate_totp_secret()
        code = security.totp().generate_totp_password(secret)
    with create_app(replace(old, totp_secrets=(("1", KEYS[0]), ("2", KEYS[1])))).app_context():
        assert security.totp().generate_totp_password(secret) == code
        assert '"t":"2"' in security.totp().generate_totp_secret().replace(" ", "")


def test_the_secret_is_encrypted(app: Flask) -> None:
    user = a_user()
    assert user.totp_secret
    assert "enckey" in user.totp_secret
    assert len(code_of(user)) == 6


def test_what_the_library_would_send_leaves_by_the_outbox(app: Flask, postbox: Postbox) -> None:
    with transaction():
        app.extensions["security"]._mail_util.send_mail("reset", "Hello", "a@example.org", "us", "The words", None)
    work_all(app.extensions["outside"])
    [message] = postbox.messages
    assert isinstance(message, EmailMessage)
    assert (message["Subject"], message["To"]) == ("Hello", "a@example.org")
    assert db.session.scalars(select(Job.payload)).all() == [{}]


def test_roles_are_words() -> None:
    assert RoleWords().process_bind_param([Role.OWNER, Role.EDITOR], None) == ["editor", "owner"]  # type: ignore[arg-type]
