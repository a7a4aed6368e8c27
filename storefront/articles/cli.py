"""`flask articles`: the texts that the shop comes with."""

import click
from flask.cli import AppGroup

from storefront.articles.loading import load
from storefront.db import transaction

articles = AppGroup("articles", help="The reading rooms: articles, ways out and directions of life afterwards.")


@articles.command("load")
def load_command() -> None:
    """Add the pages that are missing. Running it again changes nothing, and nothing that stands is overwritten."""
    with transaction():
        load(say=click.echo)
