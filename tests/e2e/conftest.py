"""Browser and running shops: one of each for the whole session, and a visitor with a clean browser for every test."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from storefront.app import create_app
from storefront.db import db, transaction
from storefront.demo.loading import load
from tests.browser import MISSING, executable
from tests.conftest import Databases
from tests.e2e.shopper import Shopper
from tests.e2e.store import PATIENCE, Store

QUIET = [
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic",
]  # fmt: skip
Visit = Callable[..., Shopper]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    if executable() is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    flags = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else QUIET
    browser = playwright.chromium.launch(executable_path=executable(), args=flags)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def stores(
    browser: Browser, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Store]]:
    """A running shop on this kind of database, with the demonstration in it; started when it is first asked for."""
    running: dict[str, Store] = {}

    def on(backend: str) -> Store:
        if backend not in running:
            store = Store(tmp_path_factory.mktemp(backend), databases.copy(backend, "empty"))
            _fill(store)
            running[backend] = store.__enter__()
        return running[backend]

    yield on
    for store in running.values():
        store.__exit__()
        databases.drop(store.database_url)


def _fill(store: Store) -> None:
    """Load the demonstration today and not in the frozen time of other tests: here, the clocks run."""
    app = create_app(store.settings)
    with app.app_context():
        with transaction():
            load()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def store(stores: Callable[[str], Store]) -> Iterator[Store]:
    """The shop on SQLite."""
    yield from _unharmed(stores("sqlite"))


@pytest.fixture
def store_on_both(stores: Callable[[str], Store], backend: str) -> Iterator[Store]:
    yield from _unharmed(stores(backend))


def _unharmed(store: Store) -> Iterator[Store]:
    """Stripe has forgotten the test before; afterwards no process may have spoken of a fault."""
    store.stripe("reset")
    store.new_faults()
    yield store
    assert store.new_faults() == []


@pytest.fixture
def visit(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """`visit(store)` is somebody with a clean browser. Whatever she does, nothing breaks and nobody else is asked."""
    shoppers: list[Shopper] = []
    name = re.sub("[^a-z0-9]+", "-", request.node.name.lower()).strip("-")

    def come(store: Store, *, width: int = 1280, scripts: bool = True, dark: bool = False, **options: Any) -> Shopper:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            java_script_enabled=scripts,
            color_scheme="dark" if dark else "light",
            locale="en-US",
            **options,
        )
        context.set_default_timeout(PATIENCE * 1000)
        shoppers.append(Shopper(context, store, f"{name}-{len(shoppers)}@example.org"))
        return shoppers[-1]

    yield come
    for shopper in shoppers:
        shopper.context.close()
    assert [said for shopper in shoppers for said in shopper.noticed] == []
    assert [url for shopper in shoppers for url in shopper.foreign] == []
