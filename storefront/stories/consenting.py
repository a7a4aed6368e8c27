"""Recording what was agreed to, and what may come to harm: her yes, the risk review, one channel closed, hiding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, or_, select

from storefront.audit import trail
from storefront.audit.models import Act, AuditLine
from storefront.core.errors import ShopError
from storefront.core.refs import new_reference
from storefront.db import db
from storefront.stories import gone, ledger
from storefront.stories.consent import MOST_MONTHS, REFLECTION, latest_end
from storefront.stories.locking import lock
from storefront.stories.models import (
    Attester,
    Channel,
    Consent,
    ExplainedBy,
    ReviewResult,
    RiskReview,
    Story,
    StoryKind,
    Wording,
)
from storefront.stories.vocabulary import LANGUAGES, PEOPLE_AT_RISK


class NotAgreed(ShopError):
    """Raised when something is missing without which a yes is none; `field` names what."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Asked:
    """How she was asked, and what the workshop vouches for. Each must be true, whoever records it."""

    explained_by: ExplainedBy
    conversation_language: str
    employer_absent: bool
    read_back: bool
    told_pay_independent: bool
    attested_by: Attester
    adult: bool
    twelve_months_out: bool
    no_proceedings: bool
    name_not_hers: bool


MUST_BE_TRUE: dict[str, str] = {
    "employer_absent": "Her employer was not in the room: without that, a yes is not free.",
    "read_back": "The text was read back to her in her language.",
    "told_pay_independent": "She was told that neither work nor pay depends on it.",
    "adult": "Stories are told by adults only. Nobody can set this aside.",
    "twelve_months_out": "She has been out of the programme for at least twelve months.",
    "no_proceedings": "No criminal or civil proceedings are under way.",
    "name_not_hers": "The name on the page is not her own.",
}


def record(
    reference: str,
    language: str,
    *,
    words_hash: str,
    channels: Iterable[Channel],
    granted_on: date,
    expires_on: date,
    asked: Asked,
    paid: tuple[int, str] | None,
    by: str,
    at: datetime,
) -> Consent:
    """Her yes to these very words, for these channels, until this day. It replaces the yes before in this language.

    `words_hash` is of the words that were read back to her: if they have been edited since, nothing is recorded.
    `paid` is for her time, in minor units and a currency. Raises `NotAgreed`.
    """
    story = lock(reference)
    wording = story.current(language)
    if story.kind is StoryKind.ENTERPRISE:
        raise NotAgreed("The story of an enterprise tells of no person and needs no consent.")
    if wording is None or wording.words_hash != words_hash or not wording.is_unaltered:
        raise NotAgreed("These words have changed since they were read back to her. Please read her the new ones.")
    for name, sentence in MUST_BE_TRUE.items():
        if getattr(asked, name) is not True:
            raise NotAgreed(f"Nothing can be recorded without this: {sentence}", field=name)
    if asked.conversation_language not in LANGUAGES:
        raise NotAgreed("Please choose the language that was spoken.", field="conversation_language")
    _check_dates(granted_on, expires_on, wording.written_at.date(), at.date())
    channels, replaced = set(channels), _holding(story, language)
    for before in replaced:
        before.replaced_at = at
    given = Consent(
        reference=new_reference(),
        language=language,
        words_hash=wording.words_hash,
        drawing_hash=wording.drawing_hash,
        **dict.fromkeys((channel.value for channel in channels), True),
        granted_on=granted_on,
        publish_not_before=granted_on + REFLECTION,
        expires_on=expires_on,
        explained_by=asked.explained_by,
        conversation_language=asked.conversation_language,
        employer_absent=asked.employer_absent,
        read_back=asked.read_back,
        told_pay_independent=asked.told_pay_independent,
        attested_by=asked.attested_by,
        attested_on=at.date(),
        adult=asked.adult,
        twelve_months_out=asked.twelve_months_out,
        no_proceedings=asked.no_proceedings,
        name_not_hers=asked.name_not_hers,
        paid_minor=paid[0] if paid else None,
        paid_currency=paid[1] if paid else None,
    )
    story.consents.append(given)
    db.session.flush()
    trail.record(
        Act.CONSENT_RECORDED, who=by, subject=_subject(story), at=at,
        details={
            "consent": given.reference, "language": language, "channels": len(given.channels),
            "words": wording.words_hash, "drawing": wording.drawing_hash,
        },
    )  # fmt: skip
    _tell_the_ledger_what_it_narrows(story, given, replaced, at)
    return given


def _holding(story: Story, language: str | None = None) -> list[Consent]:
    """The consents that count, in one language or in all."""
    return [
        consent
        for consent in story.consents
        if consent.withdrawn_at is None and consent.replaced_at is None and language in (None, consent.language)
    ]


def _tell_the_ledger_what_it_narrows(story: Story, given: Consent, replaced: list[Consent], at: datetime) -> None:
    """A restored database still has the wider yes, and may have forgotten that proceedings are over."""
    before = {channel for consent in replaced for channel in consent.channels}
    for channel in sorted(before - set(given.channels)):
        given.closed_channels = {**given.closed_channels, channel.value: at.date().isoformat()}
        ledger.append(ledger.Line(story.reference, channel.value, at.isoformat(), language=given.language))
    if any(not consent.no_proceedings for consent in replaced):
        ledger.append(ledger.Line(story.reference, ledger.SHOWN_AGAIN, at.isoformat()))


