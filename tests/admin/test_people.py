"""People and roles: inviting, giving and taking, disabling, signing devices out."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from storefront.accounts.models import Invitation, User
from storefront.accounts.permissions import Role
from storefront.accounts.queries import devices_of
from storefront.audit.models import AuditLine
from storefront.db import db
from storefront.jobs.models import Job
from storefront.jobs.working import work_all
from tests.admin.people import Staff, a_person
from tests.conftest import Postbox
from tests.factories import a_partner


@pytest.fixture
def owner(app: Flask) -> Staff:
    return Staff(app, a_person(Role.OWNER, email="owner@example.org"))


def again(person: User) -> User:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(User, person.id)


def lines() -> list[tuple[str, str, str]]:
    db.session.rollback()
    return [
        (line.what.value, line.subject, line.why)
        for line in db.session.scalars(select(AuditLine).order_by(AuditLine.id))
    ]


def test_the_list_tells_of_everybody(app: Flask, owner: Staff) -> None:
    a_person(Role.EDITOR, email="noor@example.org", factor=False, active=False)
    page = owner.get("/admin/people").text
    rows = [
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in re.findall(r"<tr>(.*?)</tr>", page, re.S)
    ]
    assert "noor@example.org Editor Not yet Not signed in Disabled" in rows
    assert "owner@example.org Owner Yes 24 November 2026, 12:00 UTC May sign in" in rows


def test_the_list_costs_the_same_for_many(app: Flask, owner: Staff, statements: object) -> None:
    def cost() -> int:
        db.session.remove()
        with statements() as seen:  # type: ignore[operator]
            assert owner.get("/admin/people").status_code == 200
        return len(seen)

    few = cost()
    for _ in range(10):
        Staff(app, a_person(Role.EDITOR))
    assert cost() == few <= 9


def test_an_invitation_is_shown_once_and_sent(app: Flask, owner: Staff, postbox: Postbox) -> None:
    answer = owner.post("/admin/people", email="Ines@example.org", roles=["order_desk", "editor"])
    assert answer.status_code == 200
    [link] = set(re.findall(r"http://localhost/account/invitation/[\w-]+", answer.text))
    assert "Ines@example.org is invited" in answer.text
    work_all(app.extensions["outside"])
    [message] = postbox.messages
    assert message["To"] == "Ines@example.org"
    assert link in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert link in message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "because of an order" not in message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    db.session.rollback()
    assert all("link" not in str(payload) for payload in db.session.scalars(select(Job.payload))), (
        "forgotten once it has left"
    )
    page = owner.get("/admin/people").text
    assert link not in page
    assert "Ines@example.org" in page
    assert app.test_client().get(link.removeprefix("http://localhost")).status_code == 200


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"email": "ines"}, "Enter an e-mail address like name@example.org."),
        ({"roles": []}, "Choose at least one role."),
        ({"roles": ["king"]}, "king"),
        ({"email": "owner@example.org"}, "has an account already"),
        ({"roles": ["partner_staff"]}, "choose it"),
        ({"email": "a@example.org\x00"}, "Enter an e-mail"),
        ({"partner": "nowhere"}, "Not a valid choice"),
    ],
)
def test_what_is_wrong_is_said_at_the_top_and_beside_the_field(
    owner: Staff, fields: dict[str, object], said: str
) -> None:
    answer = owner.post("/admin/people", **{"email": "ines@example.org", "roles": ["editor"]} | fields)
    assert answer.status_code == 422
    assert "Nobody was invited" in answer.text
    assert said in answer.text
    assert 'value="editor" checked' in answer.text or "roles" in fields
    assert db.session.scalar(select(Invitation)) is None


def test_workshop_staff_belong_to_a_workshop(app: Flask, owner: Staff) -> None:
    db.session.add(a_partner(slug="lamplight", name="Lamplight"))
    db.session.commit()
    answer = owner.post("/admin/people", email="w@example.org", roles=["partner_staff"], partner="lamplight")
    assert answer.status_code == 200
    invitation = db.session.scalars(select(Invitation)).one()
    assert invitation.partner_id is not None


def test_an_invitation_is_taken_back(owner: Staff) -> None:
    owner.post("/admin/people", email="ines@example.org", roles=["editor"])
    reference = db.session.scalars(select(Invitation.reference)).one()
    answer = owner.post(f"/admin/people/invitations/{reference}")
    assert answer.status_code == 303
    db.session.rollback()
    assert db.session.scalar(select(Invitation)) is None
    assert "The invitation is void" in owner.get(answer.location).text


def test_roles_are_changed_with_a_reason(app: Flask, owner: Staff) -> None:
    noor = Staff(app, a_person(Role.EDITOR, email="noor@example.org"))
    path = f"/admin/people/{noor.person.reference}"
    answer = owner.post(f"{path}/roles", roles=["editor", "guardian"], why="Ruth has left")
    assert (answer.status_code, answer.location) == (303, f"{path}?done=roles")
    assert set(again(noor.person).roles) == {Role.EDITOR, Role.GUARDIAN}
    assert lines()[-1][1:] == (f"account:{noor.person.reference}", "Ruth has left")
    assert "noor@example.org may act as Editor, Guardian from now on" in owner.get(answer.location).text
    assert noor.get("/admin").status_code == 303, "signed out"


@pytest.mark.parametrize("act", ["roles", "disable", "enable", "factors"])
def test_every_change_asks_why(app: Flask, owner: Staff, act: str) -> None:
    noor = a_person(Role.EDITOR, active=act != "enable")
    answer = owner.post(f"/admin/people/{noor.reference}/{act}", roles=["editor"], why=" ")
    assert answer.status_code == 422
    assert "Say in a few words why" in answer.text
    assert "Nothing was changed" in answer.text
    assert again(noor).active is (act != "enable")
    assert again(noor).has_second_factor


def test_a_reason_with_an_address_is_refused_in_words(owner: Staff) -> None:
    noor = a_person(Role.EDITOR)
    answer = owner.post(f"/admin/people/{noor.reference}/disable", why="asked by mara@example.org")
    assert answer.status_code == 422
    assert "leave e-mail addresses out" in answer.text
    assert again(noor).active


def test_disabled_and_enabled(app: Flask, owner: Staff) -> None:
    noor = Staff(app, a_person(Role.EDITOR, email="noor@example.org"))
    path = f"/admin/people/{noor.person.reference}"
    page = owner.get(path).text
    assert "Disable now" in page
    assert "Enable again" not in page
    answer = owner.post(f"{path}/disable", why="On leave")
    assert not again(noor.person).active
    assert "is disabled and signed out everywhere" in owner.get(answer.location).text
    assert noor.get("/admin").status_code == 303
    answer = owner.post(f"{path}/enable", why="Back again")
    assert again(noor.person).active
    assert "may sign in again" in owner.get(answer.location).text
    assert "is disabled" not in owner.get(f"{path}?done=disabled").text, "a word in the address claims nothing"


def test_the_last_owner_stays(owner: Staff) -> None:
    path = f"/admin/people/{owner.person.reference}"
    for act, fields in (("disable", {}), ("roles", {"roles": ["editor"]}), ("factors", {})):
        answer = owner.post(f"{path}/{act}", why="Tired", **fields)
        assert answer.status_code == 422, act
        assert "This is the last owner. Make somebody else an owner first." in answer.text
    assert again(owner.person).roles == [Role.OWNER]


def test_an_owner_who_changes_herself_signs_in_again(app: Flask, owner: Staff) -> None:
    a_person(Role.OWNER)
    answer = owner.post(f"/admin/people/{owner.person.reference}/roles", roles=["editor"], why="Enough")
    assert (answer.status_code, answer.location) == (303, "/account/sign-in")


def test_lost_factors_are_forgotten(app: Flask, owner: Staff) -> None:
    noor = a_person(Role.EDITOR, email="noor@example.org")
    answer = owner.post(f"/admin/people/{noor.reference}/factors", why="Telephone lost, spoke to her")
    assert not again(noor).has_second_factor
    assert "has no second factor any more" in owner.get(answer.location).text


def test_devices_are_signed_out(app: Flask, owner: Staff) -> None:
    noor = a_person(Role.EDITOR, email="noor@example.org")
    first, second = Staff(app, noor), Staff(app, noor)
    path = f"/admin/people/{noor.reference}"
    assert owner.get(path).text.count("Sign this device out") == 2
    answer = owner.post(f"{path}/devices/{first.device}")
    assert "The device is signed out. 1 is left." in owner.get(answer.location).text
    assert [device.reference for device in db.session.scalars(devices_of(noor.id))] == [second.device]
    answer = owner.post(f"{path}/devices")
    assert "noor@example.org is signed in nowhere." in owner.get(answer.location).text
    assert second.get("/admin").status_code == 303


def test_a_device_of_somebody_else_is_not_found(app: Flask, owner: Staff) -> None:
    noor, ruth = a_person(Role.EDITOR), Staff(app, a_person(Role.GUARDIAN))
    answer = owner.post(f"/admin/people/{noor.reference}/devices/{ruth.device}")
    assert answer.status_code == 404
    assert ruth.get("/admin").status_code == 200


@pytest.mark.parametrize("reference", ["NOBODY2345", "x" * 400, "%00", "1' or 1=1"])
def test_nobody_is_not_found(owner: Staff, reference: str) -> None:
    for act in ("roles", "disable", "enable", "factors", "devices", "devices/X"):
        assert owner.post("/admin/people/invitations/%00").status_code == 404
        assert owner.post(f"/admin/people/{owner.person.reference}/devices/%00").status_code == 404
        assert owner.post(f"/admin/people/{reference}/{act}", roles=["editor"], why="x").status_code == 404
    assert owner.get(f"/admin/people/{reference}").status_code == 404


def test_a_form_without_its_token_does_nothing(app: Flask, owner: Staff) -> None:
    noor = a_person(Role.EDITOR)
    for token in ("", "x", Staff(app, a_person(Role.OWNER)).form_token()):
        answer = owner.client.post(
            f"/admin/people/{noor.reference}/disable",
            data={"why": "x", "csrf_token": token},
            headers={"Sec-Fetch-Site": "same-origin"},
        )
        assert answer.status_code == 403
    assert again(noor).active


def test_a_stale_factor_is_asked_for_again(app: Flask) -> None:
    owner = Staff(app, a_person(Role.OWNER), stale=True)
    answer = owner.get("/admin/people")
    assert (answer.status_code, answer.location) == (303, "/account/second-factor?next=%2Fadmin%2Fpeople")
    noor = a_person(Role.EDITOR)
    assert owner.post(f"/admin/people/{noor.reference}/disable", why="x").status_code == 403
    assert again(noor).active
