"""`flask safety load`."""

import click
from flask.cli import AppGroup

from storefront.db import transaction
from storefront.safety.loading import load

safety = AppGroup("safety", help="Care for a reader in danger.")


@safety.command("load")
def load_command() -> None:
    """Add the shipped help lines that are missing. What stands in the shop is never overwritten."""
    with transaction():
        added = load()
    click.echo(f"help lines: {added} added")
