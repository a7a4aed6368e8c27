"""The way out, the page about safe reading, and the help lines."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from storefront.accounts.models import UserSession
from storefront.accounts.permissions import Role
from storefront.audit.models import Act
from storefront.db import db
from storefront.safety import routes
from tests.accounts.people import OURS, a_user, acts, signed_in
from tests.cart.holding import a_bag, bags, goods
from tests.safety.lines import a_line, keep

PERSON = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin"}
IMAGE = {"Sec-Fetch-Dest": "image", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Site": "cross-site"}
CLEAR = '"cache", "cookies", "storage"'


def visitor(app):
    """A browser with something in its bag that is signed in, and the bag's token."""
    client = signed_in(app, a_user(Role.EDITOR))
    _, token = a_bag(*goods(3))
    client.set_cookie("bag", token)
    client.set_cookie("bag_count", "1")
    return client


def kept():
    """How many sessions and bags there are on our side."""
    db.session.rollback()
    return db.session.scalar(select(func.count(UserSession.id))), len(bags())


def cookies_of(client):
    return [name for name in ("session", "bag", "bag_count") if client.get_cookie(name)]


# -- the way out


def test_a_person_leaves_nothing_behind(app):
    client = visitor(app)
    answer = client.get("/exit", headers=PERSON)
    assert (answer.status_code, answer.headers["Location"]) == (303, "https://worldweather.wmo.int/")
    assert answer.headers["Clear-Site-Data"] == CLEAR
    assert cookies_of(client) == []
    assert kept() == (0, 0)
    assert acts()[-1] is Act.SIGN_OUT


def test_somebody_elses_bag_and_session_stay(app):
    visitor(app)
    client = visitor(app)
    client.get("/exit", headers=PERSON)
    assert kept() == (1, 1)


@pytest.mark.parametrize(
    "headers", [IMAGE, PERSON | {"Sec-Fetch-Site": "cross-site"}, PERSON | {"Sec-Purpose": "prefetch"}]
)
def test_what_only_fetches_it_empties_nothing(app, headers, monkeypatch):
    client = visitor(app)
    answer = client.get("/exit", headers=headers)
    assert answer.status_code == 303
    assert "Clear-Site-Data" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    assert cookies_of(client) == ["session", "bag", "bag_count"]
    assert kept() == (1, 1)
    monkeypatch.setattr(routes, "is_leaving", lambda headers, *, carries_our_cookie: True)
    client.get("/exit", headers=headers)
    assert kept() == (0, 0), "nothing was there to be emptied, so the test above proves nothing"


def test_an_old_browser_is_believed_with_its_cookie(app):
    assert "Clear-Site-Data" not in app.test_client().get("/exit").headers
    client = visitor(app)
    assert client.get("/exit").headers["Clear-Site-Data"] == CLEAR
    assert kept() == (0, 0)


def test_it_leads_where_the_settings_say_and_is_kept_nowhere(app):
    app.extensions["settings"] = replace(app.extensions["settings"], exit_url="https://news.example/weather")
    for headers in (PERSON, IMAGE, {}):
        answer = app.test_client().get("/exit", headers=headers)
        assert answer.headers["Location"] == "https://news.example/weather"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer.headers["X-Robots-Tag"]


def test_nobody_is_led_anywhere_else(app, client):
    assert client.get("/exit?next=https://evil.example&url=//evil.example").headers["Location"].endswith("wmo.int/")


def test_asking_for_its_head_or_posting_empties_nothing(app):
    client = visitor(app)
    assert client.head("/exit", headers=PERSON).status_code == 303
    assert client.post("/exit", headers=OURS).status_code == 405
    assert kept() == (1, 1)


def test_without_anything_of_ours_the_database_is_not_asked(app, client, monkeypatch):
    monkeypatch.setattr(routes, "transaction", None)
    assert client.get("/exit", headers=PERSON).headers["Clear-Site-Data"] == CLEAR
    client.set_cookie("bag", "x" * 43)
    assert client.get("/exit", headers=PERSON).status_code == 500, "nobody would have asked it anyway"


def test_the_way_out_is_open_while_the_database_is_away(app, monkeypatch):
    def away(token):
        raise OperationalError("", {}, Exception("away"))

    client = visitor(app)
    monkeypatch.setattr(routes, "forget", away)
    answer = client.get("/exit", headers=PERSON)
    assert (answer.status_code, answer.headers["Clear-Site-Data"]) == (303, CLEAR)
    assert cookies_of(client) == []
    assert kept() == (1, 1)


