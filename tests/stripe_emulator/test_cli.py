"""The command: refused in production, one line when ready, a clean end."""

import signal
import socket
import threading
import time
from types import SimpleNamespace

import pytest
import requests
from flask import Flask

from storefront.stripe_emulator.cli import stripe_emulator

ASKED = ["stripe-emulator", "run", "--port", "0", "--webhook-url", "http://127.0.0.1:9/hook"]


def runner(*, production: bool):
    app = Flask("shop")
    app.extensions["settings"] = SimpleNamespace(production=production)
    app.cli.add_command(stripe_emulator)
    return app.test_cli_runner()


@pytest.fixture(autouse=True)
def _no_secret_around(monkeypatch):
    monkeypatch.delenv("STRIPE_WEBHOOK_SECRET", raising=False)


def test_refused_in_production():
    result = runner(production=True).invoke(args=[*ASKED, "--webhook-secret", "whsec_x"])
    assert result.exit_code == 1
    assert "does not run with production settings" in result.output


def test_needs_a_secret():
    assert runner(production=False).invoke(args=ASKED).exit_code == 2
    assert runner(production=False).invoke(args=[*ASKED, "--webhook-secret", " ,x"]).exit_code == 1


def test_says_so_when_the_port_is_taken(capfd):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        asked = ["stripe-emulator", "run", "--port", port, "--webhook-url", "http://127.0.0.1:9/"]
        result = runner(production=False).invoke(args=[*asked, "--webhook-secret", "x"])
    assert result.exit_code == 1
    assert f"Port {port} cannot be used" in result.output


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_serves_until_it_is_told_to_stop(ending, monkeypatch):
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", "whsec_new,whsec_old")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    seen = []

    def visit():
        end = time.monotonic() + 5
        while not seen and time.monotonic() < end:
            try:
                seen.append(requests.get(f"http://127.0.0.1:{port}/_emu/state", timeout=2).status_code)
            except requests.ConnectionError:
                time.sleep(0.02)
        signal.raise_signal(ending)

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    visitor = threading.Thread(target=visit)
    visitor.start()
    asked = ["stripe-emulator", "run", "--port", str(port), "--webhook-url", "http://127.0.0.1:9/"]
    result = runner(production=False).invoke(args=asked)
    visitor.join()
    assert (seen, result.exit_code) == ([200], 0)
    [line] = result.output.strip().splitlines()
    assert f"http://127.0.0.1:{port}" in line
    assert "4242424242424242" in line
    assert {number: signal.getsignal(number) for number in before} == before
