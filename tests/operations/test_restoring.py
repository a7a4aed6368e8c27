"""Bringing the shop back: all of it or nothing, and never a story that was withdrawn."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import NullPool, create_engine, func, select, text

from storefront.accounts.models import User, UserSession
from storefront.catalog.models import Product
from storefront.core.clock import now
from storefront.db import Generation, db, transaction
from storefront.media.models import Picture, Shelf
from storefront.operations import restoring, sqlite_file, workplace
from storefront.operations.archive import Refused
from storefront.operations.restoring import restore
from storefront.stories import ledger, withdrawing
from storefront.stories.models import Story, StoryKind, Wording
from tests.conftest import NOON
from tests.factories import a_partner, a_product
from tests.operations.conftest import OnSqlite, Operate, database_of, hang

EARLIER = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = "The cooperative pays every seamstress by the piece."


def a_story(app: Flask, slug: str = "by-the-piece") -> str:
    """A published story with a drawing; returns its reference."""
    drawing = hang(app, f"<svg>{slug}</svg>".encode(), shelf=Shelf.STORIES, name=f"drawings/{slug}.svg")
    with transaction() as session:
        story = Story(
            reference=f"REF-{slug}", slug=slug, kind=StoryKind.ENTERPRISE, partner=a_partner(), partner_is_real=False,
            country="IN", sources=[{"title": "Report", "url": "https://example.org/report"}],
            drawing=session.scalars(select(Picture).where(Picture.name == f"drawings/{drawing.name}")).one(),
        )  # fmt: skip
        words = Wording(
            story=story, language="en", number=1, title="By the piece", text=WORDS, before_words=[], now_words=[],
            words_hash="", written_at=EARLIER, published_at=EARLIER,
        )  # fmt: skip
        session.add_all([story, words])
        session.flush()  # the defaults are part of what is sealed
        words.seal()
    return f"REF-{slug}"


def withdraw(reference: str) -> None:
    with transaction():
        withdrawing.withdraw(reference, by="ledger", at=now())


def names() -> set[str]:
    """What the shop in the database sells."""
    db.session.rollback()
    return set(db.session.scalars(select(Product.name)))


def sell(name: str) -> None:
    with transaction() as session:
        session.add(a_product(name=name))


@pytest.fixture
def saved(app: Flask, operate: Operate, tmp_path: Path) -> Path:
    """A backup of a shop that sells a scarf, made before the shop changed and sold a bag instead."""
    sell("Scarf")
    result = operate("backup", tmp_path / "saved.zip")
    assert result.exit_code == 0, result.output
    with transaction() as session:
        session.scalars(select(Product)).one().name = "Bag"
    return tmp_path / "saved.zip"


def test_on_a_new_machine(app: Flask, elsewhere: Flask, operate: Operate, saved: Path, backend: str) -> None:
    result = operate("restore", saved, shop=elsewhere)
    assert result.exit_code == 0, result.output
    assert "The shop may answer now." in result.output
    assert "flask payments reconcile" in result.output
    with elsewhere.app_context():
        assert names() == {"Scarf"}
        with db.engine.connect() as connection:
            assert connection.scalar(text("SELECT version_num FROM alembic_version"))
    assert elsewhere.test_client().get("/readyz").status_code == 200
    folder = elsewhere.extensions["settings"].instance_dir
    assert [path.name for path in folder.rglob("*") if path.name.startswith(".") or "unfinished" in path.name] == []
    assert names() == {"Bag"}


def test_a_shop_that_is_there_is_not_replaced_unasked(operate: Operate, saved: Path) -> None:
    result = operate("restore", saved)
    assert result.exit_code == 1
    assert "All of this would be lost: products 1" in result.output
    assert names() == {"Bag"}
    assert operate("restore", saved, "--replace").exit_code == 0
    assert names() == {"Scarf"}


def test_not_while_the_shop_runs(app: Flask, operate: Operate, saved: Path) -> None:
    """A web process that idles with an open connection is enough."""
    other = create_engine(db.engine.url, poolclass=NullPool)
    with other.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM products")) == 1
        connection.exec_driver_sql("ROLLBACK")
        result = operate("restore", saved, "--replace")
        assert result.exit_code == 1
        assert "The shop is running" in result.output
    assert names() == {"Bag"}
    assert operate("restore", saved, "--replace").exit_code == 0


def test_nobody_can_write_while_it_is_replaced(app: Flask, backend: str, saved: Path) -> None:
    """What somebody wrote between the last look at the ledger and the replacing would be lost without a word."""
    other = create_engine(
        db.engine.url,
        poolclass=NullPool,
        connect_args={"timeout": 0.1} if backend == "sqlite" else {"options": "-clock_timeout=100"},
    )
    refused = list[str]()

    def write(line: str) -> None:
        if "ledger was read again" in line:
            with pytest.raises(Exception, match="lock") as error, other.begin() as connection:
                connection.execute(text("UPDATE products SET name = 'Lost'"))
            refused.append(str(error.value))

    restore(saved, database=database_of(backend), replace=True, say=write)
    assert len(refused) == 1
    assert names() == {"Scarf"}


class TestWithdrawnStories:
    def test_an_older_backup_does_not_bring_one_back(
        self, app: Flask, client: FlaskClient, operate: Operate, tmp_path: Path
    ) -> None:
        reference = a_story(app)
        kept = a_story(app, "another")
        assert client.get("/stories/by-the-piece").status_code == 200
        operate("backup", tmp_path / "saved.zip")
        withdraw(reference)
        assert client.get("/stories/by-the-piece").status_code == 410
        result = operate("restore", tmp_path / "saved.zip", "--replace")
        assert result.exit_code == 0, result.output
        assert "withdrawn again: 1" in result.output
        assert client.get("/stories/by-the-piece").status_code == 410
        assert client.get("/stories/another").status_code == 200
        drawings = app.extensions["settings"].media_dir / "stories" / "drawings"
        assert [file.name for file in drawings.iterdir()] == ["another.svg"]
        assert not any(b"by-the-piece" in file.read_bytes() for file in tmp_path.rglob("*.db*"))
        assert kept in {line.reference for line in db.session.scalars(select(Story))}

    def test_before_anybody_can_see_it(self, app: Flask, backend: str, operate: Operate, tmp_path: Path) -> None:
        """At every moment that the shop's database can be asked, the story is not in it."""
        reference = a_story(app)
        operate("backup", tmp_path / "saved.zip")
        withdraw(reference)
        seen = list[Any]()

        def look(line: str) -> None:
            drawing = app.extensions["settings"].media_dir / "stories" / "drawings" / "by-the-piece.svg"
            seen.append((line, drawing.exists()))

        restore(tmp_path / "saved.zip", database=database_of(backend), replace=True, say=look)
        lines = [line for line, _ in seen]
        assert lines.index("The withdrawal ledger was read again: 1 story withdrawn.") < lines.index(
            "Replacing the database."
        )
        assert {there for _, there in seen} == {False}


