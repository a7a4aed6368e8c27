"""What went wrong is said in a page with a way on; how it went wrong is not."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException, NotFound, default_exceptions

from storefront.web import error_pages
from storefront.web.error_pages import OWN_PAGES

SECRET = "mara@example.org lives at 48 Linden Street"


def failing(app: Flask, error: Exception) -> Flask:
    def fail() -> str:
        raise error

    app.add_url_rule("/fail", "fail", fail)
    return app


def is_a_page_with_a_way_on(html: str) -> bool:
    main = re.search(r"<main[^>]*>(.*)</main>", html, re.S)
    assert main
    return html.count("<h1>") == 1 and '<a class="button"' in main[1] and "noindex" in html


@pytest.mark.parametrize("code", sorted(OWN_PAGES))
def test_every_code_has_a_page_of_its_own(bare: Flask, code: int) -> None:
    answer = bare.test_client().get(f"/abort/{code}")
    assert (answer.status_code, answer.mimetype) == (code, "text/html")
    assert is_a_page_with_a_way_on(answer.text)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("code", sorted(set(default_exceptions) - OWN_PAGES))
def test_every_other_code_has_the_nearest_page(bare: Flask, code: int) -> None:
    answer = bare.test_client().get(f"/abort/{code}")
    assert answer.status_code == code
    assert is_a_page_with_a_way_on(answer.text)
    assert "Werkzeug" not in answer.text
    assert str(default_exceptions[code].description) not in answer.text


def test_pages_differ(bare: Flask) -> None:
    headings = {re.search("<h1>(.*?)</h1>", bare.test_client().get(f"/abort/{code}").text)[1] for code in OWN_PAGES}  # type: ignore[index]
    assert len(headings) == len(OWN_PAGES)


def test_only_our_own_sentence_is_shown_and_escaped(make_app: Callable[..., Flask]) -> None:
    own = failing(make_app(), NotFound("This <b>piece</b> has gone.")).test_client().get("/fail")
    assert "This &lt;b&gt;piece&lt;/b&gt; has gone." in own.text
    assert "If you entered the URL manually" not in own.text


def test_a_page_that_is_gone_is_forgotten_by_search_engines(bare: Flask) -> None:
    assert bare.test_client().get("/abort/410").headers["X-Robots-Tag"] == "noindex, noarchive"
    assert "X-Robots-Tag" not in bare.test_client().get("/abort/404").headers


def test_a_wrong_method_is_told_the_right_ones(bare: Flask) -> None:
    answer = bare.test_client().delete("/healthz", headers={"Sec-Fetch-Site": "same-origin"})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert is_a_page_with_a_way_on(answer.text)


def test_an_address_is_not_repeated(bare: Flask) -> None:
    for address in ("/%3Cscript%3Ealert(1)%3C/script%3E", "/nowhere?a=<script>alert(1)</script>", "/a%00b", "/%ff%fe"):
        answer = bare.test_client().get(address)
        assert answer.status_code == 404
        assert "alert" not in answer.text


@pytest.mark.parametrize(
    "error", [ValueError(SECRET), RuntimeError(SECRET), IntegrityError(SECRET, {"name": SECRET}, Exception(SECRET))]
)
def test_a_fault_is_a_page_without_trace_or_message(
    make_app: Callable[..., Flask], error: Exception, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = failing(make_app(), error).test_client().get("/fail")
    assert answer.status_code == 500
    assert is_a_page_with_a_way_on(answer.text)
    for word in ("Traceback", "Linden", "mara@", type(error).__name__, ".py", "sqlalche.me"):
        assert word not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Security-Policy"]


def test_a_database_that_is_away_is_waited_for(make_app: Callable[..., Flask]) -> None:
    answer = failing(make_app(), OperationalError(SECRET, {}, Exception(SECRET))).test_client().get("/fail")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert is_a_page_with_a_way_on(answer.text)
    assert "Linden" not in answer.text


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all/shop.db", "postgresql+psycopg://nobody@127.0.0.1:1/shop"])
def test_pages_of_a_shop_without_its_database(make_app: Callable[..., Flask], url: str) -> None:
    visitor = make_app(database_url=url).test_client()
    for path in ("/", "/shop", "/stories"):
        answer = visitor.get(path)
        assert (answer.status_code, answer.headers["Retry-After"], answer.headers["Cache-Control"]) == (
            503,
            "5",
            "no-store",
        )
        assert is_a_page_with_a_way_on(answer.text)
    assert visitor.get("/about").status_code == 200


def test_even_without_a_template_there_is_an_answer(bare: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(error_pages, "OWN_PAGES", {418})
    answer = bare.test_client().get("/abort/418")
    assert (answer.status_code, answer.mimetype, answer.text) == (418, "text/plain", "418 I'm a teapot")


def test_what_is_no_error_passes(make_app: Callable[..., Flask]) -> None:
    class Elsewhere(HTTPException):
        code = 307

    assert failing(make_app(), Elsewhere()).test_client().get("/fail").status_code == 307
