"""`flask audit verify`, `flask audit head`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from storefront.audit.linking import chain_head
from storefront.audit.verifying import verify
from storefront.db import reading

audit = AppGroup("audit", help="Who did or read what: the trail and its chain.")


@audit.command("verify")
def verify_command() -> None:
    """Look for any edit, removal, insertion, reordering or truncation; exit 1 if there is one."""
    report = verify()
    for fault in report.faults:
        click.echo(fault.sentence)
    click.echo(f"{_lines(report.linked)} linked, {report.unlinked} not yet; anchored up to position {report.anchored}.")
    if report.faults:
        raise click.ClickException("The audit trail has been tampered with, or has lost what proves it.")
    click.echo("The audit trail is as it was written.")


@audit.command("head")
def head_command() -> None:
    """Print the chain's last position and hash, to be written down where nobody who can change the shop can."""
    with reading():
        head = chain_head()
    click.echo(f"{head.position} {head.hash}")


def _lines(count: int) -> str:
    return f"{count} line is" if count == 1 else f"{count} lines are"
