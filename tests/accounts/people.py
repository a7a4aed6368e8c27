"""People for tests: made quickly, signed in by the real pages."""

from __future__ import annotations

import re
from itertools import count
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from storefront.accounts import factors, security
from storefront.accounts.devices import open_session
from storefront.accounts.models import User
from storefront.accounts.permissions import Role
from storefront.audit.models import Act, AuditLine
from storefront.core.clock import now
from storefront.core.refs import new_reference
from storefront.db import db, transaction

PASSWORD = "maple kettle orbit 58"
OURS = {"Sec-Fetch-Site": "same-origin"}  # as a browser says of a form on our own page
_numbers = count(1)
_hashes: dict[str, str] = {}


def a_user(*roles: Role, email: str = "", totp: bool = True, **changes: Any) -> User:
    """Somebody with the one test password and, unless told otherwise, an authenticator app."""
    number = next(_numbers)
    address = email or f"person{number}@example.org"
    _hashes.setdefault("it", security.hash_password(PASSWORD))
    secret = security.totp().generate_totp_secret() if totp else None
    given = {
        "reference": new_reference(), "email": address, "email_key": address.lower(), "password_hash": _hashes["it"],
        "active": True, "roles": list(roles or (Role.OWNER,)), "created_at": now(), "totp_secret": secret,
    }  # fmt: skip
    with transaction() as session:
        user = User(**given | changes)
        session.add(user)
    return user


def code_of(user: User) -> str:
    """What her app shows now."""
    return security.totp().generate_totp_password(user.totp_secret or "")


def token_on(client: FlaskClient, path: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(path).text)
    assert found, path
    return found[1]


def send(client: FlaskClient, path: str, *, page: str = "", **fields: str) -> Any:
    """Open the page, take its token, send the form."""
    return client.post(path, data={"csrf_token": token_on(client, page or path), **fields}, headers=OURS)


def sign_in(client: FlaskClient, user: User) -> None:
    """Both steps, by the pages."""
    answer = send(client, "/account/sign-in", email=user.email, password=PASSWORD)
    assert answer.status_code == 303, answer.text
    answer = send(client, "/account/second-factor", code=code_of(user))
    assert answer.status_code == 303, answer.text


def signed_in(app: Flask, user: User) -> FlaskClient:
    """The same at once, without the pages."""
    client = app.test_client()
    with transaction():
        opened = open_session(user.id, browser="Firefox on Linux", factor_at=now())
    client.set_cookie("session", opened.token)
    return client


def cookie(client: FlaskClient) -> str:
    found = client.get_cookie("session")
    return found.value if found else ""


def is_in(app: Flask, token: str) -> bool:
    """Whether this cookie, sent by another browser, opens a page for people who are signed in."""
    other = app.test_client()
    other.set_cookie("session", token)
    return other.get("/account/devices").status_code == 200


def codes_for(user: User) -> list[str]:
    with transaction():
        return factors.new_recovery_codes(db.session.get_one(User, user.id))


def again(user: User) -> User:
    db.session.rollback()
    return db.session.scalars(select(User).where(User.id == user.id).execution_options(populate_existing=True)).one()


def acts() -> list[Act]:
    db.session.rollback()
    return [line.what for line in db.session.scalars(select(AuditLine).order_by(AuditLine.id))]
