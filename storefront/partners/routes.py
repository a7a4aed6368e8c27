"""The workshops: the list, and what is known of one of them."""

from __future__ import annotations

from flask import Blueprint, abort, render_template

from storefront.catalog.cards import cards
from storefront.catalog.models import Product
from storefront.catalog.queries import visible
from storefront.core import clock
from storefront.core.slugs import is_slug
from storefront.db import db
from storefront.media.addresses import shown
from storefront.partners import queries, wording
from storefront.partners.models import Partner
from storefront.stories import queries as stories
from storefront.stories.band import band
from storefront.stories.models import Channel, Story

GOODS = STORIES = 24
bp = Blueprint("partners", __name__, url_prefix="/partners")


@bp.get("")
def listing() -> str:
    partners = db.session.scalars(queries.listed()).all()
    return render_template(
        "partners/listing.html",
        partners=partners,
        kinds=wording.KINDS,
        demonstration=any(partner.from_demonstration for partner in partners),
    )


@bp.get("/<slug>")
def partner(slug: str) -> str:
    at = clock.now()
    query = queries.with_everything_known().where(Partner.slug == slug)
    found = db.session.scalar(query) if is_slug(slug) else None
    if found is None:
        abort(404)
    told = stories.visible(Channel.WEB_STORY, at=at).where(Story.partner_id == found.id).limit(STORIES)
    return render_template(
        "partners/partner.html",
        partner=found,
        picture=shown(found.picture),
        goods=cards(visible(at=at).where(Product.partner_id == found.id), limit=GOODS),
        stories=[band(story, on_web=True) for story in stories.unaltered(db.session.scalars(told))],
        wording=wording,
        today=at.date(),
        demonstration=found.from_demonstration,
    )
