"""Taken back: at once, for good, by one person, without a reason; and what is over is erased by the clock."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import func, select, text, update

from storefront.accounts.permissions import Role
from storefront.audit.models import Act, AuditLine
from storefront.core import clock
from storefront.db import db, transaction
from storefront.jobs.models import Job
from storefront.jobs.working import work_all
from storefront.media.models import Picture
from storefront.stories import cards, consenting, gone, jobs, ledger, sealing, withdrawing
from storefront.stories.locking import NoSuchStory
from storefront.stories.models import (
    Approval,
    Channel,
    Consent,
    GoneAddress,
    RiskReview,
    Story,
    StoryTask,
    TaskKind,
    WithdrawalCode,
    Wording,
)
from tests.accounts.people import a_user
from tests.jobs.racing import at_once
from tests.stories.telling import (
    BY,
    PRODUCT,
    SLUG,
    TEXT,
    TITLE,
    WORKSHOP,
    approve,
    audited,
    begin,
    story_by,
    take_back,
    tell,
    words_of,
)

PAGE, DRAWING = f"/stories/{SLUG}", f"/stories/{SLUG}/drawing"


def withdraw(reference: str, *, by: str = BY) -> withdrawing.Withdrawn:
    with transaction():
        return withdrawing.withdraw(reference, by=by, at=clock.now())


def count(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def drawings(app) -> list[Path]:
    folder: Path = app.extensions["settings"].media_dir / "stories"
    return [path for path in folder.rglob("*") if path.is_file()]


def test_it_is_gone_at_once_and_for_good(told, client):
    assert withdraw(told) == withdrawing.Withdrawn(told, tasks=3, again=False)
    for address in (PAGE, DRAWING):
        answer = client.get(address)
        assert answer.status_code == 410
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex, noarchive"
        for word in (TITLE, "Jui", SLUG, "withdr"):
            assert word not in answer.text
    for address in ("/", "/stories", PRODUCT, f"/partners/{WORKSHOP}", "/sitemap.xml", "/sitemap-1.xml", "/robots.txt"):
        answer = client.get(address).text
        assert TITLE not in answer, address
        assert SLUG not in answer, address


def test_the_record_keeps_references_and_dates_and_nothing_of_her(app, told):
    author = a_user(Role.GUARDIAN, totp=False)
    approve(told, author)
    withdraw(told)
    story = story_by(told)
    assert (story.slug, story.display_name, story.drawing_id, story.region) == (None, None, None, None)
    assert (story.pathway, story.stage) == (None, None)
    assert story.outcomes == story.content_notes == story.helped_by == story.sources == []
    assert story.withdrawn_at == story.erased_at == clock.now()
    assert count(Wording) == count(Approval) == count(RiskReview) == count(Picture) == 0
    [consent] = story.consents
    assert consent.withdrawn_at == clock.now()
    assert consent.channels == [Channel.WEB_STORY, Channel.PRODUCT_PAGE, Channel.HANG_TAG_QR]
    assert (consent.granted_on, consent.expires_on) == (date(2026, 11, 1), date(2027, 11, 1))
    assert drawings(app) == []
    [row] = db.session.scalars(select(GoneAddress))
    assert SLUG not in row.slug_hash


def test_no_reason_has_a_place(told):
    """Nowhere can one be given: no argument, no column, and the line that stays has none."""
    import inspect

    assert set(inspect.signature(withdrawing.withdraw).parameters) == {"reference", "by", "at"}
    withdraw(told)
    [line] = audited(Act.STORY_WITHDRAWN)
    assert (line.who, line.subject, line.why, line.details) == (BY, f"story:{told}", "", {"by": BY})


def test_the_ledger_has_its_line(told):
    withdraw(told)
    assert ledger.lines() == [ledger.Line(told, "all", clock.now().isoformat(), gone.hash_of(SLUG))]
    assert SLUG.encode() not in ledger.path().read_bytes()


def test_letters_wait_with_the_address_sealed(told):
    withdraw(told)
    tasks = db.session.scalars(select(StoryTask).order_by(StoryTask.id)).all()
    assert [task.recipient for task in tasks] == ["Google", "Bing", "Internet Archive"]
    for task in tasks:
        assert task.due_on == clock.today()
        assert SLUG not in task.sealed_address
        assert sealing.unseal(task.sealed_address) == f"http://localhost{PAGE}"
    with transaction():
        withdrawing.close_task(tasks[0].reference, at=clock.now())
    db.session.expire_all()
    assert db.session.get(StoryTask, tasks[0].id).sealed_address is None
    assert db.session.get(StoryTask, tasks[1].id).sealed_address is not None


def test_what_was_never_public_needs_no_letters_and_is_unknown(app, client):
    reference = begin()
    assert withdraw(reference).tasks == 0
    assert client.get(PAGE).status_code == 404
    assert count(GoneAddress) == count(StoryTask) == 0
    assert len(ledger.lines()) == 1


def test_twice_is_once(told):
    withdraw(told)
    assert withdraw(told) == withdrawing.Withdrawn(told, tasks=0, again=True)
    assert len(ledger.lines()) == len(audited(Act.STORY_WITHDRAWN)) == 1
    assert count(StoryTask) == 3
    with pytest.raises(NoSuchStory):
        withdraw("NOSUCHSTORY")


@pytest.mark.parametrize("state", ["hidden", "run out", "a channel closed", "taken back by mark"])
def test_no_state_stands_in_the_way(told, client, state):
    with transaction() as session:
        if state == "hidden":
            consenting.hide(told, by=BY, at=clock.now())
        elif state == "run out":
            session.execute(update(Consent).values(granted_on=date(2025, 1, 1), publish_not_before=date(2025, 1, 8),
                                                   expires_on=date(2026, 1, 1)))  # fmt: skip
        elif state == "a channel closed":
            consenting.close_channel(told, Channel.WEB_STORY, by=BY, at=clock.now())
    if state.startswith("taken"):
        take_back()
    assert not withdraw(told).again
    assert client.get(PAGE).status_code == 410
    assert count(Wording) == 0


def test_a_drawing_that_something_else_shows_stays(app, told):
    other = tell("ruma-the-colour-table", title="The colour table")
    with transaction() as session:
        session.execute(update(Story).where(Story.reference == other).values(drawing_id=story_by(told).drawing_id))
    withdraw(told)
    assert count(Picture) == 2
    withdraw(other)
    assert count(Picture) == 1  # its own former one, which nobody showed any more
    assert len(drawings(app)) == 1


def test_her_card_is_used_up(told):
    with transaction():
        code = cards.make(told, by=BY, at=clock.now())
    withdraw(told, by=withdrawing.STORYTELLER)
    assert db.session.scalars(select(WithdrawalCode.used_at)).all() == [clock.now()]
    with pytest.raises(cards.UnknownCode):
        cards.story_of(code)
    [line] = audited(Act.STORY_WITHDRAWN)
    assert (line.who, line.details) == ("system", {"by": "storyteller"})


@pytest.mark.real_clock
def test_two_at_once_are_one(app):
    reference = tell()
    answers = at_once(app, [lambda: withdraw(reference), lambda: withdraw(reference), lambda: withdraw(reference)])
    assert sorted(answer.again for answer in answers) == [False, True, True]
    assert len(ledger.lines()) == len(audited(Act.STORY_WITHDRAWN)) == 1
    assert count(StoryTask) == 3


@pytest.mark.real_clock
def test_without_the_lock_they_are_more(app, monkeypatch):
    """The twin: both read that it stands, and both withdraw it."""
    import threading

    reference, both = tell(), threading.Barrier(2, timeout=5)

    def unlocked(reference: str, *, with_erased: bool = False) -> Story:
        found = db.session.scalars(select(Story).where(Story.reference == reference)).one()
        both.wait()
        return found

    monkeypatch.setattr(withdrawing, "lock", unlocked)
    if db.engine.dialect.name == "sqlite":
        monkeypatch.setattr("storefront.db._kind_of_begin", lambda connection: "DEFERRED")
    answers = at_once(app, [lambda: withdraw(reference), lambda: withdraw(reference)])
    ones = [answer for answer in answers if isinstance(answer, withdrawing.Withdrawn)]
    assert [answer.again for answer in ones] != [False, True]
    assert len(ones) != 2 or len(ledger.lines()) == 2


class Killed(BaseException):
    pass


def killed_after(act) -> None:
    act()
    raise Killed


def test_killed_between_ledger_and_commit_it_is_finished_by_the_next_round(told, client):
    with pytest.raises(Killed), transaction():
        killed_after(lambda: withdrawing.withdraw(told, by=BY, at=clock.now()))
    assert story_by(told).withdrawn_at is None
    assert client.get(PAGE).status_code == 200  # nothing has happened yet, but the line is on the disk
    assert len(ledger.lines()) == 1
    jobs.agree_with_the_ledger(None)
    assert client.get(PAGE).status_code == 410
    assert count(Wording) == 0
    jobs.agree_with_the_ledger(None)
    assert [line.details["by"] for line in audited(Act.STORY_WITHDRAWN)] == ["ledger"]
    assert all(line.at == ledger.lines()[0].at for line in ledger.lines())


def test_a_restored_database_is_told_by_the_ledger(app, client):
    reference, other = tell(), tell("ruma-the-colour-table", title="The colour table")
    ledger.append(ledger.Line(reference, ledger.ALL, clock.now().isoformat(), gone.hash_of(SLUG)))
    ledger.append(ledger.Line(other, "product_page", clock.now().isoformat()))
    ledger.append(ledger.Line("OFANOTHERSHOP", ledger.ALL, clock.now().isoformat(), gone.hash_of("older-story")))
    with transaction():
        assert withdrawing.replay(at=clock.now()) == 2
    assert client.get(PAGE).status_code == 410
    assert client.get("/stories/older-story").status_code == 410
    assert client.get("/stories/ruma-the-colour-table").status_code == 200
    assert Channel.PRODUCT_PAGE not in story_by(other).consents[0].channels
    with transaction():
        assert withdrawing.replay(at=clock.now()) == 0


def test_another_machine_writes_down_what_the_database_knows(told):
    withdraw(told)
    ledger.path().unlink()
    assert withdrawing.write_missing_lines() == 1
    assert [(line.story, line.channel) for line in ledger.lines()] == [(told, "all")]
    assert withdrawing.write_missing_lines() == 0


def test_somebody_who_may_not_asks_a_guardian_once(told):
    for _ in range(2):
        with transaction():
            withdrawing.ask(told, at=clock.now())
    [task] = db.session.scalars(select(StoryTask)).all()
    assert (task.kind, task.sealed_address, task.closed_at) == (TaskKind.WITHDRAWAL_ASKED, None, None)
    withdraw(told)
    db.session.expire_all()
    assert db.session.get(StoryTask, task.id).closed_at == clock.now()


def after_the_end(days: int) -> datetime:
    return datetime.combine(date(2027, 11, 1), time(), UTC) + timedelta(days=days)


def test_it_ends_by_the_clock_alone(told, client):
    """No worker runs, no row is written: the day after her last day it is over."""
    with transaction() as session:
        session.execute(update(RiskReview).values(reviewed_on=date(2027, 10, 1)))
        before = session.scalar(select(Story.revision))
    with time_machine.travel(after_the_end(1) - timedelta(seconds=1), tick=False):
        assert client.get(PAGE).status_code == 200
    with time_machine.travel(after_the_end(1), tick=False):
        assert client.get(PAGE).status_code == client.get(DRAWING).status_code == 410
        assert TITLE not in client.get("/stories").text + client.get(PRODUCT).text
    assert story_by(told).revision == before


@pytest.mark.parametrize(("days", "erased"), [(90, 0), (91, 1)])
def test_ninety_days_later_it_is_erased(app, told, client, days, erased):
    """Its last day counts, so the ninetieth day after it is the last on which it is kept."""
    moment = after_the_end(days)
    with time_machine.travel(moment, tick=False), transaction():
        assert withdrawing.erase_ended(at=moment) == erased
    story = story_by(told)
    assert (story.erased_at is not None, story.withdrawn_at) == (bool(erased), None)
    assert count(Wording) == 1 - erased
    assert len(drawings(app)) == 1 - erased
    assert len(audited(Act.STORY_ERASED)) == erased
    with time_machine.travel(moment, tick=False):
        assert client.get(PAGE).status_code == 410


def test_a_later_yes_keeps_it(told):
    with transaction():
        story = story_by(told)
        later = Consent(**{
            column.key: getattr(story.consents[0], column.key)
            for column in Consent.__table__.columns if column.key not in ("id", "reference")
        })  # fmt: skip
        later.reference, later.granted_on = "LATER", date(2027, 10, 1)
        later.publish_not_before, later.expires_on = date(2027, 10, 8), date(2028, 10, 1)
        story.consents.append(later)
    with transaction():
        assert withdrawing.erase_ended(at=after_the_end(200)) == 0


def test_a_draft_that_was_never_agreed_to_is_not_erased_by_the_clock(app):
    begin()
    with transaction():
        assert withdrawing.erase_ended(at=after_the_end(900)) == 0


def table_bytes(name: str) -> bytes:
    """What PostgreSQL keeps of a table on its disk, with what long values are moved to."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        folder = Path(connection.scalar(text("SHOW data_directory")))
        paths = [connection.scalar(text(f"SELECT pg_relation_filepath('{name}')"))]
        toast = connection.scalar(text(f"SELECT reltoastrelid::regclass FROM pg_class WHERE relname = '{name}'"))
        if toast and toast != "-":
            paths.append(connection.scalar(text(f"SELECT pg_relation_filepath('{toast}')")))
    return b"".join((folder / path).read_bytes() for path in paths)


