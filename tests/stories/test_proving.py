"""`flask stories prove-withdrawn`: it finds whatever is planted, says where it searched, and repeats nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select, update

from storefront.core import clock
from storefront.db import db, reading, transaction
from storefront.jobs.models import Job
from storefront.jobs.working import work_all
from storefront.partners.models import Partner
from storefront.stories import ledger, proving, withdrawing
from storefront.stories.models import Consent, GoneAddress, Story, StoryTask, Wording
from tests.stories.telling import BY, SLUG, TITLE, WORKSHOP, begin, tell


@pytest.fixture
def gone(app, told):
    """A story that was withdrawn and whose letters are out; its reference."""
    with transaction():
        withdrawing.withdraw(told, by=BY, at=clock.now())
    work_all(app.extensions["outside"])
    with transaction() as session:
        for reference in session.scalars(select(StoryTask.reference)).all():
            withdrawing.close_task(reference, at=clock.now())
    return told


def prove(app, story: str, *words: str):
    asked = [part for word in words for part in ("--words", word)]
    db.session.remove()
    return app.test_cli_runner().invoke(args=["stories", "prove-withdrawn", story, *asked])


def look(app, story: str, *words: str):
    """The same without asking every page, which takes its time."""
    db.session.remove()
    with reading():
        report = proving.search(story, words=words)
    return report.found, "\n".join(report.lines)


def test_nothing_is_left_and_it_says_where_it_looked(app, gone):
    for story in (SLUG, gone)[: 1 if db.engine.dialect.name == "sqlite" else 2]:
        result = prove(app, story, TITLE, "Jui keeps the attendance register")
        assert result.exit_code == 0, result.output
        assert "TRACE" not in result.output
        for place in ("the database:", "the media folder", "mail that was put into files", "the instance folder",
                      "the public pages:", "the withdrawal ledger", "drawings that no row names", "backups:",
                      "wordings", "letters"):  # fmt: skip
            assert place in result.output, place
        assert ("the database's own files" in result.output) is (db.engine.dialect.name == "sqlite")
        assert TITLE not in result.output
        assert result.output.rstrip().endswith("Nothing was found.")
    assert "its page answers 410" in prove(app, SLUG).output


def test_every_table_is_searched(app, gone):
    _, lines = look(app, SLUG)
    tables = len(db.metadata.sorted_tables)
    counted = int(lines.partition(" rows of ")[2].split()[0])
    with_words = sum(
        any(proving._holds_words(column.type) for column in table.columns) for table in db.metadata.sorted_tables
    )
    assert counted >= with_words > tables / 2  # alembic's own table comes besides


def rows(session) -> None:
    session.execute(update(Partner).where(Partner.slug == WORKSHOP).values(summary=f"See {SLUG}."))


def a_job(session) -> None:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    session.add(Job(kind="mail.send", payload={"facts": {"link": f"/stories/{SLUG}"}}, promised_at=at, run_at=at,
                    lease_until=at))  # fmt: skip


def a_wording(session) -> None:
    story = session.scalars(select(Story)).one()
    session.add(Wording(story_id=story.id, language="en", number=1, title="T", text="T", before_words=[], now_words=[],
                        words_hash="x", written_at=clock.now()))  # fmt: skip


def a_yes(session) -> None:
    session.execute(update(Consent).values(withdrawn_at=None))


ROWS = {
    "partners.summary (its address": rows,
    "jobs.payload (its address": a_job,
    "wordings: 1 left": a_wording,
    "consents: 1, each withdrawn: one is not": a_yes,
    "the record of the story": lambda session: session.execute(update(Story).values(content_notes=["Debt"])),
}


@pytest.mark.parametrize("said", ROWS)
def test_what_is_planted_in_a_table_is_found(app, gone, said):
    with transaction() as session:
        ROWS[said](session)
    found, lines = look(app, SLUG if "address" in said else gone)
    assert found
    assert any("TRACE" in line and said in line for line in lines.splitlines()), lines


FILES = {
    "media/stories/left.svg": (b"<svg/>", "drawings that no row names"),
    "media/rasters/x.png": (b"tEXt" + SLUG.encode(), "the media folder"),
    "media/public/jui-the-register.svg": (b"", "the media folder"),
    "mail/1.eml": (b"Subject: x\n\nhttps://shop.example/stories/jui-the-reg=\nister\n", None),  # other letters
    "mail/2.eml": (b"Subject: x\nContent-Transfer-Encoding: quoted-printable\n\n/stories/jui-the-reg=\nister\n",
                   "mail that was put into files"),
    "mail/3.eml": (b"Subject: x\nContent-Transfer-Encoding: base64\n\nanVpLXRoZS1y\nZWdpc3Rlcg==\n",
                   "mail that was put into files"),
    "notes.txt": (b"\xff\xfe" + SLUG.encode("utf-16-le"), "the instance folder"),
    "deep/er/core.dump": (b"\0" * 9 + SLUG.upper().encode(), "the instance folder"),
}  # fmt: skip


def test_what_lies_in_a_file_is_found(app, gone):
    for path, (content, said) in FILES.items():
        file = app.extensions["settings"].instance_dir / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        found, lines = look(app, SLUG)
        assert found is bool(said), (path, lines)
        assert not said or any("TRACE" in line and said in line for line in lines.splitlines()), (path, lines)
        file.unlink()


def test_the_databases_own_file_is_read_byte_by_byte(app, told):
    """Before the worker has come round, a reader who holds the old log open keeps it there: that is said."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("the files of a server are not read")
    with transaction():
        withdrawing.withdraw(told, by=BY, at=clock.now())
    assert "TRACE  the database's own files" in look(app, SLUG, TITLE)[1]
    work_all(app.extensions["outside"])
    assert "TRACE" not in look(app, SLUG, TITLE)[1]


