"""One's own devices, and the ways to password, factors and codes."""

from __future__ import annotations

import pytest
from flask import Flask

from storefront.accounts.permissions import Role
from tests.admin.people import Staff, a_person


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_everybody_sees_their_own_devices(app: Flask, role: Role) -> None:
    noor = a_person(role)
    here, other = Staff(app, noor), Staff(app, noor)
    Staff(app, a_person(Role.OWNER))
    page = here.get("/admin/security").text
    assert page.count("Sign this device out") == 2
    assert page.index("This device</span>") < page.index(f"/devices/{here.device}") or page.index(
        f"/devices/{other.device}"
    ) < page.index("This device</span>")
    for path in ("/account/password", "/account/set-up-second-factor", "/account/recovery-codes"):
        assert f'href="{path}"' in page
        assert here.get(path).status_code == 200


def test_another_device_is_signed_out(app: Flask) -> None:
    noor = a_person(Role.EDITOR)
    here, other = Staff(app, noor), Staff(app, noor)
    answer = here.post(f"/admin/security/devices/{other.device}")
    assert (answer.status_code, answer.location) == (303, "/admin/security?done=device")
    assert "The device is signed out. This is the only one left." in here.get(answer.location).text
    assert other.get("/admin").status_code == 303


def test_this_device_is_signed_out(app: Flask) -> None:
    here = Staff(app, a_person(Role.EDITOR))
    answer = here.post(f"/admin/security/devices/{here.device}")
    assert (answer.status_code, answer.location) == (303, "/account/sign-in")
    assert here.get("/admin").status_code == 303


def test_everywhere(app: Flask) -> None:
    noor = a_person(Role.EDITOR)
    here, other, ruth = Staff(app, noor), Staff(app, noor), Staff(app, a_person(Role.GUARDIAN))
    assert here.post("/admin/security/devices").location == "/account/sign-in"
    assert here.get("/admin").status_code == other.get("/admin").status_code == 303
    assert ruth.get("/admin").status_code == 200


@pytest.mark.parametrize("device", ["X", "%00", "x" * 500])
def test_a_device_of_somebody_else_is_not_found(app: Flask, device: str) -> None:
    here, ruth = Staff(app, a_person(Role.EDITOR)), Staff(app, a_person(Role.GUARDIAN))
    unknown, foreign = (
        here.post(f"/admin/security/devices/{device}"),
        here.post(f"/admin/security/devices/{ruth.device}"),
    )
    assert unknown.status_code == foreign.status_code == 404
    assert unknown.text == foreign.text
    assert ruth.get("/admin").status_code == 200