def _check_dates(granted_on: date, expires_on: date, written_on: date, today: date) -> None:
    if granted_on > today:
        raise NotAgreed("The day of her yes lies in the future.", field="granted_on")
    if granted_on < written_on:
        raise NotAgreed("These words were written after that day. A yes to other words does not cover them.",
                        field="granted_on")  # fmt: skip
    if expires_on <= granted_on + REFLECTION:
        raise NotAgreed("The end comes before anything could be shown.", field="expires_on")
    if expires_on > latest_end(granted_on):
        raise NotAgreed(f"A yes holds for {MOST_MONTHS} months at most. This one is longer than {MOST_MONTHS} months.",
                        field="expires_on")  # fmt: skip


def review(
    reference: str,
    *,
    people_at_risk: list[str],
    result: ReviewResult,
    second_signature: Attester,
    reviewed_on: date,
    by: str,
    at: datetime,
) -> RiskReview:
    """Who could come to harm was looked at by a guardian and a second person; holds for twelve months."""
    story = lock(reference)
    if not people_at_risk or not set(people_at_risk) <= set(PEOPLE_AT_RISK):
        raise NotAgreed("Please tick whom you thought of.", field="people_at_risk")
    if reviewed_on > at.date():
        raise NotAgreed("The day of the review lies in the future.", field="reviewed_on")
    done = RiskReview(
        reviewed_on=reviewed_on,
        people_at_risk=people_at_risk,
        result=result,
        signed_by=by,
        second_signature=second_signature,
    )
    story.reviews.append(done)
    db.session.flush()
    trail.record(Act.RISK_REVIEWED, who=by, subject=_subject(story), at=at, details={"result": result.value})
    return done


def close_channel(
    reference: str,
    channel: Channel,
    *,
    by: str,
    at: datetime,
    given_until: datetime | None = None,
    language: str | None = None,
) -> bool:
    """She takes back one channel, in every language, and keeps the others. Returns whether it was open anywhere.

    `given_until` leaves alone what she agreed to afterwards: for the ledger, which tells of a day long past. With a
    `language` the others stay as they are.
    """
    story = lock(reference)
    if given_until and _is_closed(story, channel, given_until, language):
        return False
    open_here = [
        consent
        for consent in _holding(story, language)
        if channel in consent.channels and (given_until is None or consent.granted_on <= given_until.date())
    ]
    for consent in open_here:
        setattr(consent, channel.value, False)
        closed_on = (given_until or at).date().isoformat()
        consent.closed_channels = {**consent.closed_channels, channel.value: closed_on}
    if open_here:
        public = channel is Channel.WEB_STORY and story.slug is not None and was_public(story)
        address = gone.hash_of(story.slug) if public and story.slug else None
        if address:
            gone.remember(address, at=at)
        trail.record(Act.CHANNEL_CLOSED, who=by, subject=_subject(story), at=at, details={"channel": channel.value})
        db.session.flush()
        if given_until is None:
            ledger.append(ledger.Line(story.reference, channel.value, at.isoformat(), address))
    return bool(open_here)


def _is_closed(story: Story, channel: Channel, at: datetime, language: str | None) -> bool:
    """Whether this closing was done here already. A yes that she gave after it, even on the same day, stands."""
    day = at.date().isoformat()
    return any(
        consent.closed_channels.get(channel.value) == day and language in (None, consent.language)
        for consent in story.consents
    )


def open_channels(reference: str) -> list[Channel]:
    """Where a story may appear by what she agreed to, in any language, and can be closed one by one."""
    consents = db.session.scalars(
        select(Consent)
        .join(Story, Story.id == Consent.story_id)
        .where(Story.reference == reference, Consent.withdrawn_at.is_(None), Consent.replaced_at.is_(None))
    ).all()
    return [channel for channel in Channel if any(channel in consent.channels for consent in consents)]


def hide(reference: str, *, by: str, at: datetime) -> None:
    """Proceedings have begun: what was attested no longer holds, and the story is gone at once, in every language."""
    story = lock(reference)
    for consent in story.consents:
        consent.no_proceedings = False
    trail.record(Act.STORY_HIDDEN, who=by, subject=_subject(story), at=at)
    db.session.flush()
    ledger.append(ledger.Line(story.reference, ledger.HIDDEN, at.isoformat()))


def show_again(reference: str, *, attested_by: Attester, by: str, at: datetime) -> None:
    """The workshop vouches anew that no proceedings are under way."""
    story = lock(reference)
    for consent in _holding(story):
        consent.no_proceedings, consent.attested_by, consent.attested_on = True, attested_by, at.date()
    trail.record(Act.STORY_SHOWN_AGAIN, who=by, subject=_subject(story), at=at)
    db.session.flush()
    ledger.append(ledger.Line(story.reference, ledger.SHOWN_AGAIN, at.isoformat()))


def was_public(story: Story) -> bool:
    """Whether a page of it has been on the web, also if it was edited afterwards."""
    return bool(db.session.scalar(select(exists().where(Story.id == story.id, ever_public()))))


def ever_public() -> ColumnElement[bool]:
    """True for a story of which a wording is published or was: an edit takes the mark from the wording, the trail
    remembers."""
    return or_(
        Story.from_demonstration,  # loaded as published, which leaves no line
        Story.wordings.any(Wording.published_at.is_not(None)),
        exists().where(AuditLine.subject == "story:" + Story.reference, AuditLine.what == Act.STORY_PUBLISHED),
    )


def _subject(story: Story) -> str:
    return f"story:{story.reference}"
