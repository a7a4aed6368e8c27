"""Style sheets, scripts, fonts: addressed by their content, packed once, kept for ever, and small."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from storefront.web import assets
from storefront.web.assets import SHEET, SHEET_PARTS, STAFF_PARTS, STATIC, Assets, load


@pytest.fixture
def visitor(bare: Flask) -> FlaskClient:
    return bare.test_client()


def everything() -> Iterator[str]:
    yield from load().by_name


@pytest.mark.parametrize("name", [SHEET, "js/bag-count.js", "fonts/anek-400.woff2", "img/icons.svg"])
def test_an_address_holds_the_hash_of_its_content(visitor: FlaskClient, name: str) -> None:
    url = load().url(name)
    answer = visitor.get(url)
    assert answer.status_code == 200
    stem, _, suffix = name.rpartition(".")
    assert url == f"/assets/{stem}.{hashlib.sha256(answer.data).hexdigest()[:12]}.{suffix}"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        (SHEET, "text/css; charset=utf-8"),
        ("js/bag-count.js", "text/javascript; charset=utf-8"),
        ("fonts/anek-400.woff2", "font/woff2"),
        ("img/icons.svg", "image/svg+xml; charset=utf-8"),
    ],
)
def test_the_kind_of_a_file_is_told(visitor: FlaskClient, name: str, media_type: str) -> None:
    assert visitor.get(load().url(name)).headers["Content-Type"] == media_type


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("br, gzip", "br"), ("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"),
        ("identity", None), ("", None), ("gzip;q=0, br;q=0", None), ("deflate", None),
    ],
)  # fmt: skip
def test_it_is_packed_as_the_browser_wishes(visitor: FlaskClient, accepted: str, encoding: str | None) -> None:
    answer = visitor.get(load().url(SHEET), headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == encoding
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
    assert unpack(answer.data) == load().by_name[SHEET].plain


def test_a_font_is_not_packed_again(visitor: FlaskClient) -> None:
    answer = visitor.get(load().url("fonts/anek-400.woff2"), headers={"Accept-Encoding": "br, gzip"})
    assert "Content-Encoding" not in answer.headers
    assert answer.data == (STATIC / "fonts" / "anek-400.woff2").read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        "/assets/site.css", "/assets/site.000000000000.css", "/assets/css/base.css", "/assets/", "/assets/../config.py",
        "/assets/%2e%2e/%2e%2e/config.py", "/assets/img/icons.svg", "/assets/fonts/LICENSE-Anek.txt",
        "/assets/%00", "/static/css/base.css",
    ],
)  # fmt: skip
def test_any_other_address_is_not_found(visitor: FlaskClient, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_name_that_does_not_exist_raises(bare: Flask) -> None:
    with pytest.raises(KeyError):
        load().url("css/nothing.css")
    with bare.app_context(), pytest.raises(KeyError):
        bare.jinja_env.from_string('{{ asset("js/nothing.js") }}').render()


def test_the_sheet_names_other_files_by_their_hash(visitor: FlaskClient) -> None:
    sheet = load().by_name[SHEET].plain.decode()
    named = re.findall(r"url\(([^)]*)\)", sheet)
    assert named
    for address in named:
        assert re.fullmatch(r'"/assets/[a-z]+/[a-z0-9-]+\.[0-9a-f]{12}\.[a-z0-9]+"', address), address
        assert visitor.get(address.strip('"')).status_code == 200


def test_the_sheet_refuses_a_file_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        load()._with_addresses("a { background: url('../img/nothing.svg') }")


def test_every_style_sheet_is_a_part_of_the_shops_or_of_the_staffs() -> None:
    assert {file.stem for file in (STATIC / "css").glob("*.css")} == set(SHEET_PARTS) | set(STAFF_PARTS)
    assert not set(SHEET_PARTS) & set(STAFF_PARTS)


def test_a_changed_file_gets_another_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "SHEET_PARTS", SHEET_PARTS[:-1])
    assert Assets().url(SHEET) != load().url(SHEET)
    assert Assets().url("img/icons.svg") == load().url("img/icons.svg")


def test_the_sheet_is_at_most_12_kilobytes() -> None:
    assert len(load().by_name[SHEET].gzip or b"") <= 12 * 1024


# Asked for by pages of the staff area alone.
OF_STAFF = {
    "autosave", "bulk-select", "counts", "gathered", "lint", "list-keys", "order", "progress", "reorder", "unsaved", "upload",
}  # fmt: skip


def test_our_own_scripts_are_small_together() -> None:
    scripts = {Path(name).stem: len(load().by_name[name].gzip or b"") for name in everything() if name.endswith(".js")}
    assert len(scripts) == len(list((STATIC / "js").glob("*.js")))
    assert set(scripts) >= OF_STAFF
    assert sum(size for name, size in scripts.items() if name not in OF_STAFF) <= 8 * 1024
    assert sum(size for name, size in scripts.items() if name in OF_STAFF) <= 12 * 1024


def test_no_page_of_a_visitor_asks_for_a_script_of_the_staff() -> None:
    templates = STATIC.parent / "templates"
    for file in templates.rglob("*.html"):
        if file.relative_to(templates).parts[0] != "admin" and file.name != "admin.html":
            asked = set(re.findall(r"js/([a-z-]+)\.js", file.read_text("utf-8")))
            assert not asked & OF_STAFF, file
