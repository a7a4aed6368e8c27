"""Who is let in, and what everybody else is told: the same as at an address that does not exist."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from storefront.accounts.guard import current_user, requires
from storefront.accounts.permissions import PERMISSIONS, Permission, Role, allowed
from tests.accounts.people import OURS, a_user, code_of, send, signed_in
from tests.conftest import NOON

PAGES = {permission: f"/admin/probe/{permission.value}" for permission in Permission}


@pytest.fixture
def probed(app: Flask) -> Flask:
    """The shop with a page for each permission."""
    app._got_first_request = False
    for permission, path in PAGES.items():

        def view() -> str:
            user = current_user()
            return f"open to {user.reference}" if user else "open"

        view.__name__ = f"probe_{permission.value}"
        app.add_url_rule(path, view.__name__, requires(permission)(view), methods=["GET", "POST"])
    return app


@pytest.mark.parametrize("role", list(Role))
def test_every_permission_by_every_role(probed: Flask, role: Role) -> None:
    client = signed_in(probed, a_user(role))
    missing = client.get("/admin/probe/nothing")
    for permission, path in PAGES.items():
        answer = client.get(path)
        if permission in PERMISSIONS[role]:
            assert (answer.status_code, answer.text[:7]) == (200, "open to"), permission
            assert client.post(path, headers=OURS | {"X": "y"}).status_code in {200, 403, 404}
        else:
            assert (answer.status_code, answer.data) == (404, missing.data), permission


def test_a_stranger_is_led_to_the_sign_in_page_whether_or_not_there_is_one(probed: Flask) -> None:
    client = probed.test_client()
    there, missing = client.get("/admin/probe/people?page=2"), client.get("/admin/probe/nothing?page=2")
    assert there.status_code == missing.status_code == 303
    assert there.headers["Location"] == "/account/sign-in?next=%2Fadmin%2Fprobe%2Fpeople%3Fpage%3D2"
    assert missing.headers["Location"] == "/account/sign-in?next=%2Fadmin%2Fprobe%2Fnothing%3Fpage%3D2"
    there, missing = client.post("/admin/probe/people"), client.post("/admin/probe/nothing")
    assert (there.status_code, there.data) == (404, missing.data)


def test_disabled_or_without_a_role(probed: Flask) -> None:
    assert signed_in(probed, a_user(active=False)).get(PAGES[Permission.DASHBOARD]).status_code == 303
    assert signed_in(probed, a_user(roles=[])).get(PAGES[Permission.DASHBOARD]).status_code == 404
    assert allowed([]) == frozenset()


def test_a_fresh_factor_for_what_cannot_be_undone(probed: Flask) -> None:
    user = a_user(Role.OWNER)
    client, path = signed_in(probed, user), PAGES[Permission.PEOPLE]
    assert client.get(path).status_code == 200
    with time_machine.travel(NOON + timedelta(minutes=10), tick=False):
        assert client.get(path).status_code == 200
    with time_machine.travel(NOON + timedelta(minutes=11), tick=False):
        assert client.get(PAGES[Permission.AUDIT]).status_code == 200
        answer = client.get(path)
        assert answer.headers["Location"] == "/account/second-factor?next=%2Fadmin%2Fprobe%2Fpeople"
        back = send(client, "/account/second-factor", code=code_of(user), next=path)
        assert back.headers["Location"] == path
        assert client.get(path).status_code == 200


def test_a_view_names_its_permission(probed: Flask) -> None:
    assert probed.view_functions["probe_people"].permission is Permission.PEOPLE  # type: ignore[attr-defined]
