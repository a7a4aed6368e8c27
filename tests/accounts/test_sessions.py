"""A session ends when it should, whoever still holds its cookie, and nothing of it touches a public page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from storefront.accounts import passwords, staffing
from storefront.accounts.models import PasswordReset, User, UserSession
from storefront.accounts.permissions import Role
from storefront.core.clock import now
from storefront.core.refs import digest
from storefront.db import db, transaction
from tests.accounts.people import (
    OURS,
    PASSWORD,
    a_user,
    again,
    code_of,
    cookie,
    is_in,
    send,
    sign_in,
    signed_in,
    token_on,
)
from tests.conftest import NOON
from tests.factories import a_shop


def _sign_out(app: Flask, client: FlaskClient, user: User) -> None:
    send(client, "/account/sign-out", page="/account/devices")


def _change_password(app: Flask, client: FlaskClient, user: User) -> None:
    answer = send(client, "/account/password", present=PASSWORD, password="another kettle of fish 7")
    assert answer.status_code == 303, answer.text
    assert client.get("/account/devices").status_code == 200  # this browser goes on, under a new id


def _change_roles(app: Flask, client: FlaskClient, user: User) -> None:
    with transaction():
        staffing.change_roles(user.id, [Role.EDITOR], by="BOSS", why="moves on")


def _disable(app: Flask, client: FlaskClient, user: User) -> None:
    with transaction():
        staffing.disable(user.id, by="BOSS", why="left")


def _sign_device_out(app: Flask, client: FlaskClient, user: User) -> None:
    row = db.session.scalars(select(UserSession).where(UserSession.token_hash == digest(cookie(client)))).one()
    send(signed_in(app, user), "/account/devices", device=row.reference)


def _reset(app: Flask, client: FlaskClient, user: User) -> None:
    with transaction() as session:
        session.add(
            PasswordReset(
                token_hash=digest("t" * 43), user_id=user.id, created_at=now(), expires_at=now() + timedelta(hours=1)
            )
        )
    answer = send(app.test_client(), f"/account/reset/{'t' * 43}", password="another kettle of fish 7")
    assert answer.status_code == 303, answer.text


ENDS: dict[str, Callable[[Flask, FlaskClient, User], None]] = {
    "sign-out": _sign_out, "password": _change_password, "roles": _change_roles, "disabled": _disable,
    "device": _sign_device_out, "reset": _reset,
}  # fmt: skip


@pytest.mark.parametrize("event", list(ENDS))
def test_a_cookie_is_dead_after(app: Flask, event: str) -> None:
    a_user(Role.OWNER)
    user = a_user(Role.OWNER)
    client = app.test_client()
    sign_in(client, user)
    old = cookie(client)
    assert is_in(app, old)
    ENDS[event](app, client, user)
    assert not is_in(app, old)


def test_every_step_gives_a_new_id_and_a_planted_one_is_worth_nothing(app: Flask) -> None:
    user, client, planted = a_user(), app.test_client(), "p" * 43
    client.set_cookie("session", planted)
    assert send(client, "/account/sign-in", email=user.email, password=PASSWORD).status_code == 303
    half = cookie(client)
    assert send(client, "/account/second-factor", code=code_of(user)).status_code == 303
    whole = cookie(client)
    assert len({planted, half, whole}) == 3
    assert not is_in(app, planted)
    assert not is_in(app, half)
    assert is_in(app, whole)


def test_only_the_hash_is_kept_and_no_address(app: Flask) -> None:
    user, client = a_user(), app.test_client()
    sign_in(client, user)
    row = db.session.scalars(select(UserSession)).one()
    assert row.token_hash == digest(cookie(client)) != cookie(client)
    assert len(cookie(client)) == 43
    assert "127.0.0.1" not in str({column.name: getattr(row, column.name) for column in UserSession.__table__.columns})


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(app: Flask) -> None:
    answer = app.test_client().get("/account/sign-in")
    [sent] = answer.headers.getlist("Set-Cookie")
    assert sent.startswith("session=")
    assert "HttpOnly" in sent
    assert "SameSite=Lax" in sent
    assert "Expires" not in sent
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("steps", "alive"),
    [([29], True), ([31], False), ([29, 29], True), ([29] * 16, True), ([29] * 17, False)],
    ids=str,
)
def test_idle_for_half_an_hour_or_there_for_eight(app: Flask, steps: list[int], alive: bool) -> None:
    user = a_user()
    client, moment = signed_in(app, user), NOON
    for minutes in steps[:-1]:
        moment += timedelta(minutes=minutes)
        with time_machine.travel(moment, tick=False):
            assert client.get("/account/devices").status_code == 200
    with time_machine.travel(moment + timedelta(minutes=steps[-1]), tick=False):
        assert (client.get("/account/devices").status_code == 200) is alive


def test_a_proved_password_alone_opens_nothing(app: Flask) -> None:
    user, client = a_user(), app.test_client()
    send(client, "/account/sign-in", email=user.email, password=PASSWORD)
    for path in ("/account/devices", "/account/password", "/account/recovery-codes"):
        assert client.get(path).status_code == 303
    assert client.get("/account/set-up-second-factor").headers["Location"].startswith("/account/second-factor")
    with time_machine.travel(NOON + timedelta(minutes=21), tick=False):
        assert client.get("/account/second-factor").headers["Location"].startswith("/account/sign-in")


def test_seen_is_written_at_steps(app: Flask, statements: Any) -> None:
    client = signed_in(app, a_user())
    client.get("/account/devices")
    with statements() as seen:
        client.get("/account/devices")
    assert not [line for line in seen if line.startswith(("UPDATE", "INSERT"))]
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        client.get("/account/devices")
    assert db.session.scalar(select(UserSession.seen_at)) == NOON + timedelta(minutes=1)


def test_devices_are_told_in_words(app: Flask) -> None:
    user, client = a_user(), app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Gecko/20100101 Firefox/141.0"
    sign_in(client, user)
    text = client.get("/account/devices").text
    assert "Firefox on Windows, this one" in text
    assert "141.0" not in text


def test_a_foreign_device_cannot_be_signed_out(app: Flask) -> None:
    mine, other = signed_in(app, a_user()), signed_in(app, a_user())
    row = db.session.scalars(select(UserSession).where(UserSession.token_hash == digest(cookie(other)))).one()
    send(mine, "/account/devices", device=row.reference)
    assert is_in(app, cookie(other))


@pytest.mark.parametrize("path", ["/", "/shop", "/stories", "/about"])
def test_public_pages_ask_nothing_of_a_session(app: Flask, statements: Any, path: str) -> None:
    a_shop()
    client = signed_in(app, a_user())
    app.test_client().get(path)
    with statements() as plain:
        without = app.test_client().get(path)
    with statements() as seen:
        answer = client.get(path)
    assert len(seen) == len(plain)
    assert not [line for line in seen if "user" in line]
    assert answer.data == without.data
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_no_hook_of_the_library_runs_before_every_request(app: Flask) -> None:
    hooks = [
        hook
        for kind in (app.before_request_funcs, app.after_request_funcs, app.template_context_processors)
        for all_ in kind.values()
        for hook in all_
    ]
    assert hooks
    assert not [
        hook for hook in hooks if hook.__module__.startswith(("flask_login", "flask_principal", "flask_security"))
    ]


@pytest.mark.parametrize("token", ["", "wrong", None])
def test_a_form_without_its_token_is_refused(app: Flask, token: str | None) -> None:
    user, client = a_user(), app.test_client()
    client.get("/account/sign-in")
    data = {"email": user.email, "password": PASSWORD} | ({} if token is None else {"csrf_token": token})
    assert client.post("/account/sign-in", data=data, headers=OURS).status_code == 403


def test_a_token_of_another_browser_is_refused(app: Flask) -> None:
    user, client, other = a_user(), app.test_client(), app.test_client()
    client.get("/account/sign-in")
    answer = client.post(
        "/account/sign-in",
        data={"email": user.email, "password": PASSWORD, "csrf_token": token_on(other, "/account/sign-in")},
        headers=OURS,
    )
    assert answer.status_code == 403


def test_over_https_the_cookie_belongs_to_this_host_alone(app: Flask) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], shop_url="https://localhost")
    [sent] = app.test_client().get("/account/sign-in").headers.getlist("Set-Cookie")
    assert sent.startswith("__Host-session=")
    assert "Secure" in sent
    assert "Domain" not in sent


def test_a_password_changed_elsewhere_ends_even_this_moment(app: Flask) -> None:
    user = a_user()
    client = signed_in(app, user)
    with transaction():
        row = db.session.scalars(select(UserSession)).one()
        passwords.change(again_in(user), "x", session=row)
    assert not is_in(app, cookie(client))
    assert again(user).password_hash == "x"


def again_in(user: User) -> User:
    return db.session.get_one(User, user.id)


def test_signing_in_again_ends_the_session_before(app: Flask) -> None:
    user, client = a_user(), app.test_client()
    sign_in(client, user)
    old = cookie(client)
    token = token_on(client, "/account/devices")
    client.post("/account/sign-in", data={"email": user.email, "password": PASSWORD, "csrf_token": token}, headers=OURS)
    assert cookie(client) != old
    assert not is_in(app, old)


def test_the_second_click_of_two_signs_in_anew(app: Flask) -> None:
    user, client = a_user(), app.test_client()
    send(client, "/account/sign-in", email=user.email, password=PASSWORD)
    half, token = cookie(client), token_on(client, "/account/second-factor")
    form = {"code": code_of(user), "csrf_token": token}
    assert client.post("/account/second-factor", data=form, headers=OURS).status_code == 303
    client.set_cookie("session", half)
    answer = client.post("/account/second-factor", data=form, headers=OURS)
    assert answer.headers["Location"].startswith("/account/sign-in")


def test_one_who_signs_her_own_device_out_is_out(app: Flask) -> None:
    client = signed_in(app, a_user())
    row = db.session.scalars(select(UserSession)).one()
    assert send(client, "/account/devices", device=row.reference).status_code == 303
    assert client.get("/account/devices").headers["Location"].startswith("/account/sign-in")
