"""Everything that the page of a product shows, of the goods and of the stories beside them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from storefront.catalog import product_page, structured_data
from storefront.catalog.models import Product, ProductStory
from storefront.catalog.product_page import ProductPage
from storefront.db import db
from storefront.stories import queries as stories
from storefront.stories.band import Band, band
from storefront.stories.consent import allows
from storefront.stories.models import Channel, Story


def shown(page: ProductPage, *, at: datetime) -> dict[str, Any]:
    """What `catalog/product.html` is drawn from."""
    return {
        "page": page,
        "product": page.product,
        "chosen": page.chosen,
        "stories": _stories_beside(page.product, at=at),
        "related": product_page.related(page.product, at=at),
        "described": structured_data.described(page.product),
        "structured_data": structured_data.of_product(page),
        "demonstration": page.product.from_demonstration,
    }


def _stories_beside(product: Product, *, at: datetime) -> list[Band]:
    """Stories that may stand on this page; one leads to its own page only while it may be shown on the web as well."""
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
