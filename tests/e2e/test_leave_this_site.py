"""Leaving at once: by click, by key, without scripts; what is gone afterwards, and what Back shows.

Driven with the back/forward cache on, which Playwright switches off unless it is told not to: with it, a page comes
back as it stood and asks nobody.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from storefront.accounts.models import User, UserSession
from storefront.accounts.permissions import Role
from storefront.cart.models import Cart
from storefront.core.clock import now
from storefront.core.refs import digest, new_reference, new_token
from tests.browser import executable
from tests.e2e.conftest import QUIET
from tests.e2e.elsewhere import elsewhere
from tests.e2e.shopper import Shopper
from tests.e2e.store import PATIENCE, Store

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

STORY, OTHER_STORY = "/stories/jui-the-register", "/stories/ruma-the-colour-table"
FOREIGN = "https://foreign.example/"
BUTTON = "header .leave"
Read = Callable[..., Shopper]


@pytest.fixture(scope="module")
def remembering(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser that keeps pages in memory for Back, as everybody's does; and nothing it looks for leaves the machine."""
    with elsewhere(tmp_path_factory.mktemp("elsewhere")) as led_here:
        browser = playwright.chromium.launch(
            executable_path=executable(),
            args=[*QUIET, led_here, *(["--no-sandbox"] if os.geteuid() == 0 else [])],
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield browser
        browser.close()


@pytest.fixture
def read(remembering: Browser, store: Store) -> Iterator[Read]:
    """`read(path)` is a reader on this page."""
    readers: list[Shopper] = []

    def come(path: str = STORY, *, scripts: bool = True) -> Shopper:
        context = remembering.new_context(
            viewport={"width": 1280, "height": 800}, java_script_enabled=scripts, ignore_https_errors=True
        )
        context.set_default_timeout(PATIENCE * 1000)
        readers.append(Shopper(context, store, "nobody@example.org"))
        readers[-1].open(path)
        return readers[-1]

    yield come
    for reader in readers:
        reader.context.close()
    assert [said for reader in readers for said in reader.noticed] == []
    assert {url for reader in readers for url in reader.foreign} <= {store.settings.exit_url, FOREIGN}


def has_left(reader: Shopper) -> None:
    expect(reader.page).to_have_url(reader.store.settings.exit_url)
    expect(reader.page).to_have_title("Elsewhere")


def has_stayed(reader: Shopper) -> None:
    """A moment later nothing was asked of the way out."""
    reader.page.evaluate("() => new Promise((done) => setTimeout(done, 100))")
    assert reader.store.url + "/exit" not in reader.requested


# -- by key


def shift(reader: Shopper, *pauses: float) -> None:
    """Press Shift once, and again after each pause of the page's own clock, in seconds."""
    reader.page.keyboard.press("Shift")
    for pause in pauses:
        reader.page.clock.run_for(int(pause * 1000))
        reader.page.keyboard.press("Shift")


def with_own_clock(reader: Shopper) -> Page:
    """The page's clock stands still but where a test moves it: on a busy machine seconds would pass between presses."""
    reader.page.clock.install()
    reader.page.reload()
    reader.page.clock.pause_at(reader.page.evaluate("Date.now() + 1000"))
    return reader.page


def test_three_shifts_within_five_seconds_leave(read: Read) -> None:
    reader = read()
    page = with_own_clock(reader)
    said = page.get_by_role("status")
    shift(reader)
    expect(said).to_have_text("●○○ Press Shift twice more to leave this site.")
    expect(said).to_have_attribute("role", "status")  # told politely
    page.clock.run_for(2490)
    shift(reader)
    expect(said).to_have_text("●●○ Press Shift once more to leave this site.")
    page.clock.run_for(2490)
    shift(reader)
    has_left(reader)


def test_in_six_seconds_they_do_not(read: Read) -> None:
    reader = read()
    page = with_own_clock(reader)
    shift(reader, 3, 3)
    expect(page.get_by_role("status")).to_have_text("●●○ Press Shift once more to leave this site.")
    page.clock.run_for(5000)
    expect(page.get_by_role("status")).to_be_empty()
    assert page.url.endswith(STORY)
    assert reader.store.url + "/exit" not in reader.requested


def test_other_keys_and_the_mouse_are_no_signal(read: Read) -> None:
    """Capital letters, going back by Shift-Tab, and choosing text with Shift held down."""
    reader = read()
    page = reader.page
    for keys in (["Shift", "a", "Shift", "Shift"], ["Shift+A"] * 4, ["Shift+Tab"] * 4, ["Shift", "Shift"]):
        page.keyboard.press("Escape")
        for key in keys:
            page.keyboard.press(key)
        if "+" in keys[0]:  # nothing is said to somebody who only types or goes back
            assert page.get_by_role("status").text_content() == ""
    for _ in range(4):
        page.locator("h1").click(modifiers=["Shift"])
    has_stayed(reader)


def test_the_second_stop_of_the_tab_key_leaves(read: Read) -> None:
    reader = read()
    page = reader.page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Tab")
    link = page.locator(":focus")
    expect(link).to_have_text("Leave this site")
    assert _is_seen(page, ":focus")
    page.keyboard.press("Enter")
    has_left(reader)


# -- what is seen


def test_it_is_in_sight_wherever_she_has_read_to(read: Read) -> None:
    page = read().page
    for width, height in ((320, 568), (390, 800), (1280, 800)):
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("scrollTo(0, 0)")
        assert _is_seen(page, BUTTON), width
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        assert page.evaluate("scrollY") > height
        assert _is_seen(page, BUTTON), width
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.locator(BUTTON).bounding_box()["height"] >= 44  # type: ignore[index]
        expect(page.locator(".bag-link")).to_be_visible(visible=width == 1280)
    page.set_viewport_size({"width": 800, "height": 400})  # too low for a bar that takes its share all the time
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    assert not _is_seen(page, BUTTON)


def _is_seen(page: Page, what: str) -> bool:
    """Whether its middle is in the window and nothing lies over it."""
    return bool(
        page.evaluate(
            """what => {
                const link = document.querySelector(what), box = link.getBoundingClientRect();
                const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
                return link.contains(top) && box.left >= 0 && box.right <= innerWidth && box.top >= 0;
            }""",
            what,
        )
    )


def test_the_page_is_covered_before_the_way_out_is_asked(read: Read) -> None:
    """Seen from within the click itself: no answer from anybody has been waited for."""
    reader = read()
    reader.page.evaluate("scrollTo(0, 500)")
    title, lying_on_top = reader.page.evaluate(
        """button => {
            document.querySelector(button).click();
            const points = [1, 640, 1270].flatMap((x) => [1, 40, 400, 790].map((y) => [x, y]));
            return [document.title, points.map(([x, y]) => document.elementFromPoint(x, y).className)];
        }""",
        BUTTON,
    )
    assert (title, set(lying_on_top)) == ("Loading", {"leave-cover"})
    has_left(reader)


# -- what Back shows


def test_back_leads_out_of_what_she_read(read: Read) -> None:
    """Story after story, a jump within the page, and the exit: one step back lies what she opened before all that."""
    reader = read("/about")
    page = reader.page
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Stories").click()
    page.locator(f'main a[href="{STORY}"]').first.click()
    expect(page).to_have_url(reader.store.url + STORY)
    page.evaluate("document.querySelector('.skip').click()")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Stories").click()
    page.locator(f'main a[href="{OTHER_STORY}"]').first.click()
    expect(page).to_have_url(reader.store.url + OTHER_STORY)
    page.locator(BUTTON).click()
    has_left(reader)
    page.go_back(wait_until="commit")
    expect(page).to_have_url(reader.store.url + "/about")


def test_a_page_that_comes_back_from_memory_leaves_again(read: Read) -> None:
    """She went elsewhere by the address bar; somebody else presses Back."""
    reader = read()
    page = reader.page
    page.goto(FOREIGN)
    page.go_back(wait_until="commit")
    has_left(reader)
    assert reader.store.url + "/exit" in reader.requested
    page.go_back(wait_until="commit")
    expect(page).to_have_url("about:blank")


def test_who_went_on_by_a_link_may_come_back(read: Read) -> None:
    """The twin of the test above: the page does come from memory, and stays for a reader who looked at the goods."""
    reader = read()
    page = reader.page
    page.evaluate("addEventListener('pageshow', (event) => { window.memory = event.persisted })")
    page.locator('main a[href^="/shop/"]').first.click()
    page.wait_for_url("**/shop/**")
    page.go_back(wait_until="commit")
    expect(page).to_have_url(reader.store.url + STORY)
    assert page.evaluate("window.memory") is True
    has_stayed(reader)


# -- what is gone


def test_bag_and_session_are_gone_on_both_sides(read: Read, store: Store) -> None:
    reader = read("/about")
    bag, session = _with_bag_and_session(reader)
    reader.open(STORY)
    reader.page.evaluate("localStorage.setItem('left', 'behind')")
    reader.page.locator(BUTTON).click()
    has_left(reader)
    assert reader.context.cookies(store.url) == []
    assert (_has_bag(store, bag), _has_session(store, session)) == (False, False)
    reader.open("/cart")
    expect(reader.page.get_by_role("main")).to_contain_text("Your bag is empty")
    assert reader.page.evaluate("localStorage.length") == 0


def test_without_scripts_the_same_and_back_shows_the_page(read: Read, store: Store) -> None:
    reader = read("/about", scripts=False)
    bag, session = _with_bag_and_session(reader)
    reader.open(STORY)
    reader.page.locator(BUTTON).click()
    has_left(reader)
    assert reader.context.cookies(store.url) == []
    assert (_has_bag(store, bag), _has_session(store, session)) == (False, False)
    reader.page.go_back(wait_until="commit")
    expect(reader.page).to_have_url(store.url + STORY)


def test_what_only_fetches_the_way_out_empties_no_bag(read: Read, store: Store) -> None:
    reader = read("/about")
    bag, session = _with_bag_and_session(reader)
    out = f"{store.url}/exit"
    reader.page.goto(FOREIGN)
    for tag in (f"<img src={out}>", f"<iframe src={out}></iframe>", f"<object data={out}></object>"):
        reader.requested.clear()
        reader.page.set_content(tag)
        assert out in reader.requested
        assert {cookie["name"] for cookie in reader.context.cookies(store.url)} == {"bag", "bag_count", "session"}
        assert (_has_bag(store, bag), _has_session(store, session)) == (True, True)
    reader.open("/about")  # and neither does a page of ours, to which the browser gives the cookies
    reader.page.evaluate(
        """async () => {
            await fetch("/exit", { redirect: "manual" });
            await new Promise((done) => { Object.assign(new Image(), { src: "/exit", onerror: done, onload: done }) });
        }"""
    )
    assert (_has_bag(store, bag), _has_session(store, session)) == (True, True)
    reader.noticed.clear()  # what the browser thinks of such pages


def _with_bag_and_session(reader: Shopper) -> tuple[str, str]:
    """Puts something into the bag and signs her in; returns the hashes that the shop knows both by."""
    reader.put_in_bag("block-print-square-scarf", "LSR-BSS-MAD")
    token, moment = new_token(), now()
    user = User(reference=new_reference(), email=f"{token}@example.org", email_key=token, roles=[Role.EDITOR])
    user.password_hash, user.created_at = "-", moment
    device = UserSession(reference=new_reference(), token_hash=digest(token), user=user, browser="Chrome on Linux")
    device.created_at = device.seen_at = device.factor_at = moment
    device.expires_at = moment + timedelta(hours=1)
    with Session(reader.store.engine) as session, session.begin():
        session.add(device)
    reader.context.add_cookies([{"name": "session", "value": token, "url": reader.store.url, "sameSite": "Lax"}])
    (bag,) = (cookie["value"] for cookie in reader.context.cookies() if cookie["name"] == "bag")
    return digest(bag), digest(token)


def _has_bag(store: Store, token_hash: str) -> bool:
    with Session(store.engine) as session:
        return session.scalar(select(Cart.id).where(Cart.token_hash == token_hash)) is not None


def _has_session(store: Store, token_hash: str) -> bool:
    with Session(store.engine) as session:
        return session.scalar(select(UserSession.id).where(UserSession.token_hash == token_hash)) is not None
