"""What is written down of an agreement: the look at the risk, and her yes to the very words on the page."""

from __future__ import annotations

from flask import abort, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from storefront.accounts import guard
from storefront.accounts.permissions import Permission
from storefront.admin.area import bp, me
from storefront.admin.stories.access import find
from storefront.admin.stories.forms import ConsentForm, ReviewForm
from storefront.admin.stories.wording import language_name
from storefront.core.clock import now
from storefront.db import transaction
from storefront.stories import consenting, vocabulary
from storefront.stories.consent import latest_end
from storefront.stories.consenting import NotAgreed
from storefront.stories.models import StoryKind
from storefront.web.forms import is_posted

Answer = tuple[str, int] | AnyResponse


@bp.route("/stories/<reference>/risk-review", methods=["GET", "POST"])
@guard.requires(Permission.CONSENTS)
def story_review(reference: str) -> Answer:
    found = find(reference)
    if found.erased_at is not None or found.kind is StoryKind.ENTERPRISE:
        abort(404)
    at, by, form = now(), me().reference, ReviewForm(request.form if is_posted() else None)
    if is_posted() and form.validate():
        try:
            with transaction():
                consenting.review(reference, **form.values(), by=by, at=at)
            return redirect(f"/admin/stories/{reference}?done=reviewed", 303)
        except NotAgreed as error:
            form.refuse(error.message, error.field)
    page = render_template("admin/story_review.html", story=find(reference), form=form, today=at.date())
    return page, 422 if form.errors else 200


@bp.route("/stories/<reference>/consent/<language>", methods=["GET", "POST"])
@guard.requires(Permission.CONSENTS)
def story_consent(reference: str, language: str) -> Answer:
    """The form stands under the words that are read back. If they changed meanwhile, they are read back once more."""
    wording = find(reference).current(language)
    if wording is None or wording.story.kind is StoryKind.ENTERPRISE:
        abort(404)
    at, by, form = now(), me().reference, ConsentForm(request.form if is_posted() else None)
    if is_posted() and form.validate():
        try:
            with transaction():
                consenting.record(reference, language, **form.values(), by=by, at=at)
            return redirect(f"/admin/stories/{reference}?language={language}&done=recorded", 303)
        except NotAgreed as error:
            form.refuse(error.message, error.field)
    wording = find(reference).current(language)
    if wording is None:
        abort(404)
    if form.words_hash.data != wording.words_hash:
        form.read_back.data = False  # what stands on the page now has not been read to her
    page = render_template(
        "admin/story_consent.html",
        story=wording.story,
        wording=wording,
        form=form,
        at_the_latest=latest_end(at.date()),
        vocabulary=vocabulary,
        language_name=language_name,
    )
    return page, 422 if form.errors else 200
