"""What every answer carries, and the one guard before every unsafe request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, request
from werkzeug.wrappers import Response as AnyResponse

from storefront.settings import settings

SAFE = {"GET", "HEAD", "OPTIONS"}
MOST_BYTES = 64 * 1024  # of a request's body, unless a view says otherwise

# The grounds of the drawings follow the colour scheme by a style inside the file; nothing else in it may work.
DRAWING_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

View = TypeVar("View", bound=Callable[..., Any])
Answer = TypeVar("Answer", bound=AnyResponse)

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}


def init_app(app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = MOST_BYTES
    app.before_request(_guard)
    app.after_request(_finish)


def unguarded(view: View) -> View:
    """Mark a view that is called by a machine and proves its caller in another way."""
    view.unguarded = True  # type: ignore[attr-defined]
    return view


def private(response: Answer, *, referrer: str = "no-referrer") -> Answer:
    """Belongs to one visitor: kept nowhere, found by no search engine."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, noarchive"
    response.headers["Referrer-Policy"] = referrer
    return response


def policy() -> str:
    """The Content-Security-Policy of our pages: own files only.

    Chromium applies form-action to the redirect after a form, so the hosted payment page must be named.
    """
    pictures = (
        f"{urlsplit(settings.media_url).scheme}://{urlsplit(settings.media_url).netloc}"
        if "://" in settings.media_url
        else ""
    )
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' {pictures}".rstrip()
        + "; font-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        + f"form-action 'self' {settings.stripe_checkout_origin}"
    )


def _guard() -> None:
    """Refuse an unsafe request that another site made a browser send."""
    if request.method in SAFE or getattr(current_app.view_functions.get(request.endpoint or ""), "unguarded", False):
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        foreign = site != "same-origin"
    elif origin is not None:
        # The proxy in front may speak http to us: what counts is the address that the browser was given.
        foreign = origin not in {settings.shop_url, f"{urlsplit(settings.shop_url).scheme}://{request.host}"}
    else:
        # No browser of the last years sends neither. A program without a sign-in cookie has nothing to be robbed of.
        foreign = settings.cookie_name("session") in request.cookies
    if foreign:
        abort(403, "This form was sent from another site. Please open the page here and send it again.")


def _finish(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", policy())
    if settings.https:
        response.headers.setdefault("Strict-Transport-Security", "max-age=63072000; includeSubDomains; preload")
    if "Cache-Control" not in response.headers:
        _revalidate(response)
    return response


def _revalidate(response: Response) -> None:
    """A public page: the same bytes for everybody, kept by browsers but asked for again each time."""
    if request.method in {"GET", "HEAD"} and response.status_code == 200 and not response.direct_passthrough:
        response.headers["Cache-Control"] = "no-cache"
        response.add_etag()
        response.make_conditional(request)
    else:
        response.headers["Cache-Control"] = "no-store"
