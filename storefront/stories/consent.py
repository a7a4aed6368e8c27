"""May we show this? Asked of the database every time, never remembered in a flag."""

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_

from storefront.stories.models import Channel, Consent, Story, StoryKind

MOST_MONTHS = 36
REVIEW_HOLDS = timedelta(days=365)


def allows(channel: Channel, *, at: datetime) -> ColumnElement[bool]:
    """True for a story that may be shown in `channel` at this moment.

    Enterprise stories name no individual and need none. Every other needs a consent for this channel that covers these
    very words and this drawing, has begun, has not ended, stands on a risk review of the last twelve months, and was
    not withdrawn.
    """
    today = at.date()
    return or_(
        Story.kind == StoryKind.ENTERPRISE,
        Story.consents.any(
            and_(
                Consent.channel == channel,
                Consent.words_hash == Story.words_hash,
                Consent.drawing_hash.is_not_distinct_from(Story.drawing_hash),
                Consent.publish_not_before <= today,
                Consent.granted_on <= today,
                Consent.expires_on >= today,
                Consent.risk_reviewed_on.between(today - REVIEW_HOLDS, today),
                Consent.withdrawn_at.is_(None),
            )
        ),
    )


def latest_end(granted_on: date) -> date:
    """The last day that a consent of this day may name: 36 months later."""
    years, month = divmod(granted_on.month - 1 + MOST_MONTHS, 12)
    day = granted_on
    while True:
        try:
            return date(granted_on.year + years, month + 1, day.day)
        except ValueError:  # 29 February, three years on
            day -= timedelta(days=1)


def ended(*, at: datetime) -> ColumnElement[bool]:
    """True for a story that was allowed on the web once and whose consent was withdrawn or has run out."""
    return and_(
        Story.kind != StoryKind.ENTERPRISE,
        Story.consents.any(
            and_(
                Consent.channel == Channel.WEB_STORY,
                or_(Consent.withdrawn_at.is_not(None), Consent.expires_on < at.date()),
            )
        ),
    )
