"""One proof over every public address: without the channel's consent no word of a story is there, and with it, it is.

Each address of the shop stands in `PLACES`; a new one fails here until somebody has said which channel governs it.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, true

from storefront.catalog.models import Variant
from storefront.core import clock
from storefront.db import db, transaction
from storefront.demo import contents
from storefront.demo.contents import contents as public_export
from storefront.demo.loading import Loaded
from storefront.pages import front, goods, sitemap, workshops
from storefront.stories import listing, queries, withdrawing
from storefront.stories import routes as story_routes
from storefront.stories.consent import allows
from storefront.stories.models import Channel, Story, Wording
from tests.articles.reading import fill_rooms
from tests.stories.telling import (
    BY,
    PRODUCT,
    WORKSHOP,
    a_consent,
    change_consent,
    give,
    story_by,
    take_back,
    tell,
    wording_of,
)

ROOT = Path(__file__).parents[2]
MARK = "zinnia"  # in every word of the story, and nowhere else in the shop
SLUG = "zinnia-lantern"
WEB, BESIDE, FOUND, SOCIAL = Channel.WEB_STORY, Channel.PRODUCT_PAGE, Channel.SEARCH_INDEXING, Channel.SOCIAL
Shows = Callable[[Any], bool]


def says_it(answer: Any) -> bool:
    """Whether any word of the story is in the answer or goes before it."""
    return MARK in answer.text.lower() or MARK in str(answer.headers).lower()


def quotes_it(answer: Any) -> bool:
    """Whether it is in what other sites show of a page that was linked there."""
    lines = [line for line in answer.text.splitlines() if 'property="og:' in line or 'name="description"' in line]
    return any(MARK in line.replace(SLUG, "").lower() for line in lines)


def may_be_found(answer: Any) -> bool:
    robots = answer.headers.get("X-Robots-Tag", "noindex")
    return answer.status_code == 200 and "noindex" not in robots and "noindex" not in answer.text


@dataclass(frozen=True)
class Place:
    """An address, and the channels without any of which the story is not there; none: it is never there."""

    address: str
    channels: tuple[Channel, ...] = ()
    shows: Shows = says_it


PLACES: dict[str, list[Place]] = {
    "/": [Place("/", (WEB,))],
    "/stories": [
        Place("/stories", (WEB,)),
        Place("/stories?pathway=walked_away&stage=education", (WEB,)),
        Place(f"/stories?partner={WORKSHOP}", (WEB,)),
    ],
    "/stories/<slug>": [
        Place(f"/stories/{SLUG}", (WEB,)),
        Place(f"/stories/{SLUG}", (WEB, SOCIAL), quotes_it),
        Place(f"/stories/{SLUG}", (WEB, FOUND), may_be_found),
    ],
    "/stories/<slug>/<language>": [Place(f"/stories/{SLUG}/bn", (WEB,)), Place(f"/stories/{SLUG}/km")],
    "/stories/<slug>/drawing": [Place(f"/stories/{SLUG}/drawing", (WEB,))],
    "/shop/<slug>": [Place(PRODUCT, (BESIDE,))],
    "/partners/<slug>": [Place(f"/partners/{WORKSHOP}", (WEB,))],
    "/pathways/<slug>": [Place("/pathways/walked-away", (WEB,)), Place("/pathways/escape")],
    "/stages/<slug>": [Place("/stages/education", (WEB,)), Place("/stages/health")],
    "/articles/<slug>": [Place("/articles/life-afterwards", (WEB,)), Place("/articles/how-we-tell-stories")],
    "/sitemap.xml": [Place("/sitemap.xml", (WEB, FOUND))],
    "/sitemap-<number>.xml": [Place("/sitemap-1.xml", (WEB, FOUND))],
    # No story is ever here, whatever was agreed to.
    "/p/<sku>": [Place("/p/{sku}")],
    "/partners/<slug>/note": [Place(f"/partners/{WORKSHOP}/note")],
    "/media/<path:name>": [Place("/media/{drawing}")],
    "/rasters/<path:name>.png": [Place("/rasters/{drawing}.png")],
    "/assets/<path:path>": [Place("/assets/stories.css")],
    "/orders/<reference>": [Place("/orders/R7K2M4QX9D")],
    **{
        address: [Place(address)]
        for address in (
            "/about", "/answers", "/articles", "/pathways", "/partners", "/shop", "/cart", "/checkout",
            "/checkout/return", "/checkout/return/state", "/delivery", "/exit", "/healthz", "/help-lines", "/privacy",
            "/readyz", "/robots.txt", "/safety", "/terms", "/withdraw",
        )
    },
}  # fmt: skip
# What only takes something in, and what is behind the sign-in: nothing of a story is answered to a stranger.
ONLY_POST = {"/cart/lines", "/cart/lines/<sku>", "/payments/stripe/webhook"}
BEHIND_THE_SIGN_IN = ("/admin", "/account")


@pytest.fixture
def reference(app: Flask) -> str:
    """A shop with its reading rooms, and one story of which every word bears the mark, agreed to everywhere."""
    fill_rooms()
    reference = tell(
        SLUG, title="Zinnia lantern", text="Zinnialine one. She was zinniabound once, and is trusted zinniafree now.",
        display_name="Zinnianame", channels=tuple(Channel),
    )  # fmt: skip
    with transaction() as session, session.no_autoflush:
        words = wording_of(SLUG)
        words.before_words, words.now_words = ["zinniabound"], ["zinniafree"]
        words.seal()
        other = Wording(
            story=words.story, language="bn", number=1, is_current=True, title="Zinnia বাংলা", text="Zinnialine দুই।",
            before_words=[], now_words=[], written_at=words.written_at, published_at=words.published_at,
        )  # fmt: skip
        other.seal()
        words.story.consents[0].words_hash = words.words_hash
        words.story.consents.append(a_consent(other, channels=tuple(Channel)))
        session.add(other)
    return reference


GOVERNED = {rule for rule, some in PLACES.items() if any(place.channels for place in some)}


def places(rules: set[str]) -> Iterator[Place]:
    sku = db.session.scalar(select(Variant.sku))
    drawing = db.session.scalars(select(Story)).one().drawing
    for place in (place for rule, some in PLACES.items() if rule in rules for place in some):
        filled = place.address.replace("{sku}", sku).replace("{drawing}", drawing.name if drawing else "gone.svg")
        yield Place(filled, place.channels, place.shows)


def key(place: Place) -> str:
    return f"{place.address} {place.shows.__name__}"


def shown_at(client: FlaskClient, rules: set[str] | None = None) -> dict[str, bool]:
    """Where the story is shown now, by address and what is looked for there; at every address unless told which."""
    answers: dict[str, Any] = {}
    shown = {}
    for place in places(rules or set(PLACES)):
        if place.address not in answers:
            answers[place.address] = client.get(place.address)
        assert answers[place.address].status_code < 500, place.address
        shown[key(place)] = place.shows(answers[place.address])
    return shown


def expected(agreed: set[Channel], rules: set[str] | None = None) -> dict[str, bool]:
    return {
        key(place): bool(place.channels) and set(place.channels) <= agreed for place in places(rules or set(PLACES))
    }


def test_every_address_of_the_shop_is_placed(app: Flask) -> None:
    there = {rule.rule for rule in app.url_map.iter_rules() if not rule.rule.startswith(BEHIND_THE_SIGN_IN)} - ONLY_POST
    assert there == PLACES.keys()
    for rule in app.url_map.iter_rules():
        assert (rule.rule not in ONLY_POST) or rule.methods == {"POST", "OPTIONS"}


def test_with_every_consent_it_is_told_wherever_it_may_be(reference: str, client: FlaskClient) -> None:
    assert shown_at(client) == expected(set(Channel))


def test_without_the_consent_of_a_channel_it_is_not_there(reference: str, client: FlaskClient) -> None:
    for channel in Channel:
        take_back(channel, slug=SLUG)
        assert shown_at(client, GOVERNED) == expected(set(Channel) - {channel}, GOVERNED), channel
        take_back(*Channel, slug=SLUG)
        give(channel, slug=SLUG)
        assert shown_at(client, GOVERNED) == expected({channel}, GOVERNED), channel
        give(*Channel, slug=SLUG)


def test_without_any_it_is_nowhere_and_nothing_behind_the_sign_in_says_it(
    app: Flask, reference: str, client: FlaskClient
) -> None:
    take_back(slug=SLUG)
    assert not any(shown_at(client).values())
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(BEHIND_THE_SIGN_IN) and not rule.arguments and "GET" in rule.methods:
            assert not says_it(client.get(rule.rule)), rule.rule


def careless(*args: Any, **given: Any) -> Any:
    """The query of what is visible, with the question of consent taken out."""
    asked = queries.allows
    queries.allows = lambda channel, *, at: true()  # type: ignore[assignment]
    try:
        return queries.visible(*args, **given)
    finally:
        queries.allows = asked


def careless_queries(**also: Any) -> SimpleNamespace:
    kept = {name: getattr(queries, name) for name in ("unaltered", "is_gone", "may_show", "languages")}
    return SimpleNamespace(**kept | {"visible": careless} | also)


# Every module that asks the question, what it is asked by there, and where the story shows when it is not asked.
WITHOUT_WEB: dict[str, tuple[Any, dict[str, Any], list[str]]] = {
    "pages/front.py": (front, {"visible_stories": careless}, ["/"]),
    "pages/sitemap.py": (
        sitemap,
        {"visible_stories": careless, "allows": lambda *_, at: true()},
        ["/sitemap.xml", "/sitemap-1.xml"],
    ),
    "pages/workshops.py": (workshops, {"stories": careless_queries()}, [f"/partners/{WORKSHOP}"]),
    "pages/goods.py": (goods, {"stories": careless_queries()}, [PRODUCT]),
    "stories/routes.py": (
        story_routes,
        {"queries": careless_queries()},
        [f"/stories/{SLUG}", f"/stories/{SLUG}/bn", f"/stories/{SLUG}/drawing"],
    ),
    "stories/listing.py": (
        listing,
        {"visible": careless},
        ["/stories", "/pathways/walked-away", "/stages/education", "/articles/life-afterwards"],
    ),
}


@pytest.mark.any_database
def test_taken_out_of_any_one_query_it_would_show(
    reference: str, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_back(slug=SLUG)
    alike = {"/stories?pathway=walked_away&stage=education", f"/stories?partner={WORKSHOP}"}
    for module, (changed, values, addresses) in WITHOUT_WEB.items():
        with monkeypatch.context() as patch:
            for name, value in values.items():
                patch.setattr(changed, name, value)
            seen = {where.partition(" ")[0] for where, is_there in shown_at(client, GOVERNED).items() if is_there}
        assert set(addresses) <= seen, module
        assert seen - set(addresses) <= alike, module  # the other queries still ask


def test_taken_out_of_the_question_of_others_it_would_show(
    reference: str, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_back(SOCIAL, FOUND, slug=SLUG)
    page = {"/stories/<slug>"}
    others = [f"/stories/{SLUG} quotes_it", f"/stories/{SLUG} may_be_found"]
    assert not any(shown_at(client, page)[where] for where in others)
    kept = vars(careless_queries(may_show=lambda *_, at: True)) | {"visible": queries.visible}
    monkeypatch.setattr(story_routes, "queries", SimpleNamespace(**kept))
    assert all(shown_at(client, page)[where] for where in others)


def test_beside_goods_it_would_lead_to_a_page_that_may_not_be_shown(
    reference: str, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_back(WEB, slug=SLUG)
    assert f"/stories/{SLUG}" not in client.get(PRODUCT).text
    monkeypatch.setattr(goods, "allows", lambda channel, *, at: true())
    assert f"/stories/{SLUG}" in client.get(PRODUCT).text


def test_every_module_that_asks_is_in_the_list() -> None:
    """Whoever reads stories for a page comes through these queries, and is tried above."""
    asking = set()
    for file in (ROOT / "storefront").rglob("*.py"):
        path = file.relative_to(ROOT / "storefront").as_posix()
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.ImportFrom):
                continue
            if node.module in {"storefront.stories.queries", "storefront.stories"}:
                asking |= {path for name in node.names if name.name in {"visible", "queries"}}
    no_page_of_strangers = {"demo/contents.py", "demo/pictures.py", "stories/states.py"}
    for file in (ROOT / "storefront").rglob("routes.py"):
        assert "stories.states" not in file.read_text("utf-8"), file  # the desk alone asks it
    assert {path for path in asking if not path.startswith("admin/")} == WITHOUT_WEB.keys() | no_page_of_strangers


def test_the_newsletter_says_no(reference: str) -> None:
    """There is none yet: whoever builds it asks the same question, and this is what it answers."""

    def agreed(channel: Channel) -> bool:
        here = select(Wording.id).join(Wording.story).where(allows(channel, at=clock.now()))
        return bool(db.session.scalars(here).all())

    assert agreed(Channel.NEWSLETTER)
    take_back(Channel.NEWSLETTER, slug=SLUG)
    assert not agreed(Channel.NEWSLETTER)
    assert agreed(WEB)


def test_the_export_says_where_and_never_what(reference: str) -> None:
    loaded = Loaded(clock.today(), {}, 0, ())
    take_back(BESIDE, slug=SLUG)
    [told] = public_export(loaded)["stories"]
    assert told["channels"] == [channel.value for channel in Channel if channel is not BESIDE]
    change_consent(SLUG, withdrawn_at=clock.now())
    assert public_export(loaded)["stories"][0]["channels"] == []
    for word in ("Zinnia lantern", "Zinnialine", "Zinnianame", "zinniabound", "ST-0042"):
        assert word not in json.dumps(public_export(loaded))
    with transaction():
        withdrawing.withdraw(reference, by=BY, at=clock.now())
    assert MARK not in json.dumps(public_export(loaded)).lower()
    assert contents.unaltered is queries.unaltered


def test_no_e_mail_has_a_place_for_a_story() -> None:
    """Whatever is written to anybody: no template asks for words, a title, a name on a page or a page's address."""
    templates = sorted((ROOT / "templates").glob("*/emails/*"))
    assert len(templates) >= 8
    for file in templates:
        asked = set(re.findall(r"\{[{%][^}]*?\b(\w+)\b", file.read_text("utf-8")))
        whole = file.read_text("utf-8")
        assert not asked & {"display_name", "slug", "words", "before_words", "now_words", "band"}, file.name
        assert "/stories/" not in whole.replace("/admin/stories", ""), file.name
    for file in (ROOT / "storefront").rglob("emails.py"):
        tree = ast.parse(file.read_text("utf-8"))
        imported = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
        assert not {module for module in imported if module and "stories" in module}, file


