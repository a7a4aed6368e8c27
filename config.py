"""Every setting of the shop, typed, read once from a mapping.

All faults are reported together, by name, never by value.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from storefront.core.money import EXPONENTS

STRIPE_API = "https://api.stripe.com"
STRIPE_CHECKOUT = "https://checkout.stripe.com"
WEAK_WORDS = ("changeme", "change-me", "secret", "password", "default", "insecure", "example", "develop", "test-key")
TRUE, FALSE = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}


class SettingsError(Exception):
    """One or more settings are missing or wrong; the message names each of them and holds no value."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Settings:
    """The shop's settings. Build them with `from_env`, or by hand in a test. See docs/settings.md."""

    secret_key: str = field(repr=False)
    database_url: str = field(repr=False)
    stripe_secret_key: str = field(repr=False)
    stripe_webhook_secrets: tuple[str, ...] = field(repr=False)
    instance_dir: Path
    media_dir: Path
    shop_url: str
    shop_name: str = "Running Stitch"
    currency: str = "USD"
    media_url: str = "/media"
    smtp_url: str = field(default="", repr=False)
    mail_from: str = "shop@localhost"
    stripe_api_base: str = STRIPE_API
    stripe_checkout_origin: str = STRIPE_CHECKOUT
    statement_descriptor: str = "RUNNING STITCH"
    session_minutes: int = 35
    ships_from: str = "US"
    exit_url: str = "https://worldweather.wmo.int/"
    impact_assessment_url: str = ""
    trusted_proxies: int = 0
    host: str = "127.0.0.1"
    port: int = 8000
    web_processes: int = 2
    web_threads: int = 4
    production: bool = False
    totp_issuer: str = ""
    totp_secrets: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    password_pepper: str = field(default="", repr=False)

    @property
    def pepper(self) -> str:
        """What is mixed into passwords and recovery codes before they are hashed; no table holds it."""
        return self.password_pepper or _derived(self.secret_key, "pepper")

    @property
    def totp_keys(self) -> dict[str, str]:
        """What the secrets of authenticator apps are encrypted with; the highest number encrypts, all decrypt."""
        return dict(self.totp_secrets) or {"1": _derived(self.secret_key, "totp")}

    @property
    def https(self) -> bool:
        return self.shop_url.startswith("https://")

    @property
    def shop_host(self) -> str:
        """Host and port as a browser writes them in the Host header."""
        return urlsplit(self.shop_url).netloc.lower()

    def cookie_name(self, name: str) -> str:
        """`__Host-` binds a cookie to this very host; browsers accept the prefix over https only."""
        return f"__Host-{name}" if self.https else name

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Settings:
        """Read and check everything. Raises `SettingsError` with all faults at once."""
        reader = _Reader(env)
        production = reader.flag("PRODUCTION")
        port = reader.whole("PORT", 8000, 1, 65535)
        instance_dir = Path(reader.text("INSTANCE_DIR", "instance")).resolve()
        settings = cls(
            production=production,
            secret_key=reader.required("SECRET_KEY"),
            instance_dir=instance_dir,
            database_url=reader.checked(
                "DATABASE_URL",
                f"sqlite:///{instance_dir / 'storefront.db'}",
                _database,
                "must be a sqlite:/// or postgresql:// address",
            ),
            media_dir=Path(reader.text("MEDIA_DIR", str(instance_dir / "media"))).resolve(),
            media_url=reader.text("MEDIA_URL", "/media").rstrip("/"),
            shop_url=reader.checked(
                "SHOP_URL",
                "" if production else f"http://127.0.0.1:{port}",
                _origin,
                "must be an address like https://shop.example.org, without a path",
            ),
            shop_name=reader.checked(
                "SHOP_NAME", "Running Stitch", _one_line, "must be one line of at most 60 letters"
            ),
            currency=reader.checked(
                "CURRENCY", "USD", _currency, "must be a currency that the shop can count in, such as USD or EUR"
            ),
            smtp_url=reader.checked(
                "SMTP_URL", "", _smtp, "must be an address like smtp://user:password@mail.example.org:587"
            ),
            mail_from=reader.checked(
                "MAIL_FROM", "" if production else "shop@localhost", _address, "must be an e-mail address"
            ),
            stripe_secret_key=reader.required("STRIPE_SECRET_KEY"),
            stripe_webhook_secrets=tuple(
                s.strip() for s in reader.text("STRIPE_WEBHOOK_SECRET", "").split(",") if s.strip()
            ),
            stripe_api_base=reader.checked("STRIPE_API_BASE", STRIPE_API, _origin, "must be an address without a path"),
            stripe_checkout_origin=reader.checked(
                "STRIPE_CHECKOUT_ORIGIN", STRIPE_CHECKOUT, _origin, "must be an address without a path"
            ),
            statement_descriptor=reader.checked(
                "STATEMENT_DESCRIPTOR",
                "RUNNING STITCH",
                _descriptor,
                "must be 5 to 22 letters, digits, spaces or . - and hold a letter",
            ),
            session_minutes=reader.whole("SESSION_MINUTES", 35, 32, 1439),
            ships_from=reader.checked("SHIPS_FROM", "US", _country, "must be a country code of two letters"),
            exit_url=reader.checked("EXIT_URL", "https://worldweather.wmo.int/", _https, "must be an https:// address"),
            impact_assessment_url=reader.checked("IMPACT_ASSESSMENT_URL", "", _https, "must be an https:// address"),
            trusted_proxies=reader.whole("TRUSTED_PROXIES", 0, 0, 10),
            host=reader.text("HOST", "127.0.0.1"),
            port=port,
            web_processes=reader.whole("WEB_PROCESSES", 2, 1, 64),
            web_threads=reader.whole("WEB_THREADS", 4, 1, 256),
            totp_issuer=reader.checked(
                "TOTP_ISSUER", "", _issuer, "must be one line of at most 60 letters, without a colon"
            ),
            totp_secrets=reader.keys("TOTP_SECRETS"),
            password_pepper=reader.checked("PASSWORD_PEPPER", "", _key, "must be 32 or more random characters"),
        )
        if settings.production:
            reader.faults += _unsafe(settings, env)
        if reader.faults:
            raise SettingsError(reader.faults)
        return settings


