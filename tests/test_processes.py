"""What `make run` makes must work with what it starts."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from config import Settings
from storefront import processes


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / ".env"
    monkeypatch.setattr(processes, "ENV_FILE", file)
    monkeypatch.setattr("os.environ", {"INSTANCE_DIR": str(tmp_path)})
    return file


def test_secrets_are_made_once_and_readable_by_their_owner_alone(env_file: Path) -> None:
    first = processes._development_env()
    assert stat.S_IMODE(env_file.stat().st_mode) == 0o600
    assert processes._development_env() == first
    assert Settings.from_env(first).stripe_api_base == "http://127.0.0.1:12111"


def test_every_key_is_one_that_the_emulator_takes(env_file: Path) -> None:
    """Letters and digits only: what else a random word may hold was refused by the emulator, for one key in three."""
    for _ in range(300):
        key = processes._development_env()["STRIPE_SECRET_KEY"].removeprefix("sk_test_")
        assert len(key) == 36
        assert key.isalnum()
        env_file.unlink()


def test_a_wrong_port_is_said(
    env_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.environ", {"EMULATOR_PORT": "many"})
    assert processes.main(["run"]) == 1
    assert "EMULATOR_PORT must be a whole number" in capsys.readouterr().err


def test_what_is_missing_in_production_is_said_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.environ", {"PRODUCTION": "1"})
    assert processes.main(["serve"]) == 1
    said = capsys.readouterr().err
    assert all(
        name in said for name in ("SECRET_KEY", "STRIPE_SECRET_KEY", "SHOP_URL", "MAIL_FROM", "STRIPE_WEBHOOK_SECRET")
    )
