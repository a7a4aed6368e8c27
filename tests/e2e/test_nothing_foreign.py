"""A visit is between the visitor and the shop: nobody else is asked, nothing is kept that the shop does not own up to.

That nothing breaks and nobody else is asked is checked by the fixture `visit` after every journey of this folder; here
it is shown that the check has eyes.
"""

import time

import pytest
import requests
from playwright.sync_api import expect

from tests.e2e import pages
from tests.e2e.conftest import Visit
from tests.e2e.shopper import Shopper
from tests.e2e.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
DAYS_30 = 30 * 24 * 3600
SCROLLS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def test_reading_leaves_nothing_behind_and_fits_a_small_screen(store: Store, visit: Visit) -> None:
    shopper = visit(store, width=320)
    too_wide = []
    for place in pages.reading(shopper):
        if shopper.page.evaluate(SCROLLS):
            too_wide.append(place)
        assert shopper.context.cookies() == [], place
        assert shopper.page.evaluate("localStorage.length + sessionStorage.length") == 0, place
    assert too_wide == []


def test_buying_keeps_two_cookies_and_fits_a_small_screen(store: Store, visit: Visit) -> None:
    shopper = visit(store, width=320)
    too_wide = []
    for place in pages.buying(shopper, slug="block-print-square-scarf", sku="LSR-BSS-MAD"):
        if shopper.page.evaluate(SCROLLS):
            too_wide.append(place)
        _cookies_are_as_written(shopper)
    assert too_wide == []
    asked = {url.split("/", 3)[2] for url in shopper.requested if not url.startswith("data:")}
    assert asked == {store.url.removeprefix("http://"), store.stripe_url.removeprefix("http://")}


def _cookies_are_as_written(shopper: Shopper) -> None:
    """As the pages about privacy and docs/addresses.md have it."""
    cookies = {cookie["name"]: cookie for cookie in shopper.context.cookies(shopper.store.url)}
    assert set(cookies) == {"bag", "bag_count"}
    for cookie in cookies.values():
        assert (cookie["domain"], cookie["path"], cookie["sameSite"]) == ("127.0.0.1", "/", "Lax")
        assert 0 < cookie["expires"] - time.time() <= DAYS_30
    assert (cookies["bag"]["httpOnly"], cookies["bag_count"]["httpOnly"]) == (True, False)
    assert len(cookies["bag"]["value"]) >= 43, "256 bits"
    assert cookies["bag_count"]["value"].isdigit()


def test_the_page_about_privacy_names_the_cookies(store: Store, visit: Visit) -> None:
    shopper = visit(store)
    shopper.open("/privacy")
    words = shopper.page.get_by_role("main")
    for word in ("bag", "bag_count"):
        expect(words.locator("strong").get_by_text(word, exact=True)).to_be_visible()
    expect(words).to_contain_text("30 days")


def test_the_watch_sees_what_is_foreign(store: Store, visit: Visit) -> None:
    """The twin of every other test here: a foreign picture, a style in the page and a broken script are noticed."""
    shopper = visit(store)
    shopper.open("/about")
    assert (shopper.noticed, shopper.foreign) == ([], [])
    shopper.page.evaluate("document.body.append(Object.assign(new Image(), {src: 'http://localhost:9/pixel.png'}))")
    shopper.page.evaluate("document.body.setAttribute('style', 'color: red')")
    shopper.page.evaluate("setTimeout(() => { throw new Error('broken') })")
    shopper.page.wait_for_timeout(200)
    shopper.page.goto(store.stripe_url + "/_emu/state")

    seen = "\n".join(shopper.noticed)
    assert "img-src 'self'" in seen
    assert "style-src 'self'" in seen
    assert "a script broke: broken" in seen
    assert store.stripe_url + "/_emu/state" in shopper.foreign
    shopper.noticed.clear()
    shopper.requested.clear()


def test_every_answer_carries_the_policy(store: Store) -> None:
    for path in (*pages.READING, "/cart", "/checkout/return?session_id=cs_test_unknown", "/orders/NOSUCHONE?key=wrong"):
        answer = requests.get(store.url + path, timeout=20)
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'"), path
        assert "unsafe" not in policy
        assert "Set-Cookie" not in answer.headers, path
