"""`flask stories`: taking a story back from a terminal, and looking whether anything is left of it."""

from __future__ import annotations

import sys
from functools import partial

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import or_, select

from storefront.audit import trail
from storefront.core.clock import now
from storefront.core.errors import ShopError
from storefront.db import db, reading, transaction
from storefront.settings import settings
from storefront.stories import ledger, proving, withdrawing
from storefront.stories.models import Story

stories = AppGroup("stories", help="Stories and the consent they are shown by.")


@stories.command()
@click.argument("story")
def withdraw(story: str) -> None:
    """Take a story back at once and for good. STORY is its reference or its address. Nobody is asked why."""
    try:
        with transaction():
            done = withdrawing.withdraw(_reference(story), by=trail.COMMAND_LINE, at=now())
    except ShopError as error:
        click.echo(error.message, err=True)
        sys.exit(1)
    if done.again:
        click.echo(f"Story {done.story} had been withdrawn before. Nothing was left to do.")
        return
    click.echo(f"Story {done.story} is withdrawn. Its page answers 410; words, name and drawing are erased.")
    if done.tasks:
        click.echo(f"{done.tasks} letters to search engines and archives are ready: {_letters()}")


@stories.command("prove-withdrawn")
@click.argument("story")
@click.option(
    "--words", multiple=True, help="A name or a sentence of it that you remember. May be given several times."
)
def prove_withdrawn(story: str, words: tuple[str, ...]) -> None:
    """Look for any trace of a withdrawn story, and say where was searched. STORY is its reference or its address.

    Ends with status 1 when something was found, and when the story is unknown or has not been withdrawn.
    """
    visitor = current_app.test_client()
    try:
        with reading():
            report = proving.search(
                story,
                words=[word for word in words if word.strip()],
                pages=_pages(),
                fetch=partial(visitor.get, base_url=settings.shop_url),
            )
    except ledger.Unreadable as error:
        click.echo(f"{ledger.path()}: {error}", err=True)
        sys.exit(1)
    for line in report.lines:
        click.echo(line)
    sys.exit(1 if report.found else 0)


def _reference(story: str) -> str:
    with reading():
        found = db.session.scalar(select(Story.reference).where(or_(Story.slug == story, Story.reference == story)))
    return found or story


def _pages() -> list[str]:
    """Every public page whose address needs nothing filled in."""
    return sorted(
        rule.rule
        for rule in current_app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments and not rule.rule.startswith(("/admin", "/account"))
    )


def _letters() -> str:
    return "/admin/stories/letters"
