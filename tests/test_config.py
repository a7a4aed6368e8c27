from pathlib import Path

import pytest

from config import Settings, SettingsError

GOOD = {"SECRET_KEY": "k" * 8, "STRIPE_SECRET_KEY": "sk_test_1"}
PRODUCTION = {
    "PRODUCTION": "1",
    "SECRET_KEY": "Zq8wPm3kYv5nRt7xLb2cJd9fHg4sQa6e",
    "STRIPE_SECRET_KEY": "sk_live_1",
    "STRIPE_WEBHOOK_SECRET": "whsec_a, whsec_b",
    "SHOP_URL": "https://shop.example.org",
    "MAIL_FROM": "shop@example.org",
}


def faults(env: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env(env)
    return caught.value.faults


def test_all_faults_are_told_at_once_by_name_and_without_values() -> None:
    env = {
        "SESSION_MINUTES": "soon",
        "CURRENCY": "XXX",
        "PORT": "99999",
        "STATEMENT_DESCRIPTOR": "<bad>",
        "SMTP_URL": "nowhere",
    }
    said = "; ".join(faults(env))
    for name in ("SECRET_KEY", "STRIPE_SECRET_KEY", *env):
        assert name in said
    assert not any(value in said for value in env.values())


def test_defaults_are_enough_to_try_it_out() -> None:
    settings = Settings.from_env(GOOD)
    assert settings.shop_url == "http://127.0.0.1:8000"
    assert settings.media_dir == Path("instance/media").resolve()
    assert settings.database_url == f"sqlite:///{Path('instance/storefront.db').resolve()}"
    assert not settings.https


def test_production_starts_with_what_it_needs() -> None:
    settings = Settings.from_env(PRODUCTION)
    assert settings.stripe_webhook_secrets == ("whsec_a", "whsec_b")
    assert settings.cookie_name("bag") == "__Host-bag"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "changeme-changeme-changeme-changeme-1"),
        ("SECRET_KEY", "a" * 64),
        ("STRIPE_WEBHOOK_SECRET", ""),
        ("STRIPE_API_BASE", "http://127.0.0.1:12111"),
        ("SHOP_URL", "http://shop.example.org"),
        ("SHOP_URL", ""),
        ("MAIL_FROM", ""),
        ("FLASK_DEBUG", "1"),
    ],
)
def test_production_refuses(name: str, value: str) -> None:
    [fault] = faults(PRODUCTION | {name: value})
    assert fault.startswith(name)


def test_settings_do_not_print_their_secrets() -> None:
    shown = repr(Settings.from_env(PRODUCTION))
    for secret in (PRODUCTION["SECRET_KEY"], "sk_live_1", "whsec_a", "storefront.db"):
        assert secret not in shown


@pytest.mark.parametrize(
    ("given", "driver"),
    [("postgresql://u:p@h/d", "postgresql+psycopg://u:p@h/d"), ("postgres://h/d", "postgresql+psycopg://h/d")],
)
def test_postgresql_goes_through_psycopg(given: str, driver: str) -> None:
    assert Settings.from_env(GOOD | {"DATABASE_URL": given}).database_url == driver


@pytest.mark.parametrize("url", ["https://shop.example.org/path", "shop.example.org", "ftp://x", "https://"])
def test_the_shops_address_has_no_path(url: str) -> None:
    assert [fault.split()[0] for fault in faults(GOOD | {"SHOP_URL": url})] == ["SHOP_URL"]
