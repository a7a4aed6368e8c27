"""Saving the shop while it runs: one moment, whole, for its owner's eyes, and never half a file."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import sqlite3
import stat
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, select, text, update

from storefront.catalog.models import Stock
from storefront.core.clock import now
from storefront.db import db, transaction
from storefront.jobs.models import Job
from storefront.media.models import Picture, Shelf
from storefront.operations import archive, sqlite_file, workplace
from storefront.operations.archive import ignore
from storefront.operations.backing_up import back_up
from tests.conftest import NOON
from tests.factories import a_product, a_shop
from tests.operations.conftest import OnSqlite, Operate, database_of, hang

WAITS = {"sqlite": 15, "postgresql": 2}  # `pg_dump` cannot be slowed down, but between its pieces


def only_file(folder: Path) -> Path:
    [file] = folder.iterdir()
    return file


def test_what_is_saved(app: Flask, operate: Operate, backend: str, tmp_path: Path) -> None:
    a_shop()
    seen, hidden = hang(app, b"a photograph"), hang(app, b"a drawing", shelf=Shelf.STORIES)
    folder = app.extensions["settings"].instance_dir
    (folder / "audit-head").write_text("0 " + "0" * 64 + " 2026-11-24T12:00:00Z\n")
    (folder / "withdrawals").write_text("")
    result = operate("backup", tmp_path / "saved")
    assert result.exit_code == 0, result.output
    file = only_file(tmp_path / "saved")
    assert file.name == "storefront-backup-20261124T120000Z.zip"
    assert str(file) in result.output
    assert "pictures: 2, 21 bytes" in result.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    with archive.opened(file, moved=ignore) as found:
        assert [entry.name for entry in found.manifest.files] == [
            "audit-head",
            archive.DATABASE[backend],
            f"media/public/photos/{seen.name}",
            f"media/stories/photos/{hidden.name}",
            "withdrawals",
        ]
        assert found.manifest.database == backend
        assert found.seal in result.output
    assert operate("verify", file).output.startswith(f"{file} is sound.\n")


def test_a_drawing_withdrawn_meanwhile_is_not_missed(app: Flask, backend: str, tmp_path: Path) -> None:
    drawing = hang(app, b"a drawing", shelf=Shelf.STORIES)
    database = database_of(backend)

    @contextmanager
    def and_then_withdrawn(work: Path, **told: object) -> Iterator[object]:
        with database.moment(work, moved=ignore) as moment:
            with transaction() as session:
                session.execute(delete(Picture))
            drawing.unlink()
            yield moment

    late = type("Late", (), {"kind": backend, "moment": staticmethod(and_then_withdrawn)})()
    saved = back_up(tmp_path / "saved.zip", database=late)
    assert (saved.faults, saved.manifest.missing, saved.manifest.pictures) == ([], (), ())


@pytest.mark.real_clock
def test_one_moment_while_others_write(
    app: Flask, elsewhere: Flask, operate: Operate, backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each transaction hangs a picture, moves a piece of stock and promises a job. In no backup do they disagree."""
    with transaction() as session:
        session.add(a_product(on_hand=500, variants=2))
        session.flush()
        first, second = session.scalars(select(Stock.variant_id).order_by(Stock.variant_id))
    stop, written = threading.Event(), threading.Event()
    photos = app.extensions["settings"].media_dir / "public"
    photos.mkdir(parents=True)

    def write() -> None:
        with app.app_context():
            for number in itertools.count():
                if stop.is_set():
                    break
                content = b"%d" % number
                (photos / f"{number}.webp").write_bytes(content)
                with transaction() as session:
                    sha256 = hashlib.sha256(content).hexdigest()
                    shown = {"shelf": Shelf.PUBLIC, "width": 1, "height": 1, "alt": ""}
                    session.add(Picture(name=f"{number}.webp", sha256=sha256, **shown))
                    session.execute(update(Stock).where(Stock.variant_id == first).values(on_hand=Stock.on_hand - 1))
                    job = {"promised_at": now(), "run_at": now(), "lease_until": now()}
                    session.add(Job(kind="test", payload={"words": "x" * 2000}, **job))
                    session.flush()
                    session.execute(update(Stock).where(Stock.variant_id == second).values(on_hand=Stock.on_hand + 1))
                written.set()
                time.sleep(0.002)
            db.session.remove()

    def slowly(size: int) -> None:
        """Not before somebody has written again, as long as it can be slowed down."""
        if steps:
            steps.pop()
            written.clear()
            assert written.wait(5)

    monkeypatch.setattr(sqlite_file, "PAGES", 5)
    steps = list(range(WAITS[backend]))
    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert written.wait(5)
        saved = back_up(tmp_path / "saved.zip", database=database_of(backend), moved=slowly)
    finally:
        stop.set()
        thread.join()
    assert not steps
    assert saved.faults == []
    result = operate("restore", saved.file, shop=elsewhere)
    assert result.exit_code == 0, result.output
    at_the_end = db.session.scalar(text("SELECT count(*) FROM jobs")) or 0
    with elsewhere.app_context():
        left, moved = db.session.scalars(select(Stock.on_hand).order_by(Stock.variant_id))
        jobs = db.session.scalar(text("SELECT count(*) FROM jobs")) or 0
        if backend == "sqlite":
            with closing(sqlite3.connect(db.engine.url.database or "")) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert (left, moved, len(saved.manifest.pictures)) == (500 - jobs, 500 + jobs, jobs)
    assert 0 < jobs <= at_the_end - WAITS[backend]  # those that were written meanwhile are not in it


