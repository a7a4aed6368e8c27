"""Every kind of page that a visitor can come to, and the way there."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import expect

from tests.e2e.shopper import Shopper

READING = (
    "/", "/shop", "/shop?collection=one-of-a-kind&sort=price_low", "/shop?collection=no-such", "/shop/sari-market-bag",
    "/shop/organic-cotton-crew-tee", "/stories", "/stories/sari-bari-work-to-fit", "/stories/jui-the-register", "/partners",
    "/stories?pathway=escape&word=nothing", "/articles", "/articles/life-afterwards", "/pathways", "/pathways/escape", "/stages/health",
    "/partners/freeset", "/partners/sample-lamplight-stitch-room", "/about", "/answers", "/safety", "/help-lines", "/delivery", "/terms", "/privacy", "/no-such-page",
)  # fmt: skip


def reading(shopper: Shopper) -> Iterator[str]:
    """Bring her to one page after another; says where she is. She puts nothing into a bag."""
    for path in READING:
        shopper.open(path)
        yield path
    shopper.open("/cart")
    yield "the empty bag"


def buying(shopper: Shopper, *, slug: str, sku: str) -> Iterator[str]:
    """The same for the pages of a purchase, wrong turns included."""
    shopper.put_in_bag(slug, sku)
    yield "the bag"
    shopper.page.get_by_role("link", name="Check out").click()
    expect(shopper.heading("Check and pay")).to_be_visible()
    yield "the checkout"
    shopper.pay_button().click()
    expect(shopper.page.get_by_role("heading", name="things to look at before you go on")).to_be_visible()
    yield "the checkout with what is wrong"
    shopper.fill_in()
    shopper.pay_button().click()
    session = shopper.arrive_at_payment().rpartition("/")[2]
    shopper.open(f"/checkout/return?session_id={session}")
    yield "the return page, not paid"
    shopper.page.get_by_role("link", name="Back to paying").click()
    shopper.pay_button().click()
    shopper.arrive_at_payment()
    shopper.pay()
    shopper.is_thanked()
    yield "the order"
    shopper.open("/checkout/return?session_id=cs_test_of_somebody_else")
    yield "the return page of somebody else"


DESK = (
    "/admin", "/admin/products?state=public&sort=name", "/admin/products?q=nothing-like-it", "/admin/products/new", "/admin/stock",
    "/admin/products/sari-coin-purse", "/admin/products/sari-coin-purse/preview", "/admin/products/sari-coin-purse/pictures",
    "/admin/products/sari-coin-purse/stock", "/admin/products/sari-coin-purse/history", "/admin/changes", "/admin/imports",
    "/admin/collections/new", "/admin/partners/new", "/admin/shipping/new", "/admin/articles/new", "/admin/help-lines/new",
    "/admin/announcements/new",
)  # fmt: skip
DESK_LISTS = (
    "/admin/collections", "/admin/partners", "/admin/shipping", "/admin/articles", "/admin/help-lines", "/admin/texts", "/admin/announcements",
)  # fmt: skip


def desk(owner: Shopper) -> Iterator[str]:
    """The same for the goods desk and the words of the house: lists, editors, and what comes back when it is wrong."""
    page = owner.page
    for path in DESK:
        owner.open(path)
        yield path
    for path in DESK_LISTS:
        owner.open(path)
        yield path
        first = page.get_by_role("main").locator(f"a[href^='{path}/']:not([href$='/new'])")
        if first.count():
            href = first.first.get_attribute("href") or ""
            owner.open(href)
            yield href
    owner.open("/admin/products/new")
    owner.button("Make the draft").click()
    expect(page.locator(".notice-bad")).to_be_focused()
    yield "a new product with what is wrong"
    owner.open("/admin/products?sort=name")
    for box in page.locator("input[name=product]").all()[:2]:
        box.check()
    page.get_by_label("With those that are ticked").select_option("price")
    owner.button("Go on").click()
    expect(owner.heading("Raise or lower prices")).to_be_visible()
    yield "the questions of many at once"
    page.get_by_label("By how many percent").fill("5")
    owner.button("Look at what would change").click()
    expect(owner.heading("Price plus 5 percent")).to_be_visible()
    yield "the preview of many at once"
    owner.open("/admin/stock?q=SBR-SCP")
    page.get_by_label("Counted of SBR-SCP-WRM").fill("3")
    owner.button("Show the differences").click()
    expect(owner.heading("Save these counts?")).to_be_visible()
    yield "the differences of a count"
    owner.open("/admin/imports")
    page.locator("input[type=file]").first.set_input_files(
        {"name": "look.csv", "mimeType": "text/csv", "buffer": b"SKU,Price\nSBR-SCP-WRM,many\nSBR-SCP-COO,19.00\n"}
    )
    owner.button("Look it over").click()
    expect(page.get_by_role("heading", name="1 mistake in the file")).to_be_visible()
    yield "an import with a mistake"
