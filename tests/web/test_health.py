"""Alive and ready, without a word more."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from storefront.db import transaction


def test_alive_and_ready(client: FlaskClient) -> None:
    for path, word in (("/healthz", "alive\n"), ("/readyz", "ready\n")):
        answer = client.get(path)
        assert (answer.status_code, answer.text, answer.mimetype) == (200, word, "text/plain")
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_database_without_our_tables_is_not_ready(app: Flask, client: FlaskClient) -> None:
    with transaction() as session:
        session.execute(text("DROP TABLE generations"))
        # `transaction` writes there itself only when something was bumped, and nothing was
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "not ready\n")
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all/shop.db", "postgresql+psycopg://nobody@127.0.0.1:1/shop"])
def test_without_its_database_it_is_alive_and_not_ready(make_app: Callable[..., Flask], url: str) -> None:
    visitor = make_app(database_url=url).test_client()
    for _ in range(2):
        answer = visitor.get("/readyz")
        assert (answer.status_code, answer.text) == (503, "not ready\n")
        assert answer.headers["Cache-Control"] == "no-store"
        assert visitor.get("/healthz").status_code == 200
