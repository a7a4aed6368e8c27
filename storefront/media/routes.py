"""Pictures, as they are, and as pixels."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from flask import Blueprint, Response, abort, send_file, send_from_directory
from werkzeug.exceptions import ServiceUnavailable

from storefront.db import db
from storefront.media.rasters import Busy, NotDrawn, drawn_as, raster
from storefront.settings import settings
from storefront.web.security import DRAWING_POLICY

YEAR = 31536000
# Said here, because what a machine knows of AVIF and WebP differs, and no browser guesses. Nothing else is answered.
MIMETYPES = {
    ".avif": "image/avif", ".webp": "image/webp", ".jpg": "image/jpeg", ".png": "image/png", ".svg": "image/svg+xml",
}  # fmt: skip
NAME = re.compile(r"[A-Za-z0-9._/-]{1,200}")

bp = Blueprint("media", __name__)


@bp.get("/media/<path:name>")
def file(name: str) -> Response:
    """A picture of the public shelf; its name holds a hash of its content. Story drawings are not on that shelf."""
    mimetype = MIMETYPES.get(PurePosixPath(name).suffix)
    if mimetype is None:
        abort(404)
    folder = settings.media_dir / "public"
    return _for_ever(send_from_directory(folder, name, mimetype=mimetype, max_age=YEAR))


@bp.get("/rasters/<path:name>.png")
def pixels(name: str) -> Response:
    """The raster twin of a drawing of the public shelf. While too many are being drawn, one is asked to come again."""
    picture = db.session.scalar(drawn_as(name)) if NAME.fullmatch(name) else None
    if picture is None:
        abort(404)
    try:
        return _for_ever(send_file(raster(picture, media_dir=settings.media_dir), mimetype="image/png", max_age=YEAR))
    except Busy:
        raise ServiceUnavailable(retry_after=1) from None
    except NotDrawn:
        abort(404)


def _for_ever(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = DRAWING_POLICY
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response