def database_bytes() -> bytes:
    if db.engine.dialect.name == "postgresql":
        return table_bytes("wordings") + table_bytes("stories") + table_bytes("story_tasks")
    main = Path(db.engine.url.database)
    return b"".join(path.read_bytes() for suffix in ("", "-wal") if (path := Path(f"{main}{suffix}")).is_file())


def test_the_databases_own_files_hold_no_byte_of_it(app):
    words = "A line that stands nowhere else: quince harbour lantern."
    reference = tell(text=words, slug="quince-harbour", title="Quince harbour", display_name="Quinceline")
    sought = (b"quince harbour", b"Quince harbour", b"quince-harbour", b"Quinceline")
    assert all(word in database_bytes() for word in sought)
    withdraw(reference)
    if db.engine.dialect.name == "postgresql":
        assert b"quince harbour" in database_bytes()  # erased for every query, and still on the disk
    work_all(app.extensions["outside"])
    assert db.session.scalars(select(Job.done_at).where(Job.kind == "stories.leave_no_trace")).one() is not None
    db.session.remove()
    left = database_bytes()
    assert [word for word in sought if word in left] == []


def test_nothing_that_stays_names_it(told):
    withdraw(told)
    kept = json.dumps(
        [str(row) for model in (Story, Consent, StoryTask, GoneAddress, AuditLine, Job)
         for row in db.session.execute(select(model.__table__))]
    )  # fmt: skip
    for word in (SLUG, TITLE, TEXT, "Jui"):
        assert word not in kept


def test_the_words_are_those_of_a_story_that_stands(told):
    """So that the tests above looked for the right thing."""
    assert words_of(told).text == TEXT
