"""PostgreSQL's own programs: found or missed in words, told no secret that others can read, and never believed blindly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import make_url, text

from storefront.db import db
from storefront.operations.archive import Refused
from storefront.operations.backing_up import back_up
from storefront.operations.postgresql_server import PostgresqlServer
from storefront.operations.restoring import restore
from tests.conftest import Databases, Postbox
from tests.factories import a_shop, stock_of
from tests.operations.conftest import shop_on, tools
from tests.scripted_stripe import ScriptedStripe


@pytest.fixture
def app(databases: Databases, tmp_path: Path, stripe_http: ScriptedStripe, postbox: Postbox) -> Iterator[Flask]:
    yield from shop_on("postgresql", databases, tmp_path, stripe_http, postbox)


def program(folder: Path, name: str, *, version: int = 99, does: str = "exit 0") -> Path:
    """A program in the place of one of PostgreSQL's."""
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo "{name} (PostgreSQL) {version}.1" && exit\n{does}\n')
    file.chmod(0o755)
    return file


def test_a_program_that_is_missing(app: Flask, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"`pg_dump` was not found.*PG_BIN"):
        back_up(tmp_path / "saved.zip", database=PostgresqlServer(tmp_path / "nowhere"))
    assert not (tmp_path / "saved.zip").exists()


def test_a_program_that_is_older_than_the_server(app: Flask, tmp_path: Path) -> None:
    program(tmp_path / "bin", "pg_dump", version=9)
    with pytest.raises(Refused, match="is of version 9, the database server of version"):
        back_up(tmp_path / "saved.zip", database=PostgresqlServer(tmp_path / "bin"))
    program(tmp_path / "bin", "pg_dump", does="").write_text("#!/bin/sh\necho nonsense\n")
    with pytest.raises(Refused, match="of no version that can be read"):
        back_up(tmp_path / "saved.zip", database=PostgresqlServer(tmp_path / "bin"))


def test_no_password_on_a_command_line_and_no_secret_in_its_environment(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command line is there for everybody on the machine to read."""
    monkeypatch.setenv("SECRET_KEY", "of-the-shop")
    seen = tmp_path / "seen"
    program(tmp_path / "bin", "pg_dump", does=f'echo "$@" > {seen}.words\nenv > {seen}.environment\necho dumped')
    address = make_url(app.extensions["settings"].database_url).set(password="of-the-database")
    db.session.remove()
    db.engine.dispose()
    engines = db.engines
    assert isinstance(engines, dict)
    usual, engines[None] = engines[None], db._make_engine(None, {"url": address}, app)
    try:
        back_up(tmp_path / "saved.zip", database=PostgresqlServer(tmp_path / "bin"))
    finally:
        db.session.remove()
        engines[None].dispose()
        engines[None] = usual
    words, environment = (Path(f"{seen}.{name}").read_text() for name in ("words", "environment"))
    assert "--snapshot=" in words
    assert "of-the-database" not in words
    assert "PGPASSWORD=of-the-database\n" in environment
    assert f"PGDATABASE={address.database}\n" in environment
    assert "of-the-shop" not in environment


def test_a_dump_that_breaks_off_is_no_backup(app: Flask, tmp_path: Path) -> None:
    program(tmp_path / "bin", "pg_dump", does="echo half\necho 'pg_dump: error: the disk is on fire' >&2\nexit 1")
    with pytest.raises(Refused, match="`pg_dump` gave up: pg_dump: error: the disk is on fire"):
        back_up(tmp_path / "saved.zip", database=PostgresqlServer(tmp_path / "bin"))
    assert not (tmp_path / "saved.zip").exists()


class TestBringingBack:
    """Whatever goes wrong in building it aside, the shop is as it was and nothing lies beside it."""

    @pytest.fixture
    def saved(self, app: Flask, tmp_path: Path) -> Path:
        self.sku = a_shop(on_hand=7)
        return back_up(tmp_path / "saved.zip", database=PostgresqlServer(tools())).file

    def as_before(self) -> bool:
        schemas = db.session.scalars(text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'shop%'")).all()
        return schemas == [] and stock_of(self.sku) == (7, 0)

    def with_other(self, folder: Path, name: str, does: str) -> PostgresqlServer:
        folder.mkdir()
        real = tools()
        assert real is not None or not name
        for tool in ("pg_restore", "psql"):
            if real is not None:
                program(folder, tool, does=f'exec {real / tool} "$@"')
        program(folder, name, does=does.format(real=real))
        return PostgresqlServer(folder)

    @pytest.mark.skipif(tools() is None, reason="needs the programs that come with the tests")
    @pytest.mark.parametrize(
        ("name", "does"),
        [
            ("pg_restore", "echo 'pg_restore: error: torn' >&2; exit 1"),
            ("pg_restore", "{real}/pg_restore \"$@\" | head -c 30000; echo 'pg_restore: error: torn' >&2; exit 1"),
            ("pg_restore", "echo 'SELECT nonsense;'; echo 'pg_restore: error: torn' >&2; sleep 0.3; yes ';' | head -c 300000"),
            ("psql", "echo 'psql: error: torn' >&2; exit 2"),
            ("psql", "head -c 100 > /dev/null; echo 'psql: error: torn' >&2; kill -9 $$"),
        ],
    )  # fmt: skip
    def test_a_program_that_gives_up(self, app: Flask, saved: Path, tmp_path: Path, name: str, does: str) -> None:
        with pytest.raises(Refused, match=r"`(pg_restore|psql)` gave up: .*(torn|nonsense)"):
            restore(saved, database=self.with_other(tmp_path / "bin", name, does), replace=True)
        assert self.as_before()

    def test_a_fault_after_it_was_built(self, app: Flask, saved: Path) -> None:
        def fail(line: str) -> None:
            if line == "The database lies ready.":
                raise ArithmeticError

        with pytest.raises(ArithmeticError):
            restore(saved, database=PostgresqlServer(tools()), replace=True, say=fail)
        assert self.as_before()

    def test_what_a_killed_one_left_is_cleared_away(self, app: Flask, saved: Path) -> None:
        with db.engine.begin() as connection:
            connection.execute(text("CREATE SCHEMA shop_restoring"))
            connection.execute(text("CREATE TABLE shop_restoring.stories (words text)"))
        restore(saved, database=PostgresqlServer(tools()), replace=True)
        assert self.as_before()


def test_tables_that_do_not_lie_in_public_are_refused(app: Flask, tmp_path: Path) -> None:
    url = make_url(app.extensions["settings"].database_url).update_query_dict({"options": "-csearch_path=other"})
    settings = replace(app.extensions["settings"], database_url=url.render_as_string(hide_password=False))
    from storefront.app import create_app

    with create_app(settings).app_context():
        with pytest.raises(Refused, match="the schema `public`"):
            back_up(tmp_path / "saved.zip", database=PostgresqlServer(tools()))
        db.engine.dispose()
