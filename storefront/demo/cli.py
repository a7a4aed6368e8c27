"""`flask demo`: fill an empty shop with the demonstration, and empty it again."""

import json

import click
from flask import current_app
from flask.cli import AppGroup

from storefront.core.errors import ShopError
from storefront.db import reading, transaction
from storefront.demo.contents import contents
from storefront.demo.dataset import Altered
from storefront.demo.loading import demonstration_is_published, load
from storefront.demo.purging import purge, remove_files

demo = AppGroup("demo", help="The demonstration shop: partners, products, stories, shipping rates and drawings.")


@demo.command("load")
@click.option("--json", "as_json", is_flag=True, help="Print what is in the shop afterwards as one JSON document.")
def load_command(as_json: bool) -> None:
    """Add what is missing of the demonstration. Running it again changes nothing."""
    try:
        with transaction():
            loaded = load(say=lambda line: click.echo(line, err=as_json))
    except (ShopError, Altered) as error:
        raise click.ClickException(str(error)) from error
    for sentence in loaded.left_alone:
        click.echo(sentence, err=True)
    if as_json:
        with reading():
            click.echo(json.dumps(contents(loaded), indent=1, ensure_ascii=False))
    elif not loaded.changed:
        click.echo(f"The demonstration is in the shop since {loaded.loaded_on}; nothing was changed.")


@demo.command("purge")
def purge_command() -> None:
    """Remove every row and file of the demonstration, and nothing that you made yourself."""
    with transaction():
        purged = purge(say=click.echo)
    click.echo(f"files: {remove_files()} removed")
    for sentence in purged.kept:
        click.echo(sentence, err=True)


@demo.command("check")
def check_command() -> None:
    """Fail when the shop could take real money for goods that nobody offers."""
    with reading():
        published = demonstration_is_published()
    if published and current_app.extensions["stripe"].livemode:
        raise click.ClickException(
            "STRIPE_SECRET_KEY is a live key while demonstration listings are published. Run `flask demo purge` first."
        )
