"""One story at the desk: the very words, and for guardians everything that is known about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import abort, render_template, request
from sqlalchemy import exists, select
from werkzeug.wrappers import Response as AnyResponse

from storefront.accounts import guard
from storefront.accounts.permissions import Permission
from storefront.admin.area import bp, me
from storefront.admin.stories.access import find, languages_read, may_edit, may_withdraw, sees_consents
from storefront.admin.stories.forms import ApprovalForm, ShowAgainForm
from storefront.admin.stories.live import addresses
from storefront.admin.stories.marking import marked
from storefront.admin.stories.wording import language_name
from storefront.audit import trail
from storefront.audit.models import Act
from storefront.core.clock import now
from storefront.core.money import Money
from storefront.db import db, transaction
from storefront.stories import checking, publishing, vocabulary
from storefront.stories.models import Channel, Consent, Story, StoryTask, TaskKind, Wording
from storefront.stories.states import STATE_WORDS, TAGS, state_of

Answer = str | tuple[str, int] | AnyResponse
ASK_AGAIN = timedelta(days=60)  # before the end: when the first reminder goes out

SAID = {
    "reviewed": "The review is kept. It holds for twelve months.",
    "recorded": "Her answers are recorded. Please print the receipt, and make her a card if she has none.",
    "approved": "You have approved these very words.",
    "published": "The words are public.",
    "withdrawn": "The story is withdrawn.",
    "closed": "That place is closed. The others stay as they were.",
    "hidden": "The story is hidden until somebody vouches that no proceedings are under way.",
    "shown": "The story may be shown again.",
    "asked": "A guardian finds your request on the desk today.",
}


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the line from her yes to the end. `mark` is done, today or ahead."""

    name: str
    on: date
    mark: str


@bp.get("/stories/<reference>")
@guard.requires(Permission.STORIES)
def story(reference: str) -> Answer:
    return story_page(reference, said=SAID.get(request.args.get("done", "")))


def story_page(
    reference: str,
    *,
    language: str = "",
    said: str | None = None,
    missing: list[str] | None = None,
    approval: ApprovalForm | None = None,
    again: ShowAgainForm | None = None,
) -> Answer:
    """The page, also when a form on it was refused: `missing` are the sentences of a rule, the forms their own."""
    at = now()
    found = _opened(reference, at)
    language = language or request.args.get("language", "")
    readable = languages_read(found)
    if language and readable and language not in readable:
        abort(404)
    language = language if language in readable else (readable or [found.language])[0]
    wording = found.current(language) if readable else None
    guards = sees_consents()
    consent = _shown_consent(found, language) if guards else None
    needs = publishing.needs(wording, on=at.date(), with_dates=guards) if wording else []
    is_refused = bool(missing or (approval and approval.errors) or (again and again.errors))
    page = render_template(
        "admin/story.html",
        story=found,
        state=state_of(found, at=at),
        state_words=STATE_WORDS,
        tags=TAGS,
        language_name=language_name,
        wording=wording,
        text=marked(wording.text, wording.before_words, wording.now_words) if wording else None,
        languages=[(code, vocabulary.LANGUAGES[code], code == language) for code in readable],
        language=language,
        guards=guards,
        may_withdraw=may_withdraw(),
        may_edit=may_edit(found),
        remarks=checking.of_wording(wording) if wording else [],
        needs=needs,
        is_ready=all(need.is_met for need in needs),
        consent=consent,
        is_covered=wording is not None and consent is not None and publishing.consent_for(wording) is consent,
        earlier_consents=[each for each in found.consents if guards and each is not consent],
        paid=Money(consent.paid_minor, consent.paid_currency or "")
        if consent and consent.paid_minor is not None
        else None,
        points=_points(consent, at.date()) if consent else [],
        open_places=_open_places(found),
        is_hidden=any(not each.no_proceedings for each in _in_force(found)),
        has_consent=bool(_in_force(found)),
        is_asked=_is_asked(found),
        may_not_approve=_may_not_approve(wording) if wording and guards else None,
        is_fresh=_is_fresh(),
        live=addresses(found, at=at) if guards else [],
        earlier=[each for each in found.wordings if guards and not each.is_current],
        approval=approval or ApprovalForm(),
        again=again or ShowAgainForm(),
        missing=missing or [],
        said=None if is_refused else said,
        vocabulary=vocabulary,
    )
    return page, 422 if is_refused else 200


def _opened(reference: str, at: datetime) -> Story:
    """A guardian's look at who agreed to what leaves a line in the trail, in the transaction that reads it."""
    if not sees_consents():
        return find(reference)
    by = me().reference
    with transaction():
        found = find(reference)
        if found.consents:
            trail.record(
                Act.CONSENT_READ, who=by, subject=f"story:{found.reference}", at=at,
                details={"consent": found.consents[0].reference, "as": "desk"},
            )  # fmt: skip
    return found


def _in_force(found: Story) -> list[Consent]:
    return [each for each in found.consents if each.withdrawn_at is None and each.replaced_at is None]


def _shown_consent(found: Story, language: str) -> Consent | None:
    """Her latest answer in this language, whatever became of it; of an erased story, her latest answer."""
    return next((each for each in found.consents if each.language == language or found.erased_at is not None), None)


def _open_places(found: Story) -> list[Channel]:
    """Where any consent in force lets it appear."""
    return [channel for channel in Channel if any(channel in each.channels for each in _in_force(found))]


def _points(consent: Consent, today: date) -> list[Point]:
    days = [
        ("Yes given", consent.granted_on),
        ("May print", consent.publish_not_before),
        ("Ask again", consent.expires_on - ASK_AGAIN),
        ("Ends", consent.expires_on),
    ]
    points = [Point(name, on, "done" if on <= today else "ahead") for name, on in days]
    return sorted([*points, Point("Today", today, "today")], key=lambda point: (point.on, point.mark == "today"))


def _is_asked(found: Story) -> bool:
    waiting = exists().where(
        StoryTask.story_reference == found.reference,
        StoryTask.kind == TaskKind.WITHDRAWAL_ASKED,
        StoryTask.closed_at.is_(None),
    )
    return bool(db.session.scalar(select(waiting)))


def _may_not_approve(wording: Wording) -> str | None:
    """Why the person at hand may not, said before she has gone through the list."""
    if me().id in publishing.authors(wording):
        return "You wrote these words. Another guardian approves them."
    if any(approval.by_id == me().id for approval in wording.approvals):
        return "You have approved these words."
    return None


def _is_fresh() -> bool:
    device = guard.current_session()
    return device is not None and guard.is_fresh(device)
