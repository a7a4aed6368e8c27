"""Who is let in: `requires(permission)` before a view, `current_user()` inside it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from flask import abort, current_app, redirect, request
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from storefront.accounts.devices import FRESH
from storefront.accounts.limits import TooOften
from storefront.accounts.models import User, UserSession
from storefront.accounts.permissions import NEEDS_FRESH_FACTOR, Permission
from storefront.accounts.sessions import own_session
from storefront.core.clock import now
from storefront.web.security import SAFE

View = TypeVar("View", bound=Callable[..., Any])
SIGN_IN, SECOND_FACTOR = "/account/sign-in", "/account/second-factor"
HOME = "/admin"
STALE = "For this step, please prove your second factor again: open the page once more, and then send the form."


def current_session() -> UserSession | None:
    """The browser at hand, once both steps of signing in are done; read only where asked."""
    device = own_session().device()
    return device if device is not None and device.factor_at is not None else None


def current_user() -> User | None:
    """Who is signed in, with a proved second factor, or nobody."""
    device = current_session()
    return device.user if device is not None else None


def requires(permission: Permission) -> Callable[[View], View]:
    """Let in only who may do this; to everybody else the address is one that does not exist."""

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            refusal = _refusal(permission)
            return refusal if refusal is not None else view(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return cast("View", guarded)

    return mark


def is_fresh(device: UserSession) -> bool:
    return device.factor_at is not None and now() - device.factor_at <= FRESH


def own_path(wanted: str | None) -> str:
    """Where to go on: a path of the staff area or the account pages, and nothing else."""
    path = wanted or ""
    inside = path in {"/admin", "/account"} or path.startswith(("/admin/", "/admin?", "/account/"))
    plain = path.isascii() and path.isprintable() and not set(path) & set('\\ "<>#') and len(path) <= 500
    return path if inside and plain and "//" not in path.partition("?")[0] and ".." not in path else HOME


def answer_before_routing() -> Response | None:
    """Under /admin a stranger is led to the sign-in page, whether or not there is a page at the address."""
    if request.path != "/admin" and not request.path.startswith("/admin/"):
        return None
    if current_user() is not None:
        return None
    if request.method in SAFE:
        return to_sign_in()
    abort(404)
    return None


def answer_too_often(error: TooOften) -> Any:
    return current_app.handle_user_exception(TooManyRequests(error.message, retry_after=error.retry_after))


def to_sign_in() -> Response:
    return no_store(redirect(f"{SIGN_IN}?{urlencode({'next': _here()})}", 303))


def to_second_factor() -> Response:
    return no_store(redirect(f"{SECOND_FACTOR}?{urlencode({'next': _here()})}", 303))


def no_store(response: Any) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return cast("Response", response)


def _refusal(permission: Permission) -> Response | None:
    device = current_session()
    if device is None:
        if request.method in SAFE and request.path.startswith("/account/"):
            return to_sign_in()
        abort(404)
    if not device.user.may(permission):
        abort(404)
    if permission in NEEDS_FRESH_FACTOR and not is_fresh(device):
        if request.method in SAFE:
            return to_second_factor()
        abort(403, STALE)
    return None


def _here() -> str:
    return own_path(request.full_path.rstrip("?"))
