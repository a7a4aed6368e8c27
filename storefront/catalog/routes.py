"""The list of goods and the page of one of them."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request

from storefront.catalog import listing as listings
from storefront.catalog import product_page, structured_data
from storefront.catalog.for_sale import on_tag
from storefront.catalog.models import Product, ProductStory
from storefront.core import clock
from storefront.core.slugs import is_slug
from storefront.db import db
from storefront.stories import queries as stories
from storefront.stories.band import Band, band
from storefront.stories.consent import allows
from storefront.stories.models import Channel, Story
from storefront.web.paging import Page, page_number

SKU = re.compile(r"[A-Za-z0-9._-]{1,40}")
bp = Blueprint("catalog", __name__)


@bp.get("/shop")
def listing() -> str:
    number = page_number(request.args.get("page"))
    found = listings.read(listings.Choices.read(request.args), page=number, at=clock.now())
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
    )


@bp.get("/shop/<slug>")
def product(slug: str) -> str:
    at = clock.now()
    found = product_page.read(slug, sku=request.args.get("variant"), at=at) if is_slug(slug) else None
    if found is None:
        abort(404)
    return render_template(
        "catalog/product.html",
        page=found,
        product=found.product,
        chosen=found.chosen,
        stories=_stories_beside(found.product),
        related=product_page.related(found.product, at=at),
        described=structured_data.described(found.product),
        structured_data=structured_data.of_product(found),
        demonstration=found.product.from_demonstration,
    )


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


def _stories_beside(product: Product) -> list[Band]:
    """Stories that may stand on this page; one leads to its own page only while it may be shown on the web as well."""
    at = clock.now()
    query = (
        stories.visible(Channel.PRODUCT_PAGE, at=at)
        .join(ProductStory, ProductStory.story_reference == Story.reference)
        .where(ProductStory.product_id == product.id)
        .add_columns(allows(Channel.WEB_STORY, at=at).label("on_web"))
        .order_by(None)
        .order_by(ProductStory.position, Story.id)
    )
    rows = db.session.execute(query).all()
    return [band(row.Wording, on_web=bool(row.on_web)) for row in rows if stories.unaltered([row.Wording])]