def test_a_cookie_that_stands_for_nothing_goes_too(app, client):
    for name, value in {"session": "?", "bag": "x" * 43, "bag_count": "y"}.items():
        client.set_cookie(name, value)
    client.get("/exit", headers=PERSON)
    assert cookies_of(client) == []


# -- the pages


def test_reading_safely_says_what_cannot_be_done(app, client):
    page = client.get("/safety").text
    for words in ("history", "Back can show the page", "Software on the device", "web server", "private window"):
        assert words in page
    for address in ("/help-lines", "/withdraw", "/exit"):
        assert f'href="{address}"' in page


@pytest.mark.parametrize("path", ["/safety", "/help-lines"])
def test_these_pages_have_the_exit_and_are_kept_nowhere(app, client, path):
    answer = client.get(path)
    links = answer.text.count('href="/exit" rel="nofollow noreferrer" data-quick-exit')
    assert (answer.status_code, links) == (200, 2)
    assert "quick-exit" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer.headers


def test_the_exit_stands_where_it_should_and_nowhere_else(shop, client):
    for path in ("/stories/jui-the-register", "/stories", "/safety", "/help-lines"):
        assert "data-quick-exit" in client.get(path).text, path
    for path in ("/", "/shop", "/shop/sari-market-bag", "/cart", "/partners", "/about"):
        text = client.get(path).text
        assert "quick-exit" not in text, path
        assert 'href="/safety"' in text, path


def test_a_line_tells_all_of_it(app, client):
    keep(a_line())
    page = client.get("/help-lines").text
    for words in (
        '<a class="amount" href="tel:+3531800111222">1800 111 222</a>', "at night", 'href="sms:50999"', 'href="tel:112"',
        "20:00 to 8:00", "Irish, English", "Ask for Una.", 'href="https://line.example/help" rel="noopener nofollow noreferrer"',
        "The line&#39;s page", "Read on 24 November 2026", "to be checked again by 22 February 2027", 'id="ie"', 'href="#ie"',
        "Nobody of us has dialled them",
    ):  # fmt: skip
        assert words in page, words
    assert "For editors only" not in page
    assert page.index("In danger now? Ring the emergency number of the country you are in.") < page.index("Night line")


def shows_a_number(page):
    return any(mark in page for mark in ("tel:", "sms:", "1800 111 222", "50999"))


def test_past_its_day_a_number_hides_itself_by_the_clock_alone(app, client):
    keep(a_line())
    with time_machine.travel(datetime(2027, 2, 22, 23, 59, 59, tzinfo=UTC), tick=False):
        assert shows_a_number(client.get("/help-lines").text)
    with time_machine.travel(datetime(2027, 2, 23, tzinfo=UTC), tick=False):
        page = client.get("/help-lines").text
    assert not shows_a_number(page)
    assert "should have been checked again by 22 February 2027" in page
    assert 'href="https://line.example/help"' in page


def test_a_number_that_may_not_be_shown_is_not(app, client):
    keep(a_line(display=False, verification="single_secondary"))
    page = client.get("/help-lines").text
    assert not shows_a_number(page)
    assert "we read it in one place only" in page
    assert 'href="https://line.example/help"' in page


def test_numbers_that_others_name_beside_are_not_shown(app, client):
    keep(a_line(also=[{"display": "181", "dial": "1810181", "label": "one source only"}]))
    assert "1810181" not in client.get("/help-lines").text


def test_by_country(app, client):
    keep(a_line(), a_line(country="GB", name="Day line"), a_line(country="CH", name="Mountain line"))
    page = client.get("/help-lines").text
    assert page.index("Night line") < page.index("Mountain line") < page.index("Day line"), "in the order of the names"
    for wanted in ("gb", "GB"):
        page = client.get(f"/help-lines?country={wanted}").text
        assert ("Day line" in page, "Night line" in page) == (True, False)
    page = client.get("/help-lines?country=FR").text
    assert "We know of no line there" in page
    assert "Night line" in page
    for wanted in ("%00", "<script>", "x" * 400):
        answer = client.get("/help-lines", query_string={"country": wanted})
        assert answer.status_code == 200
        assert "<script>" not in answer.text


def test_nothing_is_listed_yet(app, client):
    assert "No help line is listed yet" in client.get("/help-lines").text


def test_the_page_costs_one_statement_however_long(app, client, statements):
    for number in (1, 5):
        keep(*(a_line(name=f"Line {number} {one}", recheck_by=date(2027, 1, 1)) for one in range(number)))
        with statements() as seen:
            client.get("/help-lines")
        assert len(seen) == 1
