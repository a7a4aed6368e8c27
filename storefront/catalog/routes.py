"""The list of goods and the page of one of them."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request

from storefront.catalog import listing as listings
from storefront.catalog import product_page
from storefront.catalog.for_sale import on_tag
from storefront.catalog.queries import had_address
from storefront.core import clock
from storefront.core.slugs import is_slug
from storefront.db import db
from storefront.pages import goods
from storefront.web.paging import Page, page_number

SKU = re.compile(r"[A-Za-z0-9._-]{1,40}")
bp = Blueprint("catalog", __name__)


@bp.get("/shop")
def listing(choices: listings.Choices | None = None) -> str:
    """The list that the address asks for; a preview of the staff area hands in its own choices."""
    number = page_number(request.args.get("page"))
    found = listings.read(choices or listings.Choices.read(request.args), page=number, at=clock.now())
    page = Page(found.cards, number, listings.PER_PAGE, found.total)
    if number > page.pages:
        abort(404)
    return render_template(
        "catalog/listing.html",
        listing=found,
        page=page,
        sorts=listings.SORT_WORDS,
        canonical=found.choices.canonical(number) if not found.unknown else "/shop",
        demonstration=any(card.from_demonstration for card in found.cards),
        is_preview=choices is not None,
    )


@bp.get("/shop/<slug>")
def product(slug: str) -> str | Response:
    at = clock.now()
    found = product_page.read(slug, sku=request.args.get("variant"), at=at) if is_slug(slug) else None
    if found is None:
        return _moved(slug)
    return render_template("catalog/product.html", **goods.shown(found, at=at))


@bp.get("/p/<sku>")
def passport(sku: str) -> Response:
    """What a hang-tag leads to: the piece, or its workshop once it is no longer for sale. Never a story."""
    found = db.session.execute(on_tag(sku, at=clock.now())).first() if SKU.fullmatch(sku) else None
    if found is None:
        abort(404)
    address = (
        f"/shop/{found.slug}?{urlencode({'variant': found.sku})}" if found.is_shown else f"/partners/{found.partner}"
    )
    response = make_response(redirect(address, 302))
    response.headers["Cache-Control"] = "no-store"
    return response


def _moved(slug: str) -> Response:
    """On to where a product is now; not found for an address that no visible product ever had."""
    now_at = db.session.scalar(had_address(slug, at=clock.now())) if is_slug(slug) else None
    if now_at is None:
        abort(404)
    asked = request.query_string.decode("ascii", "ignore")
    response = make_response(redirect(f"/shop/{now_at}?{asked}" if asked else f"/shop/{now_at}", 301))
    response.headers["Cache-Control"] = "no-cache"  # the address may be given to another product one day
    return response
