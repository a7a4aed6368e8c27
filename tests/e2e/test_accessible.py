"""For keys, for screen readers, for tired eyes: what a machine can see of that, on every page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.e2e import pages
from tests.e2e.conftest import Visit
from tests.e2e.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

KINDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# What is wrong with a page, in sentences.
FAULTS = """() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const said = (element) => element.outerHTML.slice(0, 120);
  const faults = [];
  if (document.documentElement.lang !== "en") faults.push("the page does not say its language");
  if (!document.title.trim()) faults.push("no title");
  const headings = all("h1");
  if (headings.length !== 1) faults.push(headings.length + " main headings");
  if (all("main").length !== 1) faults.push("no single main part");
  let rank = 1;
  for (const heading of all("main h1, main h2, main h3, main h4")) {
    if (Number(heading.tagName[1]) > rank + 1) faults.push("a heading skips a rank: " + said(heading));
    rank = Number(heading.tagName[1]);
  }
  for (const image of all("img:not([alt])")) faults.push("no words for a picture: " + said(image));
  for (const image of all("img")) if (!image.width || !image.height) faults.push("no room kept: " + said(image));
  for (const field of all("input:not([type=hidden]), select, textarea"))
    if (![...field.labels].some((label) => label.textContent.trim()) && !field.getAttribute("aria-label")) faults.push("no label: " + said(field));
  for (const button of all("button, a[href], summary"))
    if (!button.textContent.trim() && !button.getAttribute("aria-label")) faults.push("no name: " + said(button));
  const ids = all("[id]").map((element) => element.id);
  for (const id of new Set(ids.filter((id, place) => ids.indexOf(id) !== place))) faults.push("an id twice: " + id);
  for (const name of ["aria-describedby", "aria-labelledby"])
    for (const element of all(`[${name}]`))
      for (const id of element.getAttribute(name).trim().split(/\\s+/))
        if (!document.getElementById(id)) faults.push("points to nothing: " + said(element));
  return faults;
}"""

# Whether a reader can see where she is: on the element itself, on what is drawn before or after it, or on its row.
SHOWS_FOCUS = """() => {
  const active = document.activeElement;
  const drawn = (element, part) => {
    const style = getComputedStyle(element, part);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  return [null, "::before", "::after"].some((part) => drawn(active, part)) || [active.parentElement, active.closest("label, .choice, .variant")]
    .some((around) => around && drawn(around, null));
}"""


def test_every_page_is_built_for_everybody(store: Store, visit: Visit) -> None:
    _all_pages(store, visit, lambda page: page.evaluate(FAULTS), sku="LSR-BSS-LEA", width=1280)


def test_axe_finds_nothing(store: Store, visit: Visit) -> None:
    """On a small screen; colours are looked at by day and by night."""
    axe = Axe()

    def faults(page: Page) -> list[str]:
        return [*asked(axe, page, KINDS, scheme="light"), *asked(axe, page, ["color-contrast"], scheme="dark")]

    _all_pages(store, visit, faults, sku="LSR-BSS-IND", width=390)


def asked(axe: Any, page: Page, rules: list[str], *, scheme: Literal["light", "dark"]) -> list[str]:
    page.emulate_media(color_scheme=scheme)
    answer = axe.run(page, options={"runOnly": rules, "resultTypes": ["violations"]}).response
    return [
        f"{scheme}, {fault['id']}: {node['html'][:150]} {node['failureSummary'][:200]}"
        for fault in answer["violations"]
        for node in fault["nodes"]
    ]


def _all_pages(store: Store, visit: Visit, look: Callable[[Page], list[str]], *, sku: str, **options: Any) -> None:
    shopper = visit(store, **options)
    found: dict[str, list[str]] = {}
    for kind in (pages.reading(shopper), pages.buying(shopper, slug="block-print-square-scarf", sku=sku)):
        for place in kind:
            if faults := look(shopper.page):
                found[place] = faults
    assert found == {}


def test_buy_with_the_keyboard_alone(store: Store, visit: Visit) -> None:
    shopper = visit(store)
    page = shopper.page
    shopper.open("/shop/river-check-sling?variant=RTH-RSL-SEA")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")

    tab_to(page, shopper.button("Add to bag"))
    page.keyboard.press("Enter")
    flash = page.get_by_role("region", name="Done")
    expect(flash).to_be_focused()
    tab_to(page, page.get_by_role("link", name="Check out"))
    page.keyboard.press("Enter")
    expect(shopper.heading("Check and pay")).to_be_visible()

    for label, words in {
        "Name": "Mara Lindqvist", "E-mail": shopper.email, "Street and number": "48 Linden Street", "City": "Cincinnati",
        "State": "Ohio", "ZIP code": "45202",
    }.items():  # fmt: skip
        tab_to(page, page.get_by_label(re.compile(f"^{label}")))
        page.keyboard.type(words)
    expect(page.get_by_label("State")).to_have_value("OH")
    tab_to(page, page.get_by_role("radio", name=re.compile("^Standard")))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name=re.compile("^Tracked"))).to_be_checked()
    tab_to(page, shopper.pay_button())
    page.keyboard.press("Enter")
    shopper.arrive_at_payment()
    assert store.order_of(shopper.email).shipping_method == "tracked"


def tab_to(page: Page, goal: Locator, *, most: int = 60) -> None:
    """Forward by the Tab key; every stop must be seen."""
    for _ in range(most):
        page.keyboard.press("Tab")
        assert page.evaluate(SHOWS_FOCUS), page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        if goal.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError("The Tab key does not lead there.")


def test_what_is_wrong_is_said_first_and_leads_there(store: Store, visit: Visit) -> None:
    shopper = visit(store)
    page = shopper.page
    shopper.put_in_bag("river-check-sling", "RTH-RSL-PLU")
    shopper.open("/checkout")
    shopper.fill_in(Name="", ZIP="1")
    shopper.pay_button().click()

    summary = page.locator(".notice-bad")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("heading")).to_have_text("2 things to look at before you go on")
    summary.get_by_role("link", name="Enter the name for the parcel.").click()
    name = page.get_by_label(re.compile("^Name"))
    expect(name).to_be_focused()
    expect(name).to_have_accessible_description(re.compile("Enter the name for the parcel."))
    expect(page.get_by_label(re.compile("^Street"))).not_to_have_attribute("aria-invalid", "true")


def test_the_return_page_tells_by_itself_when_the_money_has_come(store: Store, visit: Visit) -> None:
    """Announced in a live region, without loading the page again; and told to nobody else."""
    shopper, stranger = visit(store), visit(store)
    shopper.put_in_bag("river-line-brass-cuff", "RTH-RBC-NAR")
    hosted_page = shopper.go_to_payment()
    back = "/checkout/return?session_id=" + hosted_page.rpartition("/")[2]
    shopper.open(back)
    expect(shopper.heading("Not paid yet")).to_be_visible()
    expect(shopper.page.get_by_role("status")).to_contain_text("nothing has been charged")
    expect(shopper.page.get_by_role("link", name="Look again")).to_be_visible()

    store.pay_and_leave(hosted_page)

    shopper.is_thanked()
    stranger.open(back)
    expect(stranger.heading("We are checking")).to_be_visible()
    expect(stranger.page.get_by_role("status")).to_have_text("Confirmation goes to the e-mail you gave.")
    expect(stranger.page.get_by_role("main")).not_to_contain_text(store.order_of(shopper.email).reference)
