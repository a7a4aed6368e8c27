"""Taking a story back, by whoever may: at once, for good, without a reason. And what the clock takes 90 days later.

Everything is one transaction: the page, its words, its name, its address and its drawing are gone when it ends. What
stays is the record: references, dates, channels.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Exists, and_, delete, exists, select, update
from sqlalchemy.orm import InstrumentedAttribute

from storefront.audit import trail
from storefront.audit.models import Act
from storefront.core.refs import new_reference
from storefront.db import db
from storefront.jobs.promises import promise
from storefront.settings import settings
from storefront.stories import gone, ledger, pictures, sealing
from storefront.stories.consenting import close_channel, hide, was_public
from storefront.stories.locking import NoSuchStory, lock
from storefront.stories.models import (
    Channel,
    Consent,
    RiskReview,
    Story,
    StoryKind,
    StoryTask,
    TaskKind,
    WithdrawalCode,
    Wording,
)

STORYTELLER = "storyteller"  # who withdrew, when it was herself
LEDGER = "ledger"  # who withdrew, when a restored database had forgotten it
KEPT_AFTER_THE_END = timedelta(days=90)
# Who may still hold a copy, and how they are asked: none of them promises to obey.
COPIES: tuple[tuple[TaskKind, str], ...] = (
    (TaskKind.SEARCH_ENGINE, "Google"),
    (TaskKind.SEARCH_ENGINE, "Bing"),
    (TaskKind.ARCHIVE, "Internet Archive"),
)


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What a withdrawal did. `again` says that it had been withdrawn before, and nothing more was done."""

    story: str
    tasks: int
    again: bool


def withdraw(reference: str, *, by: str, at: datetime) -> Withdrawn:
    """Take a story back. Nobody is asked why, and no state of it stands in the way. Twice is the same as once.

    Raises `NoSuchStory` for a reference that was never one.
    """
    story = lock(reference, with_erased=True)
    if story.withdrawn_at is not None:
        return Withdrawn(reference, 0, again=True)
    address = gone.hash_of(story.slug) if story.slug and was_public(story) else None
    tasks = _open_tasks(story, at)
    for consent in story.consents:
        consent.withdrawn_at = consent.withdrawn_at or at
    _erase(story, at)
    story.withdrawn_at = at
    db.session.flush()
    trail.record(Act.STORY_WITHDRAWN, who=_who(by), subject=f"story:{reference}", details={"by": by}, at=at)
    promise("stories.leave_no_trace", {"story": reference}, key=f"stories.leave_no_trace:{reference}")
    ledger.append(ledger.Line(reference, ledger.ALL, at.isoformat(), address))
    return Withdrawn(reference, tasks, again=False)


def erase_ended(*, at: datetime) -> int:
    """Erase words and drawings of stories whose last consent ended 90 days ago. Returns how many."""
    last = at.date() - KEPT_AFTER_THE_END
    found = db.session.scalars(
        select(Story.reference).where(
            Story.erased_at.is_(None),
            Story.kind != StoryKind.ENTERPRISE,
            Story.consents.any(),
            ~Story.consents.any(and_(Consent.expires_on >= last, Consent.replaced_at.is_(None))),
        )
    ).all()
    for reference in found:
        story = lock(reference)
        _open_tasks(story, at)
        _erase(story, at)
        db.session.flush()
        trail.record(Act.STORY_ERASED, who=trail.SYSTEM, subject=f"story:{reference}", at=at)
        promise("stories.leave_no_trace", {"story": reference}, key=f"stories.leave_no_trace:{reference}")
    return len(found)


def replay(*, at: datetime) -> int:
    """Withdraw and close again whatever the ledger names and the database still shows. Returns how many that were.

    Raises `ledger.Unreadable`: nobody knows then what may be shown.
    """
    lines, done = ledger.lines(), 0
    alive = set(
        db.session.scalars(
            select(Story.reference).where(
                Story.reference.in_({line.story for line in lines}), Story.withdrawn_at.is_(None)
            )
        )
    )
    hidden = dict[str, bool]()
    for line in lines:
        if line.address:
            gone.remember(line.address, at=line.moment)
        if line.story not in alive:
            continue
        if line.channel == ledger.ALL:
            done += not withdraw(line.story, by=LEDGER, at=at).again
            alive.discard(line.story)
        elif line.channel in (ledger.HIDDEN, ledger.SHOWN_AGAIN):
            hidden[line.story] = line.channel == ledger.HIDDEN
        elif _is_open(line):
            done += _close(line, at)
    for reference in sorted(alive):
        if hidden.get(reference) and _has_no_proceedings(reference):
            hide(reference, by=trail.SYSTEM, at=at)
            done += 1
    return done


