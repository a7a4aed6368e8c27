"""A person with a browser: what she does, in her words, and what her browser noticed meanwhile."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, expect

from tests.e2e.store import Store

PAID, DECLINED, SECURE = "4242 4242 4242 4242", "4000 0000 0000 0002", "4000 0025 0000 3155"
ADDRESS = {
    "Name": "Mara Lindqvist", "Street and number": "48 Linden Street", "City": "Cincinnati", "State": "OH", "ZIP code": "45202",
}  # fmt: skip
# A page that answers with these words is meant; Chromium still writes its status on the console.
MEANT = re.compile(r"Failed to load resource: the server responded with a status of (402|404|410|422)")


@dataclass
class Shopper:
    """`page` is her tab. Labels and roles are what she goes by, as a reader of screens would."""

    context: BrowserContext
    store: Store
    email: str
    noticed: list[str] = field(default_factory=list)  # errors on the console, scripts that broke
    requested: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.on("console", self._hear)
        self.context.on("weberror", lambda error: self.noticed.append(f"a script broke: {error.error}"))
        self.context.on("request", self._see)
        self.page = self.context.new_page()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not MEANT.match(message.text):
            self.noticed.append(f"{message.type} on {self.page.url}: {message.text}")

    def _see(self, request: Request) -> None:
        self.requested.append(request.url)

    @property
    def foreign(self) -> list[str]:
        """What was asked of anybody but the shop and the payment page."""
        own = (self.store.url + "/", self.store.stripe_url + "/c/pay/", self.store.stripe_url + "/static/", "data:")
        return [url for url in self.requested if not url.startswith(own)]

    # -- what she does

    def open(self, path: str) -> None:
        self.page.goto(self.store.url + path)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)

    def heading(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("heading", level=1, name=name)

    def put_in_bag(self, slug: str, sku: str) -> None:
        self.open(f"/shop/{slug}?variant={sku}")
        self.button("Add to bag").click()
        expect(self.heading("Your bag")).to_be_visible()

    def fill_in(self, page: Page | None = None, **changes: str) -> None:
        """Fill the checkout's form in; a change is named by the first word of its label: `City="Berlin"`."""
        page = page or self.page
        page.get_by_label(re.compile("^E-mail")).fill(self.email)
        for label, words in ADDRESS.items():
            field = page.get_by_label(re.compile(f"^{label}"))
            words = changes.get(label.partition(" ")[0], words)
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(words)
            else:
                field.fill(words)

    def pay_button(self, page: Page | None = None) -> Locator:
        return (page or self.page).get_by_role("button", name=re.compile("^Pay"))

    def go_to_payment(self) -> str:
        """From the bag to the hosted page; returns its address."""
        self.open("/checkout")
        self.fill_in()
        self.pay_button().click()
        return self.arrive_at_payment()

    def arrive_at_payment(self, page: Page | None = None) -> str:
        page = page or self.page
        page.wait_for_url(self.store.stripe_url + "/c/pay/**")
        expect(page.get_by_role("heading", level=1, name=re.compile("^Pay "))).to_be_visible()
        return page.url

    def pay(self, number: str = PAID) -> None:
        self.page.get_by_label("Card number").fill(number)
        self.page.get_by_label("Expiry").fill("04/39")
        self.page.get_by_label("CVC").fill("123")
        self.page.get_by_label("Name on card").fill("Mara Lindqvist")
        self.pay_button().click()

    def is_thanked(self) -> None:
        expect(self.heading("Thank you, Mara.")).to_be_visible()
        assert self.page.url.startswith(self.store.url + "/orders/")
