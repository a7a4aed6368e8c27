"""The workshops: the list, and what is known of one of them."""

from __future__ import annotations

from flask import Blueprint, abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from storefront.accounts.limits import TooOften
from storefront.core import clock
from storefront.core.errors import ShopError
from storefront.core.slugs import is_slug
from storefront.db import db, transaction
from storefront.pages import workshops
from storefront.partners import queries, wording
from storefront.partners.forms import NoteForm
from storefront.partners.models import Partner, PartnerKind
from storefront.partners.notes import leave
from storefront.web.forms import is_posted
from storefront.web.networks import own_network

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
    return render_template("partners/partner.html", **workshops.shown(found, at=at))


@bp.route("/<slug>/note", methods=["GET", "POST"])
def note(slug: str) -> AnyResponse:
    """One way, to the group, read by us first."""
    found = db.session.scalar(queries.listed().where(Partner.slug == slug)) if is_slug(slug) else None
    if found is None:
        abort(404)
    form, wait = NoteForm(request.form), 0
    if is_posted() and form.validate():
        try:
            with transaction():
                leave(found, form.message.data, network=own_network(), at=clock.now())
            return redirect(f"/partners/{slug}/note?left=yes", 303)
        except TooOften as error:
            form.form_errors.append("You have left several notes. Please wait a while before the next one.")
            wait = error.retry_after
        except ShopError as error:
            form.message.errors = [error.message]
    page = render_template(
        "partners/note.html",
        partner=found,
        kinds=PartnerKind,
        form=form,
        left=request.args.get("left") == "yes" and not form.errors,
        demonstration=found.from_demonstration,
    )
    response = make_response(page, 429 if wait else 422 if form.errors else 200)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response