def _close(line: ledger.Line, at: datetime) -> bool:
    try:
        return close_channel(
            line.story, Channel(line.channel), by=trail.SYSTEM, at=at, given_until=line.moment, language=line.language
        )
    except NoSuchStory:  # erased since, because it had ended
        return False


def _is_open(line: ledger.Line) -> bool:
    """Looked at before the story is locked, since the ledger is read every minute."""
    return bool(db.session.scalar(select(_counting(line.story, getattr(Consent, line.channel)))))


def _has_no_proceedings(reference: str) -> bool:
    return bool(db.session.scalar(select(_counting(reference, Consent.no_proceedings))))


def _counting(reference: str, also: ColumnElement[bool] | InstrumentedAttribute[bool]) -> Exists:
    """True when a story that is not erased has a consent that counts, of which this is true."""
    return exists().where(
        Story.reference == reference,
        Story.erased_at.is_(None),
        Consent.story_id == Story.id,
        Consent.withdrawn_at.is_(None),
        Consent.replaced_at.is_(None),
        also,
    )


def write_missing_lines() -> int:
    """Give this machine's ledger the withdrawals that the shared database knows and it does not. Returns how many."""
    known = {(line.story, line.channel) for line in ledger.lines()}
    wanted = [
        ledger.Line(story.reference, ledger.ALL, story.withdrawn_at.isoformat())
        for story in db.session.scalars(select(Story).where(Story.withdrawn_at.is_not(None)))
        if story.withdrawn_at is not None
    ]
    for reference, language, closed in db.session.execute(
        select(Story.reference, Consent.language, Consent.closed_channels)
        .join(Story, Story.id == Consent.story_id)
        .where(Story.withdrawn_at.is_(None), Consent.replaced_at.is_(None))
    ):
        for channel, day in closed.items():
            wanted.append(ledger.Line(reference, channel, f"{day}T00:00:00+00:00", language=language))
    missing = [line for line in wanted if (line.story, line.channel) not in known]
    for line in missing:
        ledger.append(line)
    return len(missing)


def ask(reference: str, *, at: datetime) -> None:
    """Somebody who may not withdraw asks a guardian to look at a story. Once for each story, until it is closed."""
    story = lock(reference)
    waiting = exists().where(
        StoryTask.story_reference == reference,
        StoryTask.kind == TaskKind.WITHDRAWAL_ASKED,
        StoryTask.closed_at.is_(None),
    )
    if not db.session.scalar(select(waiting)):
        db.session.add(_task(TaskKind.WITHDRAWAL_ASKED, story, "a guardian", None, at))


def close_task(reference: str, *, at: datetime) -> None:
    """The letter has gone out, or the matter is settled: the address is forgotten with it."""
    db.session.execute(
        update(StoryTask)
        .where(StoryTask.reference == reference, StoryTask.closed_at.is_(None))
        .values(closed_at=at, sealed_address=None)
    )


def _open_tasks(story: Story, at: datetime) -> int:
    """Letters to whoever may have kept a copy of a page that was public, due the same day."""
    db.session.execute(
        update(StoryTask)
        .where(StoryTask.story_reference == story.reference, StoryTask.kind == TaskKind.WITHDRAWAL_ASKED)
        .values(closed_at=at)
    )
    if story.slug is None or not was_public(story):
        return 0
    address = f"{settings.shop_url}/stories/{story.slug}"
    db.session.add_all([_task(kind, story, recipient, address, at) for kind, recipient in COPIES])
    return len(COPIES)


def _task(kind: TaskKind, story: Story, recipient: str, address: str | None, at: datetime) -> StoryTask:
    return StoryTask(
        reference=new_reference(),
        kind=kind,
        story_reference=story.reference,
        recipient=recipient,
        sealed_address=sealing.seal(address) if address else None,
        opened_at=at,
        due_on=at.date(),
    )


def _erase(story: Story, at: datetime) -> None:
    """Words, name, address and drawing go; references and dates stay."""
    if story.slug is not None and was_public(story):
        gone.remember(gone.hash_of(story.slug), at=at)
    db.session.execute(update(WithdrawalCode).where(WithdrawalCode.story_id == story.id).values(used_at=at))
    db.session.execute(delete(Wording).where(Wording.story_id == story.id))
    db.session.execute(delete(RiskReview).where(RiskReview.story_id == story.id))
    picture = story.drawing
    db.session.execute(
        update(Story)
        .where(Story.id == story.id)
        .values(
            slug=None, display_name=None, drawing_id=None, pathway=None, stage=None, outcomes=[], content_notes=[],
            helped_by=[], region=None, sources=[], erased_at=at,
        )
    )  # fmt: skip
    db.session.expire(story)
    if picture is not None:
        pictures.discard(picture)


def _who(by: str) -> str:
    return trail.SYSTEM if by in (STORYTELLER, LEDGER) else by
