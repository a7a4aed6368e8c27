"""May we show this? Asked of the database every time, never remembered in a flag."""

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import aliased

from storefront.audit.models import AuditLine
from storefront.stories.models import (
    Channel,
    ClockMark,
    Consent,
    ReviewResult,
    RiskReview,
    Story,
    StoryKind,
    Wording,
)

MOST_MONTHS = 36
REFLECTION = timedelta(days=7)  # between her yes and the first showing
REVIEW_HOLDS = timedelta(days=365)
CLOCKS_DIFFER = timedelta(minutes=10)  # by how much two machines of one shop may


def allows(channel: Channel, *, at: datetime) -> ColumnElement[bool]:
    """True for a `Wording`, joined to its `Story`, that may be shown in `channel` at this moment.

    Enterprise stories name no individual and need no consent. Every other needs one for this channel that covers these
    very words and this drawing, was asked as it must be, is attested in every point, has begun and not ended, and was
    neither withdrawn nor replaced; a risk review of the last twelve months; and a clock that does not run behind.
    """
    today = at.date()
    consented = exists().where(
        Consent.story_id == Wording.story_id,
        Consent.language == Wording.language,
        Consent.words_hash == Wording.words_hash,
        Consent.drawing_hash.is_not_distinct_from(Wording.drawing_hash),
        getattr(Consent, channel.value),
        Consent.granted_on <= today,
        Consent.publish_not_before <= today,
        Consent.expires_on >= today,
        Consent.employer_absent,
        Consent.read_back,
        Consent.told_pay_independent,
        Consent.adult,
        Consent.twelve_months_out,
        Consent.no_proceedings,
        Consent.name_not_hers,
        ~Consent.payment_conditional,
        Consent.replaced_at.is_(None),
        Consent.withdrawn_at.is_(None),
    )
    return and_(
        Story.withdrawn_at.is_(None),
        Story.erased_at.is_(None),
        or_(
            Story.kind == StoryKind.ENTERPRISE,
            and_(consented, is_reviewed(on=today), clock_is_sure(at=at)),
        ),
    )


def is_reviewed(*, on: date) -> ColumnElement[bool]:
    """True for a story whose latest look at the risk is not older than twelve months and did not end in a no."""
    later = aliased(RiskReview)
    return exists().where(
        RiskReview.story_id == Story.id,
        RiskReview.result != ReviewResult.NOT_TO_BE_SHOWN,
        RiskReview.reviewed_on.between(on - REVIEW_HOLDS, on),
        ~exists().where(later.story_id == RiskReview.story_id, later.id > RiskReview.id),
    )


def clock_is_sure(*, at: datetime) -> ColumnElement[bool]:
    """False when this shop has seen a later moment: a clock that was set back would bring back what had ended."""
    late = at + CLOCKS_DIFFER
    return ~exists().where(ClockMark.latest > late) & ~exists().where(AuditLine.at > late)


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
        exists().where(
            Consent.story_id == Story.id,
            Consent.web_story,
            Consent.replaced_at.is_(None),
            or_(Consent.withdrawn_at.is_not(None), Consent.expires_on < at.date()),
        ),
    )
