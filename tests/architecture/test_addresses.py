"""Rules about every address."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from storefront.web.security import SAFE

ROOT = Path(__file__).parents[2]
RULES = ROOT / "docs" / "addresses.md"
NO_PAGE = {
    "assets.file", "media.file", "health.alive", "health.ready", "stories.drawing", "checkout.returned_state", "safety.leave",
    "catalog.passport", "media.pixels", "pages.robots", "pages.sitemap_of_all", "pages.sitemap_part", "admin.story_picture",
    "admin.export_csv", "admin.export_xlsx",
}  # fmt: skip


def unsafe_rules(app: Flask) -> list[tuple[str, str]]:
    return [(rule.rule, method) for rule in app.url_map.iter_rules() for method in (rule.methods or set()) - SAFE]


def test_only_the_stripe_webhook_goes_unguarded(app: Flask) -> None:
    free = {name for name, view in app.view_functions.items() if getattr(view, "unguarded", False)}
    assert free == {"payments.stripe_webhook"}


def test_every_unsafe_address_refuses_a_form_of_another_site(app: Flask, client: FlaskClient) -> None:
    addresses = unsafe_rules(app)
    assert len(addresses) >= 4
    for rule, method in addresses:
        if rule == "/payments/stripe/webhook":
            continue
        path = re.sub(r"<[^>]+>", "x", rule)
        for headers in (
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
        ):
            assert client.open(path, method=method, headers=headers).status_code == 403, (rule, headers)


def test_every_page_renders_the_template_of_its_name(app: Flask) -> None:
    for endpoint, view in app.view_functions.items():
        package, _, name = endpoint.partition(".")
        rules = [rule for rule in app.url_map.iter_rules(endpoint) if "GET" in (rule.methods or set())]
        if rules and endpoint not in NO_PAGE:
            if getattr(view, "of_noun", False):  # versions and preview of whatever staff edit
                continue
            assert (ROOT / "templates" / package / f"{name}.html").exists(), endpoint
            assert view is not None


def test_every_template_is_used(app: Flask) -> None:
    pages = {f"{endpoint.replace('.', '/')}.html" for endpoint in app.view_functions}
    for file in (ROOT / "templates").rglob("*.html"):
        name = str(file.relative_to(ROOT / "templates"))
        is_part = (
            file.name.startswith("_") or name.split("/")[0] in {"layouts", "macros", "errors"} or "/emails/" in name
        )
        assert is_part or name in pages, name


def test_no_address_shows_a_number_of_ours(app: Flask) -> None:
    assert [rule.rule for rule in app.url_map.iter_rules() if "<int" in rule.rule or "id>" in rule.rule] == []


def test_every_address_is_listed_for_outsiders(app: Flask) -> None:
    text = RULES.read_text("utf-8")
    missing = [rule.rule for rule in app.url_map.iter_rules() if f"`{rule.rule.replace('path:', '')}`" not in text]
    assert missing == []


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    names = set(re.findall(r'"([A-Z][A-Z_]{3,})"', (ROOT / "config.py").read_text("utf-8"))) - {"RUNNING STITCH"}
    assert len(names) > 20
    assert [name for name in sorted(names) if f"`{name}`" not in text] == []


@pytest.mark.parametrize("path", ["/", "/shop", "/stories", "/partners", "/about", "/delivery", "/terms", "/privacy"])
def test_public_pages_hold_nothing_of_a_visitor(app: Flask, path: str) -> None:
    plain = app.test_client().get(path)
    visitor = app.test_client()
    visitor.set_cookie("bag", "x" * 43)
    visitor.set_cookie("session", "y")
    seen = visitor.get(path)
    assert plain.status_code == 200
    assert plain.data == seen.data
    assert "Set-Cookie" not in plain.headers
    assert "Set-Cookie" not in seen.headers
    assert "Cookie" not in plain.headers.get("Vary", "")
