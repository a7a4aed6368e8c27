"""A shop without a database: what is tried here answers before one is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, abort, request

from storefront.app import create_app
from storefront.web.security import unguarded
from tests.conftest import settings_for

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def an_app(folder: Path, **changes: Any) -> Flask:
    app = create_app(replace(settings_for(f"sqlite:///{folder}/nobody-asks.db", folder), **changes))
    app.add_url_rule("/tried", "tried", lambda: "done", methods=METHODS)
    app.add_url_rule("/machine", "machine", unguarded(lambda: "done"), methods=METHODS)
    app.add_url_rule("/abort/<int:code>", "abort", lambda code: abort(code))
    app.add_url_rule("/form", "form", lambda: str(sum(map(len, request.form.values()))), methods=["POST"])
    return app


@pytest.fixture
def make_app(tmp_path: Path) -> Callable[..., Flask]:
    """An app with other settings. `/tried` says "done" to every method, `/abort/<code>` gives up."""
    return lambda **changes: an_app(tmp_path, **changes)


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The same with the usual settings, shared: do not change it."""
    return an_app(tmp_path_factory.mktemp("bare"))
