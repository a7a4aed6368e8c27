"""Somebody of a workshop is invited and keeps its goods: of others she sees nothing, whatever address she tries."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from storefront.accounts.permissions import Role
from storefront.catalog.models import Product, Variant
from storefront.partners.models import Partner
from tests.e2e.conftest import Visit
from tests.e2e.shopper import Shopper
from tests.e2e.staff import come
from tests.e2e.store import Store
from tests.e2e.test_become_the_owner import answer_of, rail_of
from tests.e2e.test_bring_a_table_of_goods import send
from tests.e2e.test_invite_a_colleague import accept

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
HERS, OTHERS = "sample-harbour-lane-print-studio", "sari-bari"


def test_a_workshop_sees_only_its_own(store: Store, visit: Visit) -> None:
    owner, weaver = come(store, visit, Role.OWNER), visit(store, width=390)
    _invite(owner, weaver)
    accept(weaver)
    page = weaver.page
    assert rail_of(weaver) == ["Today", "Products", "Stock", "Imports", "Notes to your workshop", "Your sign-in"]
    names, codes = _names(store, HERS), _codes(store, OTHERS)

    weaver.open("/admin/products")
    shown = page.get_by_role("main").locator("tbody th a")
    expect(shown).to_have_count(len(names))
    assert set(shown.all_inner_texts()) == names
    for search in ("sari", codes[0][0], "throw"):
        weaver.open(f"/admin/products?q={search}")
        expect(page.get_by_text("No product fits.")).to_be_visible()
    weaver.open(f"/admin/products?partner={OTHERS}")
    expect(page.get_by_text("No product fits.")).to_be_visible()
    weaver.open("/admin/stock?sort=code")
    assert all(code.startswith("HLS-") for code in page.locator("tbody th a").all_inner_texts())
    weaver.open(f"/admin/stock?workshop={OTHERS}")
    expect(page.get_by_role("main")).not_to_contain_text("SBR-")

    _others_are_not_found(weaver)
    _she_edits_her_own(weaver)
    _her_table_touches_nothing_else(weaver, codes[0][0])
    assert _codes(store, OTHERS) == codes


def _invite(owner: Shopper, weaver: Shopper) -> None:
    page = owner.page
    owner.open("/admin/people")
    page.get_by_label("E-mail").fill(weaver.email)
    page.get_by_role("checkbox", name="Workshop staff").check()
    page.get_by_label("Workshop", exact=True).select_option(HERS)
    owner.button("Invite").click()
    expect(page.get_by_role("heading", name=f"{weaver.email} is invited")).to_be_visible()


def _others_are_not_found(weaver: Shopper) -> None:
    """As if they did not exist."""
    missing = answer_of(weaver, "/admin/no-such-page")
    assert missing[0] == 404
    slug = "sari-layer-throw"
    for path in (
        f"/admin/products/{slug}", f"/admin/products/{slug}/preview", f"/admin/products/{slug}/history",
        f"/admin/products/{slug}/pictures", f"/admin/products/{slug}/stock", "/admin/changes", "/admin/collections",
        "/admin/partners", "/admin/shipping", "/admin/articles", "/admin/stories",
    ):  # fmt: skip
        assert answer_of(weaver, path) == missing, path


def _she_edits_her_own(weaver: Shopper) -> None:
    page = weaver.page
    weaver.open("/admin/products/signal-flag-bandanas")
    expect(page.locator("select[name=partner]")).to_have_count(0)
    for part in ("In the shop", "Stories beside it", "In collections"):
        expect(page.get_by_role("region", name=part)).to_have_count(0)
    page.get_by_label("Weight of one").fill("95")
    weaver.button("Save changes").first.click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    page.get_by_role("link", name="Add and order pictures").click()
    expect(weaver.heading("Pictures of Signal flag bandanas")).to_be_visible()
    weaver.open("/admin/products/new")
    expect(page.get_by_role("main")).to_contain_text("Harbour Lane")
    expect(page.locator("input[name=partner]")).to_have_value(HERS)


def _her_table_touches_nothing_else(weaver: Shopper, code: str) -> None:
    page = weaver.page
    send(weaver, "mine-and-others.csv", f"SKU,Price\nHLS-SFB-RED,21.50\n{code},1.00\n".encode())
    expect(page.get_by_role("heading", name="1 mistake in the file")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Line 3")).to_contain_text("Goods of your own workshop only")
    expect(page.get_by_role("main")).not_to_contain_text("Sari layer throw")
    page.get_by_role("radio", name="The goods without a mistake").check()
    weaver.button("Take it in").click()
    expect(page.get_by_role("heading", name="One product was taken in")).to_be_visible()
    with page.expect_download() as taken_out:
        weaver.open("/admin/imports")
        page.get_by_role("link", name="Your goods as CSV").click()
    table = taken_out.value.path().read_text()
    assert "HLS-SFB-RED" in table
    assert "21.50" in table
    assert "SBR-" not in table


def _names(store: Store, workshop: str) -> set[str]:
    with Session(store.engine) as session:
        return set(session.scalars(select(Product.name).join(Partner).where(Partner.slug == workshop)))


def _codes(store: Store, workshop: str) -> list[tuple[str, int]]:
    """With their prices."""
    query = select(Variant.sku, Variant.price).join(Product, Product.id == Variant.product_id).join(Partner)
    with Session(store.engine) as session:
        return [
            (sku, price) for sku, price in session.execute(query.where(Partner.slug == workshop).order_by(Variant.sku))
        ]
