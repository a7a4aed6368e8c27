"""The import contracts hold, and each of them fails on a probe made to break it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = Path(sys.executable).parent / "lint-imports"

# What a hurried hand might add, and the contract that must stop it.
PROBES = {
    "a rule imports a package above": (
        "catalog/probe.py",
        "import storefront.orders.models\n",
        "Packages stand in the order",
    ),
    "neighbours know each other": ("orders/probe.py", "import storefront.cart.models\n", "Packages stand in the order"),
    "the base knows a noun of the shop": (
        "jobs/probe.py",
        "import storefront.orders.models\n",
        "Packages stand in the order",
    ),
    "the emulator imports the shop": (
        "stripe_emulator/probe.py",
        "import storefront.core.money\n",
        "Packages stand in the order",
    ),
    "a package without a layer": ("probe/__init__.py", "", "Packages stand in the order"),
    "somebody imports a page": ("checkout/probe.py", "import storefront.cart.routes\n", "Nobody imports a page"),
    "a second gateway to Stripe": ("orders/probe.py", "import stripe\n", "One gateway to Stripe"),
    "a rule knows the request": ("payments/probe.py", "import flask\n", "Rules know nothing of the web"),
    "a rule knows a form": ("checkout/probe.py", "import wtforms\n", "Rules know nothing of the web"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([LINT, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


def test_the_contracts_hold() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("probe", list(PROBES))
def test_each_contract_fails_on_a_probe(probe: str, tmp_path: Path) -> None:
    file, code, contract = PROBES[probe]
    shutil.copytree(ROOT / "storefront", tmp_path / "storefront", ignore=shutil.ignore_patterns("data", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copy(ROOT / "config.py", tmp_path)
    (tmp_path / "storefront" / file).parent.mkdir(exist_ok=True)
    (tmp_path / "storefront" / file).write_text(code)
    done = lint(tmp_path)
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert contract in said
    assert (
        "BROKEN" in said or "not listed" in said.lower() or "exhaustive" in said.lower() or "missing" in said.lower()
    ), said
