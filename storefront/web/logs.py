"""Structured logs: one JSON line an event, only fields from a list, never a story's path, an address or a token."""

from __future__ import annotations

import logging
import sys
import time
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog
from flask import Flask, Response, g, request

# What is not named here is not written, so that a field added in haste cannot leak.
ALLOWED = {
    "event", "level", "timestamp", "error", "where", "method", "endpoint", "status", "milliseconds",
    "order", "attempt", "kind", "job", "tries", "count", "stripe_request", "stripe_event", "stripe_status", "code",
    "name", "seconds", "state", "counts",
}  # fmt: skip


def configure() -> None:
    """Send every structlog event as JSON to standard error. Safe to call again."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _where,
            only_allowed,
            structlog.processors.JSONRenderer(sort_keys=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=False,
    )


def init_app(app: Flask) -> None:
    configure()
    app.logger.disabled = True  # Flask's own log writes paths; `error_pages` writes the faults
    app.before_request(_start)
    app.after_request(_line)


def _start() -> None:
    g.started = time.perf_counter()


def _line(response: Response) -> Response:
    """One line a request.

    Which view answered, never which address was asked. Reading a story is written as no more than that.
    """
    if request.endpoint not in {"assets.file", "media.file", "health.alive", "health.ready"}:
        structlog.get_logger().info(
            "request",
            method=request.method,
            endpoint=request.endpoint,
            status=response.status_code,
            milliseconds=round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1),
        )
    return response


def _where(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Of an exception keep its kind and the places it passed, not its message: that may hold a customer's row."""
    if event.pop("exc_info", False):
        _, _, trace = sys.exc_info()
        if trace is not None:
            event["where"] = [
                f"{'/'.join(frame.filename.split('/')[-3:])}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(trace)[-12:]
            ]
    return event


def only_allowed(logger: Any, method: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name in ALLOWED}
