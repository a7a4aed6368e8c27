"""A box of throws that came this morning is on sale before lunch: from the first word to the buyer's thanks."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
import requests
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from storefront.accounts.permissions import Role
from storefront.core import clock
from tests.e2e.conftest import Visit
from tests.e2e.photographs import SECRETS, photograph
from tests.e2e.shopper import Shopper
from tests.e2e.staff import come
from tests.e2e.store import Store, until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
WORDS = "Woven in the yard on a frame loom, washed once, and folded into a box of six."
SHARES = {
    "Makers' wages": "45",
    "Materials": "20",
    "Partner programmes": "10",
    "Shipping and fees": "15",
    "This shop": "10",
}
SEEN = ("The throw, folded", "The weave from near", "The hem with its knots", "The throw over a bench")


def test_six_variants_and_four_pictures(store: Store, visit: Visit) -> None:
    admin, reader, buyer = come(store, visit, Role.CATALOGUE_ADMIN), visit(store), visit(store)
    page = admin.page
    _begin(admin, "Terrace throw", "Small, Wide, Long", "Madder, Sea")
    codes = [field.input_value() for field in page.get_by_label(re.compile("^Code of")).all()]
    assert len(codes) == len(set(codes)) == 6
    assert all(code.startswith("RVT-TER-") for code in codes)

    _bring(admin, SEEN)
    _order_and_choose(admin, codes[1])
    admin.open("/admin/products/terrace-throw")
    _describe(admin)
    _receive(admin, codes)

    admin.open("/admin/products/terrace-throw")
    page.locator("summary", has_text="Set dates").click()
    page.get_by_label("From, in UTC").fill((clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT09:00"))
    admin.button("Save the dates").click()
    expect(page.get_by_text("The dates are saved.")).to_be_visible()
    reader.open("/shop/terrace-throw")
    expect(reader.heading("There is no page here")).to_be_visible()
    _preview(admin)

    page.locator("summary", has_text="Publish now").click()
    admin.button("Publish it").click()
    expect(page.get_by_text("It is in the shop now.")).to_be_visible()
    reader.page.reload()
    expect(reader.heading("Terrace throw")).to_be_visible()

    buyer.open("/shop?category=home")
    buyer.page.get_by_role("main").get_by_role("link", name="Terrace throw").click()
    until(lambda: _has_small_files(buyer), what="the worker's smaller files")
    _nothing_hidden_is_served(buyer.page)
    buyer.page.get_by_role("link", name="Wide").click()
    expect(buyer.page.get_by_role("link", name="Wide")).to_have_attribute("aria-current", "true")
    buyer.button("Add to bag").click()
    buyer.go_to_payment()
    buyer.pay()
    buyer.is_thanked()
    order = store.order_of(buyer.email)
    assert [(line.sku, line.price.minor) for line in order.lines] == [(codes[2], 11800)]
    assert store.stock_of(codes[2]) == (3, 0)


def test_without_scripts_on_a_small_screen(store: Store, visit: Visit) -> None:
    admin, reader = come(store, visit, Role.CATALOGUE_ADMIN, width=390, scripts=False), visit(store, scripts=False)
    page = admin.page
    _begin(admin, "Landing throw", "Small, Wide", "")
    page.get_by_role("link", name="Add and order pictures").click()
    for place, seen in enumerate(SEEN[:2], 1):
        slot = page.get_by_role("group", name=str(place), exact=True)
        slot.get_by_label("Picture").set_input_files(photograph(f"{place}.jpg", hue=40 * place))
        slot.get_by_label("What is to be seen on it").fill(seen if place == 1 else "")
    admin.button("Add these pictures").click()
    expect(page.locator(".notice-bad")).to_be_focused()  # the second has no words: the first is kept, the second named
    expect(page.get_by_text("1 picture is added.")).to_be_visible()
    expect(page.locator(".notice-bad")).to_contain_text("2.jpg: Say in a few words what is to be seen")
    slot = page.get_by_role("group", name="2", exact=True)
    slot.get_by_label("Picture").set_input_files(photograph("2.jpg", hue=80))
    slot.get_by_label("What is to be seen on it").fill(SEEN[1])
    admin.button("Add these pictures").click()
    expect(page.locator(".pictures img")).to_have_count(2)
    page.get_by_role("button", name=re.compile(f"^Earlier ?: {SEEN[1]}")).click()
    expect(page.get_by_text("The order or the words above are not saved yet.")).to_be_visible()
    admin.button("Save changes").first.click()
    expect(page.get_by_text("The pictures are saved.")).to_be_visible()
    assert _words_of(page.locator(".pictures img")) == [SEEN[1], SEEN[0]]

    admin.open("/admin/products/landing-throw")
    page.locator("summary", has_text="Publish now").click()
    admin.button("Publish it").click()  # with nothing described yet
    expect(page.locator(".notice-bad")).to_be_focused()
    expect(page.locator(".notice-bad")).to_contain_text("Describe it before it is shown")
    reader.open("/shop/landing-throw")
    expect(reader.heading("There is no page here")).to_be_visible()
    _describe(admin)
    page.locator("summary", has_text="Publish now").click()
    admin.button("Publish it").click()
    expect(page.get_by_text("It is in the shop now.")).to_be_visible()
    reader.page.reload()
    expect(reader.heading("Landing throw")).to_be_visible()
    _nothing_hidden_is_served(reader.page)


def _begin(admin: Shopper, name: str, sizes: str, colours: str) -> None:
    page = admin.page
    admin.open("/admin/products/new")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Workshop").select_option("sample-red-earth-loom-yard")
    page.get_by_label("Category").select_option("home")
    page.get_by_label("Weight of one").fill("900")
    page.get_by_label("Price, USD").fill("118.00")
    page.get_by_label("Question 1").fill("size")
    page.get_by_label("Its answers").nth(0).fill(sizes)
    page.get_by_label("Question 2").fill("colour" if colours else "")
    page.get_by_label("Its answers").nth(1).fill(colours)
    page.get_by_label("Codes begin with").fill(f"RVT-{name[:3].upper()}")
    admin.button("Make the draft").click()
    expect(admin.heading(name)).to_be_visible()
    expect(page.get_by_text("The draft is kept.")).to_be_visible()


def _bring(admin: Shopper, seen: tuple[str, ...]) -> None:
    """All at once, each with its words."""
    page = admin.page
    page.get_by_role("link", name="Add and order pictures").click()
    files = [photograph(f"IMG_{place}.jpg", hue=50 * place) for place in range(len(seen))]
    page.get_by_label("Choose one or several pictures").set_input_files(files)
    for place, words in enumerate(seen):
        page.get_by_label(f"What is to be seen on IMG_{place}.jpg").fill(words)
    admin.button("Add these pictures").click()
    expect(page.locator(".pictures img")).to_have_count(len(seen))
    assert _words_of(page.locator(".pictures img")) == list(seen)


def _order_and_choose(admin: Shopper, code: str) -> None:
    """The last picture comes first, by the keyboard alone; one variant shows a picture of its own."""
    page = admin.page
    earlier = page.get_by_role("button", name=re.compile(f"^Earlier ?: {SEEN[3]}"))
    earlier.focus()
    for _ in range(3):
        page.keyboard.press("Enter")
    assert _words_of(page.locator(".pictures img")) == [SEEN[3], *SEEN[:3]]
    page.locator(f"[id='shows-{code}']").select_option(label=f"3: {SEEN[2]}")
    admin.button("Save changes").first.click()
    expect(page.get_by_text("The pictures are saved.")).to_be_visible()
    assert _words_of(page.locator(".pictures img")) == [SEEN[3], *SEEN[:3]]
    expect(page.get_by_text(f"Shown for {code}")).to_be_visible()


def _describe(admin: Shopper) -> None:
    """Everything that a page needs, with one mistake that comes back beside its field and leaves the rest as typed."""
    page = admin.page
    page.get_by_label("Description").fill(WORDS)
    page.get_by_label("How it is made").fill("Woven on a frame loom")
    page.get_by_label("Material 1", exact=True).fill("Cotton")
    page.get_by_label("Percent of material 1").fill("80")
    admin.button("Another material").click()
    page.get_by_label("Material 2", exact=True).fill("Sari silk")
    page.get_by_label("Percent of material 2").fill("20")
    page.get_by_label("Measure 1", exact=True).fill("length")
    page.get_by_label("Value of measure 1").fill("170")
    page.get_by_role("textbox", name="Care").fill("Wash by hand\nDry in the shade")
    for share, percent in SHARES.items():
        page.get_by_label(f"{share}, %").fill("11" if share == "This shop" else percent)
    admin.button("Save changes").first.click()
    expect(page.locator(".notice-bad")).to_be_focused()
    expect(page.locator(".notice-bad")).to_contain_text("The shares add up to 101 percent.")
    expect(page.get_by_label("Description")).to_have_value(WORDS)
    page.get_by_label("This shop, %").fill("10")
    admin.button("Save changes").first.click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()


def _receive(admin: Shopper, codes: list[str]) -> None:
    """What was in the box is counted in one go."""
    page = admin.page
    admin.open("/admin/stock?q=RVT-TER")
    for code in codes:
        page.get_by_label(f"Counted of {code}").fill("4")
    admin.button("Show the differences").click()
    admin.button("Save these counts").click()
    expect(page.get_by_role("region", name="Done")).to_be_visible()
    assert {admin.store.stock_of(code) for code in codes} == {(4, 0)}


def _preview(admin: Shopper) -> None:
    """As the public will see it, in a window of its own, with what is typed and not saved."""
    page = admin.page
    page.get_by_label("Notice beside the goods").fill("One box of six came in.")
    with admin.context.expect_page() as opened:
        admin.button("Preview what is typed").click()
    seen = opened.value
    expect(seen.get_by_role("heading", level=1, name="Terrace throw")).to_be_visible()
    for text in ("A preview.", WORDS, "One box of six came in.", "$118.00", "Where your $118.00 goes"):
        expect(seen.get_by_role("main")).to_contain_text(text)
    seen.close()
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.get_by_label("Notice beside the goods")).to_have_value("")


def _has_small_files(shopper: Shopper) -> bool:
    shopper.page.reload()
    return shopper.page.locator(".product-pictures picture").count() == 4


def _nothing_hidden_is_served(page: Page) -> None:
    """Every file of every picture, in every size and format: pixels alone."""
    figure = page.locator(".product-pictures")
    found = figure.evaluate(
        """figure => [...figure.querySelectorAll("source, img")].flatMap(
            (each) => [each.src, ...each.srcset.split(", ").map((one) => one.split(" ")[0])].filter(Boolean))"""
    )
    addresses = {page.evaluate("address => new URL(address, location.href).href", each) for each in found}
    # What they were made from lies on the same shelf, under a name that can be guessed from theirs.
    addresses |= {re.sub(r"\.[0-9]+\.(avif|webp|jpg)$", ".jpg", each) for each in addresses}
    kinds = set()
    for address in addresses:
        answer = requests.get(address, timeout=20)
        assert answer.ok, address
        assert [secret for secret in SECRETS if secret in answer.content] == [], address
        image = Image.open(BytesIO(answer.content))
        assert (dict(image.getexif()), image.info.get("comment"), image.info.get("xmp")) == ({}, None, None), address
        kinds.add(answer.headers["Content-Type"])
    if figure.locator("picture").count():
        assert kinds == {"image/avif", "image/webp", "image/jpeg"}
        assert figure.locator("img").first.evaluate("image => image.currentSrc").endswith(".avif")


def _words_of(pictures: Locator) -> list[str]:
    return [picture.get_attribute("alt") or "" for picture in pictures.all()]
