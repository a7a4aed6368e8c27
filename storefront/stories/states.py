"""Where a story stands on its way, worked out from its records each time and stored nowhere."""

from __future__ import annotations

import enum
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import union
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from storefront.db import db
from storefront.stories import queries
from storefront.stories.models import Channel, Story, StoryKind, Wording
from storefront.stories.publishing import approvals_wanted, approvers, consent_for, is_reviewed


class State(enum.StrEnum):
    DRAFT = "draft"  # the risk has not been looked at, and nobody has agreed to it yet
    CONSENT = "consent"  # waits for her yes
    REFLECTION = "reflection"  # seven days to think again
    APPROVAL = "approval"
    READY = "ready"
    PUBLIC = "public"  # shown in one place at least
    CHANGED = "changed"  # since it was agreed to
    UNREVIEWED = "unreviewed"  # agreed to, but the risk review is missing, too old, or says no
    NOWHERE = "nowhere"  # published, and something beyond its record stands in the way, such as the clock
    HIDDEN = "hidden"  # proceedings are under way
    ENDED = "ended"  # its last day is over, or she has closed every place
    WITHDRAWN = "withdrawn"


STATE_WORDS: dict[State, str] = {
    State.DRAFT: "Draft",
    State.CONSENT: "Waits for her yes",
    State.REFLECTION: "Seven days to think again",
    State.APPROVAL: "Waits for approval",
    State.READY: "Ready to be published",
    State.PUBLIC: "Public now",
    State.CHANGED: "Changed since it was agreed",
    State.UNREVIEWED: "Needs a risk review",
    State.NOWHERE: "Shown nowhere at this moment",
    State.HIDDEN: "Hidden for proceedings",
    State.ENDED: "Ended",
    State.WITHDRAWN: "Withdrawn",
}
# The colour of a state: done, waiting for somebody here, or stopped. The others wait for nobody here.
TAGS: dict[State, str] = {
    State.PUBLIC: "ok",
    State.APPROVAL: "warn",
    State.READY: "warn",
    State.CHANGED: "warn",
    State.UNREVIEWED: "warn",
    State.HIDDEN: "bad",
}

LOADED: tuple[ORMOption, ...] = (
    joinedload(Story.partner),
    joinedload(Story.drawing),
    selectinload(Story.wordings).selectinload(Wording.approvals),
    selectinload(Story.consents),
    selectinload(Story.reviews),
)


def shown(*, at: datetime) -> set[int]:
    """Wordings that are shown in any channel at this moment, asked of the queries that show them. One statement."""
    asked = [
        queries.visible(channel, at=at, language=Wording.language).with_only_columns(Wording.id).order_by(None)
        for channel in Channel
        if channel is not Channel.SEARCH_INDEXING  # to be found is no place of its own
    ]
    return set(db.session.scalars(union(*asked)))


def state_of(story: Story, *, at: datetime, shown_now: Collection[int] | None = None) -> State:
    """The state of a story in the language it was told in. It must have been read with `LOADED`.

    `shown_now` is what `shown` answers, for whoever asks about many.
    """
    if story.withdrawn_at is not None:
        return State.WITHDRAWN
    wording = story.current(story.language)
    if story.erased_at is not None or wording is None:
        return State.ENDED
    if wording.id in (shown(at=at) if shown_now is None else shown_now) and wording.is_unaltered:
        return State.PUBLIC
    if story.kind is not StoryKind.ENTERPRISE and (missing := _lacks(story, wording, at)):
        return missing
    if wording.published_at is not None:
        return State.NOWHERE if wording.is_unaltered else State.CHANGED
    return State.READY if len(approvers(wording)) >= approvals_wanted(wording) else State.APPROVAL


def _lacks(story: Story, wording: Wording, at: datetime) -> State | None:
    """What her consent or the risk review does not allow at this moment."""
    today, consent = at.date(), consent_for(wording)
    if consent is None or not wording.is_unaltered:
        given = [one for one in story.consents if one.language == wording.language and one.withdrawn_at is None]
        return State.CHANGED if given else State.CONSENT if is_reviewed(story, today) else State.DRAFT
    if consent.expires_on < today or not consent.channels:
        return State.ENDED
    if not consent.no_proceedings:
        return State.HIDDEN
    if not is_reviewed(story, today):
        return State.UNREVIEWED
    return State.REFLECTION if consent.publish_not_before > today else None
