"""The first owner: a link from the command line, a password, an authenticator app, and the staff area is open."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time

import pytest
from playwright.sync_api import expect
from sqlalchemy import update
from sqlalchemy.orm import Session

from storefront.accounts.inviting import first_link
from storefront.accounts.models import User
from storefront.app import create_app
from storefront.db import db, transaction
from tests.e2e.conftest import Visit
from tests.e2e.shopper import Shopper
from tests.e2e.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PASSWORD = "maple kettle orbit 58"
USED = "This link has been used or has run out."


def test_the_first_owner(store: Store, visit: Visit) -> None:
    leave_without_owner(store)
    link = store.flask("accounts", "first-link").strip()
    owner = visit(store)
    page = owner.page

    for _ in range(2):  # a mail scanner opens links too
        page.goto(link)
        expect(owner.heading("Welcome to the staff")).to_be_visible()
        expect(page.locator("main button:not([type=button])")).to_have_text(["Make my account"])
    make_account(owner, chosen=owner.email)

    owner.open("/admin")  # a password alone opens nothing
    expect(owner.heading("Sign in")).to_be_visible()
    for path in ("/admin/people", "/admin/audit", "/admin/security", "/admin/no-such-page"):
        assert answer_of(owner, path)[0] == 303, path

    owner.open("/account/set-up-second-factor")
    secret, codes = set_up_app(owner)
    assert len(set(codes)) == 10
    page.get_by_role("link", name="I have kept them").click()
    expect(page).to_have_url(f"{store.url}/admin")
    expect(owner.heading(re.compile(r"^\w+day, "))).to_be_visible()
    assert rail_of(owner) == [
        "Today",
        "Products",
        "Stock",
        "Collections",
        "Imports",
        "Consent desk",
        "Articles",
        "Help lines",
        "Texts",
        "Announcements",
        "Notes to workshops",
        "Workshops",
        "Shipping",
        "People and roles",
        "Audit trail",
        "Your sign-in",
    ]

    owner.open("/account/recovery-codes")  # where they were shown they are no more
    expect(page.get_by_role("main")).to_contain_text("You have 10 unused recovery codes.")
    assert not any(code in page.content() for code in codes)
    assert secret not in page.content()

    stranger = visit(store)
    stranger.page.goto(link)
    expect(stranger.page.get_by_role("main")).to_contain_text(USED)
    expect(stranger.page.locator("main form")).to_have_count(0)
    assert store.flask("accounts", "first-link") == ""


# --- What the journeys of the staff share -----------------------------------------------------------------------------


def leave_without_owner(store: Store) -> None:
    """The journeys share one shop; behind its back, whoever came to own it in the last one has left."""
    with Session(store.engine) as session, session.begin():
        session.execute(update(User).values(active=False))


def become_owner(store: Store, owner: Shopper) -> list[str]:
    """The same without the command's own process; returns the recovery codes."""
    leave_without_owner(store)
    app = create_app(store.settings)
    with app.app_context():
        with transaction():
            invited = first_link()
            assert invited
        db.session.remove()
        db.engine.dispose()
    owner.page.goto(f"{store.url}/account/invitation/{invited.link_token}")
    make_account(owner, chosen=owner.email)
    _, codes = set_up_app(owner)
    return codes


def make_account(person: Shopper, *, chosen: str = "") -> None:
    """On the page of a link; `chosen` is the address, where the link names none."""
    if chosen:
        person.page.get_by_label("E-mail address").fill(chosen)
    person.page.get_by_label("New password").fill(PASSWORD)
    person.button("Make my account").click()
    expect(person.heading("Your second factors")).to_be_visible()


def set_up_app(person: Shopper) -> tuple[str, list[str]]:
    """Type the key that the page shows into an app and its digits into the page; returns key and recovery codes."""
    secret = person.page.locator("main code").inner_text()
    person.page.get_by_label("The six digits that your app shows").fill(code_now(secret))
    person.button("Use this app").click()
    expect(person.heading("Recovery codes")).to_be_visible()
    return secret, person.page.locator("main code").all_inner_texts()


def code_now(secret: str, *, later: int = 0) -> str:
    """RFC 6238 as every app counts it; `later` steps of half a minute ahead, for a clock that is a little fast."""
    key = base64.b32decode(re.sub(r"[\s-]", "", secret) + "=" * (-len(re.sub(r"[\s-]", "", secret)) % 8))
    mac = hmac.digest(key, (int(time.time()) // 30 + later).to_bytes(8, "big"), hashlib.sha1)
    start = mac[-1] & 15
    return f"{(int.from_bytes(mac[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def give_password(person: Shopper, password: str = PASSWORD) -> None:
    person.open("/account/sign-in")
    person.page.get_by_label("E-mail address").fill(person.email)
    person.page.get_by_label("Password").fill(password)
    person.button("Sign in").click()


def give_factor(person: Shopper, code: str) -> None:
    expect(person.heading("Your second factor")).to_be_visible()
    person.page.get_by_label("Code").fill(code)
    person.button("Go on").click()
    expect(person.heading("Your second factor")).to_have_count(0)


def rail_of(person: Shopper) -> list[str]:
    """What the staff area's menu offers; on a small screen it is opened first."""
    menu = person.page.locator(".rail summary")
    if menu.is_visible():
        menu.click()
    return person.page.get_by_role("navigation", name="Staff area").get_by_role("link").all_inner_texts()


def answer_of(person: Shopper, path: str) -> tuple[int, str]:
    """Status and page, with her cookies, redirects not followed."""
    answer = person.context.request.get(person.store.url + path, max_redirects=0)
    return answer.status, answer.text()