class _Reader:
    """Reads one name after another and collects what is wrong with them."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env, self.faults = env, list[str]()

    def text(self, name: str, default: str) -> str:
        return self.env.get(name, "").strip() or default

    def required(self, name: str) -> str:
        value = self.text(name, "")
        if not value:
            self.faults.append(f"{name} is not set")
        return value

    def checked(self, name: str, default: str, check: Callable[[str], str | None], wish: str) -> str:
        value = self.text(name, default)
        if not value and name in {"SHOP_URL", "MAIL_FROM"}:
            self.faults.append(f"{name} is not set")
            return value
        if value and (checked := check(value)) is not None:
            return checked
        if value:
            self.faults.append(f"{name} {wish}")
        return value

    def keys(self, name: str) -> tuple[tuple[str, str], ...]:
        """`1:key,2:key`: numbered, so that what an older one encrypted can still be read."""
        pairs = [pair.strip().partition(":") for pair in self.text(name, "").split(",") if pair.strip()]
        if any(not number.isdecimal() or _key(key) is None for number, _, key in pairs):
            self.faults.append(f"{name} must be like 1:key,2:key, each key 32 or more random characters")
            return ()
        return tuple((number, key) for number, _, key in pairs)

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        value = self.text(name, str(default))
        if not re.fullmatch(r"[0-9]{1,9}", value) or not least <= int(value) <= most:
            self.faults.append(f"{name} must be a whole number from {least} to {most}")
            return default
        return int(value)

    def flag(self, name: str) -> bool:
        value = self.text(name, "").lower()
        if value not in TRUE | FALSE:
            self.faults.append(f"{name} must be 1 or 0")
        return value in TRUE


def _unsafe(settings: Settings, env: Mapping[str, str]) -> list[str]:
    """What a production start refuses."""
    faults, key = [], settings.secret_key
    if key and (len(key) < 32 or len(set(key)) < 10 or any(word in key.lower() for word in WEAK_WORDS)):
        faults.append("SECRET_KEY is too weak for production: use 32 or more random characters")
    if env.get("FLASK_DEBUG", "").strip().lower() not in FALSE:
        faults.append("FLASK_DEBUG must be off in production")
    if not settings.stripe_webhook_secrets:
        faults.append("STRIPE_WEBHOOK_SECRET is not set")
    if settings.stripe_api_base != STRIPE_API:
        faults.append("STRIPE_API_BASE must be Stripe's own address in production")
    if (
        settings.shop_url
        and not settings.https
        and (urlsplit(settings.shop_url).hostname or "") not in {"127.0.0.1", "localhost", "::1"}
    ):
        faults.append("SHOP_URL must be https in production")
    return faults


def _database(value: str) -> str | None:
    if value.startswith("sqlite:///"):
        return value
    for prefix in ("postgresql+psycopg://", "postgresql://", "postgres://"):
        if value.startswith(prefix):
            return "postgresql+psycopg://" + value.removeprefix(prefix)
    return None


def _origin(value: str) -> str | None:
    parts = urlsplit(value)
    fits = (
        parts.scheme in {"http", "https"}
        and parts.hostname
        and parts.path in {"", "/"}
        and not parts.query
        and not parts.fragment
    )
    return f"{parts.scheme}://{parts.netloc}".lower() if fits else None


def _https(value: str) -> str | None:
    return value if urlsplit(value).scheme == "https" and urlsplit(value).hostname else None


def _smtp(value: str) -> str | None:
    return value if urlsplit(value).scheme in {"smtp", "smtps"} and urlsplit(value).hostname else None


def _derived(key: str, purpose: str) -> str:
    return hmac.new(key.encode(), f"settings:{purpose}".encode(), hashlib.sha256).hexdigest()


def _key(value: str) -> str | None:
    return value if len(value) >= 32 and len(set(value)) >= 10 else None


def _issuer(value: str) -> str | None:
    return value if _one_line(value) and ":" not in value else None


def _one_line(value: str) -> str | None:
    return value if value.isprintable() and len(value) <= 60 else None


def _address(value: str) -> str | None:
    return value if re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", value) else None


def _currency(value: str) -> str | None:
    return value.upper() if value.upper() in EXPONENTS else None


def _country(value: str) -> str | None:
    return value.upper() if re.fullmatch(r"[A-Za-z]{2}", value) else None


def _descriptor(value: str) -> str | None:
    return value if re.fullmatch(r"(?=.*[A-Za-z])[A-Za-z0-9 .\-]{5,22}", value) else None
