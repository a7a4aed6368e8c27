"""The order's own page, behind its key."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, render_template, request

from storefront.db import db
from storefront.demo.loading import demonstration_is_published
from storefront.orders.keys import opens
from storefront.orders.queries import by_reference
from storefront.web.security import private

bp = Blueprint("orders", __name__, url_prefix="/orders")


@bp.get("/<reference>")
def order(reference: str) -> Response:
    """A wrong key and an unknown reference are answered alike."""
    if not opens(reference, request.args.get("key", "")):
        abort(404)
    found = db.session.scalar(by_reference(reference))
    if found is None:
        abort(404)
    return private(
        make_response(render_template("orders/order.html", order=found, demonstration=demonstration_is_published()))
    )
