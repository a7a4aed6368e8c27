"""Home, and the pages that say what this shop is and how it works."""

from __future__ import annotations

from flask import Blueprint, render_template

from storefront.core import clock
from storefront.pages import delivery as deliveries
from storefront.pages import front
from storefront.partners.wording import KINDS

bp = Blueprint("pages", __name__)


@bp.get("/")
def home() -> str:
    found = front.read(at=clock.now())
    return render_template("pages/home.html", front=found, kinds=KINDS, demonstration=found.demonstration)


@bp.get("/about")
def about() -> str:
    return render_template("pages/about.html")


@bp.get("/delivery")
def delivery() -> str:
    return render_template("pages/delivery.html", zones=deliveries.zones())


@bp.get("/terms")
def terms() -> str:
    return render_template("pages/terms.html")


@bp.get("/privacy")
def privacy() -> str:
    return render_template("pages/privacy.html")
