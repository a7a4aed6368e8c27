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
