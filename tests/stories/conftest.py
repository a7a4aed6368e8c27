"""A small shop that tells one story: quicker than the whole demonstration where one story is enough."""

import pytest
from flask import Flask

from tests.stories.telling import tell


@pytest.fixture
def told(app: Flask) -> str:
    """The reference of the one story in an otherwise empty shop."""
    return tell()
