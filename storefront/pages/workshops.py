"""What the page of a workshop shows, for the public and for the preview of the staff area."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from storefront.catalog.cards import cards
from storefront.catalog.models import Product
from storefront.catalog.queries import visible
from storefront.db import db
from storefront.media.addresses import shown as shown_picture
from storefront.partners import wording
from storefront.partners.models import Partner
from storefront.stories import queries as stories
from storefront.stories.band import band
from storefront.stories.models import Channel, Story

GOODS = STORIES = 24


def shown(partner: Partner, *, at: datetime) -> dict[str, Any]:
    """What `partners/partner.html` is drawn from. Of its stories only those that may be shown on the web."""
    told = stories.visible(Channel.WEB_STORY, at=at).where(Story.partner_id == partner.id).limit(STORIES)
    today = at.date()
    return {
        "partner": partner,
        "picture": shown_picture(partner.picture),
        "goods": cards(visible(at=at).where(Product.partner_id == partner.id), limit=GOODS),
        "stories": [band(words, on_web=True) for words in stories.unaltered(db.session.scalars(told))],
        "wording": wording,
        "logos": {each.id: shown_picture(wording.logo(each, today=today)) for each in partner.certificates},
        "today": today,
        "demonstration": partner.from_demonstration,
    }
