"""Is this process alive, and can it serve? No details for strangers."""

from flask import Blueprint, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from storefront.db import reading

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def alive() -> Response:
    return _say("alive", 200)


@bp.get("/readyz")
def ready() -> Response:
    """The database answers and has the tables of this version."""
    try:
        with reading() as session:
            session.execute(text("SELECT 1 FROM generations LIMIT 1"))
    except SQLAlchemyError:
        return _say("not ready", 503)
    return _say("ready", 200)


def _say(word: str, status: int) -> Response:
    return Response(word + "\n", status, mimetype="text/plain", headers={"Cache-Control": "no-store"})
