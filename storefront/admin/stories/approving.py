"""What a guardian does about words on their way: approve, publish, hide while proceedings last, show again."""

from __future__ import annotations

from flask import redirect, request
from werkzeug.wrappers import Response as AnyResponse

from storefront.accounts import guard
from storefront.accounts.permissions import Permission
from storefront.admin.area import bp, me
from storefront.admin.stories.access import find
from storefront.admin.stories.desk import Answer, story_page
from storefront.admin.stories.forms import ApprovalForm, ShowAgainForm
from storefront.core.clock import now
from storefront.core.errors import ShopError
from storefront.db import transaction
from storefront.stories import consenting, publishing
from storefront.stories.models import Attester
from storefront.stories.publishing import NotReady


@bp.post("/stories/<reference>/approve/<language>")
@guard.requires(Permission.STORIES_PUBLISH)
def approve_story(reference: str, language: str) -> Answer:
    find(reference)
    at, by, form = now(), me(), ApprovalForm(request.form)
    if form.validate():
        try:
            with transaction():
                publishing.approve(
                    reference, language, words_hash=form.words_hash.data, ticked=form.ticked.data, by=by, at=at
                )
            return _done(reference, language, "approved")
        except NotReady as error:
            return story_page(reference, language=language, missing=error.missing, approval=form)
        except ShopError as error:
            form.refuse(error.message, "ticked")
    return story_page(reference, language=language, approval=form)


@bp.post("/stories/<reference>/publish/<language>")
@guard.requires(Permission.STORIES_PUBLISH)
def publish_story(reference: str, language: str) -> Answer:
    find(reference)
    at, by, words_hash = now(), me().reference, request.form.get("words_hash", "")
    try:
        with transaction():
            publishing.publish(reference, language, words_hash=words_hash, by=by, at=at)
        return _done(reference, language, "published")
    except NotReady as error:
        return story_page(reference, language=language, missing=error.missing)
    except ShopError as error:
        return story_page(reference, missing=[error.message])


@bp.post("/stories/<reference>/hide")
@guard.requires(Permission.CONSENTS)
def hide_story(reference: str) -> Answer:
    """Without a second factor anew: what takes a story off the web is never kept waiting."""
    find(reference)
    at, by = now(), me().reference
    try:
        with transaction():
            consenting.hide(reference, by=by, at=at)
        return _done(reference, "", "hidden")
    except ShopError as error:
        return story_page(reference, missing=[error.message])


@bp.post("/stories/<reference>/show-again")
@guard.requires(Permission.STORIES_PUBLISH)
def show_story_again(reference: str) -> Answer:
    find(reference)
    at, by, form = now(), me().reference, ShowAgainForm(request.form)
    if form.validate():
        try:
            with transaction():
                consenting.show_again(reference, attested_by=Attester(form.attested_by.data), by=by, at=at)
            return _done(reference, "", "shown")
        except ShopError as error:
            form.refuse(error.message)
    return story_page(reference, again=form)


def _done(reference: str, language: str, word: str) -> AnyResponse:
    where = f"language={language}&" if language else ""
    return redirect(f"/admin/stories/{reference}?{where}done={word}", 303)
