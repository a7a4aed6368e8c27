"""Rules that every page for readers keeps, seen by following every link there is."""

import re
from collections import deque
from html.parser import HTMLParser
from urllib.parse import urldefrag, urlsplit

from storefront.articles import loading as articles
from storefront.db import transaction
from storefront.safety import loading as help_lines

SHOP_PAGES = ("/", "/shop", "/stories", "/partners", "/about", "/answers", "/delivery", "/terms", "/privacy")
NOT_HERE = ("/cart", "/checkout", "/orders", "/exit", "/withdraw")  # pages of visitors, tested where they are


class Page(HTMLParser):
    """What can be asked of a page."""

    def __init__(self, text):
        super().__init__()
        self.links, self.sources, self.faults, self.headings, self.ids, self.refers = set(), set(), [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.links.add(given["href"])
        if tag in {"img", "script"} and given.get("src"):
            self.sources.add(given["src"])
        if tag == "link" and given.get("href") and given.get("rel") not in {"canonical", "alternate"}:
            self.sources.add(given["href"])
        if tag == "use":
            self.sources.add(urldefrag(given["href"])[0])
        is_data = given.get("type") == "application/ld+json"
        if tag == "img" and not {"alt", "width", "height"} <= given.keys():
            self.faults.append(f"a picture without alt, width or height: {given}")
        if "style" in given or tag == "style" or (tag == "script" and not ("src" in given or is_data)):
            self.faults.append(f"something inline: {tag} {given}")
        if any(name.startswith("on") for name in given):
            self.faults.append(f"a handler: {tag} {given}")
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if "id" in given:
            self.ids.append(given["id"])
        self.refers += [given[name] for name in ("for", "aria-labelledby", "aria-describedby") if name in given]


def crawl(client, starts):
    """Every page that can be reached from these, with its answer."""
    seen, waiting, found = set(starts), deque(starts), {}
    while waiting:
        address = waiting.popleft()
        with client.get(address) as answer:
            found[address] = answer, answer.text if answer.mimetype == "text/html" else ""
        for link in Page(found[address][1]).links:
            parts = urlsplit(link)
            target = urldefrag(link)[0]
            if parts.scheme or parts.netloc or not target.startswith("/") or target.startswith(NOT_HERE):
                continue
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return found


def test_every_page_keeps_the_rules(shop, client):
    """One walk through the shop, as it takes a while; each rule names the page that breaks it."""
    found = crawl(client, ["/"])
    assert {address: answer.status_code for address, (answer, _) in found.items() if answer.status_code != 200} == {}
    assert set(SHOP_PAGES) <= set(found)
    assert len([address for address in found if address.startswith("/shop/")]) > 100  # every product and every variant
    sources = set()
    for address, (answer, text) in found.items():
        page = Page(text)
        check_form(address, page)
        check_words(address, text)
        assert "Set-Cookie" not in answer.headers, address
        assert "Cookie" not in answer.headers.get("Vary", ""), address
        sources |= page.sources
    assert len(sources) > 150
    for source in sources:
        with client.get(source) as answer:
            assert answer.status_code == 200, source


def check_form(address, page):
    steps = zip(page.headings, page.headings[1:], strict=False)
    assert page.faults == [], address
    assert page.headings.count(1) == 1, address
    assert page.headings[0] == 1, address
    assert all(later <= earlier + 1 for earlier, later in steps), (address, page.headings)
    assert len(page.ids) == len(set(page.ids)), (address, page.ids)
    assert set(" ".join(page.refers).split()) <= set(page.ids), address
    assert not [source for source in page.sources if urlsplit(source).netloc], address


def check_words(address, text):
    words = re.sub("<[^>]+>", " ", text)
    assert "None" not in re.sub(r"None reported|None of (these|them)", "", words), address
    for wrong in ("you saved", "your purchase frees", "rescued", "gave hope", "no story yet"):
        assert wrong not in words.lower(), (address, wrong)


def test_a_page_is_the_same_for_everybody(shop, client):
    for address in SHOP_PAGES:
        first = shop.test_client().get(address)
        client.set_cookie("bag", "x" * 43)
        client.set_cookie("bag_count", "7")
        second = client.get(address, headers={"Accept-Language": "bn", "User-Agent": "another"})
        assert first.data == second.data
        assert "Set-Cookie" not in second.headers


def test_a_page_is_asked_for_again_and_not_sent_again(shop, client):
    for address in ("/", "/shop", "/shop/sari-layer-throw", "/partners", "/partners/freeset", "/about", "/delivery"):
        first = client.get(address)
        assert first.headers["Cache-Control"] == "no-cache"
        assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_an_empty_shop_has_every_page(app, client):
    for address in SHOP_PAGES:
        answer = client.get(address)
        assert answer.status_code == 200
        page = Page(answer.text)
        assert page.faults == []
        assert page.headings.count(1) == 1


def test_links_of_an_empty_shop_lead_somewhere(app, client):
    """Empty of goods: its reading rooms and help lines are loaded when it is set up."""
    with transaction():
        articles.load()
        help_lines.load()
    found = crawl(client, ["/"])
    assert {answer.status_code for answer, _ in found.values()} == {200}
