"""A link makes one account, once, and is not used up by a scanner; the first link is the way in of the first owner."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from storefront.accounts import inviting, security
from storefront.accounts.models import Invitation, User
from storefront.accounts.permissions import Role
from storefront.core.errors import ShopError
from storefront.core.refs import digest
from storefront.db import db, transaction
from tests.accounts.people import OURS, PASSWORD, a_user, cookie, is_in, send, token_on
from tests.conftest import NOON
from tests.factories import a_partner
from tests.jobs.racing import at_once


def invited(email: str = "new@example.org", *roles: Role, **more: Any) -> str:
    """The path of a new invitation's page."""
    with transaction():
        link = inviting.invite(email, roles=list(roles or (Role.EDITOR,)), by="BOSS", **more).link
    return link.removeprefix("http://localhost")


def set_up_app(client: Any, page: str = "/account/set-up-second-factor") -> Any:
    """Read the key on the page into an app, and show what the app shows."""
    html = client.get(page).text
    secret = re.search(r'name="secret"[^>]*value="([^"]+)"', html)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', html)
    assert secret
    assert token
    from itsdangerous import URLSafeTimedSerializer

    sealed = URLSafeTimedSerializer("a key for tests that is long enough 0123456789", salt="set-up-second-factor")
    code = security.totp().generate_totp_password(sealed.loads(secret[1])[1])
    return client.post(page, data={"csrf_token": token[1], "secret": secret[1], "code": code}, headers=OURS)


def test_from_the_link_to_the_staff(app: Flask) -> None:
    path, client = invited("New@Example.org", Role.EDITOR, Role.ORDER_DESK), app.test_client()
    assert db.session.scalars(select(Invitation.token_hash)).one() == digest(path.rpartition("/")[2])
    for _ in range(3):  # a mail scanner
        opened = app.test_client().get(path)
        assert opened.status_code == 200
        assert opened.text.count("<button") == 1
        assert "New@Example.org" in opened.text
    assert send(client, path, password="password1234").status_code == 422
    answer = send(client, path, password=PASSWORD)
    assert answer.headers["Location"] == "/account/set-up-second-factor"
    half = cookie(client)
    assert client.get("/account/devices").status_code == 303  # nothing opens before the second factor
    html = client.get("/account/set-up-second-factor").text
    assert "<svg" in html
    assert "style=" not in html
    answer = set_up_app(client)
    codes = re.findall(r"<code>([0-9A-Z-]{19})</code>", answer.text)
    assert len(codes) == 10
    assert cookie(client) != half
    assert not is_in(app, half)
    assert client.get("/account/devices").status_code == 200
    user = db.session.scalars(select(User)).one()
    assert user.roles == [Role.EDITOR, Role.ORDER_DESK]
    assert user.has_second_factor
    assert app.test_client().get(path).status_code == 404
    # The code that proved the app was used up with it.
    other = app.test_client()
    send(other, "/account/sign-in", email="new@example.org", password=PASSWORD)
    assert (
        send(
            other, "/account/second-factor", code=security.totp().generate_totp_password(user.totp_secret or "")
        ).status_code
        == 422
    )


@pytest.mark.real_clock
def test_used_at_the_same_moment_it_makes_one_account(app: Flask) -> None:
    path = invited()

    def act(client: Any, token: str) -> Any:
        return lambda: client.post(path, data={"password": PASSWORD, "csrf_token": token}, headers=OURS).status_code

    acts = []
    for _ in range(5):
        client = app.test_client()
        acts.append(act(client, token_on(client, path)))
    assert Counter(at_once(app, acts)) == {303: 1, 404: 4}
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(User)) == 1


def test_seven_days(app: Flask) -> None:
    path = invited()
    with time_machine.travel(NOON + timedelta(days=7, seconds=-1), tick=False):
        assert app.test_client().get(path).status_code == 200
    with time_machine.travel(NOON + timedelta(days=7), tick=False):
        assert app.test_client().get(path).status_code == 404


