"""Rules about every file."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import storefront

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "storefront").rglob("*.py"))
# Started by name, outside the app.
PROCESSES = {"storefront.processes", "storefront.style_guide.shipped", "storefront.style_guide.__main__"}


def attributes(source: Path) -> set[str]:
    return {node.attr for node in ast.walk(ast.parse(source.read_text("utf-8"))) if isinstance(node, ast.Attribute)}


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_db_commits(source: Path) -> None:
    ends = attributes(source) & {"commit", "rollback"}
    assert ends == ({"commit", "rollback"} if source == ROOT / "storefront" / "db.py" else set())


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_owns(source: Path) -> None:
    tree = ast.parse(source.read_text("utf-8"))
    assert ast.get_docstring(tree) or source == ROOT / "storefront" / "__init__.py"


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_money_is_no_float_and_rows_are_not_locked_by_a_word_that_sqlite_drops(source: Path) -> None:
    text = source.read_text("utf-8")
    assert "with_for_update" not in text
    assert not re.search(r"/ ?100\b", text)
    assert "Decimal" not in text or "stripe_emulator" in source.parts


def test_modules_are_named_for_things_and_use_cases() -> None:
    bad = {"utils", "util", "helpers", "services", "actions", "common", "misc", "managers", "manager"}
    assert [str(path) for path in SOURCES if path.stem in bad or path.parent.name in bad] == []


def test_the_app_reaches_every_module() -> None:
    """Nothing forgotten, nothing dead. Asked of a fresh interpreter, for here the tests have imported more."""
    code = (
        "import sys, storefront.app; print('\\n'.join(name for name in sys.modules if name.startswith('storefront')))"
    )
    loaded = set(
        subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.split()
    )
    every = {module.name for module in pkgutil.walk_packages(storefront.__path__, "storefront.")}
    assert every - loaded - PROCESSES == set()


def test_only_the_entry_points_read_the_environment() -> None:
    allowed = {"wsgi.py", "storefront/processes.py"}
    readers = {
        str(path.relative_to(ROOT))
        for path in [*SOURCES, ROOT / "config.py", ROOT / "wsgi.py"]
        if re.search(r"\bos\.environ|\bgetenv\(", path.read_text("utf-8"))
    }
    assert readers == allowed


def test_nothing_is_loaded_from_elsewhere() -> None:
    files = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static").rglob("*.css"), *(ROOT / "static").rglob("*.js")]
    assert len(files) > 20
    for file in files:
        text = file.read_text("utf-8")
        assert not re.search(r"""(?:src|url\(|@import|from)\s*=?\s*["'(]\s*(?:https?:)?//""", text), file
        if "email" not in str(file):
            assert not re.search(
                r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*(?:\bsrc=|type=.application/ld\+json))", text
            ), file


def test_importing_a_small_package_does_not_load_the_shop() -> None:
    assert importlib.import_module("storefront.core.money").__name__ == "storefront.core.money"
    assert (ROOT / "storefront" / "__init__.py").read_text() == ""
