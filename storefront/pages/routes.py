"""Home, and the pages that say what this shop is and how it works."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, render_template, request

from storefront.core import clock
from storefront.pages import announcing, front, sitemap, texts
from storefront.pages import delivery as deliveries
from storefront.partners.wording import KINDS
from storefront.settings import settings
from storefront.web.paging import page_number

# A page that may not be fetched cannot say that it is gone or not to be kept. So these are only pages of single
# visitors, where there is nothing to find; a story is never named here.
NOT_FOR_CRAWLERS = ("/cart", "/checkout", "/account", "/admin", "/exit")

# Not above a checkout, help lines, or what somebody does about her own account or story: nothing should distract there.
ANNOUNCED_ON = {"pages", "catalog", "stories", "articles", "partners", "cart"}

bp = Blueprint("pages", __name__)


@bp.app_context_processor
def _for_every_page() -> dict[str, Any]:
    # A function and not its answer: a page that shows no line asks for none.
    return {"announcement": _announcement}


def _announcement() -> announcing.Line | None:
    return announcing.shown(at=clock.now()) if request.blueprint in ANNOUNCED_ON else None


@bp.get("/")
def home() -> str:
    found = front.read(at=clock.now())
    return render_template("pages/home.html", front=found, kinds=KINDS, demonstration=found.demonstration)


@bp.get("/about")
def about() -> str:
    return render_template("pages/about.html", text=texts.page("about"))


@bp.get("/delivery")
def delivery() -> str:
    return render_template("pages/delivery.html", text=texts.page("delivery"), zones=deliveries.zones())


@bp.get("/terms")
def terms() -> str:
    return render_template("pages/terms.html", text=texts.page("terms"))


@bp.get("/privacy")
def privacy() -> str:
    return render_template("pages/privacy.html", text=texts.page("privacy"))


@bp.get("/answers")
def answers() -> str:
    _, demonstration = front.counted(at=clock.now())
    text = texts.page("answers", demonstration=demonstration)
    return render_template("pages/answers.html", text=text, demonstration=demonstration)


@bp.get("/robots.txt")
def robots() -> Response:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in NOT_FOR_CRAWLERS), ""]
    return Response("\n".join([*lines, f"Sitemap: {settings.shop_url}/sitemap.xml", ""]), mimetype="text/plain")


@bp.get("/sitemap.xml")
def sitemap_of_all() -> Response:
    """All addresses, or the list of the files they stand in where they are too many for one."""
    found = sitemap.read(at=clock.now())
    if found.files > 1:
        return _xml(sitemap.index(found.files, shop_url=settings.shop_url))
    return _xml(sitemap.urls(found.addresses(1), shop_url=settings.shop_url))


@bp.get("/sitemap-<number>.xml")
def sitemap_part(number: str) -> Response:
    place, found = page_number(number), sitemap.read(at=clock.now())
    if place > found.files:
        abort(404)
    return _xml(sitemap.urls(found.addresses(place), shop_url=settings.shop_url))


def _xml(text: str) -> Response:
    """Asked for anew each time: what is withdrawn is gone from it at once."""
    response = Response(text, mimetype="application/xml")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
