"""What is read in the reading rooms, and what is no longer."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import delete

from storefront.articles.models import Article, Room
from storefront.db import transaction
from tests.articles.reading import a_source, an_article, fill_rooms
from tests.stories.telling import SLUG, TITLE, take_back

SCRIPT = "<script>alert(1)</script>"
NO_STORY = "Nobody is telling a story under this heading at the moment"
WITH_STORIES = ["/pathways", "/pathways/walked-away", "/stages/education", "/articles/life-afterwards"]


def test_no_other_site_learns_what_was_read(app, client):
    fill_rooms()
    an_article()
    visitor = app.test_client()
    visitor.set_cookie("bag", "x" * 43)
    for address in ("/articles", "/articles/a-text", *WITH_STORIES):
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == ("no-store" if address in WITH_STORIES else "no-cache")
        assert 'href="/exit"' in answer.text
        assert "Set-Cookie" not in answer.headers
        assert visitor.get(address).data == answer.data


def test_a_shop_that_has_just_been_set_up_says_so(app, client):
    for address in ("/articles", "/pathways"):
        assert "Nothing to read yet" in client.get(address).text


def test_what_is_not_there_is_not_found(app, client):
    fill_rooms()
    for address in (
        "/articles/unknown", "/pathways/unknown", "/stages/unknown", "/articles/safety", "/stages/escape", "/articles/A-Text",
        "/articles/a%00", "/pathways/_", "/pathways/%0a", "/stages/a_b", "/articles/" + "a" * 101,
    ):  # fmt: skip
        assert client.get(address, follow_redirects=True).status_code == 404, address


def test_the_values_of_stories_lead_to_their_pages(app, client):
    for old, new in (
        ("/pathways/earned_release", "/pathways/earned-release"),
        ("/stages/financial_stability", "/stages/financial-stability"),
    ):
        answer = client.get(old)
        assert (answer.status_code, answer.headers["Location"]) == (301, new)


def test_a_page_says_what_it_rests_on(app, client):
    an_article(slug="other", title="The other", summary="More.")
    an_article(
        body="Said [1].\n\n## Part",
        content_notes=["Debt", "Unheard of"],
        sources=[a_source(), a_source(title="No link", url="javascript:alert(1)", date=None)],
        editor_notes=[{"date": "2026-11-24", "note": "See [the other](/articles/other)."}],
        related=["other", "gone"],
    )
    text = client.get("/articles/a-text").text
    assert "Content note: debt." in text
    assert '<a href="#source-1">[1]</a>' in text
    assert "<h2>Part</h2>" in text
    assert (
        '<a href="https://report.example/1" rel="noopener nofollow noreferrer">A report</a>, A publisher, September 2017.'
        in text
    )
    assert "Read in excerpt on 24 November 2026." in text
    assert "No link, A publisher, undated." in text
    assert "javascript:" not in text
    assert "Note by the editors, 24 November 2026" in text
    assert 'See <a href="/articles/other">the other</a>.' in text
    assert "Reviewed on 24 November 2026. To be looked at again by 24 May 2027." in text
    assert '<a href="/articles/other">The other</a>' in text
    assert 'href="/articles/gone"' not in text
    assert '<a href="/shop">Back to the shop</a>' in text


@pytest.mark.parametrize(("due", "is_over"), [(date(2026, 11, 24), False), (date(2026, 11, 23), True)])
def test_a_page_that_nobody_looked_at_again_says_so(app, client, due, is_over):
    an_article(reviewed_on=date(2026, 1, 1), review_due=due)
    text = client.get("/articles/a-text").text
    assert ("nobody has done so yet" in text) is is_over
    assert ("To be looked at again by" in text) is not is_over


def test_script_in_any_field_is_shown_as_letters(app, client):
    an_article(
        title=SCRIPT, summary=SCRIPT, body=SCRIPT, content_notes=[SCRIPT], related=["a-text", SCRIPT],
        sources=[dict.fromkeys(a_source(), SCRIPT)], editor_notes=[{"date": SCRIPT, "note": SCRIPT}],
    )  # fmt: skip
    an_article(slug="second", title=SCRIPT, summary=SCRIPT, related=["a-text"])
    an_article(room=Room.PATHWAYS, slug="escape", title=SCRIPT, summary=SCRIPT)
    an_article(room=Room.STAGES, slug="health", title=SCRIPT, summary=SCRIPT)
    for address in (
        "/articles",
        "/articles/a-text",
        "/articles/second",
        "/pathways",
        "/pathways/escape",
        "/stages/health",
    ):
        text = client.get(address).text
        assert "&lt;script&gt;" in text
        assert "alert(1)</script>" not in text.replace("&lt;", "")


def test_ways_and_directions_stand_together_with_their_counts(shop, client):
    text = client.get("/pathways").text
    said = dict(
        re.findall(
            r'href="/(?:pathways|stages)/([a-z-]+)">[^<]*</a></h[23]>\s*<p>[^<]*</p>\s*<p[^>]*>([^<]*)</p>', text
        )
    )
    assert said == {
        "authorities": "3 pages", "escape": "4 pages", "earned-release": "Too few pages to count", "walked-away": "3 pages",
        "safety": "3 pages", "freedom": "5 pages", "education": "3 pages", "financial-stability": "4 pages",
        "health": "3 pages",
    }  # fmt: skip
    assert '<a href="/pathways/prevention">Prevention</a>' in text
    assert '<a href="/pathways/not-shared">Not shared</a>' in text


def test_a_count_goes_down_with_a_withdrawal(shop, client):
    take_back()
    text = client.get("/pathways").text
    assert text.count("Too few pages to count") == 3  # earned before; walking away and learning as well, now


def test_a_room_shows_its_stories_while_they_may_be_shown(shop, client):
    rooms = ("/pathways/walked-away", "/stages/education")
    for address in rooms:
        text = client.get(address).text
        assert TITLE in text
        assert "An illustration, written for this demonstration shop" in text
    take_back()
    for address in rooms:
        text = client.get(address).text
        assert TITLE not in text
        assert SLUG not in text


def test_no_story_stands_in_another_room(shop, client):
    assert TITLE not in client.get("/pathways/escape").text
    assert TITLE not in client.get("/stages/health").text


def test_a_room_without_stories_stays_calm(app, client):
    fill_rooms()
    assert NO_STORY in client.get("/pathways/escape").text
    assert NO_STORY in client.get("/stages/health").text


def test_a_page_of_our_own_in_a_room_of_stories_has_none(shop, client):
    an_article(room=Room.PATHWAYS, slug="our-own")
    assert NO_STORY in client.get("/pathways/our-own").text


def test_a_page_is_read_with_as_few_questions_however_much_there_is(shop, client, statements):
    for address, number in {
        "/articles": 1, "/articles/debt-bondage-at-brick-kilns": 2, "/articles/life-afterwards": 3, "/pathways": 2,
        "/pathways/escape": 3, "/pathways/not-shared": 3, "/stages/safety": 3,
    }.items():  # fmt: skip
        with statements() as seen:
            assert client.get(address).status_code == 200
        assert len(seen) == number, (address, seen)


def test_a_picture_that_is_missing_leaves_no_hole(app, client):
    fill_rooms()
    with transaction() as session:
        session.execute(delete(Article).where(Article.slug == "escape"))
    an_article(room=Room.PATHWAYS, slug="escape")
    for address in ("/pathways", "/pathways/escape"):
        assert client.get(address).status_code == 200
