"""A small shop that tells one story: quicker than the whole demonstration where one story is enough."""

from pathlib import Path

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache

from tests.stories.telling import tell


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Every test makes an app of its own; its templates need not be compiled anew each time."""
    folder: Path = tmp_path_factory.mktemp("templates")
    return FileSystemBytecodeCache(str(folder))


@pytest.fixture
def app(app: Flask, compiled: FileSystemBytecodeCache) -> Flask:
    app.jinja_env.bytecode_cache = compiled
    return app


@pytest.fixture
def shop(shop: Flask, compiled: FileSystemBytecodeCache) -> Flask:
    shop.jinja_env.bytecode_cache = compiled
    return shop


@pytest.fixture
def told(app: Flask) -> str:
    """The reference of the one story in an otherwise empty shop."""
    return tell()