class TestEndedStories(OnSqlite):
    def test_what_the_clock_has_erased_is_erased_aside_too(
        self, app: Flask, operate: Operate, saved: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        where = list[str]()
        monkeypatch.setattr(withdrawing, "erase_ended", lambda *, at: where.append(str(db.engine.url.database)))
        assert operate("restore", saved, "--replace").exit_code == 0
        assert [Path(name).name for name in where] == ["aside"]


class TestTheLedger(OnSqlite):
    """It is never made older, and never done without."""

    def test_the_newer_ledger_stays_and_learns(
        self, app: Flask, elsewhere: Flask, operate: Operate, tmp_path: Path
    ) -> None:
        first, second, third = (a_story(app, slug) for slug in ("first", "second", "third"))
        operate("backup", tmp_path / "old.zip")
        withdraw(first)
        operate("backup", tmp_path / "new.zip")
        with elsewhere.app_context():  # the other machine knows of another one, and of its own
            ledger.append(ledger.Line(second, ledger.ALL, NOON.isoformat()))
            ledger.append(ledger.Line("OWN", ledger.ALL, NOON.isoformat()))
        third_file = tmp_path / "third"
        third_file.write_text(json.dumps({"story": third, "channel": "all", "at": NOON.isoformat()}) + "\n")
        result = operate("restore", tmp_path / "new.zip", "--ledger", third_file, shop=elsewhere)
        assert result.exit_code == 0, result.output
        with elsewhere.app_context():
            assert db.session.scalar(select(func.count()).select_from(Story).where(Story.withdrawn_at.is_(None))) == 0
            assert {line.story for line in ledger.lines()} == {first, second, third, "OWN"}
            db.session.remove()
        assert operate("restore", tmp_path / "old.zip", "--replace", shop=elsewhere).exit_code == 0
        with elsewhere.app_context():
            assert db.session.scalar(select(func.count()).select_from(Story).where(Story.withdrawn_at.is_(None))) == 0
            db.session.remove()

    def test_a_ledger_that_was_lost_is_written_from_the_shop_that_is_replaced(
        self, app: Flask, client: FlaskClient, operate: Operate, tmp_path: Path
    ) -> None:
        reference = a_story(app)
        operate("backup", tmp_path / "saved.zip")
        withdraw(reference)
        ledger.path().unlink()
        assert operate("restore", tmp_path / "saved.zip", "--replace").exit_code == 0
        assert client.get("/stories/by-the-piece").status_code == 410


class TestWhatIsRefused(OnSqlite):
    @pytest.mark.parametrize("which", ["own", "given", "absent"])
    def test_a_ledger_that_cannot_be_read_stops_it(
        self, app: Flask, operate: Operate, saved: Path, tmp_path: Path, which: str
    ) -> None:
        given = tmp_path / "given"
        if which != "absent":
            (ledger.path() if which == "own" else given).write_text("not a line\n")
        words = () if which == "own" else ("--ledger", given)
        result = operate("restore", saved, "--replace", *words)
        assert result.exit_code == 1
        assert "a withdrawn story could come back" in result.output
        assert names() == {"Bag"}

    def test_the_ledger_of_the_archive_that_cannot_be_read_stops_it(
        self, app: Flask, operate: Operate, tmp_path: Path
    ) -> None:
        sell("Scarf")
        ledger.path().write_text("not a line\n")
        operate("backup", tmp_path / "saved.zip")
        ledger.path().unlink()
        sell("Bag")
        assert "a withdrawn story could come back" in operate("restore", tmp_path / "saved.zip", "--replace").output
        assert names() == {"Scarf", "Bag"}

    def test_a_damaged_one_before_anything_is_touched(self, app: Flask, operate: Operate, saved: Path) -> None:
        content = bytearray(saved.read_bytes())
        content[len(content) // 2] ^= 1
        saved.write_bytes(content)
        assert "it is damaged" in operate("restore", saved, "--replace").output
        assert operate("verify", saved).exit_code == 1
        assert names() == {"Bag"}

    def test_one_of_the_other_kind_of_database(self, app: Flask, saved: Path) -> None:
        with pytest.raises(Refused, match="This backup is of a sqlite database"):
            restore(saved, database=database_of("postgresql"), replace=True)

    def test_one_of_a_newer_version(self, app: Flask, operate: Operate, tmp_path: Path) -> None:
        sell("Scarf")
        self.say_revision("9999")
        operate("backup", tmp_path / "saved.zip")
        assert "newer version of the shop" in operate("restore", tmp_path / "saved.zip", "--replace").output
        assert names() == {"Scarf"}

    def say_revision(self, revision: str) -> None:
        with transaction() as session:
            session.execute(text(f"UPDATE alembic_version SET version_num = '{revision}'"))

    def test_one_that_cannot_be_migrated(
        self, app: Flask, operate: Operate, saved: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail() -> None:
            with db.engine.begin() as connection:
                connection.execute(text("DROP TABLE cart_lines"))
            raise ArithmeticError

        monkeypatch.setattr(restoring.flask_migrate, "upgrade", fail)
        monkeypatch.setattr(restoring, "_scripts", lambda: Scripts())
        result = operate("restore", saved, "--replace")
        assert "could not be brought to this version: ArithmeticError" in result.output
        assert names() == {"Bag"}
        assert db.session.scalar(text("SELECT count(*) FROM cart_lines")) == 0


class Scripts:
    """One migration further than the backup."""

    def walk_revisions(self) -> Iterator[Any]:
        return iter(restoring.ScriptDirectory(str(restoring.MIGRATIONS)).walk_revisions())

    def get_current_head(self) -> str:
        return "later"


def test_an_older_one_is_migrated(app: Flask, elsewhere: Flask, operate: Operate, tmp_path: Path) -> None:
    with elsewhere.app_context():
        flask_migrate.upgrade(revision="0006")
        with db.engine.begin() as connection:
            connection.execute(
                text("INSERT INTO categories (slug, name, position, from_demonstration) VALUES ('a', 'Old', 0, false)")
            )
        db.session.remove()
    assert operate("backup", tmp_path / "old.zip", shop=elsewhere).exit_code == 0
    result = operate("restore", tmp_path / "old.zip")
    assert result.exit_code == 0, result.output
    assert db.session.scalar(text("SELECT name FROM categories")) == "Old"
    assert db.session.scalar(text("SELECT version_num FROM alembic_version")) > "0006"
    assert db.session.scalar(text("SELECT count(*) FROM gone_addresses")) == 0


def test_everybody_is_signed_out_and_no_kept_page_counts(app: Flask, operate: Operate, tmp_path: Path) -> None:
    with transaction() as session:
        user = User(
            reference="U1",
            email="a@example.org",
            email_key="a@example.org",
            password_hash="x",
            roles=[],
            created_at=NOON,
        )
        session.add(UserSession(
            reference="S1", token_hash="x", user=user, created_at=NOON, seen_at=NOON, browser="", expires_at=NOON + timedelta(hours=8),
        ))  # fmt: skip
    sell("Scarf")
    operate("backup", tmp_path / "saved.zip")
    sell("Bag")
    before = db.session.scalars(select(Generation.number).where(Generation.group == "catalog")).one()
    assert operate("restore", tmp_path / "saved.zip", "--replace").exit_code == 0
    assert db.session.scalar(select(func.count()).select_from(UserSession)) == 0
    assert db.session.scalars(select(Generation.number).where(Generation.group == "catalog")).one() > before + 1000


@pytest.mark.parametrize("closely", [False, pytest.param(True, marks=pytest.mark.proof)])
def test_killed_at_any_moment_it_is_the_old_shop_or_the_restored_one(
    app: Flask,
    client: FlaskClient,
    operate: Operate,
    backend: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    closely: bool,
) -> None:
    """And the story is in neither. The same command then brings all of it to its end."""
    monkeypatch.setattr(sqlite_file, "PAGES", 10 if closely else 60)
    reference = a_story(app)
    sell("Scarf")
    photo = hang(app, b"a photograph")
    operate("backup", tmp_path / "saved.zip")
    withdraw(reference)
    photo.unlink()
    with transaction() as session:
        session.scalars(select(Product)).one().name = "Bag"
    # What PostgreSQL has before that lies in a transaction of its own.
    at, found = 0 if closely or backend == "sqlite" else 2, list[str]()
    while killed_while_restoring(tmp_path / "saved.zip", backend, at, closely=closely):
        [name] = names()
        found.append(name)
        assert client.get("/stories/by-the-piece").status_code == 410
        drawing = app.extensions["settings"].media_dir / "stories" / "drawings" / "by-the-piece.svg"
        assert not drawing.exists()
        at += 1
    assert found == sorted(found)  # first the one, from some moment on the other
    assert set(found) == {"Bag", "Scarf"}
    assert names() == {"Scarf"}
    assert photo.read_bytes() == b"a photograph"
    assert client.get("/stories/by-the-piece").status_code == 410
    left = [path.name for path in tmp_path.rglob("*") if path.name.startswith(workplace.PREFIX)]
    assert left == []
    assert not (app.extensions["settings"].instance_dir / restoring.UNFINISHED).exists()


def killed_while_restoring(file: Path, backend: str, at: int, *, closely: bool) -> bool:
    """Restore in a process that dies after so many steps; returns whether it came so far.

    Steps are what it says, and what it moves while it replaces the database, or always when looked at `closely`.
    """
    db.session.remove()
    db.engine.dispose()
    child = os.fork()
    if child == 0:
        left, said = iter(range(at)), list[str]()

        def say(line: str) -> None:
            said.append(line)
            if next(left, None) is None:
                os.kill(os.getpid(), 9)

        def moved(size: int) -> None:
            if closely or "Replacing the database." in said:
                say("")

        status = 1
        try:
            restore(file, database=database_of(backend), replace=True, say=say, moved=moved)
            status = 0
        finally:
            os._exit(status)
    ended = os.waitpid(child, 0)[1]
    assert ended in (0, 9)
    return ended == 9


class TestBesideTheDatabase(OnSqlite):
    """Pictures, anchors, and what a broken-off restore leaves."""

    def test_what_a_shop_writes_by_itself_is_not_in_the_way(
        self, elsewhere: Flask, operate: Operate, saved: Path
    ) -> None:
        with elsewhere.app_context():
            flask_migrate.upgrade()
            with transaction() as session:
                session.add(Generation(group="catalog", number=3))
            db.session.remove()
        assert operate("restore", saved, shop=elsewhere).exit_code == 0

    def test_pictures_come_back(self, app: Flask, elsewhere: Flask, operate: Operate, tmp_path: Path) -> None:
        sound, lost, other = hang(app, b"sound"), hang(app, b"lost"), hang(app, b"other")
        lost.unlink()
        assert operate("backup", tmp_path / "saved.zip").exit_code == 1
        result = operate("restore", tmp_path / "saved.zip", shop=elsewhere)
        assert result.exit_code == 1
        assert f"Missing: the database names media/public/photos/{lost.name}" in result.output
        photos = elsewhere.extensions["settings"].media_dir / "public" / "photos"
        assert (photos / sound.name).read_bytes() == b"sound"
        other.write_bytes(b"damaged since")
        sound.unlink()
        result = operate("restore", tmp_path / "saved.zip", "--replace")
        assert "pictures put back: 2" in result.output
        assert (other.read_bytes(), sound.read_bytes()) == (b"other", b"sound")

    def test_a_drawing_that_the_restored_shop_does_not_know_is_removed(
        self, app: Flask, operate: Operate, saved: Path
    ) -> None:
        drawing = hang(app, b"of a later story", shelf=Shelf.STORIES)
        photo = hang(app, b"of a later product")
        assert operate("restore", saved, "--replace").exit_code == 0
        assert (drawing.exists(), photo.exists()) == (False, True)

    def test_the_anchors_of_the_audit_trail_go_with_their_chain(
        self, app: Flask, operate: Operate, tmp_path: Path
    ) -> None:
        path = app.extensions["settings"].instance_dir / "audit-head"
        path.write_text("then\n")
        sell("Scarf")
        operate("backup", tmp_path / "saved.zip")
        path.write_text("then\nsince\n")
        result = operate("restore", tmp_path / "saved.zip", "--replace")
        older = path.with_name("audit-head.before-20261124T120000Z")
        assert str(older) in result.output
        assert (path.read_text(), older.read_text()) == ("then\n", "then\nsince\n")

    def test_a_damaged_database_is_put_aside(self, app: Flask, operate: Operate, saved: Path) -> None:
        file = Path(db.engine.url.database or "")
        db.session.remove()
        db.engine.dispose()
        file.write_bytes(b"no database" * 1000)
        assert "cannot be read" in operate("restore", saved).output
        assert operate("restore", saved, "--replace").exit_code == 0
        assert names() == {"Scarf"}
        [aside] = file.parent.glob(f"{file.name}.damaged-*")
        assert aside.read_bytes().startswith(b"no database")

    def test_what_was_broken_off_goes_on_by_the_same_command(
        self, app: Flask, elsewhere: Flask, operate: Operate, saved: Path
    ) -> None:
        """On a new machine the command had no --replace, and needs none when it has already begun to replace."""
        assert operate("restore", saved, shop=elsewhere).exit_code == 0
        assert "would be lost" in operate("restore", saved, shop=elsewhere).output
        with restoring.archive.opened(saved, moved=restoring.archive.ignore) as found:
            (elsewhere.extensions["settings"].instance_dir / restoring.UNFINISHED).write_text(found.seal)
        result = operate("restore", saved, shop=elsewhere)
        assert result.exit_code == 0, result.output
        assert "would be lost" in operate("restore", saved, shop=elsewhere).output
