"""Staff for tests: made without a password, signed in without a page."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf

from storefront.accounts import devices
from storefront.accounts.models import User
from storefront.accounts.permissions import Role
from storefront.core.clock import now
from storefront.core.refs import new_reference
from storefront.db import transaction
from storefront.settings import settings

_numbers = count(1)
SAME = {"Sec-Fetch-Site": "same-origin"}


def a_person(*roles: Role, email: str = "", factor: bool = True, partner_id: int | None = None, **changes: Any) -> User:
    email = email or f"person-{next(_numbers)}@example.org"
    with transaction() as session:
        person = User(
            reference=new_reference(), email=email, email_key=email.lower(), password_hash="-", roles=list(roles),
            partner_id=partner_id, totp_secret="-" if factor else None, created_at=now(), **{"active": True} | changes,
        )  # fmt: skip
        session.add(person)
    return person


class Staff:
    """A browser of somebody who works here. `half`: only the password was given; `stale`: the factor an hour ago."""

    def __init__(self, app: Flask, person: User, *, half: bool = False, stale: bool = False) -> None:
        self.person = person
        self.client: FlaskClient = app.test_client()
        proved = None if half else now() - timedelta(hours=1 if stale else 0)
        with transaction():
            opened = devices.open_session(
                person.id, browser="Firefox on Linux", factor_at=proved, until=now() + timedelta(hours=4)
            )
        self.device, self.token = opened.reference, opened.token
        self.client.set_cookie(settings.cookie_name("session"), opened.token)

    def form_token(self) -> str:
        cookie = {"Cookie": f"{settings.cookie_name('session')}={self.token}"}
        app = self.client.application
        with app.app_context(), app.test_request_context(headers=cookie):
            return str(generate_csrf())

    def get(self, path: str, **rest: Any) -> Any:
        return anew(self.client, path, method="GET", **rest)

    def post(self, path: str, **fields: Any) -> Any:
        return anew(self.client, path, method="POST", data={"csrf_token": self.form_token()} | fields, headers=SAME)


def anew(client: FlaskClient, path: str, **rest: Any) -> Any:
    """As a server does it: every request with an application context, a `g` and a database session of its own."""
    with client.application.app_context():
        return client.open(path, **rest)
