"""`flask jobs work`, `flask jobs list --parked`, `flask jobs retry`."""

import signal
import threading
from types import FrameType

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from storefront.db import db, transaction
from storefront.jobs.models import Job
from storefront.jobs.working import parked, unpark, work

jobs = AppGroup("jobs", help="Work promised in a transaction and done after it.")


@jobs.command("work")
def work_command() -> None:
    """Do what is due, until told to stop."""
    stop = threading.Event()

    def ask_to_stop(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    click.echo("The worker is ready.")
    work(current_app.extensions["outside"], stop=stop)


@jobs.command("list")
@click.option("--parked", "only_parked", is_flag=True, help="Only jobs that were given up.")
def list_command(only_parked: bool) -> None:
    """Show what is promised and not done."""
    rows = (
        parked() if only_parked else list(db.session.scalars(select(Job).where(Job.done_at.is_(None)).order_by(Job.id)))
    )
    for job in rows:
        state = "parked" if job.parked_at else f"due {job.run_at:%Y-%m-%d %H:%M:%S} UTC"
        click.echo(f"{job.id}\t{job.kind}\t{state}\t{job.tries} tries\t{job.last_error or '-'}")
    click.echo(f"{len(rows)} job{'' if len(rows) == 1 else 's'}.")


@jobs.command("retry")
@click.argument("job", type=int)
def retry_command(job: int) -> None:
    """Give a parked job another round of tries."""
    with transaction():
        found = unpark(job)
    if not found:
        raise click.ClickException("There is no parked job of this number.")
    click.echo("It will be tried again within a second of the worker's time.")
