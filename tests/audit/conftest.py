"""A shop for tests that never come to its database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from storefront.app import create_app
from storefront.audit.cli import audit
from storefront.db import Base, db
from tests.conftest import settings_for


@pytest.fixture(scope="session")
def _one_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("audit")
    app = create_app(settings_for(f"sqlite:///{folder}/audit.db", folder))
    with app.app_context():
        Base.metadata.create_all(db.engine)
        db.engine.dispose()
    return app


@pytest.fixture
def any_app(_one_app: Flask) -> Iterator[Flask]:
    with _one_app.app_context():
        yield _one_app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(autouse=True)
def _the_command_is_known(request: pytest.FixtureRequest) -> None:
    if "app" in request.fixturenames:
        app = request.getfixturevalue("app")
        if audit.name not in app.cli.commands:
            app.cli.add_command(audit)
