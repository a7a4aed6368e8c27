"""Stories are shown while their tellers agree, and on no page a moment longer. Each rule is seen to matter."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import true, update

from storefront.core import clock
from storefront.db import db, transaction
from storefront.partners.models import Partner
from storefront.stories import listing, queries
from storefront.stories.models import Channel, Consent, Pathway, ReviewResult, Stage, Story, StoryKind
from storefront.web.security import DRAWING_POLICY
from tests.catalog.goods import product_of
from tests.stories.telling import (
    PRODUCT,
    SLUG,
    TITLE,
    agreed_in,
    change_consent,
    change_review,
    change_story,
    change_words,
    give,
    set_clock_mark,
    story_of,
    take_back,
    tell_anew,
)

PAGE, DRAWING = f"/stories/{SLUG}", f"/stories/{SLUG}/drawing"
# Every public page on which this story is told or named.
PLACES = {"/": TITLE, "/stories": TITLE, PRODUCT: TITLE, "/partners/sample-lamplight-stitch-room": TITLE, PAGE: TITLE}


def shows(client, address):
    return TITLE in client.get(address).text


def anything_goes(monkeypatch):
    """Take the question of consent out, to see that it alone kept the story back."""
    monkeypatch.setattr(queries, "allows", lambda channel, *, at: true())


def test_with_consent_it_is_told_everywhere(told, client):
    for address in PLACES:
        assert shows(client, address), address
    assert client.get(DRAWING).status_code == 200


# What keeps a story back, one at a time.
GONE = {
    "withdrawn": take_back,
    "replaced by a later answer": lambda: change_consent(replaced_at=clock.now()),
    "run out": lambda: agreed_in(2025, 11, 23),
    "still time to think again": lambda: change_consent(publish_not_before=date(2026, 11, 25)),
    "not begun": lambda: agreed_in(2026, 11, 25),
    "risk not reviewed": lambda: change_review(reviewed_on=date(2025, 11, 20)),
    "review says no": lambda: change_review(result=ReviewResult.NOT_TO_BE_SHOWN),
    "other words": lambda: change_consent(words_hash="0" * 64),
    "another drawing": lambda: change_consent(drawing_hash="0" * 64),
    "agreed in another language": lambda: change_consent(language="bn"),
    **{
        name: lambda name=name: change_consent(**{name: False})
        for name in (
            "employer_absent", "read_back", "told_pay_independent", "twelve_months_out", "no_proceedings",
            "name_not_hers",
        )
    },
    "a clock that was set back": lambda: set_clock_mark(clock.now() + timedelta(minutes=11)),
}  # fmt: skip


def test_without_consent_it_is_told_nowhere(told, client, monkeypatch):
    for reason, happens in GONE.items():
        happens()
        for address in PLACES:
            assert not shows(client, address), (reason, address)
        assert client.get(DRAWING).status_code in {404, 410}, reason
        with monkeypatch.context() as careless:
            anything_goes(careless)
            for address in PLACES:
                assert shows(client, address), f"{address} does not ask for consent, so this proves nothing: {reason}"
            assert client.get(DRAWING).status_code == 200
        tell_anew()


def test_words_that_were_changed_behind_our_back_are_not_shown(told, client, monkeypatch):
    """Written past every rule, whatever of her is read: the page is gone until somebody reads it back to her."""
    of_words: list[dict[str, object]] = [
        {"text": "Other words."}, {"title": TITLE + "!"}, {"before_words": ["other"]}, {"now_words": []},
        {"editor_note": "From a village by the river."},
    ]  # fmt: skip
    of_story: list[dict[str, object]] = [
        {"display_name": "Somebody"}, {"pathway": Pathway.ESCAPE}, {"stage": Stage.HEALTH}, {"country": "BD"},
        {"content_notes": ["Fear"]}, {"region": "Kerala"}, {"outcomes": ["housing"]}, {"helped_by": ["friend"]},
        {"sources": [{"url": "https://example.org"}]},
    ]  # fmt: skip
    for change, values in [(change_words, v) for v in of_words] + [(change_story, v) for v in of_story]:
        change(**values)
        for address in PLACES:
            assert not shows(client, address), (values, address)
        assert client.get(PAGE).status_code == client.get(DRAWING).status_code == 404, values
        with monkeypatch.context() as careless:
            careless.setattr(queries, "unaltered", list)
            assert client.get(PAGE).status_code == 200, values
        tell_anew()


def test_a_region_is_named_only_while_the_workshop_is_large(told, client, monkeypatch):
    """It was when she agreed. Once fewer work there she could be found by it, so it leaves the page at once."""
    monkeypatch.setattr(queries, "unaltered", list)
    change_story(region="Kerala")
    for large in (False, True, False):
        with transaction():
            db.session.execute(update(Partner).values(has_twenty_makers=large))
        assert ("Kerala" in client.get(PAGE).text) is large


def test_an_enterprise_story_that_was_changed_is_not_shown_either(shop, client):
    change_words("freeset-twenty-beginners", text="Something else.")
    assert client.get("/stories/freeset-twenty-beginners").status_code == 404
    assert "Twenty beginners" not in client.get("/stories").text
    assert "Twenty beginners" not in client.get("/partners/freeset").text


def test_a_drawing_that_was_exchanged_takes_the_story_with_it(shop, client):
    change_story(drawing_id=story_of("ruma-the-colour-table").drawing_id)
    assert client.get(PAGE).status_code == 404
    assert client.get(DRAWING).status_code == 404


@pytest.mark.parametrize("channel", [Channel.WEB_STORY, Channel.PRODUCT_PAGE])
def test_each_channel_is_asked_on_its_own(told, client, channel):
    take_back(channel)
    on_web, beside = channel is not Channel.WEB_STORY, channel is not Channel.PRODUCT_PAGE
    assert (client.get(PAGE).status_code == 200) is on_web
    assert (client.get(DRAWING).status_code == 200) is on_web
    for address in ("/", "/stories", "/partners/sample-lamplight-stitch-room"):
        assert shows(client, address) is on_web, address
    assert shows(client, PRODUCT) is beside


def test_beside_goods_it_may_stand_without_a_page_of_its_own(told, client):
    take_back(Channel.WEB_STORY)
    page = client.get(PRODUCT).text
    assert TITLE in page
    assert f"/stories/{SLUG}" not in page


def test_a_product_without_a_story_says_nothing_of_one(shop, client):
    for slug in ("jui-the-register", "ruma-the-colour-table"):
        take_back(slug=slug)
    page = client.get(PRODUCT).text
    assert "story-band" not in page
    assert "Also told" not in page
    assert "no story" not in page.lower()


def test_its_last_day_counts_and_then_it_is_gone(told, client):
    """With no worker running: nothing has to happen for a story to end."""
    last = db.session.scalars(db.select(Consent.expires_on).where(Consent.story_id == story_of().id)).first()
    change_review(reviewed_on=last)
    end = datetime.combine(last, datetime.min.time(), UTC) + timedelta(days=1)
    with time_machine.travel(end - timedelta(seconds=1), tick=False):
        assert client.get(PAGE).status_code == 200
        assert client.get(DRAWING).status_code == 200
    with time_machine.travel(end, tick=False):
        assert client.get(PAGE).status_code == 410
        assert client.get(DRAWING).status_code == 410
        assert not shows(client, PRODUCT)


def test_withdrawn_is_gone_for_good(told, client):
    take_back()
    answer = client.get(PAGE)
    assert answer.status_code == client.get(DRAWING).status_code == 410
    assert answer.headers["X-Robots-Tag"] == "noindex, noarchive"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    for word in (TITLE, "Jui", "withdr", SLUG):
        assert word not in answer.text


def test_every_reason_has_the_same_page(told, client):
    take_back()
    withdrawn = client.get(PAGE).text
    change_consent(withdrawn_at=None, expires_on=date(2026, 11, 23))
    assert client.get(PAGE).text == withdrawn


def test_not_yet_published_is_not_there(told, client):
    change_words(published_at=clock.now() + timedelta(seconds=1))
    assert client.get(PAGE).status_code == client.get(DRAWING).status_code == 404
    assert not shows(client, "/stories")
    change_words(published_at=None)
    assert client.get(PAGE).status_code == 404


def test_an_unknown_story_is_not_there(shop, client):
    for slug in ("no-such-story", "%00", "a%00b", "1" * 400, "..%2f..", "%F0%9F%99%82", "Jui", "'--"):
        assert client.get(f"/stories/{slug}").status_code == 404
        assert client.get(f"/stories/{slug}/drawing").status_code == 404


def test_a_story_is_kept_nowhere(told, client):
    for address in ("/stories", PAGE, DRAWING):
        headers = client.get(address).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "ETag" not in headers
        assert "Last-Modified" not in headers
        assert "Set-Cookie" not in headers


def test_search_engines_are_asked_to_stay_away(told, client):
    answer = client.get(PAGE)
    assert answer.headers["X-Robots-Tag"] == "noindex, noarchive, noimageindex, max-snippet:0"
    assert '<meta name="robots" content="noindex, noarchive, noimageindex, max-snippet:0">' in answer.text
    assert "X-Robots-Tag" not in client.get("/stories").headers


def test_unless_she_agreed_to_be_found(told, client):
    give(Channel.SEARCH_INDEXING)
    answer = client.get(PAGE)
    assert answer.headers["X-Robots-Tag"] == "noarchive"
    assert "noindex" not in answer.text
    take_back(Channel.SEARCH_INDEXING)
    assert "noindex" in client.get(PAGE).headers["X-Robots-Tag"]


def test_what_others_quote_holds_no_story(told, client):
    page = client.get(PAGE).text
    graph = [line for line in page.splitlines() if "og:" in line or 'name="description"' in line]
    assert graph
    assert not any(word in line for line in graph for word in ("Jui", "register", "blue table", "/drawing"))
    assert "application/ld+json" not in page


def test_the_label_of_an_illustration_stands_above_its_title(shop, client):
    page = client.get(PAGE).text
    assert page.index("nobody&#39;s testimony" if "nobody&#39;s" in page else "nobody's testimony") < page.index("<h1")
    assert page.index("<h1") < page.index("Jui keeps the attendance register") < page.index("In words from this page")
    assert "Content note: debt; exploitation is mentioned, not described." in page


def test_every_card_of_an_illustration_says_so(shop, client):
    told = queries.visible(Channel.WEB_STORY, at=clock.now()).where(Story.kind == StoryKind.ILLUSTRATION)
    number = len(db.session.scalars(told).all())
    assert client.get("/stories").text.count("An illustration, written for this demonstration shop.") == number == 14


def test_an_enterprise_names_its_sources(shop, client):
    page = client.get("/stories/freeset-twenty-beginners").text
    assert 'href="https://freesetglobal.com/celebrating-15-years/" rel="noopener nofollow noreferrer"' in page
    assert "It tells no individual" in page


def test_nothing_of_the_teller_but_the_name_she_chose(told, client):
    story = story_of()
    page = client.get(PAGE).text
    assert story.storyteller_reference not in page
    assert story.reference not in page
    assert "About Jui, a name chosen for this page" in page


def test_the_goods_beside_it_are_visible_ones(shop, client):
    assert 'href="/shop/kantha-short-jacket"' in client.get(PAGE).text
    with transaction():
        product_of("kantha-short-jacket").published_at = None
    assert 'href="/shop/kantha-short-jacket"' not in client.get(PAGE).text


def test_a_drawing_is_answered_as_every_drawing(told, client):
    answer = client.get(DRAWING)
    assert answer.headers["Content-Security-Policy"] == DRAWING_POLICY
    assert answer.mimetype == "image/svg+xml"
    assert b"<svg" in answer.data


def test_a_drawing_is_not_on_the_public_shelf(told, client):
    assert client.get(f"/media/{story_of().drawing.name}").status_code == 404


def test_a_file_that_is_lost_is_not_there(app, told, client, tmp_path):
    app.extensions["settings"] = replace(app.extensions["settings"], media_dir=tmp_path)
    assert client.get(DRAWING).status_code == 404


def test_another_file_under_its_name_is_not_shown(app, told, client, tmp_path):
    name = story_of().drawing.name
    (tmp_path / "stories" / name).parent.mkdir(parents=True)
    (tmp_path / "stories" / name).write_text("<svg/>")
    app.extensions["settings"] = replace(app.extensions["settings"], media_dir=tmp_path)
    assert client.get(DRAWING).status_code == 404


def test_nobody_is_telling(app, client):
    page = client.get("/stories")
    assert page.status_code == 200
    assert "Nobody is telling a story here at the moment" in page.text


def test_pages_of_the_list(shop, client):
    for page, status in {"1": 200, "": 200, "2": 404, "0": 404, "-1": 404, "x": 404, "9" * 400: 404}.items():
        assert client.get(f"/stories?page={page}").status_code == status


def test_the_list_takes_more_than_one_page(shop, client, monkeypatch):
    monkeypatch.setattr(listing, "PER_PAGE", 10)
    first, second = client.get("/stories").text, client.get("/stories?page=2").text
    assert 'href="/stories?page=2"' in first
    assert 'href="/stories"' in second
    assert client.get("/stories?page=3").status_code == 404


def test_what_was_never_published_does_not_say_that_it_was_withdrawn(told, client):
    change_words(published_at=None)
    take_back()
    assert client.get(PAGE).status_code == 404
    assert client.get(DRAWING).status_code == 404


def test_a_risk_review_of_tomorrow_is_none(told, client):
    change_review(reviewed_on=date(2026, 11, 25))
    assert client.get(PAGE).status_code == 404


def test_search_engines_are_asked_not_to_quote_a_story_beside_goods(told, client):
    for address in ("/", "/stories", PRODUCT, "/partners/sample-lamplight-stitch-room"):
        text = client.get(address).text
        assert "data-nosnippet" in text.partition(TITLE)[0], address


def test_given_anew_it_is_not_gone_and_altered_after_that_it_is_unknown(told, client):
    """An old withdrawal does not speak for a new yes: what is wrong then is the wording, and that is told to nobody."""
    take_back()
    assert client.get(PAGE).status_code == 410
    change_consent(withdrawn_at=None)
    assert client.get(PAGE).status_code == 200
    change_words(title="Another title")
    assert client.get(PAGE).status_code == 404