# Warm everything, withdraw, and ask every address again, here and in another process.


def test_with_warm_pages_nothing_is_left_at_once(reference: str, client: FlaskClient) -> None:
    for _ in range(2):
        assert any(shown_at(client).values())
    with transaction():
        withdrawing.withdraw(reference, by=BY, at=clock.now())
    assert not any(shown_at(client).values())
    assert client.get(f"/stories/{SLUG}").status_code == client.get(f"/stories/{SLUG}/drawing").status_code == 410
    assert story_by(reference).erased_at is not None


OTHER = """
import json, sys
from pathlib import Path
import time_machine
from storefront.app import create_app
from tests.conftest import NOON, settings_for
url, folder, mark, *addresses = json.loads(sys.argv[1])
client = create_app(settings_for(url, Path(folder))).test_client()
with time_machine.travel(NOON, tick=False):
    for _ in sys.stdin:
        shown = [a for a in addresses if mark in client.get(a).text.lower()]
        print("answer", json.dumps(shown), flush=True)
"""


@contextmanager
def another_process(app: Flask, addresses: list[str]) -> Iterator[Callable[[], list[str]]]:
    settings = app.extensions["settings"]
    told = json.dumps([settings.database_url, str(settings.instance_dir), MARK, *addresses])
    process = subprocess.Popen(
        [sys.executable, "-c", OTHER, told], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip

    def ask() -> list[str]:
        assert process.stdin
        assert process.stdout
        process.stdin.write("\n")
        process.stdin.flush()
        line = next((line for line in process.stdout if line.startswith("answer ")), None)
        assert line, "the other process has ended"
        found: list[str] = json.loads(line.removeprefix("answer "))
        return found

    try:
        yield ask
    finally:
        if process.stdin:
            process.stdin.close()
        process.wait(20)
        if process.stdout:
            process.stdout.close()


def test_another_process_has_forgotten_it_within_a_second(app: Flask, reference: str) -> None:
    addresses = [f"/stories/{SLUG}", f"/stories/{SLUG}/drawing", "/stories", "/", PRODUCT, f"/partners/{WORKSHOP}",
                 "/sitemap.xml", "/articles/life-afterwards"]  # fmt: skip
    db.session.remove()
    with another_process(app, addresses) as ask:
        assert sorted(ask()) == sorted(addresses)
        assert sorted(ask()) == sorted(addresses)  # warm
        with transaction():
            withdrawing.withdraw(reference, by=BY, at=clock.now())
        before = time.monotonic_ns()
        assert ask() == []
        assert time.monotonic_ns() >= before
