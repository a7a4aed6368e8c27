"""Style sheets, scripts, fonts and icons: addressed by a hash of their content, answered from memory, kept for ever.

There is no build step: the style sheets are put together when the app starts, in the order of their layers.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

import brotli
from flask import Blueprint, Flask, Response, abort, current_app, request

STATIC = Path(__file__).parents[2] / "static"
SHEET = "site.css"
SHEET_PARTS = (
    "tokens", "base", "layout", "components",
    "pages", "catalog", "stories", "articles", "partners", "safety", "cart", "checkout", "orders", "errors",
    "print",
)  # fmt: skip
STAFF_SHEET = "staff.css"  # of its own, so that shoppers never load it
STAFF_PARTS = ("admin",)
PACKED = {".css", ".js", ".svg", ".txt", ".json"}

bp = Blueprint("assets", __name__)
mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("text/javascript", ".js")


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent. `path` is where it is found, its hash included."""

    path: str
    media_type: str
    plain: bytes
    gzip: bytes | None
    brotli: bytes | None


class Assets:
    """Every file under `static/`, by its name and by its address."""

    def __init__(self) -> None:
        self.by_name: dict[str, Asset] = {}
        self.by_path: dict[str, Asset] = {}
        for file in sorted(STATIC.rglob("*")):
            name = file.relative_to(STATIC).as_posix()
            if file.is_file() and file.suffix not in {".css", ".md", ".txt"} and not name.startswith("js/"):
                self._add(name, file.read_bytes())
        for file in sorted((STATIC / "js").glob("*.js")):
            self._add(f"js/{file.name}", file.read_bytes())
        for sheet, parts in ((SHEET, SHEET_PARTS), (STAFF_SHEET, STAFF_PARTS)):
            text = "\n".join((STATIC / "css" / f"{part}.css").read_text("utf-8") for part in parts)
            self._add(sheet, self._with_addresses(text).encode())

    def url(self, name: str) -> str:
        """The address of a file. Raises `KeyError` for a name that does not exist."""
        return f"/assets/{self.by_name[name].path}"

    def _add(self, name: str, content: bytes) -> None:
        path = PurePosixPath(name)
        packed = path.suffix in PACKED
        asset = Asset(
            path=str(path.with_suffix(f".{hashlib.sha256(content).hexdigest()[:12]}{path.suffix}")),
            media_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
            plain=content,
            gzip=gzip.compress(content, 9, mtime=0) if packed else None,
            brotli=brotli.compress(content) if packed else None,
        )
        self.by_name[name] = self.by_path[asset.path] = asset

    def _with_addresses(self, sheet: str) -> str:
        """Put the hashed address in place of every relative `url(...)` of a style sheet."""
        return re.sub(r"url\([\"']?\.\./([^\"')]+)[\"']?\)", lambda found: f'url("{self.url(found[1])}")', sheet)


@cache
def load() -> Assets:
    return Assets()


def init_app(app: Flask) -> None:
    app.extensions["assets"] = load()
    app.jinja_env.globals["asset"] = app.extensions["assets"].url
    app.register_blueprint(bp)


@bp.get("/assets/<path:path>")
def file(path: str) -> Response:
    found: Asset | None = current_app.extensions["assets"].by_path.get(path)
    if found is None:
        abort(404)
    response = Response(found.plain, mimetype=found.media_type)
    if found.brotli and request.accept_encodings["br"]:
        response.data, response.headers["Content-Encoding"] = found.brotli, "br"
    elif found.gzip and request.accept_encodings["gzip"]:
        response.data, response.headers["Content-Encoding"] = found.gzip, "gzip"
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
