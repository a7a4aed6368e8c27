"""`flask accounts invite`, `flask accounts first-link`."""

from __future__ import annotations

import click
from email_validator import EmailNotValidError, validate_email
from flask.cli import AppGroup
from sqlalchemy import select

from storefront.accounts import inviting
from storefront.accounts.permissions import Role
from storefront.audit.trail import COMMAND_LINE
from storefront.core.errors import ShopError
from storefront.db import Base, db, transaction

accounts = AppGroup("accounts", help="People who sign in.")


@accounts.command("invite")
@click.argument("email")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([role.value for role in Role]))
@click.option("--partner", help="For partner_staff: the slug of the workshop.")
def invite_command(email: str, roles: tuple[str, ...], partner: str | None) -> None:
    """Print a link that makes an account, once, within seven days. There are no default passwords."""
    try:
        address = validate_email(email, check_deliverability=False, test_environment=True).normalized
        with transaction():
            partner_id = _partner(partner) if partner else None
            invited = inviting.invite(
                address, roles=[Role(role) for role in roles], partner_id=partner_id, by=COMMAND_LINE
            )
            link = invited.link
    except EmailNotValidError as error:
        raise click.ClickException("This is no e-mail address.") from error
    except ShopError as error:
        raise click.ClickException(error.message) from error
    click.echo(link)


@accounts.command("first-link")
def first_link_command() -> None:
    """Print a link for the first owner, made anew each time; nothing once an owner has a second factor."""
    with transaction():
        invited = inviting.first_link()
        link = invited.link if invited else ""
    if link:
        click.echo(link)


def _partner(slug: str) -> int:
    # Partners stand above accounts, so their table is asked by its name.
    table = Base.metadata.tables["partners"]
    found = db.session.scalar(select(table.c.id).where(table.c.slug == slug))
    if found is None:
        raise ShopError("There is no workshop of this name. Write its slug, as in its page's address.")
    return int(found)
