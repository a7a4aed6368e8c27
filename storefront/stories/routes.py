"""Stories: the list, one page each, and the drawings that stand behind the same consent."""

from __future__ import annotations

import hashlib
import mimetypes
from typing import cast

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request

from storefront.accounts import limits
from storefront.accounts.limits import TooOften
from storefront.audit import trail
from storefront.catalog.cards import cards
from storefront.catalog.queries import beside_story
from storefront.core import clock
from storefront.core.slugs import is_slug
from storefront.db import db, transaction
from storefront.media.models import Shelf
from storefront.partners.wording import source_links
from storefront.settings import settings
from storefront.stories import band as bands
from storefront.stories import cards as withdrawal_cards
from storefront.stories import consenting, phrases, queries, vocabulary, withdrawing
from storefront.stories import listing as listings
from storefront.stories.cards import UnknownCode
from storefront.stories.forms import ACTS, WITHDRAW, CodeForm
from storefront.stories.models import Channel, Story, Wording
from storefront.web.networks import own_network
from storefront.web.paging import Page, page_number
from storefront.web.security import DRAWING_POLICY, private

GOODS = 8
bp = Blueprint("stories", __name__)


@bp.after_request
def _leave_no_trace(response: Response) -> Response:
    """Nothing of a story is kept by browsers or between them and us, and no other site learns what was read."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@bp.get("/stories")
def listing() -> str:
    number = page_number(request.args.get("page"))
    found = listings.read(listings.Choices.read(request.args), page=number, at=clock.now())
    page = Page(found.stories, number, listings.PER_PAGE, found.total)
    if number > page.pages:
        abort(404)
    return render_template(
        "stories/listing.html",
        listing=found,
        page=page,
        demonstration=any(told.from_demonstration for told in found.stories),
    )


@bp.get("/stories/<slug>")
@bp.get("/stories/<slug>/<language>")
def story(slug: str, language: str | None = None) -> Response:
    at = clock.now()
    words = _shown_or_gone(slug, language)
    found = words.story
    if language == found.language:
        return cast("Response", redirect(f"/stories/{slug}", 301))
    indexed, quoted = (queries.may_show(words, channel, at=at) for channel in (Channel.SEARCH_INDEXING, Channel.SOCIAL))
    goods = cards(beside_story(found.reference, at=at), limit=GOODS)
    response = make_response(
        render_template(
            "stories/story.html",
            story=found,
            words=words,
            languages=[
                (code, vocabulary.LANGUAGES.get(code, code), code == words.language)
                for code in queries.languages(found, at=at)
            ],
            goods=goods,
            indexed=indexed,
            opening=bands.opening(words.text) if quoted else None,
            address=bands.address(words),
            picture=bands.drawing(words),
            vocabulary=vocabulary,
            sources=source_links(found.sources),
            demonstration=found.from_demonstration,
        )
    )
    robots = "noarchive" if indexed else "noindex, noarchive, noimageindex, max-snippet:0"
    response.headers["X-Robots-Tag"] = robots
    return response


@bp.get("/stories/<slug>/drawing")
def drawing(slug: str) -> Response:
    """The picture of a story, for as long as the story may be read."""
    found = _shown_or_gone(slug, Wording.language).story
    if found.drawing is None or found.drawing.shelf is not Shelf.STORIES:
        abort(404)
    try:
        content = (settings.media_dir / Shelf.STORIES.value / found.drawing.name).read_bytes()
    except OSError:
        abort(404)
    if hashlib.sha256(content).hexdigest() != found.drawing.sha256:  # her consent was for another file
        abort(404)
    response = Response(content, mimetype=mimetypes.guess_type(found.drawing.name)[0])
    response.headers["Content-Security-Policy"] = DRAWING_POLICY
    response.headers["X-Robots-Tag"] = "noindex, noarchive, noimageindex"
    return response


@bp.route("/withdraw", methods=["GET", "POST"])
def withdraw() -> Response:
    """A storyteller's own door: her code, one question, and the story or one of its places is gone. No account."""
    form = CodeForm(request.form)
    language = form.language.data if request.method == "POST" else request.args.get("language")
    if form.is_sent() and form.validate():
        if form.act.data and form.act.data not in ACTS:
            abort(400)
        try:
            return _use_code(form, language or "en")
        except UnknownCode:
            form.form_errors.append(phrases.phrase(language or "en", "unknown"))
        except TooOften as error:
            wait = str(-(-error.retry_after // 60))
            form.form_errors.append(phrases.phrase(language or "en", "too_often", minutes=wait))
            return _door(form, language, status=429, headers={"Retry-After": str(error.retry_after)})
    done = request.args.get("done")
    return _door(form, language, done=done if done in {"gone", "closed"} else None, status=422 if form.errors else 200)


def _use_code(form: CodeForm, language: str) -> Response:
    """One try at the door. It is counted before it is made, and given back when the code opens something."""
    counts, at = [limits.Count(limits.WITHDRAWAL_NETWORK, own_network())], clock.now()
    with transaction():
        taken = limits.take(counts)
    with transaction():
        reference = withdrawal_cards.story_of(form.code.data)
        limits.give_back(counts, taken)
        if form.act.data == WITHDRAW:
            withdrawing.withdraw(reference, by=withdrawing.STORYTELLER, at=at)
        elif form.act.data:
            consenting.close_channel(reference, Channel(form.act.data), by=trail.SYSTEM, at=at)
        else:
            return _door(form, language, channels=consenting.open_channels(reference))
    done = "gone" if form.act.data == WITHDRAW else "closed"
    return cast("Response", redirect(f"/withdraw?done={done}&language={language}", 303))


def _door(
    form: CodeForm,
    language: str | None,
    *,
    channels: list[Channel] | None = None,
    done: str | None = None,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    page = render_template(
        "stories/withdraw.html",
        form=form,
        channels=channels,
        done=done,
        language=language if language and phrases.is_translated(language) else "en",
        languages=[(code, vocabulary.LANGUAGES[code]) for code in phrases.PHRASES],
        phrase=phrases.phrase,
    )
    return private(make_response(page, status, headers or {}))


def _shown_or_gone(slug: str, language: queries.Language = None) -> Wording:
    """The words, if they may be read now; 410 for a story that was withdrawn or ran out, 404 for any other."""
    at = clock.now()
    if not is_slug(slug) or (isinstance(language, str) and language not in vocabulary.LANGUAGES):
        abort(404)
    shown = queries.visible(Channel.WEB_STORY, at=at, language=language).where(Story.slug == slug)
    found = queries.unaltered(db.session.scalars(shown))
    if not found:
        abort(410 if queries.is_gone(slug, at=at) else 404)
    return found[0]
