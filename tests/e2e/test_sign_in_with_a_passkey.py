"""From an invitation to the staff by a passkey, and in again with it: the one thing here that needs a script."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from storefront.accounts.inviting import invite
from storefront.accounts.permissions import Role
from storefront.app import create_app
from storefront.db import db, transaction
from tests.conftest import Databases, Postbox, settings_for
from tests.e2e.store import free_ports

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PASSWORD = "maple kettle orbit 58"


@dataclass
class Staff:
    app: Flask
    url: str


@pytest.fixture
def staff(backend: str, databases: Databases, tmp_path: Path) -> Iterator[Staff]:
    """A shop under the name of localhost: browsers keep passkeys for names, not for numbers."""
    [port] = free_ports(1)
    database_url = databases.copy(backend, "empty")
    app = create_app(settings_for(database_url, tmp_path, shop_url=f"http://localhost:{port}"), mail=Postbox())
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Staff(app, f"http://localhost:{port}")
    server.shutdown()
    thread.join()
    server.server_close()
    with app.app_context():
        db.engine.dispose()
    databases.drop(database_url)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A browser with a security key in it."""
    context = browser.new_context()
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    key = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": key | {"automaticPresenceSimulation": True}})
    yield page
    context.close()


def test_a_passkey_from_the_invitation_on(staff: Staff, page: Page) -> None:
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    with staff.app.app_context():
        with transaction():
            link = invite("owner@example.org", roles=[Role.OWNER], by="TEST").link
        db.session.remove()
    page.goto(link)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Make my account").click()
    page.get_by_label("Name of this passkey").fill("Laptop")
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    expect(page.locator("main code")).to_have_count(10)
    page.goto(f"{staff.url}/account/devices")
    page.locator("main").get_by_role("button", name="Sign out here").click()
    page.get_by_label("E-mail address").fill("owner@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Your second factor")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{staff.url}/admin")
    page.goto(f"{staff.url}/account/devices")
    expect(page.get_by_text("this one")).to_be_visible()
    assert [fault for fault in faults if "404" not in fault] == []
