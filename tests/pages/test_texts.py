"""Texts of the house: shipped, reworded, filled in, and gone back from."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from storefront.core.clock import now
from storefront.core.faults import NotYetRight
from storefront.db import db, transaction
from storefront.pages import rewording, texts
from storefront.pages.models import HouseText
from storefront.revisions.keeping import history
from storefront.settings import settings


def a_document(slug: str = "terms", **changes: str) -> dict[str, str]:
    return rewording.read(texts.shipped(slug)) | changes


def reword(slug: str, document: dict[str, Any], *, based_on: int | None = None) -> None:
    with transaction():
        rewording.change(texts.shipped(slug).id, document, based_on=based_on, by="ANNA", at=now())


def rows() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(HouseText)) or 0


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.parametrize("slug", texts.SLUGS)
def test_what_is_shipped_breaks_no_rule_and_leaves_nothing_unfilled(slug: str) -> None:
    assert rewording.check(a_document(slug), slug=slug) == []


@pytest.mark.any_database
def test_while_there_is_no_row_the_shipped_text_is_read(app: Flask, client: FlaskClient, statements: Any) -> None:
    for slug in texts.SLUGS:
        with statements() as seen:
            page = words(client.get(f"/{slug}").text)
        assert sum("house_texts" in statement for statement in seen) == 1
        for paragraph in re.findall(r"^(?!#)[^\n{}*\[]+$", texts.shipped(slug).body, re.MULTILINE):
            assert " ".join(paragraph.split()) in page or slug == "delivery"
        assert not re.search(r"\{\w+\}|\{#", page)
    assert settings.statement_descriptor in client.get("/terms").text


def test_a_reworded_text_stands_until_somebody_goes_back(app: Flask, client: FlaskClient) -> None:
    reword("terms", a_document(title="How it works", body="Before.\n\n## Who {#who}\n\nIt is {shop_name}."), based_on=0)
    page = client.get("/terms").text
    assert "<h1>How it works</h1>" in page
    assert '<h2 id="who">Who</h2>' in page
    assert f"<p>It is {settings.shop_name}.</p>" in page
    assert "<p>Before.</p>" in page
    reword("terms", a_document())
    assert rows() == 0
    assert "<h2>Who sells</h2>" in client.get("/terms").text
    assert [each.number for each in history(rewording.KIND, texts.shipped("terms").id)] == [2, 1, 0]


WRONG = [
    ("terms", {"title": ""}, "title"),
    ("terms", {"title": "For {somebody}"}, "title"),
    ("terms", {"summary": "{}"}, "summary"),
    ("terms", {"body": ""}, "body"),
    ("terms", {"body": "In {money}."}, "body"),
    ("terms", {"body": "{samples}"}, "body"),
    ("terms", {"body": "## A {#one}\n\n## B {#one}"}, "body"),
    ("terms", {"body": "## A {#content}"}, "body"),
    ("terms", {"body": "Not a heading {#one}"}, "body"),
    ("terms", {"body": "You saved her."}, "body"),
    ("answers", {"body": "## Who owns this? {#owner}\n\nWe do."}, "body"),
]


@pytest.mark.any_database
def test_what_is_not_right_is_refused(app: Flask) -> None:
    for slug, changes, field in WRONG:
        with pytest.raises(NotYetRight) as refused:
            reword(slug, a_document(slug, **changes))
        assert [fault.field for fault in refused.value.faults] == [field]
        assert rows() == 0


@pytest.mark.any_database
def test_script_is_letters_and_what_is_filled_in_is_no_markdown(app: Flask, client: FlaskClient) -> None:
    body = "<script>alert(1)</script>\n\n## <script>x</script>\n\n[a](javascript:alert(1)) [b](https://x.example) {shop_name}"
    reword("about", a_document("about", title="<script>t</script>", summary="A <b>bold</b> sentence.", body=body))
    page = client.get("/about").text
    plain = client.get("/privacy").text
    assert page.count("<script") == plain.count("<script")  # those of the layout
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "javascript:" not in re.sub(r"\[a\]\(javascript:alert\(1\)\)", "", page)
    assert 'rel="noopener nofollow noreferrer"' in page


def test_a_name_of_a_shop_is_not_read_as_html() -> None:
    facts = {"shop_name": "<i>Ink & *Co*</i>"}
    [part] = texts._parts("By {shop_name}.", facts)
    assert part.html == "<p>By &lt;i&gt;Ink &amp; *Co*&lt;/i&gt;.</p>"


@pytest.mark.any_database
def test_answers_of_a_demonstration_stand_in_their_places(shop: Flask, client: FlaskClient) -> None:
    page = client.get("/answers").text
    assert "Nobody runs it as a business yet" in page
    assert texts.SAMPLES in page
    assert [name for name in ("real", "owner", "makers", "help") if f'<h2 id="{name}">' in page and f'href="#{name}"' in page] == [
        "real", "owner", "makers", "help",
    ]  # fmt: skip


@pytest.mark.any_database
def test_answers_of_a_shop_of_goods_of_its_own(app: Flask, client: FlaskClient) -> None:
    page = client.get("/answers").text
    assert f"{settings.shop_name} sells the goods, as the" in page
    assert texts.SAMPLES not in page
