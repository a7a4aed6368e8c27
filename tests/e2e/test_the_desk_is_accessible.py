"""The goods desk and the words of the house, for keys, for screen readers, for small screens and without scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from storefront.accounts.permissions import Role
from tests.e2e import pages
from tests.e2e.conftest import Visit
from tests.e2e.shopper import Shopper
from tests.e2e.staff import a_draft, come
from tests.e2e.store import Store
from tests.e2e.test_accessible import FAULTS, KINDS, asked, tab_to
from tests.e2e.test_nothing_foreign import SCROLLS

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_axe_finds_nothing_at_the_desk(store: Store, visit: Visit) -> None:
    """One page by day on a small screen, the next by night on a wide one."""
    axe = Axe()
    screens: Iterator[tuple[Literal["light", "dark"], int]] = cycle((("light", 390), ("dark", 1280)))

    def faults(page: Page) -> list[str]:
        scheme, width = next(screens)
        page.set_viewport_size({"width": width, "height": 800})
        return asked(axe, page, KINDS, scheme=scheme)

    _everywhere(come(store, visit, Role.OWNER, width=390), faults)


def test_without_scripts_every_page_of_the_desk_is_whole(store: Store, visit: Visit) -> None:
    """On the smallest screen; that nothing breaks and nobody else is asked is watched by `visit`."""

    def faults(page: Page) -> list[str]:
        return [*page.evaluate(FAULTS), *(["it scrolls sideways"] if page.evaluate(SCROLLS) else [])]

    _everywhere(come(store, visit, Role.OWNER, width=320, scripts=False), faults)


def _everywhere(owner: Shopper, look: Callable[[Page], list[str]]) -> None:
    found = {place: faults for place in pages.desk(owner) if (faults := look(owner.page))}
    assert found == {}


def test_edit_a_product_with_the_keyboard_alone(store: Store, visit: Visit) -> None:
    a_draft(store, "bag-of-keys")
    admin = come(store, visit, Role.CATALOGUE_ADMIN)
    page = admin.page
    admin.open("/admin/products/bag-of-keys")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Name", exact=True))
    page.keyboard.press("Control+a")
    page.keyboard.type("Bag for keys")
    tab_to(page, page.get_by_label("Price of", exact=False).nth(1))
    page.keyboard.press("Control+a")
    page.keyboard.type("26.00")
    tab_to(page, page.locator("summary", has_text="What can be chosen"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Its answers").first)
    page.keyboard.press("End")
    page.keyboard.type(", Moss")
    tab_to(page, admin.button("Make the missing variants"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("This is not saved yet.")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Bag for keys")
    expect(page.get_by_role("textbox", name="Code of")).to_have_count(3)
    tab_to(page, page.get_by_label("Weight of one"), most=150)
    page.keyboard.press("Control+a")
    page.keyboard.type("heavy")
    page.keyboard.press("Enter")  # the form's first button is the one that saves
    summary = page.locator(".notice-bad")
    expect(summary).to_be_focused()
    tab_to(page, summary.get_by_role("link", name="Enter whole grams, like 240."))
    page.keyboard.press("Enter")
    expect(page.get_by_label("Weight of one")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("250")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    expect(admin.heading("Bag for keys")).to_be_visible()
    expect(page.get_by_role("textbox", name="Code of")).to_have_count(3)
    expect(page.get_by_label("Weight of one")).to_have_value("250")
