"""Pages for what went wrong: what is so, what to do, one way on. Never a stack trace, never a version."""

from __future__ import annotations

from flask import Flask, render_template, request
from jinja2 import TemplateNotFound
from sqlalchemy.exc import OperationalError, SQLAlchemyError, TimeoutError
from structlog import get_logger
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable

log = get_logger()
OWN_PAGES = {400, 403, 404, 410, 413, 422, 429, 500, 503}


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, _page)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(TimeoutError, _database_away)  # every connection of the pool is in use
    app.register_error_handler(Exception, _fault)


def _page(error: HTTPException) -> tuple[str, int, dict[str, str]] | HTTPException:
    if error.code is None or error.code < 400:
        return error
    code = error.code if error.code in OWN_PAGES else (400 if error.code < 500 else 500)
    # Only sentences of our own are shown: the library's describe the request, not the way on.
    said = error.description if error.description != type(error).description else None
    headers = {"Cache-Control": "no-store"} | ({"X-Robots-Tag": "noindex, noarchive"} if code == 410 else {})
    if error.code == 405 and isinstance(getattr(error, "valid_methods", None), (list, tuple, set)):
        headers["Allow"] = ", ".join(sorted(error.valid_methods))  # type: ignore[attr-defined]
    if retry := getattr(error, "retry_after", None):
        headers["Retry-After"] = str(retry)
    try:
        return render_template(f"errors/{code}.html", said=said), error.code, headers
    except TemplateNotFound:  # an emergency: even the page is missing
        return f"{error.code} {error.name}", error.code, headers | {"Content-Type": "text/plain; charset=utf-8"}


def _database_away(error: SQLAlchemyError) -> tuple[str, int, dict[str, str]] | HTTPException:
    log.error("database_away", error=type(getattr(error, "orig", error)).__name__)
    return _page(ServiceUnavailable(retry_after=5))


def _fault(error: Exception) -> tuple[str, int, dict[str, str]] | HTTPException:
    # Of the trace the log keeps the places only: the message of a database error shows the row.
    log.error("fault", error=type(error).__name__, endpoint=request.endpoint, exc_info=True)
    return _page(InternalServerError())
