"""The way out of this site, how to read it safely, and help lines by country."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from structlog import get_logger
from werkzeug.wrappers import Response as AnyResponse

from storefront.accounts import sessions, signing_in
from storefront.accounts.sessions import own_session
from storefront.cart.cookies import drop, token_in
from storefront.cart.filling import forget
from storefront.cart.visitor import COUNT_COOKIE, TOKEN_COOKIE
from storefront.core import clock
from storefront.db import db, transaction
from storefront.safety import queries, wording
from storefront.safety.leaving import is_leaving
from storefront.settings import settings
from storefront.web.filters import country
from storefront.web.security import private

OUR_COOKIES = (sessions.COOKIE, TOKEN_COOKIE, COUNT_COOKIE)
log = get_logger()
bp = Blueprint("safety", __name__)


@bp.after_request
def _leave_no_trace(response: Response) -> Response:
    """Kept by no browser and by nobody between, and no other site learns what was read."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@bp.get("/exit")
def leave() -> AnyResponse:
    """To another site, come what may; a person who goes there leaves nothing of ours behind in her browser."""
    response = private(redirect(settings.exit_url, 303))
    ours = any(settings.cookie_name(name) in request.cookies for name in OUR_COOKIES)
    if request.method == "GET" and is_leaving(dict(request.headers), carries_our_cookie=ours):
        if ours:
            _forget_visit()
        own_session().end()
        drop(response)
        response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


@bp.get("/safety")
def using() -> str:
    return render_template("safety/using.html")


@bp.get("/help-lines")
def help_lines() -> str:
    wanted = request.args.get("country", "").upper()
    every = sorted(db.session.scalars(queries.listed()), key=lambda line: (country(line.country), line.name))
    lines = [line for line in every if line.country == wanted]
    return render_template(
        "safety/help_lines.html",
        lines=lines or every,
        countries=list(dict.fromkeys(line.country for line in every)),
        wanted=wanted,
        found=bool(lines),
        today=clock.today(),
        wording=wording,
    )


def _forget_visit() -> None:
    """The session and the bag, on our side. The way out stays open while the database is away."""
    token = token_in(request.cookies)
    try:
        with transaction():
            if (device := own_session().device(again=True)) is not None:
                signing_in.sign_out(device)
            if token:
                forget(token)
    except SQLAlchemyError as error:
        log.warning("visit_not_forgotten", error=type(error).__name__)