def test_killed_at_any_moment_nothing_looks_like_a_backup(app: Flask, backend: str, tmp_path: Path) -> None:
    a_shop()
    hang(app, b"a photograph" * 1000)
    folder, at = tmp_path / "saved", 0
    while _killed_while_saving(folder, backend, at):
        assert [path for path in folder.iterdir() if not path.name.startswith(workplace.PREFIX)] == []
        at += 1
    assert at >= 3
    with archive.opened(only_file(folder), moved=ignore) as found:  # what the killed ones left is gone
        assert found.manifest.pictures


def _killed_while_saving(folder: Path, backend: str, at: int) -> bool:
    """Save in a process that dies after so many steps; returns whether it came so far."""
    db.session.remove()
    db.engine.dispose()
    child = os.fork()
    if child == 0:
        left = iter(range(at))

        def step(size: int) -> None:
            if next(left, None) is None:
                os.kill(os.getpid(), 9)

        try:
            back_up(folder, database=database_of(backend), moved=step)
        finally:
            os._exit(0)
    return os.waitpid(child, 0)[1] == 9


def test_a_database_without_tables_is_said(elsewhere: Flask, operate: Operate, tmp_path: Path) -> None:
    assert "flask db upgrade" in operate("backup", tmp_path / "saved.zip", shop=elsewhere).output
    assert not (tmp_path / "saved.zip").exists()


class TestDeletingOldOnes(OnSqlite):
    def saved_on(self, operate: Operate, folder: Path, day: str) -> Path:
        with time_machine.travel(f"{day}T03:00:00+00:00", tick=False):
            result = operate("backup", folder)
        assert result.exit_code == 0, result.output
        return max(folder.iterdir())

    def test_after_thirty_days_or_fewer(self, app: Flask, operate: Operate, tmp_path: Path) -> None:
        old, younger, youngest = (
            self.saved_on(operate, tmp_path / "saved", f"2026-{day}") for day in ("10-24", "10-26", "11-20")
        )
        result = operate("backup", tmp_path / "saved")
        assert f"Deleted, older than 30 days: {old.name}" in result.output
        assert [path.exists() for path in (old, younger, youngest)] == [False, True, True]
        with time_machine.travel(NOON.replace(hour=13), tick=False):
            operate("backup", tmp_path / "saved", "--keep-days", "7")
        assert [path.exists() for path in (younger, youngest)] == [False, True]

    def test_never_kept_longer(self, operate: Operate) -> None:
        assert operate("backup", "--keep-days", "31").exit_code == 2
        assert operate("backup", "--keep-days", "0").exit_code == 2

    def test_only_ours(self, app: Flask, operate: Operate, tmp_path: Path) -> None:
        folder = tmp_path / "saved"
        old = self.saved_on(operate, folder, "2026-01-01")
        others = [folder / "holiday.zip", folder / "storefront-backup-20260101T030000Z.zip.gpg", folder / "2026.zip"]
        for path in others:
            path.write_bytes(old.read_bytes())
        os.link(old, tmp_path / "kept")
        old.unlink()
        old.symlink_to(tmp_path / "kept")
        odd = folder / "storefront-backup-20260102T030000Z.zip"
        odd.write_bytes(b"something else")
        folder_of_that_name = folder / "storefront-backup-20260103T030000Z.zip"
        folder_of_that_name.mkdir()
        with zipfile.ZipFile(folder / "storefront-backup-20260104T030000Z.zip", "w") as zip_:
            zip_.writestr("manifest.json", json.dumps({"made_at": "2026-01-04T03:00:00+00:00"}))
        result = operate("backup", folder)
        assert all(path.exists() for path in (*others, old, odd, folder_of_that_name, tmp_path / "kept"))
        assert (folder / "storefront-backup-20260104T030000Z.zip").exists()
        assert "Deleted" not in result.output
        assert f"{odd.name} has the name of a backup and cannot be read" in result.output
        assert result.exit_code == 1


