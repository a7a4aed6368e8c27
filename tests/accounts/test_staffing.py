"""Roles, disabling, devices; and the trail: every event leaves one line, and without its line nothing happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from storefront.accounts import factors, inviting, passwords, signing_in, staffing
from storefront.accounts.devices import open_session
from storefront.accounts.models import Invitation, Passkey, PasswordReset, RecoveryCode, User, UserSession
from storefront.accounts.permissions import Role
from storefront.audit import trail
from storefront.audit.models import Act, AuditLine
from storefront.core.clock import now
from storefront.core.refs import digest, new_reference
from storefront.db import db, transaction
from storefront.web.networks import own_network
from tests.accounts.people import OURS, PASSWORD, a_user, acts, again, code_of, codes_for, send, sign_in, signed_in
from tests.jobs.racing import at_once


def me(user: User) -> User:
    return db.session.get_one(User, user.id)


def device(user: User) -> UserSession:
    return db.session.scalars(
        select(UserSession).where(UserSession.user_id == user.id).order_by(UserSession.id)
    ).first()  # type: ignore[return-value]


def a_key(user: User) -> Passkey:
    return Passkey(
        reference=new_reference(),
        user_id=user.id,
        name="Key",
        credential_id=new_reference(),
        public_key="x",
        sign_count=0,
        created_at=now(),
    )


def _reset(user: User) -> None:
    db.session.add(
        PasswordReset(token_hash=digest("t"), user_id=user.id, created_at=now(), expires_at=now() + timedelta(hours=1))
    )
    db.session.flush()
    passwords.reset("t", "new")


def _recover(user: User) -> None:
    [code, *_] = factors.new_recovery_codes(me(user))
    assert factors.use_recovery_code(me(user), code)


def _remove(user: User) -> None:
    db.session.add(a_key(user))
    db.session.flush()
    factors.remove(me(user), "app")


EVENTS: dict[Act, Callable[[User], Any]] = {
    Act.SIGN_IN: lambda user: signing_in.factor_fits(_half(user), how="app"),
    Act.SIGN_IN_FAILED: lambda user: signing_in.failed(user.reference, step="password"),
    Act.SIGN_OUT: lambda user: signing_in.sign_out(device(user)),
    Act.PASSWORD_CHANGED: lambda user: passwords.change(me(user), "new", session=device(user)),
    Act.PASSWORD_RESET: _reset,
    Act.SECOND_FACTOR_ADDED: lambda user: factors.add_passkey(me(user), name="", credential_id="c", public_key="k", sign_count=0),
    Act.SECOND_FACTOR_REMOVED: _remove,
    Act.RECOVERY_CODE_USED: _recover,
    Act.ROLE_CHANGED: lambda user: staffing.change_roles(user.id, [Role.EDITOR], by="BOSS", why="moves"),
    Act.INVITATION: lambda user: inviting.invite("new@example.org", roles=[Role.EDITOR], by=user.reference),
    Act.ACCOUNT_DISABLED: lambda user: staffing.disable(user.id, by="BOSS", why="left"),
    Act.DEVICE_SIGNED_OUT: lambda user: staffing.sign_out_device(device(user).reference, by=user.reference),
}  # fmt: skip


def _half(user: User) -> UserSession:
    opened = open_session(user.id, browser="A browser")
    return db.session.scalars(select(UserSession).where(UserSession.reference == opened.reference)).one()


def everything() -> list[Any]:
    db.session.rollback()
    found: list[Any] = []
    for table in (User, UserSession, Passkey, RecoveryCode, Invitation, PasswordReset, AuditLine):
        found.append(
            [
                tuple(row)
                for row in db.session.execute(
                    select(*table.__table__.columns).order_by(*table.__table__.primary_key)
                ).all()
            ]
        )
    return found


def test_the_twelve(app: Flask) -> None:
    assert len(EVENTS) == 12


@pytest.mark.parametrize("act", list(EVENTS), ids=str)
def test_each_event_leaves_one_line(app: Flask, act: Act) -> None:
    a_user()
    user = a_user(email="marked@example.org")
    signed_in(app, user)
    with transaction():
        EVENTS[act](me(user))
    assert acts() == [act]
    line = db.session.scalars(select(AuditLine)).one()
    assert "marked" not in f"{line.who}{line.subject}{line.why}{line.details}"
    assert user.reference in f"{line.who} {line.subject}"


@pytest.mark.parametrize("act", list(EVENTS), ids=str)
def test_without_its_line_nothing_happens(app: Flask, act: Act, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the trail is full")

    a_user()
    user = a_user()
    signed_in(app, user)
    before = everything()
    monkeypatch.setattr(trail, "record", broken)
    with pytest.raises(RuntimeError, match="full"), transaction():
        EVENTS[act](me(user))
    assert everything() == before


def test_the_pages_write_one_line_each(app: Flask) -> None:
    user, client = a_user(), app.test_client()
    send(client, "/account/sign-in", email=user.email, password="wrong " * 4)
    sign_in(client, user)
    send(client, "/account/password", present=PASSWORD, password="another kettle of fish 7")
    send(client, "/account/sign-out", page="/account/devices")
    client.post("/account/sign-out", headers=OURS)
    assert acts() == [Act.SIGN_IN_FAILED, Act.SIGN_IN, Act.PASSWORD_CHANGED, Act.SIGN_OUT]


def test_a_recovery_code_in_the_place_of_a_factor(app: Flask) -> None:
    user = a_user()
    [code, *_] = codes_for(user)
    client = app.test_client()
    send(client, "/account/sign-in", email=user.email, password=PASSWORD)
    send(client, "/account/second-factor", code=code)
    assert acts() == [Act.RECOVERY_CODE_USED, Act.SIGN_IN]


def test_an_unknown_address_leaves_its_line_too(app: Flask) -> None:
    send(app.test_client(), "/account/sign-in", email="never@example.org", password="wrong " * 4)
    line = db.session.scalars(select(AuditLine)).one()
    assert (line.who, line.subject) == ("unknown", "account:unknown")


@pytest.mark.parametrize("act", ["roles", "disable", "factors"])
def test_the_last_owner_stays(app: Flask, act: str) -> None:
    owner = a_user(Role.OWNER)
    a_user(Role.EDITOR)
    a_user(Role.OWNER, active=False)
    a_user(Role.OWNER, totp=False)
    acts_on = {
        "roles": lambda: staffing.change_roles(owner.id, [Role.EDITOR], by="BOSS", why=""),
        "disable": lambda: staffing.disable(owner.id, by="BOSS", why=""),
        "factors": lambda: staffing.forget_factors(owner.id, by="BOSS", why=""),
    }
    with pytest.raises(staffing.LastOwner), transaction():
        acts_on[act]()
    assert again(owner).active
    assert again(owner).roles == [Role.OWNER]


@pytest.mark.real_clock
def test_two_owners_who_disable_each_other(app: Flask) -> None:
    owners = [a_user(Role.OWNER), a_user(Role.OWNER)]

    def end(user: User) -> Callable[[], None]:
        def act() -> None:
            with transaction():
                staffing.disable(user.id, by="BOSS", why="")

        return act

    answers = at_once(app, [end(user) for user in owners])
    assert sorted(type(answer).__name__ for answer in answers) == ["LastOwner", "NoneType"]
    db.session.rollback()
    assert db.session.scalar(select(func.count()).where(User.active)) == 1


def test_enabled_again_she_signs_in_anew(app: Flask) -> None:
    a_user()
    user = a_user()
    with transaction():
        staffing.disable(user.id, by="BOSS", why="a mistake")
    assert send(app.test_client(), "/account/sign-in", email=user.email, password=PASSWORD).status_code == 422
    with transaction():
        staffing.enable(user.id, by="BOSS", why="a mistake")
    sign_in(app.test_client(), user)


def test_lost_factors_are_set_up_anew(app: Flask) -> None:
    a_user()
    user = a_user()
    client = signed_in(app, user)
    codes = codes_for(user)
    with transaction():
        staffing.forget_factors(user.id, by="BOSS", why="lost her bag")
    assert client.get("/account/devices").status_code == 303
    other = app.test_client()
    send(other, "/account/sign-in", email=user.email, password=PASSWORD)
    assert other.get("/account/second-factor").headers["Location"] == "/account/set-up-second-factor"
    assert not again(user).has_second_factor
    with transaction():
        assert not factors.use_recovery_code(me(user), codes[0])


def test_the_last_factor_stays(app: Flask) -> None:
    user = a_user()
    client = signed_in(app, user)
    assert send(client, "/account/set-up-second-factor", remove="app").status_code == 422
    with transaction() as session:
        session.add(a_key(user))
    assert send(client, "/account/set-up-second-factor", remove="app").status_code == 303
    assert again(user).totp_secret is None
    assert acts() == [Act.SECOND_FACTOR_REMOVED]


def test_everywhere(app: Flask) -> None:
    user = a_user()
    clients = [signed_in(app, user), signed_in(app, user)]
    with transaction():
        assert staffing.sign_out_everywhere(user.id, by=user.reference) == 2
    assert [client.get("/account/devices").status_code for client in clients] == [303, 303]
    assert acts() == [Act.DEVICE_SIGNED_OUT]
    assert code_of(user)


def test_a_word_that_is_no_role_is_refused(app: Flask) -> None:
    with pytest.raises(Exception, match="king"):
        a_user(roles=["king"])


@pytest.mark.parametrize("act", ["disable", "change_roles"])
def test_who_may_no_longer_invite_has_invited_nobody(app: Flask, act: str) -> None:
    keeper, leaver = a_user(Role.OWNER), a_user(Role.OWNER)
    with transaction():
        link = inviting.invite("friend@example.org", roles=[Role.OWNER], by=leaver.reference).link_token
        other = inviting.invite("colleague@example.org", roles=[Role.EDITOR], by=keeper.reference).link_token
    with transaction():
        if act == "disable":
            staffing.disable(leaver.id, by=keeper.reference, why="left")
        else:
            staffing.change_roles(leaver.id, [Role.EDITOR], by=keeper.reference, why="moved")
    left = db.session.scalars(select(Invitation.token_hash)).all()
    assert left == [digest(other)]
    assert digest(link) not in left


def test_taking_an_invitation_back_leaves_its_line(app: Flask) -> None:
    with transaction():
        invitation = inviting.invite("friend@example.org", roles=[Role.EDITOR], by="BOSS").invitation
    with transaction():
        inviting.take_back(invitation.reference, by="BOSS")
    with transaction():
        inviting.take_back(invitation.reference, by="BOSS")  # there is nothing left to take back, and nothing to tell
    lines = db.session.scalars(
        select(AuditLine.details).where(AuditLine.what == Act.INVITATION).order_by(AuditLine.id)
    ).all()
    assert lines == [{"roles": "editor"}, {"taken": "back"}]


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("2001:db8::1", "2001:db8::a:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
def test_a_household_has_one_network(app: Flask, first: str, second: str, same: bool) -> None:
    def network(address: str) -> str:
        with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
            return own_network()

    assert (network(first) == network(second)) is same
