"""Where a story stands at this moment: asked of the same queries that show it, and never remembered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from storefront.catalog.models import Product, ProductStory
from storefront.catalog.queries import visible as visible_goods
from storefront.db import db
from storefront.stories import band as bands
from storefront.stories import queries
from storefront.stories.models import Channel, Story, Wording


def addresses(story: Story, *, at: datetime) -> list[str]:
    """Paths of every page that tells this story now: its own in each language, and the goods it stands beside."""
    told = queries.visible(Channel.WEB_STORY, at=at, language=Wording.language).where(Story.id == story.id)
    own = [bands.address(wording) for wording in queries.unaltered(db.session.scalars(told))]
    beside = queries.visible(Channel.PRODUCT_PAGE, at=at).where(Story.id == story.id)
    if not queries.unaltered(db.session.scalars(beside)):
        return own
    linked = select(ProductStory.product_id).where(ProductStory.story_reference == story.reference)
    goods = db.session.scalars(visible_goods(at=at).where(Product.id.in_(linked))).all()
    return own + [f"/shop/{product.slug}" for product in goods]