def test_a_newer_link_makes_the_older_void(app: Flask) -> None:
    older, newer = invited(), invited("NEW@example.org")
    assert app.test_client().get(older).status_code == 404
    assert app.test_client().get(newer).status_code == 200


def test_wrong_links_are_slowed_down_and_right_ones_are_not(app: Flask) -> None:
    path = invited()
    for _ in range(10):
        assert app.test_client().get("/account/invitation/" + "x" * 43).status_code == 404
    assert app.test_client().get("/account/invitation/" + "x" * 43).status_code == 429
    assert app.test_client().get(path).status_code == 200


def test_who_has_an_account_is_not_invited_again(app: Flask) -> None:
    a_user(email="here@example.org")
    with pytest.raises(ShopError, match="already"), transaction():
        inviting.invite("HERE@example.org", roles=[Role.OWNER], by="BOSS")


def test_partner_staff_belong_to_one_workshop(app: Flask) -> None:
    with transaction() as session:
        partner = a_partner()
        session.add(partner)
    for roles, partner_id in (
        ([Role.PARTNER_STAFF], None),
        ([Role.OWNER], partner.id),
        ([Role.PARTNER_STAFF, Role.EDITOR], partner.id),
        ([], None),
    ):
        with pytest.raises(ShopError), transaction():
            inviting.invite("x@example.org", roles=roles, partner_id=partner_id, by="BOSS")
    path = invited("x@example.org", Role.PARTNER_STAFF, partner_id=partner.id)
    send(app.test_client(), path, password=PASSWORD)
    assert db.session.scalars(select(User.partner_id)).one() == partner.id


def test_the_command_prints_a_link(app: Flask) -> None:
    runner = app.test_cli_runner()
    done = runner.invoke(args=["accounts", "invite", "someone@example.org", "--role", "owner"])
    assert done.exit_code == 0, done.output
    assert re.fullmatch(r"http://localhost/account/invitation/[\w-]{43}\n", done.output)
    assert runner.invoke(args=["accounts", "invite", "someone", "--role", "owner"]).exit_code == 1
    assert runner.invoke(args=["accounts", "invite", "a@example.org", "--role", "king"]).exit_code == 2
    assert (
        runner.invoke(
            args=["accounts", "invite", "a@example.org", "--role", "partner_staff", "--partner", "none"]
        ).exit_code
        == 1
    )


def first_link(app: Flask) -> str:
    done = app.test_cli_runner().invoke(args=["accounts", "first-link"])
    assert done.exit_code == 0, done.output
    return done.output.strip().removeprefix("http://localhost")


def test_the_first_link_is_made_anew_until_an_owner_can_sign_in(app: Flask) -> None:
    older = first_link(app)
    newer = first_link(app)
    assert app.test_client().get(older).status_code == 404
    client = app.test_client()
    assert send(client, newer, email="nonsense", password=PASSWORD).status_code == 422
    assert send(client, newer, email="owner@example.org", password=PASSWORD).status_code == 303
    third = first_link(app)  # she stopped before the second factor
    assert third
    client = app.test_client()
    assert send(client, third, email="Owner@example.org", password="another kettle of fish 7").status_code == 303
    assert set_up_app(client).status_code == 200
    assert first_link(app) == ""
    assert db.session.scalar(select(func.count()).select_from(User)) == 1


def test_the_first_link_takes_nobody_over(app: Flask) -> None:
    editor = a_user(Role.EDITOR, email="editor@example.org")
    answer = send(app.test_client(), first_link(app), email=editor.email, password="another kettle of fish 7")
    assert answer.status_code == 422
    assert "already" in answer.text


def test_a_secret_of_another_page_is_not_taken(app: Flask) -> None:
    path, client = invited(), app.test_client()
    send(client, path, password=PASSWORD)
    for secret in ("", "x.y.z", security.totp().generate_totp_secret()):
        assert send(client, "/account/set-up-second-factor", secret=secret, code="123456").status_code == 422
    assert not db.session.scalars(select(User)).one().has_second_factor
