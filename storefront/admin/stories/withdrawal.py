"""Taking a story back: all of it or one place, by one person, without a reason. And the storyteller's card."""

from __future__ import annotations

from flask import abort, redirect, render_template
from werkzeug.wrappers import Response as AnyResponse

from storefront.accounts import guard
from storefront.accounts.permissions import Permission
from storefront.admin.area import bp, me
from storefront.admin.stories.access import find, may_withdraw
from storefront.admin.stories.desk import Answer, story_page
from storefront.core.clock import now
from storefront.core.errors import ShopError
from storefront.db import transaction
from storefront.stories import cards, consenting, phrases, vocabulary, withdrawing
from storefront.stories.locking import NoSuchStory
from storefront.stories.models import Channel, Story
from storefront.web.forms import is_posted


@bp.route("/stories/<reference>/withdraw", methods=["GET", "POST"])
@guard.requires(Permission.STORIES_WITHDRAW)
def story_withdraw(reference: str) -> Answer:
    """Asks once. Twice is the same as once."""
    story = find(reference)
    if not is_posted():
        return render_template("admin/story_withdraw.html", story=story)
    at, by = now(), me().reference
    with transaction():
        withdrawing.withdraw(reference, by=by, at=at)
    return redirect(f"/admin/stories/{reference}?done=withdrawn", 303)


@bp.route("/stories/<reference>/channels/<channel>/close", methods=["GET", "POST"])
@guard.requires(Permission.STORIES_WITHDRAW)
def story_close(reference: str, channel: str) -> Answer:
    """Says nothing of whether the place was open: the owner closes without reading who agreed to what."""
    story = find(reference)
    if channel not in set(Channel) or story.erased_at is not None:
        abort(404)
    if not is_posted():
        return render_template(
            "admin/story_close.html", story=story, channel=channel, place=vocabulary.CHANNELS[Channel(channel)]
        )
    at, by = now(), me().reference
    try:
        with transaction():
            consenting.close_channel(reference, Channel(channel), by=by, at=at)
    except NoSuchStory:  # withdrawn meanwhile, and closed with it
        return redirect(f"/admin/stories/{reference}", 303)
    return redirect(f"/admin/stories/{reference}?done=closed", 303)


@bp.post("/stories/<reference>/ask")
@guard.requires(Permission.STORIES)
def ask_for_withdrawal(reference: str) -> AnyResponse:
    """For whoever wrote it and may not withdraw it."""
    story, at = find(reference), now()
    if may_withdraw() or story.erased_at is not None:
        abort(404)
    try:
        with transaction():
            withdrawing.ask(reference, at=at)
    except NoSuchStory:
        abort(404)
    return redirect(f"/admin/stories/{reference}?done=asked", 303)


@bp.post("/stories/<reference>/card")
@guard.requires(Permission.CONSENTS)
def story_card(reference: str) -> Answer:
    """A code of her own. It is known now and never again, so it is answered and not redirected to."""
    story = find(reference)
    at, by = now(), me().reference
    try:
        with transaction():
            code = cards.make(reference, by=by, at=at)
    except ShopError as error:
        return story_page(reference, missing=[error.message])
    spoken = _spoken(find(reference))
    return render_template(
        "admin/story_card.html",
        story=story,
        code=code,
        languages=[spoken, "en"] if phrases.is_translated(spoken) and spoken != "en" else ["en"],
        spoken=spoken,
        spoken_name=vocabulary.LANGUAGES[spoken],
        phrases=phrases,
    )


def _spoken(story: Story) -> str:
    """The language that was spoken with her, or else the one that she told it in."""
    return story.consents[0].conversation_language if story.consents else story.language
