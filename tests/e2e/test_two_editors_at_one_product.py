"""Two people write at one product at the same time: neither loses a word, and what stood before can be had back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from storefront.accounts.permissions import Role
from tests.e2e.conftest import Visit
from tests.e2e.staff import a_draft, come
from tests.e2e.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
HERS = "A bag for a day at the river, sewn from one piece."
HIS = "A bag for the market, with a pocket for the key."


@pytest.mark.parametrize(
    "screen",
    [pytest.param({"width": 1280}, id="scripts"), pytest.param({"width": 390, "scripts": False}, id="no scripts")],
)
def test_both_versions_are_shown_and_nothing_is_lost(store: Store, visit: Visit, screen: dict[str, int]) -> None:
    slug = f"bag-of-two-editors-{screen['width']}"
    a_draft(store, slug)
    address = f"/admin/products/{slug}"
    first, second = (come(store, visit, Role.CATALOGUE_ADMIN, **screen) for _ in range(2))
    first.open(address)
    second.open(address)

    first.page.get_by_label("Description").fill(HERS)
    first.page.get_by_label("Weight of one").fill("310")
    _save(first.page)
    expect(first.page.get_by_text("Saved.", exact=True)).to_be_visible()

    page = second.page
    page.get_by_label("Description").fill(HIS)
    page.get_by_label("How it is made").fill("Sewn by hand")
    _save(page)
    expect(page.locator(".notice-bad")).to_be_focused()
    differs = page.get_by_role("region", name="What differs")
    expect(differs).to_contain_text(first.email.partition("@")[0], ignore_case=True)
    for text in (HERS, HIS, "310 g", "240 g", "Sewn by hand"):
        expect(differs).to_contain_text(text)
    expect(page.get_by_label("Description")).to_have_value(HIS)
    expect(page.get_by_label("How it is made")).to_have_value("Sewn by hand")
    first.page.reload()
    expect(first.page.get_by_label("Description")).to_have_value(HERS)

    page.get_by_label("Description").fill(f"{HERS} {HIS}")
    page.get_by_label("Weight of one").fill("310")
    _save(page)
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    first.page.reload()
    expect(first.page.get_by_label("Description")).to_have_value(f"{HERS} {HIS}")
    expect(first.page.get_by_label("Weight of one")).to_have_value("310")

    page.get_by_role("link", name="All versions").click()
    expect(second.heading("Versions")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(HIS)
    page.locator("summary", has_text="Put version 1 back").click()
    page.locator("details[open]").get_by_role("button", name="Put it back").click()
    expect(page.get_by_text("That version stands again.")).to_be_visible()
    expect(page.get_by_role("heading", level=2).first).to_have_text(re.compile("Version 1 put back"))
    second.open(address)
    expect(page.get_by_label("Description")).to_have_value(HERS)
    expect(page.get_by_label("Weight of one")).to_have_value("310")
    expect(page.get_by_label("How it is made")).to_have_value("Sewn")


def test_what_was_typed_and_not_saved_waits_for_her(store: Store, visit: Visit) -> None:
    a_draft(store, "bag-left-alone")
    editor, other = (come(store, visit, Role.CATALOGUE_ADMIN) for _ in range(2))
    page = editor.page
    editor.open("/admin/products/bag-left-alone")
    page.get_by_label("Description").fill(HIS)
    expect(page.locator("[data-autosave-said]")).not_to_be_empty()

    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    editor.open("/admin/products")
    assert asked == ["beforeunload"]
    editor.open("/admin/products/bag-left-alone")
    expect(page.get_by_label("Description")).to_have_value("A tote.")
    page.get_by_role("link", name="Go on with it").click()
    expect(page.get_by_label("Description")).to_have_value(HIS)
    expect(page.get_by_text("This is not saved yet.")).to_be_visible()
    other.open("/admin/products/bag-left-alone")
    expect(other.page.get_by_label("Description")).to_have_value("A tote.")
    expect(other.page.get_by_text("did not save it")).to_have_count(0)

    _save(page)
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_text("did not save it")).to_have_count(0)
    expect(page.get_by_label("Description")).to_have_value(HIS)


def _save(page: Page) -> None:
    page.get_by_role("button", name="Save changes").first.click()
