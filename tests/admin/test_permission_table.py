"""docs/permissions.md says what the code does."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from storefront.accounts.permissions import PERMISSIONS, Permission, Role
from storefront.admin.cli import TABLE
from storefront.admin.permission_table import OTHERS, Undecided, cells, permission_table
from storefront.admin.wording import ACTS, JOBS, ROLES
from storefront.audit.models import Act
from storefront.jobs.promises import HANDLERS


@pytest.fixture
def app(backend: str, app: Flask) -> Flask:
    return app


def test_the_file_is_what_the_code_says(app: Flask) -> None:
    assert TABLE.read_text("utf-8") == permission_table(app), "run: flask admin permissions"


def test_the_command_writes_it(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storefront.admin.cli.TABLE", tmp_path / "permissions.md")
    done = app.test_cli_runner().invoke(args=["admin", "permissions"])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "permissions.md").read_text("utf-8") == TABLE.read_text("utf-8")


def test_every_address_and_method_is_in_it(app: Flask) -> None:
    text = permission_table(app)
    found = list(cells(app))
    assert len(found) > 40
    for address, method, _ in found:
        assert f"| `{address}` | {method} |" in text


def test_an_address_without_a_decision_is_a_fault(app: Flask) -> None:
    app.add_url_rule("/admin/open", "admin.open", lambda: "")
    with pytest.raises(Undecided, match="/admin/open"):
        permission_table(app)


def test_so_is_one_outside(app: Flask) -> None:
    app.add_url_rule("/elsewhere", "elsewhere", lambda: "")
    with pytest.raises(Undecided, match="/elsewhere"):
        permission_table(app)


def test_no_decision_is_left_over(app: Flask) -> None:
    used = {endpoint for _, _, endpoint in cells(app)}
    assert {name for name in OTHERS if name not in used | {endpoint.partition(".")[0] for endpoint in used}} == set()


def test_every_role_act_and_job_has_its_words() -> None:
    assert set(ROLES) == set(Role) == set(PERMISSIONS)
    assert set(ACTS) == set(Act)
    assert len(set(ACTS.values())) == len(ACTS)
    assert set(HANDLERS) >= set(JOBS)
    assert all(words.may.endswith(".") for words in ROLES.values())
    assert {permission for permissions in PERMISSIONS.values() for permission in permissions} == set(Permission)
