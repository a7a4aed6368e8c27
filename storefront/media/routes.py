"""Pictures, as they are."""

from __future__ import annotations

from flask import Blueprint, Response, send_from_directory

from storefront.settings import settings
from storefront.web.security import DRAWING_POLICY

bp = Blueprint("media", __name__, url_prefix="/media")


@bp.get("/<path:name>")
def file(name: str) -> Response:
    """A picture of the public shelf; its name holds a hash of its content. Story drawings are not on that shelf."""
    response = send_from_directory(settings.media_dir / "public", name, max_age=31536000)
    response.headers["Content-Security-Policy"] = DRAWING_POLICY
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
