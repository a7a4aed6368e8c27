"""From a draft to a page: what is still missing, who approves, and the moment it goes public."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from storefront.accounts.models import User
from storefront.audit import trail
from storefront.audit.models import Act
from storefront.core.errors import ShopError
from storefront.db import db
from storefront.settings import settings
from storefront.stories import checking
from storefront.stories.consent import REVIEW_HOLDS
from storefront.stories.locking import lock
from storefront.stories.models import Approval, Consent, ReviewResult, Story, StoryKind, Wording
from storefront.stories.vocabulary import CHECKLIST


class MayNotApprove(ShopError):
    """Raised when whoever approves wrote it, has approved it before, or has not ticked every point."""


class NotReady(ShopError):
    """Raised when something is missing; `missing` says what, one sentence each."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(missing[0])
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that stands between a draft and its page, and whether it is there."""

    what: str
    is_met: bool


def approve(
    reference: str, language: str, *, words_hash: str, ticked: Collection[str], by: User, at: datetime
) -> Approval:
    """A guardian who did not write these words has gone through the whole list. Raises `MayNotApprove`, `NotReady`."""
    story = lock(reference)
    wording = _current(story, language, words_hash)
    if by.id in authors(wording):
        raise MayNotApprove("Whoever wrote a text does not approve it. Please ask another guardian.")
    if any(approval.by_id == by.id for approval in wording.approvals):
        raise MayNotApprove("You have approved these words already. A second approval is another person's.")
    if missing := [point for name, point in CHECKLIST.items() if name not in ticked]:
        raise MayNotApprove(f"Please look for every point of the list, and tick it. Still open: {missing[0]}.")
    if blocks := checking.blocks(wording):
        raise NotReady([f'"{block.words}": {block.reason}' for block in blocks])
    approval = Approval(by_id=by.id, at=at)
    wording.approvals.append(approval)
    db.session.flush()
    trail.record(
        Act.STORY_APPROVED, who=by.reference, subject=f"story:{reference}", at=at,
        details={"language": language, "version": wording.number},
    )  # fmt: skip
    return approval


def publish(reference: str, language: str, *, words_hash: str, by: str, at: datetime) -> Wording:
    """Put these words on the web, and wherever else she agreed. Raises `NotReady` with all that is missing."""
    story = lock(reference)
    wording = _current(story, language, words_hash)
    if wording.published_at is not None:
        return wording
    if missing := [need.what for need in needs(wording, on=at.date()) if not need.is_met]:
        raise NotReady(missing)
    wording.published_at = at
    trail.record(
        Act.STORY_PUBLISHED, who=by, subject=f"story:{reference}", at=at,
        details={"language": language, "version": wording.number},
    )  # fmt: skip
    return wording


def needs(wording: Wording, *, on: date, with_dates: bool = True) -> list[Need]:
    """Everything that must be there before these words are shown, in the order in which it is done.

    `with_dates=False` is for whoever may know what is missing and not when she said yes.
    """
    story = wording.story
    open_blocks = checking.blocks(wording)
    wanted = approvals_wanted(wording)
    found = [Need("No wording that the house rules block", not open_blocks)]
    if story.kind is not StoryKind.ENTERPRISE:
        consent = consent_for(wording)
        found += [
            Need("A risk review of the last twelve months that allows it", is_reviewed(story, on)),
            Need("Her yes to these very words and this drawing", consent is not None),
            Need(
                _reflection(consent if with_dates else None),
                consent is not None and consent.publish_not_before <= on,
            ),
            Need("Nothing that was attested has been taken back", consent is None or _holds(consent, on)),
        ]
        if story.kind is StoryKind.TESTIMONY:
            found.append(
                Need(
                    "A data protection impact assessment, named in the setting IMPACT_ASSESSMENT_URL",
                    bool(settings.impact_assessment_url),
                )
            )
    people = "one guardian" if wanted == 1 else f"{wanted} people, because of what identifies together,"
    found.append(Need(f"Approval by {people} who did not write it", len(approvers(wording)) >= wanted))
    return found


def approvers(wording: Wording) -> set[int]:
    """Who has approved these very words and wrote no version of them."""
    return {approval.by_id for approval in wording.approvals} - authors(wording)


def authors(wording: Wording) -> set[int | None]:
    """Whoever wrote any version of these words in this language: a full stop of somebody else's makes nobody new."""
    return {each.written_by_id for each in wording.story.wordings if each.language == wording.language}


def approvals_wanted(wording: Wording) -> int:
    """One; two where the text holds several things that together could tell who she is."""
    return 2 if checking.needs_second_look(wording) else 1


def consent_for(wording: Wording) -> Consent | None:
    """The consent that covers these very words and this drawing, if there is one and it was not taken back."""
    return next(
        (
            consent
            for consent in wording.story.consents
            if consent.language == wording.language
            and consent.words_hash == wording.words_hash
            and consent.drawing_hash == wording.drawing_hash
            and consent.withdrawn_at is None
            and consent.replaced_at is None
        ),
        None,
    )


def is_reviewed(story: Story, on: date) -> bool:
    latest = max(story.reviews, key=lambda review: review.id, default=None)
    return (
        latest is not None
        and latest.result is not ReviewResult.NOT_TO_BE_SHOWN
        and on - REVIEW_HOLDS <= latest.reviewed_on <= on
    )


def _holds(consent: Consent, on: date) -> bool:
    return consent.no_proceedings and consent.expires_on >= on


def _reflection(consent: Consent | None) -> str:
    if consent is None:
        return "Seven days to think again"
    return f"Seven days to think again, until {consent.publish_not_before:%-d %B %Y}"


def _current(story: Story, language: str, words_hash: str) -> Wording:
    wording = story.current(language)
    if wording is None or wording.words_hash != words_hash or not wording.is_unaltered:
        raise NotReady(["These words have changed since you opened the page. Please look at them once more."])
    return wording
