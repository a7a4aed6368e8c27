"""The list of goods and the page of one of them."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request

from storefront.catalog import listing as listings
from storefront.catalog import product_page
from storefront.catalog.models import Product, ProductStory
from storefront.core import clock
from storefront.core.slugs import is_slug
from storefront.db import db
from storefront.stories import queries as stories
from storefront.stories.band import Band, band
from storefront.stories.consent import allows
from storefront.stories.models import Channel, Story
from storefront.web.paging import Page, page_number

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
        demonstration=found.product.from_demonstration,
    )


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
    return [band(row.Story, on_web=bool(row.on_web)) for row in rows if stories.unaltered([row.Story])]
