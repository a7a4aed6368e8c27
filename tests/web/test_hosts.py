"""What no honest browser sends is refused before the shop wakes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client, EnvironBuilder

from storefront.web.hosts import HostGate


def shop(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
    start("200 OK", [])
    return [b"the shop"]


def status(shop_host: str, host: str | None, *, method: str = "GET", path: str = "/") -> int:
    environ = EnvironBuilder(method=method, path=path).get_environ()
    environ.pop("HTTP_HOST", None)
    if host is not None:
        environ["HTTP_HOST"] = host
    answer = Client(HostGate(shop, shop_host=shop_host)).run_wsgi_app(environ)
    return int(answer[1].split()[0])


@pytest.mark.parametrize(
    ("shop_host", "host", "expected"),
    [
        ("shop.example.org", "shop.example.org", 200),
        ("shop.example.org", "SHOP.Example.org", 200),
        ("shop.example.org", None, 400),
        ("shop.example.org", "", 400),
        ("shop.example.org", "evil.example", 400),
        ("shop.example.org", "shop.example.org.evil.example", 400),
        ("shop.example.org", "evil.example/shop.example.org", 400),
        ("shop.example.org", "shop.example.org:8000", 400),
        ("shop.example.org", "shop.example.org, evil.example", 400),  # doubled, as servers join it
        ("shop.example.org", "shop.example.org,shop.example.org", 400),
        ("shop.example.org", "shop.example.org@evil.example", 400),
        ("shop.example.org", " shop.example.org", 400),
        ("shop.example.org", "127.0.0.1", 400),
        ("shop.example.org:8443", "shop.example.org:8443", 200),
        ("shop.example.org:8443", "shop.example.org", 400),
        ("127.0.0.1:8000", "127.0.0.1:8000", 200),
        ("127.0.0.1:8000", "localhost:8000", 200),
        ("127.0.0.1:8000", "[::1]:8000", 200),
        ("127.0.0.1:8000", "localhost:8001", 400),
        ("127.0.0.1:8000", "localhost", 400),
        ("localhost", "127.0.0.1", 200),
        ("[::1]:8000", "127.0.0.1:8000", 200),
        ("[::1]", "localhost", 200),
        ("127.0.0.1:8000", "127.0.0.1.evil.example:8000", 400),
    ],
)
def test_only_the_shops_own_name_is_served(shop_host: str, host: str | None, expected: int) -> None:
    assert status(shop_host, host) == expected


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT"])
@pytest.mark.parametrize("path", ["/", "/healthz"])
def test_methods_that_are_not_answered(method: str, path: str) -> None:
    assert status("shop.example.org", "shop.example.org", method=method, path=path) == 405


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize("host", [None, "10.0.0.7:8000", "evil.example"])
def test_load_balancers_ask_under_any_name(path: str, host: str | None) -> None:
    assert status("shop.example.org", host, path=path) == 200


@pytest.mark.parametrize("path", ["/healthz/", "/healthzz", "/x/healthz", "//healthz"])
def test_but_only_for_health(path: str) -> None:
    environ = EnvironBuilder().get_environ() | {"PATH_INFO": path, "HTTP_HOST": "evil.example"}
    assert Client(HostGate(shop, shop_host="shop.example.org")).run_wsgi_app(environ)[1].startswith("400")


def test_the_gate_stands_before_the_shop(bare: Flask) -> None:
    visitor = bare.test_client()
    assert visitor.get("/tried").status_code == 200
    assert visitor.get("/tried", base_url="http://127.0.0.1").status_code == 200
    refused = visitor.get("/tried", base_url="http://evil.example")
    assert (refused.status_code, refused.mimetype) == (400, "text/plain")
    assert "evil" not in refused.text
    assert visitor.open("/tried", method="TRACE").status_code == 405


def test_a_forwarded_host_opens_nothing(make_app: Callable[..., Flask]) -> None:
    visitor = make_app(trusted_proxies=1).test_client()
    assert visitor.get("/tried", headers={"X-Forwarded-Host": "evil.example"}).status_code == 200
    answer = visitor.get("/tried", base_url="http://evil.example", headers={"X-Forwarded-Host": "localhost"})
    assert answer.status_code == 400
