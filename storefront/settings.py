"""`settings`: a typed proxy to the running app's `Settings`."""

from typing import TYPE_CHECKING, cast

from flask import current_app
from werkzeug.local import LocalProxy

if TYPE_CHECKING:
    from config import Settings

settings = cast("Settings", LocalProxy(lambda: current_app.extensions["settings"]))