class TestAnyDatabase(OnSqlite):
    """What is saved, and where to."""

    def test_no_setting_is_in_it(self, app: Flask, operate: Operate, tmp_path: Path) -> None:
        a_shop()
        (app.extensions["settings"].instance_dir / ".env").write_text("SECRET_KEY=of-this-folder")
        operate("backup", tmp_path / "saved.zip")
        settings = app.extensions["settings"]
        with zipfile.ZipFile(tmp_path / "saved.zip") as zip_:
            everything = b"".join(zip_.read(name) for name in zip_.namelist())
        for secret in (settings.secret_key, settings.stripe_secret_key, "whsec_new", "of-this-folder", settings.pepper):
            assert secret.encode() not in everything
        assert b"storefront backup" in everything  # what is in it would have been found

    def test_a_picture_that_is_gone_or_changed_is_named(self, app: Flask, operate: Operate, tmp_path: Path) -> None:
        lost, other, sound = hang(app, b"lost"), hang(app, b"before"), hang(app, b"sound")
        lost.unlink()
        other.write_bytes(b"after")
        result = operate("backup", tmp_path / "saved.zip")
        assert result.exit_code == 1
        assert f"Missing: the database names media/public/photos/{lost.name}" in result.output
        assert f"Changed: media/public/photos/{other.name}" in result.output
        assert sound.name not in result.output
        with archive.opened(tmp_path / "saved.zip", moved=ignore) as found:
            assert len(found.manifest.pictures) == 2
        assert (
            f"Not as the database knows it: media/public/photos/{lost.name}"
            in operate("verify", tmp_path / "saved.zip").output
        )

    def test_a_name_that_leads_out_of_the_media_folder_is_not_followed(
        self, app: Flask, operate: Operate, tmp_path: Path
    ) -> None:
        hang(app, b"key", name="../../outside")
        result = operate("backup", tmp_path / "saved.zip")
        assert result.exit_code == 1
        assert "Missing" in result.output
        assert operate("verify", tmp_path / "saved.zip").exit_code == 0

    def test_what_is_there_is_not_written_over(self, operate: Operate, tmp_path: Path) -> None:
        (tmp_path / "mine.zip").write_text("mine")
        assert "is there already" in operate("backup", tmp_path / "mine.zip").output
        assert (tmp_path / "mine.zip").read_text() == "mine"

    def test_not_where_a_web_server_may_answer(self, app: Flask, operate: Operate) -> None:
        folder = app.extensions["settings"].media_dir / "public"
        assert "Not into the media folder" in operate("backup", folder / "saved.zip").output
        assert not folder.exists()

    def test_two_at_once_do_not_meet(self, operate: Operate, tmp_path: Path) -> None:
        with workplace.opened(tmp_path / "saved"):
            assert "Another backup or restore is at work" in operate("backup", tmp_path / "saved").output
        assert operate("backup", tmp_path / "saved").exit_code == 0

    def test_a_killed_one_leaves_nothing_readable_by_others(self, app: Flask, tmp_path: Path) -> None:
        a_shop()
        assert _killed_while_saving(tmp_path / "saved", "sqlite", 1)
        assert stat.S_IMODE(only_file(tmp_path / "saved").stat().st_mode) == 0o700

    def test_a_refusal_is_one_sentence(self, app: Flask, operate: Operate, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        result = operate("backup", tmp_path / "file" / "below")
        assert result.exit_code == 1
        assert result.output.startswith("Error: Not a directory")
