"""A storyteller's own door: her code, one question, and she is gone. Without an account, without a reason."""

import re

import pytest

from storefront.core import clock
from storefront.db import db, transaction
from storefront.stories import cards
from storefront.stories.models import Channel, Consent, Story
from tests.stories.telling import SLUG, TITLE, story_of

DOOR, OWN = "/withdraw", {"Sec-Fetch-Site": "same-origin"}


def card(slug: str = SLUG) -> str:
    with transaction():
        return cards.make(story_of(slug).reference, by="R7K2M4QX9D", at=clock.now())


def token(client) -> str:
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(DOOR).text)[1]


def knock(client, code: str, **more: str):
    data = {"csrf_token": token(client), "code": code, **more}
    return client.post(DOOR, data=data, headers=OWN)


def test_she_is_asked_once_and_then_she_is_gone(shop, client):
    code = card()
    asked = knock(client, code)
    assert asked.status_code == 200
    assert "Withdraw now" in asked.text
    assert TITLE not in asked.text
    assert "Jui" not in asked.text
    assert client.get(f"/stories/{SLUG}").status_code == 200
    done = knock(client, code, act="withdraw")
    assert done.status_code == 303
    assert "It is gone" in client.get(done.location).text
    assert client.get(f"/stories/{SLUG}").status_code == 410
    assert db.session.scalar(db.select(Story).where(Story.slug == SLUG)) is None


def test_a_code_is_used_once(shop, client):
    code = card()
    knock(client, code, act="withdraw")
    again = knock(client, code)
    assert again.status_code == 422
    assert "This code opens nothing" in again.text


def test_a_new_card_makes_the_old_one_void(shop, client):
    old, new = card(), card()
    assert knock(client, old).status_code == 422
    assert knock(client, new).status_code == 200


def test_the_code_is_read_as_people_write_it(shop, client):
    code = card()
    for written in (code.lower(), code.replace("-", ""), f"  {code.replace('-', ' ')} "):
        assert knock(client, written).status_code == 200, written


def test_she_may_close_one_place_and_keep_the_others(shop, client):
    code = card()
    assert "Close: Beside products" in knock(client, code).text
    done = knock(client, code, act="product_page")
    assert "That place is closed" in client.get(done.location).text
    assert client.get(f"/stories/{SLUG}").status_code == 200
    assert TITLE not in client.get("/shop/kantha-short-jacket").text
    consent = db.session.scalars(db.select(Consent).where(Consent.story_id == story_of().id)).one()
    assert Channel.PRODUCT_PAGE not in consent.channels
    assert "Close: Beside products" not in knock(client, code).text
    assert knock(client, code, act="withdraw").status_code == 303


@pytest.mark.parametrize("code", ["", "x", "AAAA-BBBB-CCCC-DDDD", "'; --", "🙂", "A" * 40])
def test_what_opens_nothing_says_so_and_keeps_what_was_written(app, client, code):
    answer = knock(client, code)
    assert answer.status_code == 422
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, noarchive"
    if code.isascii() and code and "'" not in code:
        assert f'value="{code}"' in answer.text


def test_a_form_that_another_page_made_is_refused(shop, client):
    code = card()
    client.get(DOOR)
    for bad in ({}, {"csrf_token": "x" * 40}):
        assert client.post(DOOR, data={"code": code, "act": "withdraw", **bad}, headers=OWN).status_code == 403
    assert client.get(f"/stories/{SLUG}").status_code == 200


def test_an_act_that_is_none_is_refused(shop, client):
    code = card()
    assert knock(client, code, act="publish").status_code == 400
    assert client.get(f"/stories/{SLUG}").status_code == 200


def test_only_so_many_tries_from_one_place(shop, client):
    code = card()
    for _ in range(10):
        assert knock(client, "AAAA-BBBB-CCCC-DDDD").status_code == 422
    over = knock(client, code, act="withdraw")
    assert over.status_code == 429
    assert int(over.headers["Retry-After"]) > 0
    assert "too often" in over.text
    assert client.get(f"/stories/{SLUG}").status_code == 200


def test_codes_that_open_something_are_not_counted(shop, client):
    code = card()
    for _ in range(12):
        assert knock(client, code).status_code == 200


def test_it_speaks_her_language(app, client):
    page = client.get(f"{DOOR}?language=bn").text
    assert '<html lang="bn">' in page
    assert "আপনার গল্প ফিরিয়ে নিন" in page
    assert '<html lang="en">' in client.get(f"{DOOR}?language=xx").text


def test_the_code_stands_nowhere(shop, client):
    code = card()
    with db.engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            for row in connection.execute(table.select()):
                assert code.replace("-", "") not in str(row).replace("-", "").upper()
