"""Starting the shop's processes under one supervisor: `python -m storefront.processes run` and `... serve`.

`run` is for trying the shop out: it makes what is missing (secrets, tables, the demonstration) and starts shop, worker
and Stripe emulator. `serve` starts the production processes from the environment alone.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values
from honcho.manager import Manager

from config import Settings, SettingsError

ROOT = Path(__file__).parents[1]
ENV_FILE = ROOT / ".env"
EMULATOR_PORT = 12111
READY_SECONDS = 60
ASKED_TO_STOP = {130, 143}  # what honcho notes for SIGINT and SIGTERM
BIN = Path(sys.executable).parent


class CannotStart(Exception):
    """Raised with the sentence that says why and what to do."""


def run() -> int:
    """Everything a newcomer needs, from one command. Returns the exit status."""
    env = _development_env()
    settings = Settings.from_env(env)
    emulator_port = int(env["EMULATOR_PORT"])
    for port, name in ((settings.port, "PORT"), (emulator_port, "EMULATOR_PORT")):
        _require_free(settings.host, port, name)
    settings.instance_dir.mkdir(parents=True, exist_ok=True)
    _flask(env, "db", "upgrade")
    _flask(env, "demo", "load")
    manager = Manager()
    webhook = f"{settings.shop_url}/payments/stripe/webhook"
    emulator: list[str | Path] = [BIN / "flask", "stripe-emulator", "run", "--port", str(emulator_port)]
    emulator += ["--webhook-url", webhook]
    _add(manager, "stripe", emulator, env)
    _add(manager, "shop", _web_command(settings), env)
    _add(manager, "worker", [BIN / "flask", "jobs", "work"], env)
    link = _said(env, "accounts", "first-link")
    threading.Thread(target=_announce, args=(settings, env["STRIPE_API_BASE"], link), daemon=True).start()
    return _loop(manager)


def serve() -> int:
    """The production processes, for use behind a proxy. Reads nothing but the environment."""
    settings = Settings.from_env(os.environ)
    _require_free(settings.host, settings.port, "PORT")
    _refuse_unsafe(dict(os.environ))
    manager = Manager()
    _add(manager, "shop", _web_command(settings), os.environ)
    _add(manager, "worker", [BIN / "flask", "jobs", "work"], os.environ)
    return _loop(manager)


def _development_env() -> dict[str, str]:
    """The environment, the ignored `.env` beneath it, and secrets made into that file when it is not there yet."""
    if not ENV_FILE.exists():
        lines = [
            "# Made by `make run`, for this machine only. Ignored by git; readable by you alone.",
            f"SECRET_KEY={secrets.token_urlsafe(48)}",
            f"STRIPE_SECRET_KEY=sk_test_{secrets.token_hex(18)}",
            f"STRIPE_WEBHOOK_SECRET=whsec_{secrets.token_urlsafe(24)}",
        ]
        descriptor = os.open(ENV_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write("\n".join(lines) + "\n")
    kept = {name: value for name, value in dotenv_values(ENV_FILE).items() if value is not None}
    env = {**kept, **os.environ}
    env.setdefault("EMULATOR_PORT", str(EMULATOR_PORT))
    if not env["EMULATOR_PORT"].isdigit() or not 0 < int(env["EMULATOR_PORT"]) < 65536:
        raise CannotStart("EMULATOR_PORT must be a whole number from 1 to 65535.")
    env.setdefault("STRIPE_API_BASE", f"http://127.0.0.1:{env['EMULATOR_PORT']}")
    env.setdefault("STRIPE_CHECKOUT_ORIGIN", env["STRIPE_API_BASE"])
    env.setdefault("WEB_PROCESSES", "1")
    return env


def _web_command(settings: Settings) -> list[str | Path]:
    return [
        BIN / "granian", "--interface", "wsgi", "--host", settings.host, "--port", str(settings.port),
        "--workers", str(settings.web_processes), "--blocking-threads", str(settings.web_threads),
        "--respawn-failed-workers", "--no-access-log", "--log-level", "warning", "--workers-kill-timeout", "10",
        "wsgi:app",
    ]  # fmt: skip


def _add(manager: Manager, name: str, command: list[str | Path], env: Mapping[str, str]) -> None:
    # "exec", so that the supervisor's signals reach the process and not a shell around it.
    line = "exec " + " ".join(_quoted(str(part)) for part in command)
    manager.add_process(name, line, cwd=str(ROOT), env={**env, "PYTHONUNBUFFERED": "1"})


def _quoted(part: str) -> str:
    return "'" + part.replace("'", "'\\''") + "'"


def _loop(manager: Manager) -> int:
    """Until Ctrl-C or SIGTERM, which end all of them in peace.

    One that ends by itself ends the others, and that is a failure.
    """
    manager.loop()
    return 0 if manager.returncode in ASKED_TO_STOP else 1


def _flask(env: Mapping[str, str], *words: str) -> None:
    done = subprocess.run([BIN / "flask", *words], cwd=ROOT, env=dict(env), check=False)
    if done.returncode:
        raise CannotStart(f"`flask {' '.join(words)}` failed; what it says stands above.")


def _said(env: Mapping[str, str], *words: str) -> str:
    done = subprocess.run(
        [BIN / "flask", *words], cwd=ROOT, env=dict(env), check=False, stdout=subprocess.PIPE, text=True
    )
    if done.returncode:
        raise CannotStart(f"`flask {' '.join(words)}` failed; what it says stands above.")
    return done.stdout.strip()


def _require_free(host: str, port: int, name: str) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} is taken. Choose another one with {name}, as in: make run {name}={port + 1}"
            ) from error


def _refuse_unsafe(env: Mapping[str, str]) -> None:
    """What can only be known by asking the database."""
    done = subprocess.run([BIN / "flask", "demo", "check"], cwd=ROOT, env=dict(env), check=False)
    if done.returncode:
        raise CannotStart("The shop does not start; what must be mended stands above.")


def _announce(settings: Settings, emulator: str, link: str) -> None:
    """Say where the shop is once it answers, and, until there is an owner, how to become one."""
    staff = f"  Nobody runs this shop yet. Become its owner here, once:\n    {link}\n" if link else ""
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        try:
            for address in (f"{settings.shop_url}/readyz", f"{emulator}/_emu/state"):
                urllib.request.urlopen(address, timeout=2).close()  # noqa: S310
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
            continue
        print(
            f"\n  The shop is open:  {settings.shop_url}\n"
            "  Nothing real is charged. Cards for the payment page (any later date, any CVC):\n"
            "    4242 4242 4242 4242  is paid\n"
            "    4000 0000 0000 0002  is declined\n"
            "    4000 0025 0000 3155  asks for 3-D Secure\n"
            f"{staff}"
            f"  E-mails are kept in {settings.instance_dir / 'mail'}\n"
            "  Ctrl-C stops everything.\n",
            flush=True,
        )
        return


def main(words: list[str]) -> int:
    try:
        match words:
            case ["run"]:
                return run()
            case ["serve"]:
                return serve()
            case _:
                raise CannotStart("Say `run` or `serve`.")
    except SettingsError as error:
        print("The settings are not complete:\n  " + "\n  ".join(error.faults), file=sys.stderr)
    except CannotStart as error:
        print(error, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
