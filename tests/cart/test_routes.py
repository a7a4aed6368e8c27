"""The bag as a visitor's browser meets it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text, update

from storefront.app import create_app
from storefront.cart.models import MOST_LINES
from storefront.catalog.models import MOST_OF_ONE, Product, Stock, Variant
from storefront.core.refs import digest
from storefront.db import db, transaction
from tests.cart.holding import a_bag, a_way_to_send, bags, goods, held_in, token_of, with_bag
from tests.conftest import NOON, settings_for
from tests.factories import check_out, fill_bag

WRONG = [
    "-1", "1.5", "1,5", "1e3", "１", "٣", "NaN", "Infinity", "", " ", "1" + "0" * 400, "1\x00", "\x00", "21", "+1", " 1", "1 ",
    "0x1", "1_000", "1000000", "99999999999999999999", "true", "1;2", "<b>1</b>", "1\n",
]  # fmt: skip
A_NUMBER = "Please give a whole number from {} to 20."


def cookies(answer: Any) -> dict[str, Any]:
    jar: SimpleCookie = SimpleCookie()
    for header in answer.headers.getlist("Set-Cookie"):
        jar.load(header)
    return dict(jar)


def flash(html: str) -> str:
    found = re.search(r'<p class="flash-words">(.*?)</p>', html, re.S)
    return found[1] if found else ""


# Putting in.


def test_the_first_piece_makes_a_bag(app: Flask, client: FlaskClient) -> None:
    [sku] = goods()
    answer = client.post("/cart/lines", data={"sku": sku, "quantity": "2"})
    assert (answer.status_code, answer.location) == (303, f"/cart?added={sku}")
    assert answer.headers["Cache-Control"] == "no-store"
    token, count = cookies(answer)["bag"], cookies(answer)["bag_count"]
    assert (token["httponly"], token["samesite"], token["max-age"], token["path"]) == (
        True,
        "Lax",
        str(30 * 24 * 3600),
        "/",
    )
    assert not token["secure"]  # http on loopback; over https see below
    assert not token["domain"]
    assert (count.value, count["httponly"], count["samesite"], count["max-age"]) == ("2", "", "Lax", token["max-age"])
    page = client.get(answer.location)
    assert flash(page.text).endswith("is in your bag.")
    assert held_in(token.value) == {sku: 2}


def test_the_token_is_kept_as_a_hash_alone(app: Flask, client: FlaskClient) -> None:
    [sku] = goods()
    fill_bag(client, sku)
    token = token_of(client)
    [cart] = bags()
    assert len(token) == 43
    assert cart.token_hash == digest(token)
    for row in db.session.execute(text("SELECT * FROM carts")):
        assert token not in map(str, row)
    assert token not in client.get("/cart").text


@pytest.fixture
def https_client(backend: str, databases: Any, tmp_path: Path) -> Iterator[FlaskClient]:
    url = databases.copy(backend, "empty")
    app = create_app(settings_for(url, tmp_path, shop_url="https://shop.example.org"))
    with app.app_context():
        yield app.test_client()
        db.session.remove()
        db.engine.dispose()
    databases.drop(url)


def test_over_https_the_cookies_are_bound_to_this_host(https_client: FlaskClient) -> None:
    [sku] = goods()
    secure = {"base_url": "https://shop.example.org"}
    answer = https_client.post("/cart/lines", data={"sku": sku, "quantity": "1"}, **secure)  # type: ignore[arg-type]
    assert set(cookies(answer)) == {"__Host-bag", "__Host-bag_count"}
    for cookie in cookies(answer).values():
        assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")
    https_client.set_cookie("bag", "planted-by-a-sister-host", domain="shop.example.org")
    assert "1 piece" in https_client.get("/cart", **secure).text  # type: ignore[arg-type]


def test_more_of_the_same_is_one_line(app: Flask, client: FlaskClient) -> None:
    [sku, other] = goods(10, 10)
    token = ""
    for wanted, quantity in ((sku, 1), (other, 1), (sku, 3)):
        fill_bag(client, wanted, quantity)
        token = token or token_of(client)
        assert token_of(client) == token
    assert held_in(token) == {sku: 4, other: 1}
    page = client.get("/cart").text
    assert page.count('<article class="bag-line">') == 2
    assert "5 pieces" in page
    assert client.get_cookie("bag_count").value == "5"  # type: ignore[union-attr]


def test_a_planted_token_makes_no_bag_of_its_own(app: Flask) -> None:
    [sku] = goods()
    planted = "p" * 43
    client = with_bag(app, planted)
    fill_bag(client, sku)
    assert token_of(client) != planted
    assert (held_in(planted), held_in(token_of(client))) == ({}, {sku: 1})


# Wrong quantities.


def test_every_wrong_quantity_is_refused_when_adding(app: Flask) -> None:
    [sku, other] = goods(100, 100)
    _, token = a_bag(sku, quantity=2)
    client = with_bag(app, token)
    for quantity in [*WRONG, "0"]:
        answer = client.post("/cart/lines", data={"sku": other, "quantity": quantity})
        assert (answer.status_code, flash(answer.text)) == (422, A_NUMBER.format(1)), repr(quantity)
        assert "2 pieces" in answer.text
        assert held_in(token) == {sku: 2}, repr(quantity)
    assert client.post("/cart/lines", data={"sku": other}).status_code == 422
    assert len(bags()) == 1


def test_every_wrong_quantity_is_refused_when_changing(app: Flask) -> None:
    [sku] = goods(100)
    _, token = a_bag(sku, quantity=2)
    client = with_bag(app, token)
    for quantity in WRONG:
        answer = client.post(f"/cart/lines/{sku}", data={"quantity": quantity})
        assert (answer.status_code, flash(answer.text)) == (422, A_NUMBER.format(0)), repr(quantity)
        assert held_in(token) == {sku: 2}, repr(quantity)
    assert client.post(f"/cart/lines/{sku}").status_code == 422
    assert held_in(token) == {sku: 2}


def test_what_is_sent_twice_is_refused(app: Flask) -> None:
    [sku] = goods(100)
    _, token = a_bag(sku)
    client = with_bag(app, token)
    for path, data in (
        ("/cart/lines", {"sku": sku, "quantity": ["1", "2"]}),
        ("/cart/lines", {"sku": [sku, sku], "quantity": "1"}),
        (f"/cart/lines/{sku}", {"quantity": ["2", "2"]}),
    ):
        answer = client.post(path, data=data)
        assert (answer.status_code, flash(answer.text)) == (422, "This was sent twice. Please send it once.")
    assert held_in(token) == {sku: 1}


def test_a_refused_form_makes_no_bag(app: Flask, client: FlaskClient) -> None:
    [sku] = goods(1)
    for data in ({"sku": sku, "quantity": "-1"}, {"sku": sku, "quantity": "2"}, {"sku": "UNKNOWN", "quantity": "1"}):
        answer = client.post("/cart/lines", data=data)
        assert answer.status_code == 422
        assert "bag" not in cookies(answer)
    assert bags() == []


def test_a_price_that_is_sent_along_is_passed_over(app: Flask, client: FlaskClient) -> None:
    [sku] = goods()
    client.post("/cart/lines", data={"sku": sku, "quantity": "1", "price": "1", "price_minor": "1", "seen_price": "0"})
    assert "$24.00" in client.get("/cart").text


# Caps.


def test_no_more_than_there_are(app: Flask, client: FlaskClient) -> None:
    [sku] = goods(3)
    fill_bag(client, sku, 2)
    answer = client.post("/cart/lines", data={"sku": sku, "quantity": "2"})
    assert (answer.status_code, flash(answer.text)) == (422, "There are only 3 of these. Your bag is as it was.")
    assert client.post(f"/cart/lines/{sku}", data={"quantity": "4"}).status_code == 422
    assert held_in(token_of(client)) == {sku: 2}


def test_no_more_than_20_of_one(app: Flask, client: FlaskClient) -> None:
    [sku] = goods(100)
    fill_bag(client, sku, MOST_OF_ONE)
    answer = client.post("/cart/lines", data={"sku": sku, "quantity": "1"})
    assert (answer.status_code, "at most 20 of one piece" in flash(answer.text)) == (422, True)
    assert held_in(token_of(client)) == {sku: 20}


def test_no_more_than_50_lines(app: Flask) -> None:
    skus = goods(5, variants=MOST_LINES + 1)
    _, token = a_bag(*skus[:-1])
    answer = with_bag(app, token).post("/cart/lines", data={"sku": skus[-1], "quantity": "1"})
    assert (answer.status_code, "at most 50 different pieces" in flash(answer.text)) == (422, True)
    assert len(held_in(token)) == 50


# What is not hers, or not there.


def test_unknown_hidden_and_foreign_pieces_are_refused_alike(app: Flask) -> None:
    [sku, foreign] = goods(10, 10)
    [hidden] = goods(10, hidden=True)
    _, token = a_bag(sku)
    _, hers = a_bag(foreign, quantity=3)
    client = with_bag(app, token)

    adding = {client.post("/cart/lines", data={"sku": wanted, "quantity": "1"}).text for wanted in (hidden, "UNKNOWN")}
    assert len(adding) == 1
    assert flash(adding.pop()) == "We do not sell a piece with this code. Please choose one from the shop."
    for quantity in ("0", "1", "5"):
        answers = [
            client.post(f"/cart/lines/{wanted}", data={"quantity": quantity})
            for wanted in (foreign, hidden, "UNKNOWN", "a%20b", "%00", "x" * 41, "..%2f", "ü")
        ]
        assert {answer.status_code for answer in answers} <= {422, 404}
        assert {answer.status_code for answer in answers[:3]} == {422}
        assert {flash(answer.text) for answer in answers[:3]} == {"This piece is not in your bag."}
    assert (held_in(token), held_in(hers)) == ({sku: 1}, {foreign: 3})


def test_hostile_codes_are_refused(app: Flask, client: FlaskClient) -> None:
    for sku in (
        "",
        " ",
        "\x00",
        "a\x00",
        "x" * 41,
        "x" * 60000,
        "ü",
        "１",
        "<script>",
        "' OR 1=1 --",
        "../x",
        "a b",
        "a\nb",
    ):
        answer = client.post("/cart/lines", data={"sku": sku, "quantity": "1"})
        assert answer.status_code == 422, repr(sku[:50])
        assert "We do not sell a piece with this code" in flash(answer.text)
        assert "<script>" not in answer.text


def test_another_visitor_s_bag_is_never_reached(app: Flask, client: FlaskClient) -> None:
    [sku] = goods()
    bag, token = a_bag(sku, quantity=3)
    for cookie in ("", str(bag), digest(token), token[:-1], token + "A", token.lower(), bags()[0].checkout_key):
        stranger = with_bag(app, cookie)
        assert "Your bag is empty" in stranger.get("/cart").text
        assert stranger.post(f"/cart/lines/{sku}", data={"quantity": "0"}).status_code == 422
    for address in (f"/cart?bag={token}", f"/cart?id={bag}", f"/cart?token={token}"):
        assert "Your bag is empty" in client.get(address).text
    assert held_in(token) == {sku: 3}


HOSTILE_COOKIES = [
    "x" * 8000, "%00", "\\000", '"\\000"', "ü", "১২৩", '"', '"\\377\\376"', '"\\355\\240\\200"', "{}", "=", ";", "bag", "<script>",
    "' OR 1=1 --", "\t", "None", "-1", "x" * 101,
]  # fmt: skip


def test_hostile_cookies_are_an_empty_bag(app: Flask) -> None:
    [sku] = goods(100)
    for value in HOSTILE_COOKIES:
        raw = f"bag={value}; bag_count={value}; session={value}".encode()
        headers = {"HTTP_COOKIE": raw.decode("latin-1"), "HTTP_SEC_FETCH_SITE": "same-origin"}
        client = app.test_client(use_cookies=False)
        page = client.get("/cart", environ_overrides=headers)
        assert (page.status_code, "Your bag is empty" in page.text) == (200, True), value[:50]
        answer = client.post("/cart/lines", data={"sku": sku, "quantity": "1"}, environ_overrides=headers)
        assert answer.status_code == 303, value[:50]
        assert len(cookies(answer)["bag"].value) == 43
        changed = client.post(f"/cart/lines/{sku}", data={"quantity": "1"}, environ_overrides=headers)
        assert changed.status_code == 422


def test_bytes_that_are_no_text_are_an_empty_bag(app: Flask) -> None:
    client = app.test_client(use_cookies=False)
    for raw in (
        "bag=\xff\xfe",
        "bag=\xed\xa0\x80",
        "\xff=\xff; bag=\x80",
        "bag=\x00",
        "bag",
        "=x",
        ";;;;",
        "bag=a; bag=b",
    ):
        assert client.get("/cart", environ_overrides={"HTTP_COOKIE": raw}).status_code == 200, repr(raw)


# Changing.


def test_changing_says_so(app: Flask, client: FlaskClient) -> None:
    [sku] = goods(10)
    fill_bag(client, sku)
    answer = client.post(f"/cart/lines/{sku}", data={"quantity": "4"})
    assert (answer.status_code, answer.location) == (303, f"/cart?changed={sku}")
    assert client.get_cookie("bag_count").value == "4"  # type: ignore[union-attr]
    assert flash(client.get(answer.location).text).endswith(": 4 in your bag now.")


def test_none_takes_it_out_and_it_can_be_put_back(app: Flask, client: FlaskClient) -> None:
    [sku] = goods(10)
    fill_bag(client, sku, 2)
    answer = client.post(f"/cart/lines/{sku}", data={"quantity": "0"})
    assert (answer.status_code, answer.location) == (303, f"/cart?removed={sku}&many=2")
    assert client.get_cookie("bag_count").value == "0"  # type: ignore[union-attr]
    page = client.get(answer.location).text
    assert "Your bag is empty" in page
    assert flash(page).endswith("is no longer in your bag.")
    form = re.search(r'<form method="post" action="(/cart/lines)">(.*?)</form>', page, re.S)
    assert form
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[2]))
    assert fields == {"sku": sku, "quantity": "2"}
    assert client.post(form[1], data=fields).status_code == 303
    assert held_in(token_of(client)) == {sku: 2}
    assert "Put it back" not in client.get(answer.location).text  # it is there again


def test_an_address_made_by_hand_says_nothing_odd(app: Flask, client: FlaskClient) -> None:
    [sku, other] = goods(10, 10)
    for many in ("0", "-1", "100", "1e3", "x", "", "２", '"><script>'):
        page = client.get("/cart", query_string={"removed": sku, "many": many}).text
        assert 'name="quantity" value="1"' in page
        assert "<script>" not in page
    fill_bag(client, other)
    for word in ("added", "changed"):
        assert flash(client.get("/cart", query_string={word: sku}).text) == ""


def test_addresses_with_nonsense_are_answered(app: Flask, client: FlaskClient) -> None:
    [hidden] = goods(hidden=True)
    fill_bag(client, goods()[0])
    for word in ("added", "changed", "removed", "country", "many"):
        for value in ("\x00", "ü", "x" * 3000, "<script>alert(1)</script>", "UNKNOWN", hidden, "", "' OR 1=1 --"):
            page = client.get("/cart", query_string={word: value})
            assert (page.status_code, flash(page.text)) == (200, ""), (word, value[:40])
            assert "<script>alert" not in page.text


# What has changed since.


def changed(table: Any, **values: Any) -> None:
    with transaction() as session:
        session.execute(update(table).values(**values))


@pytest.mark.parametrize(
    ("table", "values", "words", "can_check_out"),
    [
        (Variant, {"price_minor": 2500}, "The price was $24.00 when you put it in; it is $25.00 now.", True),
        (Variant, {"price_minor": 100}, "The price was $24.00 when you put it in; it is $1.00 now.", True),
        (Stock, {"on_hand": 2}, "Only 2 are left. Please choose fewer.", False),
        (Stock, {"on_hand": 1}, "Only 1 is left. Please choose fewer.", False),
        (Stock, {"on_hand": 0}, "This piece has been sold since. Please take it out.", False),
        (Stock, {"held": 10}, "Somebody is paying for this piece.", False),
        (Product, {"published_at": None}, "This piece is no longer for sale. Please take it out.", False),
        (Product, {"published_at": NOON + timedelta(days=1)}, "This piece is no longer for sale.", False),
    ],
)
def test_what_has_changed_since_is_said(
    app: Flask, table: Any, values: dict[str, Any], words: str, can_check_out: bool
) -> None:
    _, token = a_bag(*goods(10), quantity=3)
    a_way_to_send()
    client = with_bag(app, token)
    before = client.get("/cart").text
    assert "notice-warn" not in before
    assert 'href="/checkout' in before
    changed(table, **values)
    page = client.get("/cart").text
    assert words in page
    assert ('href="/checkout' in page) is can_check_out
    assert "Remove" in page
    assert ("$0.00" in page) is (table is Product)


def test_what_is_held_for_her_own_order_is_not_sold_to_her(app: Flask, client: FlaskClient) -> None:
    [sku] = goods(2)
    a_way_to_send()
    fill_bag(client, sku, 2)
    assert check_out(client).status_code == 303
    assert "notice-warn" not in client.get("/cart").text
    other = app.test_client()
    answer = other.post("/cart/lines", data={"sku": sku, "quantity": "1"})
    assert (answer.status_code, "Somebody is paying" in flash(answer.text)) == (422, True)


# The page.


def test_the_bag_belongs_to_one_visitor(app: Flask, client: FlaskClient) -> None:
    for answer in (client.get("/cart"), client.post("/cart/lines", data={"sku": "x", "quantity": "x"})):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex, noarchive"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "Set-Cookie" not in answer.headers  # a cookie comes with the first piece, not with a look


def test_looking_makes_no_bag(app: Flask, client: FlaskClient) -> None:
    for _ in range(3):
        assert "bag" not in cookies(client.get("/cart"))
    assert bags() == []


def test_the_page_takes_as_many_statements_for_40_lines_as_for_one(app: Flask, statements: Any) -> None:
    a_way_to_send()
    counted = []
    for skus in (goods(9), goods(9, variants=3), goods(*[9] * 40)):
        _, token = a_bag(*skus, quantity=2)
        client = with_bag(app, token)
        with statements() as seen:
            page = client.get("/cart").text
        assert f"{2 * len(skus)} pieces" in page
        counted.append(len(seen))
    assert set(counted) == {5}


def test_what_it_comes_to_with_delivery(app: Flask, client: FlaskClient) -> None:
    [sku] = goods(10)
    a_way_to_send()
    fill_bag(client, sku, 2)
    page = client.get("/cart?country=DE").text
    for words in (
        "2 pieces",
        "$48.00",
        "Standard delivery",
        "$8.00",
        "$56.00",
        "5 to 9 days, to Germany",
        "/checkout?country=DE",
    ):
        assert words in page
    elsewhere = client.get("/cart?country=FR").text
    assert "We do not send to France yet." in elsewhere
    assert '<option value="FR" selected>' in elsewhere


def test_a_form_for_every_line_and_a_name_for_every_field(app: Flask, client: FlaskClient) -> None:
    [sku, single] = goods(10, 1)
    fill_bag(client, sku)
    fill_bag(client, single)
    page = client.get("/cart").text
    assert page.count("<h1>") == 1
    assert f'<label class="visually-hidden" for="quantity-{sku}">' in page
    assert f'id="quantity-{single}"' not in page  # one exists: there is nothing to choose
    assert "One exists" in page
    assert page.count('name="quantity" value="0"') == 2
