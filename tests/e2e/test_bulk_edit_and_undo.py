"""Many products at once: ticked, looked at before anything is done, done, and taken back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from storefront.accounts.permissions import Role
from storefront.catalog.models import Product, Variant
from tests.e2e.conftest import Visit
from tests.e2e.staff import a_draft, come
from tests.e2e.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize(
    "screen",
    [pytest.param({"width": 1280}, id="scripts"), pytest.param({"width": 390, "scripts": False}, id="no scripts")],
)
def test_raise_prices_look_first_and_take_it_back(store: Store, visit: Visit, screen: dict[str, int]) -> None:
    word = f"basket{screen['width']}"
    for kind in ("round", "square", "tall"):
        a_draft(store, f"{kind}-{word}")
    admin = come(store, visit, Role.CATALOGUE_ADMIN, **screen)
    page = admin.page
    admin.open(f"/admin/products?q={word}&sort=name")
    expect(page.get_by_role("row")).to_have_count(4)
    if screen.get("scripts", True):
        _tick_by_keys(page, word)
    else:
        for kind in ("round", "tall"):
            page.get_by_role("checkbox", name=f"{kind.capitalize()} {word}").check()
    page.get_by_label("With those that are ticked").select_option("price")
    admin.button("Go on").click()
    expect(admin.heading("Raise or lower prices")).to_be_visible()
    expect(page.get_by_text("2 products are chosen.")).to_be_visible()

    page.get_by_label("By how many percent").fill("a little")
    admin.button("Look at what would change").click()
    expect(page.locator(".notice-bad")).to_be_focused()
    expect(page.get_by_label("By how many percent")).to_have_value("a little")
    page.get_by_label("By how many percent").fill("10")
    page.get_by_label("What the new prices end in").select_option(label="Ends in .50")
    admin.button("Look at what would change").click()
    expect(page.get_by_text("2 products would change")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("26.50")
    expect(page.get_by_role("main")).not_to_contain_text(f"Square {word}")
    assert _prices(store, word) == {"round": {2400}, "square": {2400}, "tall": {2400}}

    admin.button("Do it").click()
    expect(admin.heading("Products")).to_be_visible()
    assert f"q={word}" in page.url
    assert _prices(store, word) == {"round": {2650}, "square": {2400}, "tall": {2650}}
    flash = page.get_by_role("region", name="Done")
    expect(flash).to_contain_text("2 products changed")
    flash.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("2 products put back.")).to_be_visible()
    assert _prices(store, word) == {"round": {2400}, "square": {2400}, "tall": {2400}}

    admin.open("/admin/changes")
    page.get_by_role("link", name=re.compile("^Price plus 10 percent")).first.click()
    expect(page.get_by_text("It was taken back on")).to_be_visible()
    expect(admin.button("Undo")).to_have_count(0)


def _tick_by_keys(page: Page, word: str) -> None:
    """The first and the third row, without the mouse; the second stays as it is."""
    first = page.get_by_role("link", name=f"Round {word}")
    first.focus()
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name=f"Tall {word}")).to_be_focused()
    page.keyboard.press("x")
    page.keyboard.press("k")
    expect(page.get_by_role("link", name=f"Square {word}")).to_be_focused()
    for name, is_ticked in (("Round", True), ("Square", False), ("Tall", True)):
        expect(page.get_by_role("checkbox", name=f"{name} {word}")).to_be_checked(checked=is_ticked)
    expect(page.get_by_role("status").filter(has_text="2 ticked")).to_be_visible()


def _prices(store: Store, word: str) -> dict[str, set[int]]:
    """Minor units, by the first word of the name."""
    found: dict[str, set[int]] = {}
    query = select(Product.slug, Variant.price).join(Variant, Variant.product_id == Product.id)
    with Session(store.engine) as session:
        for slug, price in session.execute(query.where(Product.slug.endswith(word))):
            found.setdefault(slug.partition("-")[0], set()).add(price.minor)
    return found
