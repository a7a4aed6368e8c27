"""What the worker does for stories. None of it decides what may be shown: with the worker stopped, all rules hold."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from structlog import get_logger

from storefront.accounts.models import User
from storefront.accounts.permissions import Role
from storefront.core.clock import now
from storefront.core.errors import ShopError
from storefront.db import db, insert_or, leave_no_trace, reading, transaction
from storefront.jobs.promises import every, handles
from storefront.mail.promising import queue_email
from storefront.media.models import Picture
from storefront.stories import withdrawing
from storefront.stories.emails import ends_soon
from storefront.stories.models import ClockMark, Consent, Story, StoryTask, WithdrawalCode, Wording

REMIND = (60, 30, 7)  # days before the end
log = get_logger()


class StillBusy(ShopError):
    """Raised when somebody is reading an older moment of the database, so that its files cannot be cleaned yet."""


@handles("stories.leave_no_trace")
def clean_files(payload: dict[str, Any], outside: Any) -> None:
    """Take what was erased out of the database's files; tried again until nothing stands in the way."""
    if not leave_no_trace(Wording, Story, StoryTask, WithdrawalCode, Picture):
        raise StillBusy("The write-ahead log is being read.")


@every("stories.clock", seconds=30, lease_seconds=60)
def mark_the_time(outside: Any) -> None:
    """Remember the latest moment seen, so that a clock that is set back shows no story that had ended."""
    moment = now()
    with transaction():
        db.session.execute(insert_or(ClockMark).values(id=1, latest=moment).on_conflict_do_nothing())
        db.session.execute(update(ClockMark).where(ClockMark.latest < moment).values(latest=moment))


@every("stories.ledger", seconds=60, lease_seconds=120)
def agree_with_the_ledger(outside: Any) -> None:
    """Bring this machine's ledger and the database to say the same: a withdrawal that either knows holds in both."""
    moment = now()
    with transaction():
        replayed = withdrawing.replay(at=moment)
    with reading():
        withdrawing.write_missing_lines()
    if replayed:
        log.warning("withdrawals_replayed", count=replayed)


@every("stories.care", seconds=3600, lease_seconds=600)
def care(outside: Any) -> None:
    """Erase what ended 90 days ago, and remind guardians of what ends soon. Nothing renews itself."""
    moment = now()
    with transaction():
        withdrawing.erase_ended(at=moment)
    with transaction():
        remind(at=moment)


def remind(*, at: datetime) -> int:
    """Tell every guardian once at 60, 30 and 7 days before a consent ends. Returns how many e-mails were promised."""
    today, sent = at.date(), 0
    guardians = db.session.scalars(select(User).where(User.active).order_by(User.id)).all()
    addresses = [user.email for user in guardians if Role.GUARDIAN in user.roles]
    ending = db.session.execute(
        select(Consent.reference, Consent.expires_on, Story.reference)
        .join(Story, Story.id == Consent.story_id)
        .where(
            Story.erased_at.is_(None),
            Consent.withdrawn_at.is_(None),
            Consent.replaced_at.is_(None),
            Consent.expires_on >= today,
        )
    ).all()
    for consent, expires_on, story in ending:
        left = (expires_on - today).days
        reached = min((days for days in REMIND if left <= days), default=None)
        if reached is None:
            continue
        for address in addresses:
            queue_email(
                ends_soon(story, expires_on, left, to=address), key=f"consent_ends:{consent}:{reached}:{address}"
            )
            sent += 1
    return sent
