"""Owns the command `flask stripe-emulator run`: one process, on this machine only, never in production."""

from __future__ import annotations

import logging
import signal
import threading
from types import FrameType

import click
from flask import current_app
from flask.cli import AppGroup
from werkzeug.serving import make_server

from storefront.stripe_emulator.app import create_emulator

HOST = "127.0.0.1"

stripe_emulator = AppGroup("stripe-emulator", help="A stand-in for Stripe in test mode.")


@stripe_emulator.command("run")
@click.option("--port", type=click.IntRange(0, 65535), required=True, help="0 takes any free port.")
@click.option("--webhook-url", required=True, help="Where the shop takes Stripe's events.")
@click.option(
    "--webhook-secret",
    envvar="STRIPE_WEBHOOK_SECRET",
    show_envvar=True,
    required=True,
    help="Signs the events; of several, parted by commas, the first.",
)
def run(port: int, webhook_url: str, webhook_secret: str) -> None:
    """Serve the emulator until it is told to stop."""
    if current_app.extensions["settings"].production:
        raise click.ClickException("The Stripe emulator does not run with production settings.")
    if not webhook_secret.split(",")[0].strip():
        raise click.ClickException("The webhook secret is empty.")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    emulator = create_emulator(webhook_url=webhook_url, webhook_secret=webhook_secret)
    try:
        server = make_server(HOST, port, emulator, threaded=True)
    except (OSError, SystemExit) as error:  # werkzeug exits by itself when the port is taken
        emulator.extensions["stripe_emulator"].close()
        raise click.ClickException(f"Port {port} cannot be used: another program may have it.") from error

    def stop(_signal: int, _frame: FrameType | None) -> None:
        threading.Thread(target=server.shutdown).start()  # from this thread it would wait for itself

    former = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    click.echo(
        f"Stripe emulator (TEST MODE) on http://{HOST}:{server.server_port}  "
        "pays 4242424242424242  declines 4000000000000002  3-D Secure 4000002500003155"
    )
    try:
        server.serve_forever()
    finally:
        server.server_close()
        emulator.extensions["stripe_emulator"].close()
        for number, handler in former.items():
            signal.signal(number, handler)
