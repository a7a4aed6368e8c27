"""The two cookies of a bag: its token, which scripts cannot read, and how much is in it, which one script shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from werkzeug.wrappers import Response

from storefront.cart.models import Cart
from storefront.cart.visitor import COOKIE_SECONDS, COUNT_COOKIE, TOKEN_COOKIE
from storefront.settings import settings

Answer = TypeVar("Answer", bound=Response)


def token_in(cookies: Mapping[str, str]) -> str:
    """The token of this browser's bag, or nothing."""
    return cookies.get(settings.cookie_name(TOKEN_COOKIE), "")[:100]


def keep_token(response: Answer, token: str) -> Answer:
    name = settings.cookie_name(TOKEN_COOKIE)
    response.set_cookie(name, token, max_age=COOKIE_SECONDS, secure=settings.https, httponly=True, samesite="Lax")
    return response


def keep_count(response: Answer, cart: Cart | None) -> Answer:
    """Tell the header's script how many pieces the bag holds now; the bag must have been read with its lines."""
    count = sum(line.quantity for line in cart.lines) if cart else 0
    name = settings.cookie_name(COUNT_COOKIE)
    response.set_cookie(name, str(count), max_age=COOKIE_SECONDS, secure=settings.https, samesite="Lax")
    return response


def drop(response: Answer) -> Answer:
    """Take both out of the browser."""
    for name in (TOKEN_COOKIE, COUNT_COOKIE):
        response.delete_cookie(settings.cookie_name(name), secure=settings.https, samesite="Lax")
    return response
