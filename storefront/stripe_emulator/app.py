"""Composes the emulator: its state, its API, the hosted page, the post and the switches, as one Flask app."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, Response, abort, request

from storefront.stripe_emulator.api import Api
from storefront.stripe_emulator.control import control
from storefront.stripe_emulator.faults import Faults
from storefront.stripe_emulator.hosted_page import hosted_page
from storefront.stripe_emulator.idempotency import Keys
from storefront.stripe_emulator.state import State
from storefront.stripe_emulator.webhooks import RETRY_AFTER, Courier

LARGEST_BODY = 8 * 1024 * 1024  # a hundred lines with the longest names
OUR_NAMES = ("127.0.0.1", "localhost", "[::1]")
PAGE_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class Emulator:
    """What an emulator consists of, found again under `app.extensions["stripe_emulator"]`."""

    state: State
    keys: Keys
    faults: Faults
    courier: Courier

    def close(self) -> None:
        """End the thread that delivers, and every answer that is being slow."""
        self.faults.forget()
        self.courier.stop()


def create_emulator(
    *,
    webhook_url: str | None,
    webhook_secret: str,
    clock: Callable[[], float] = time.time,
    retry_after: tuple[float, ...] = RETRY_AFTER,
) -> Flask:
    """Make an emulator, delivering from the start.

    `webhook_url` None means that nobody is told of events; `webhook_secret` may hold several, parted by commas: the
    first one signs. `clock` answers seconds since 1970. `retry_after` are real seconds between tries of one delivery.
    """
    state = State(clock=clock, webhook=webhook_url is not None)
    keys, faults = Keys(state.now), Faults()
    secret = webhook_secret.split(",")[0].strip()
    courier = Courier(state, url=webhook_url, secret=secret, retry_after=retry_after)
    state.on_event = courier.hand_over

    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.register_blueprint(Api(state, keys, faults).blueprint())
    app.register_blueprint(hosted_page(state))
    app.register_blueprint(control(state, keys, faults, courier))
    app.extensions["stripe_emulator"] = Emulator(state, keys, faults, courier)

    @app.before_request
    def only_this_machine() -> None:
        name = request.host.rsplit(":", 1)[0] if request.host[-1:] != "]" else request.host
        if request.remote_addr not in ("127.0.0.1", "::1") or name not in OUR_NAMES:
            abort(403)

    @app.after_request
    def with_headers(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = PAGE_POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-store"
        return response

    courier.start()
    return app