def test_a_page_that_still_tells_it_is_found(app, gone, monkeypatch):
    with transaction() as session:
        session.execute(update(Partner).where(Partner.slug == WORKSHOP).values(summary="Jui keeps the register here."))
    output = prove(app, gone, "Jui keeps the register").output
    assert "TRACE  the public pages" in output
    assert f"/partners/{WORKSHOP}" in output


def test_words_that_somebody_remembers_are_looked_for(app, gone):
    with transaction() as session:
        session.execute(update(Partner).where(Partner.slug == WORKSHOP).values(editor_notes=[{"text": "জুঁই লিখেছে"}]))
    assert look(app, gone)[0] is False
    assert "TRACE" in look(app, gone, "জুঁই লিখেছে")[1]


def test_open_letters_are_no_trace_and_are_told(app, told):
    with transaction():
        withdrawing.withdraw(told, by=BY, at=clock.now())
    work_all(app.extensions["outside"])
    found, lines = look(app, SLUG)
    assert not found, lines
    assert "letters: 3 still open. Each holds the address sealed until it is closed." in lines


def test_without_its_line_in_the_ledger_nothing_is_proved(app, gone):
    ledger.path().unlink()
    found, lines = look(app, gone)
    assert found
    assert "a restored backup would bring it back" in lines


def test_by_its_address_alone_where_the_ledger_is_of_another_machine(app, gone):
    ledger.path().unlink()
    withdrawing.write_missing_lines()
    found, lines = look(app, SLUG)
    assert not found, lines
    assert "Give the reference for that" in lines
    assert "TRACE" not in look(app, gone)[1]


def test_a_page_that_forgot_to_say_that_it_is_gone(app, gone):
    with transaction() as session:
        session.execute(delete(GoneAddress))
    output = prove(app, SLUG).output
    assert "its page answers 404" in output


@pytest.mark.parametrize(("story", "said"), [(SLUG, "It has not been withdrawn"), ("never-was", "No story is known")])
def test_what_has_not_been_withdrawn_cannot_be_proved(app, told, story, said):
    result = prove(app, story)
    assert result.exit_code == 1
    assert said in result.output


def test_a_draft_that_was_taken_back_answers_404(app):
    reference = begin()
    with transaction():
        withdrawing.withdraw(reference, by=BY, at=clock.now())
    work_all(app.extensions["outside"])
    result = prove(app, reference)
    assert result.exit_code == 0, result.output
    assert db.session.scalar(db.select(GoneAddress)) is None  # no page ever stood there, and nothing says that one did


def test_the_command_withdraws_by_address_or_reference(app):
    tell()
    other = tell("ruma-the-colour-table", title="The colour table")
    for story in (SLUG, other):
        result = app.test_cli_runner().invoke(args=["stories", "withdraw", story])
        assert result.exit_code == 0
        assert "is withdrawn" in result.output
    again = app.test_cli_runner().invoke(args=["stories", "withdraw", other])
    assert (again.exit_code, "withdrawn before" in again.output) == (0, True)
    unknown = app.test_cli_runner().invoke(args=["stories", "withdraw", "never-was"])
    assert (unknown.exit_code, "no longer here" in unknown.output) == (1, True)
    assert len(ledger.lines()) == 2
    assert json.dumps(ledger.path().read_text()).count("all") == 2
