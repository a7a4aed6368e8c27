"""`flask admin permissions`."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from storefront.admin.permission_table import permission_table

TABLE = Path(__file__).parents[2] / "docs" / "permissions.md"

admin = AppGroup("admin", help="The staff area.")


@admin.command("permissions")
def permissions_command() -> None:
    """Write docs/permissions.md: every address, method, permission and role."""
    TABLE.write_text(permission_table(current_app), "utf-8")
    click.echo(f"Written: {TABLE}")
