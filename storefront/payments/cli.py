"""`flask payments reconcile`."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from flask import current_app
from flask.cli import AppGroup

from storefront.payments.sweeping import sweep

payments = AppGroup("payments", help="Money: what Stripe knows and what we know.")


@payments.command("reconcile")
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), help="Read Stripe's events since then (UTC)."
)
def reconcile(since: datetime | None) -> None:
    """Bring every order to what Stripe says it is, without waiting for the next sweep."""
    moment = since.replace(tzinfo=UTC) if since else None
    counts = sweep(current_app.extensions["outside"].stripe, everything=True, since=moment)
    for state, count in sorted(counts.items()):
        click.echo(f"{state}: {count}")
    if counts["stripe_away"]:
        raise click.ClickException("Stripe does not answer for all of them. Nothing is lost; run this again later.")
    if counts["unknown"]:
        click.echo(
            "Stripe does not know some of these pages, and their orders ended. Is the key that of another account?"
        )
    else:
        click.echo("Our orders and Stripe agree.")
