"""The drawing beside a story: look at it, send another, take it away."""

from __future__ import annotations

import hashlib
import mimetypes

from flask import Response, abort, redirect, render_template, request
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.wrappers import Response as AnyResponse

from storefront.accounts import guard
from storefront.accounts.permissions import Permission
from storefront.admin.area import bp, me, takes
from storefront.admin.stories.access import find, languages_read
from storefront.admin.stories.drafts import find_to_write
from storefront.admin.stories.findings import findings
from storefront.admin.stories.forms_of_writing import DrawingForm
from storefront.core.clock import now
from storefront.core.errors import ShopError
from storefront.db import transaction
from storefront.media.drawings import story_drawing as repainted
from storefront.media.files import file_of
from storefront.media.models import Shelf
from storefront.media.repainting import MOST_BYTES, PictureRefused
from storefront.media.shelving import shelve
from storefront.settings import settings
from storefront.stories import checking, drafting
from storefront.stories.locking import NoSuchStory, lock
from storefront.stories.states import State, state_of
from storefront.web.forms import is_posted
from storefront.web.security import DRAWING_POLICY

Answer = tuple[str, int] | AnyResponse
AROUND = 1_000_000  # bytes of the form around its file, and of a file that is refused in words

SAID = {"changed": "The drawing is kept. Nobody has agreed to it yet.", "removed": "The drawing is erased."}


@bp.route("/stories/<reference>/drawing", methods=["GET", "POST"])
@guard.requires(Permission.STORIES_WRITE)
@takes(MOST_BYTES + AROUND)
def story_drawing(reference: str) -> Answer:
    """A drawing is repainted before anything is written; photographs and vector files are refused."""
    story = find_to_write(reference)
    form = DrawingForm(CombinedMultiDict([request.files, request.form]) if is_posted() else None)
    if is_posted() and form.validate():
        try:
            _change(reference, form)
            return redirect(f"/admin/stories/{reference}/drawing?done=changed", 303)
        except NoSuchStory:
            abort(404)
        except PictureRefused as error:
            form.refuse(error.message, "drawing")
        except ShopError as error:
            form.refuse(error.message)
        story = find_to_write(reference)
    alt = form.alt.data or (story.drawing.alt if story.drawing else "")
    page = render_template(
        "admin/story_drawing.html",
        form=form,
        story=story,
        found=findings(checking.remarks(kind=story.kind, title="", text="", before=[], now=[], drawing_alt=alt), ""),
        is_public=state_of(story, at=now()) is State.PUBLIC,
        said=None if form.errors else SAID.get(request.args.get("done", "")),
    )
    return page, 422 if form.errors else 200


@bp.post("/stories/<reference>/drawing/remove")
@guard.requires(Permission.STORIES_WRITE)
def remove_story_drawing(reference: str) -> AnyResponse:
    find_to_write(reference)
    try:
        with transaction():
            lock(reference)
            find_to_write(reference)
            drafting.change_drawing(reference, None, at=now(), author=me())
    except NoSuchStory:
        abort(404)
    return redirect(f"/admin/stories/{reference}/drawing?done=removed", 303)


@bp.get("/stories/<reference>/drawing/picture")
@guard.requires(Permission.STORIES_WRITE)
def story_picture(reference: str) -> Response:
    """The drawing as it lies on the stories' shelf, whatever she agreed to, for whoever may read the words."""
    story = find(reference)
    picture = story.drawing
    if picture is None or picture.shelf is not Shelf.STORIES or not languages_read(story):
        abort(404)
    try:
        content = file_of(settings.media_dir, picture.shelf, picture.name).read_bytes()
    except OSError:
        abort(404)
    if hashlib.sha256(content).hexdigest() != picture.sha256:
        abort(404)
    response = Response(content, mimetype=mimetypes.guess_type(picture.name)[0])
    response.headers["Content-Security-Policy"] = DRAWING_POLICY
    return response


def _change(reference: str, form: DrawingForm) -> None:
    drawing, at = repainted(form.drawing.data.read()), now()
    with transaction():
        lock(reference)
        find_to_write(reference)  # once more, behind the lock
        picture = shelve(drawing, shelf=Shelf.STORIES, alt=form.alt.data, media_dir=settings.media_dir)
        drafting.change_drawing(reference, picture, at=at, author=me())
