"""A colleague comes, works, may do something else, and goes; the audit trail tells of it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import update
from sqlalchemy.orm import Session

from storefront.accounts.models import UserSession
from storefront.core.clock import now
from tests.e2e.conftest import Visit
from tests.e2e.shopper import Shopper
from tests.e2e.store import Store, until
from tests.e2e.test_become_the_owner import (
    answer_of,
    become_owner,
    code_now,
    give_factor,
    give_password,
    make_account,
    rail_of,
    set_up_app,
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize(
    "screen",
    [pytest.param({"width": 1280}, id="scripts"), pytest.param({"width": 390, "scripts": False}, id="no scripts")],
)
def test_a_colleague_comes_and_goes(store: Store, visit: Visit, screen: dict[str, int]) -> None:
    owner, colleague = visit(store, **screen), visit(store, **screen)
    recovery_codes = become_owner(store, owner)

    _forget_when_factors_were_shown(store)
    owner.open("/admin/people")
    expect(owner.page.get_by_role("main")).to_contain_text("You have not shown it for ten minutes")
    give_factor(owner, recovery_codes[0])
    expect(owner.page).to_have_url(f"{store.url}/admin/people")
    _invite(owner, colleague)

    secret = accept(colleague)
    assert rail_of(colleague) == ["Today", "Stock", "Your sign-in"]
    missing = answer_of(colleague, "/admin/no-such-page")
    assert missing[0] == 404
    for path in ("/admin/people", "/admin/audit", f"/admin/people/{_reference_of(owner, colleague)}"):
        assert answer_of(colleague, path) == missing, path
    colleague.open("/admin/people")
    expect(colleague.heading("There is no page here")).to_be_visible()

    _open_person(owner, colleague)
    roles = _form(owner, "Change roles")
    _role(roles, "Order desk").uncheck()
    _role(roles, "Editor").check()
    roles.get_by_label("Why").fill("Writes stories from now on")
    owner.button("Change roles").click()
    expect(owner.page.get_by_text("may act as Editor from now on, and has to sign in again.")).to_be_visible()
    _is_out(colleague)
    give_password(colleague)
    give_factor(colleague, code_now(secret, later=1))
    expect(colleague.page).to_have_url(f"{store.url}/admin")

    owner.page.locator("summary", has_text="Disable this account").click()
    _form(owner, "Disable now").get_by_label("Why").fill("Has left the house")
    owner.button("Disable now").click()
    expect(owner.page.get_by_text("is disabled and signed out everywhere.")).to_be_visible()
    _is_out(colleague)
    give_password(colleague, "not the password at all")
    wrong = _refusal(colleague)
    give_password(colleague)
    assert _refusal(colleague) == wrong
    assert "do not fit together" in wrong

    owner.open(f"/admin/audit?subject=account:{_reference_of(owner, colleague)}")
    for what, why in (
        ("Disabled an account", "Has left the house"),
        ("Changed what somebody may do", "Writes stories from now on"),
    ):
        row = owner.page.get_by_role("row").filter(has_text=what)
        expect(row).to_contain_text(owner.email)
        expect(row).to_contain_text(colleague.email)
        expect(row).to_contain_text(why)
    for what in ("Could not sign in", "Signed in", "Added a second factor"):
        expect(owner.page.get_by_role("row").filter(has_text=what).first).to_be_visible()

    until(
        lambda: "Every line is linked into the chain." in answer_of(owner, "/admin/audit")[1], what="the worker's round"
    )
    said = store.flask("audit", "verify")
    assert re.match(r"\d+ lines are linked, 0 not yet; ", said), said
    assert "The audit trail is as it was written." in said


def _forget_when_factors_were_shown(store: Store) -> None:
    """Eleven minutes go by."""
    with Session(store.engine) as session, session.begin():
        session.execute(
            update(UserSession)
            .where(UserSession.factor_at.is_not(None))
            .values(factor_at=now() - timedelta(minutes=11))
        )  # fmt: skip


def _invite(owner: Shopper, colleague: Shopper) -> None:
    owner.page.get_by_label("E-mail").fill(colleague.email)
    _role(owner.page, "Order desk").check()
    owner.button("Invite").click()
    expect(owner.page.get_by_role("heading", name=f"{colleague.email} is invited")).to_be_visible()


def accept(colleague: Shopper) -> str:
    """By the link in her e-mail, to the staff area; returns her app's key."""
    body = colleague.store.wait_for_mail(colleague.email).get_body(("plain",))
    found = re.search(r"http\S+/account/invitation/\S+", body.get_content() if body else "")
    assert found
    colleague.page.goto(found[0])
    expect(colleague.page.get_by_role("main")).to_contain_text(f"You sign in as {colleague.email}.")
    make_account(colleague)
    secret, _ = set_up_app(colleague)
    colleague.page.get_by_role("link", name="I have kept them").click()
    expect(colleague.page).to_have_url(f"{colleague.store.url}/admin")
    return secret


def _open_person(owner: Shopper, colleague: Shopper) -> None:
    owner.open("/admin/people")
    owner.page.get_by_role("link", name=colleague.email).click()
    expect(owner.heading(colleague.email)).to_be_visible()


def _reference_of(owner: Shopper, colleague: Shopper) -> str:
    found = re.search(
        rf'href="/admin/people/(\w+)">{re.escape(colleague.email)}<', answer_of(owner, "/admin/people")[1]
    )
    assert found
    return found[1]


def _form(owner: Shopper, button: str) -> Locator:
    return owner.page.locator("form").filter(has=owner.page.get_by_role("button", name=button))


def _role(place: Page | Locator, name: str) -> Locator:
    return place.get_by_role("checkbox", name=re.compile(f"^{name}"))


def _is_out(colleague: Shopper) -> None:
    """Within a second: whatever she opens leads to signing in."""
    until(lambda: answer_of(colleague, "/admin")[0] == 303, seconds=1, what="the end of her session")
    colleague.page.reload()
    expect(colleague.heading("Sign in")).to_be_visible()


def _refusal(person: Shopper) -> str:
    return person.page.locator("main .notice-bad").inner_text()
