"""The application for a WSGI server and for the `flask` command."""

import os

from config import Settings
from storefront.app import create_app

app = create_app(Settings.from_env(os.environ))
