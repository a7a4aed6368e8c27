"""A running shop: its three processes, its database, its mail folder and the switches of its Stripe emulator."""

from __future__ import annotations

import contextlib
import email
import email.policy
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar

import requests
from sqlalchemy import create_engine, select, update
from sqlalchemy.orm import Session, selectinload

from config import Settings
from storefront.catalog.models import Stock, Variant
from storefront.core.clock import now
from storefront.jobs.models import Periodic
from storefront.orders.models import HoldState, Order, OrderLine
from storefront.processes import _web_command  # the very command that `make run` and `make serve` start

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
START_SECONDS, STOP_SECONDS = 60, 2
PATIENCE = 30  # seconds; two busy cores are slow
ANY_CARD = {"pay_by": "card", "expiry": "04/39", "cvc": "123", "name": "Mara Lindqvist"}
Found = TypeVar("Found")


def until(look: Callable[[], Found], *, seconds: float = PATIENCE, what: str = "what was waited for") -> Found:
    """What `look` finds as soon as it is true in the sense of `if`."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"{what} did not come within {seconds} s"
        time.sleep(0.1)
    return found


@dataclass
class Store:
    """One shop on loopback. Use as a context: on the way out every process group ends, come what may."""

    folder: Path
    database_url: str
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    read: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        port, stripe_port = free_ports(2)
        self.url, self.stripe_url = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{stripe_port}"
        self.env = {
            "PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "PYTHONUNBUFFERED": "1", "FLASK_SKIP_DOTENV": "1",
            "SECRET_KEY": "a key for tests that is long enough 0123456789", "STRIPE_SECRET_KEY": "sk_test_browser",
            "STRIPE_WEBHOOK_SECRET": "whsec_browser", "STRIPE_API_BASE": self.stripe_url, "STRIPE_CHECKOUT_ORIGIN": self.stripe_url,
            "DATABASE_URL": self.database_url, "INSTANCE_DIR": str(self.folder), "PORT": str(port), "WEB_PROCESSES": "1",
        }  # fmt: skip
        self.settings = Settings.from_env(self.env)
        self.engine = create_engine(self.settings.database_url)

    # -- processes

    def __enter__(self) -> Store:
        try:
            self._start("shop", *map(str, _web_command(self.settings)))
            self._start("worker", f"{BIN}/flask", "jobs", "work")
            webhook = f"{self.url}/payments/stripe/webhook"
            port = self.stripe_url.rpartition(":")[2]
            self._start("stripe", f"{BIN}/flask", "stripe-emulator", "run", "--port", port, "--webhook-url", webhook)
            self._guard()
            until(self._is_ready, seconds=START_SECONDS, what="the shop's start")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        for process in self.processes:
            _signal(process, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for process in self.processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=max(0, deadline - time.monotonic()))
            _signal(process, signal.SIGKILL)  # a group may outlive its leader
            process.wait()
        self.guard.kill()
        self.guard.communicate()
        self.engine.dispose()

    def _start(self, name: str, *command: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / f"{name}.log").open("wb") as log:
            self.processes.append(
                subprocess.Popen(
                    command, cwd=ROOT, env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
                )
            )  # fmt: skip

    def _guard(self) -> None:
        """A shell that waits for our end of its pipe to close: should we be killed, it ends what we started."""
        groups = [f"-{process.pid}" for process in self.processes]
        self.guard = subprocess.Popen(
            ["/bin/sh", "-c", 'cat >/dev/null; kill -s KILL -- "$@" 2>/dev/null', "guard", *groups],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def _is_ready(self) -> bool:
        for process in self.processes:
            assert process.poll() is None, "A process ended before it was ready:\n" + self.logs()
        try:
            shop, stripe = (
                requests.get(address, timeout=5) for address in (f"{self.url}/readyz", f"{self.stripe_url}/_emu/state")
            )
        except requests.ConnectionError:
            return False
        return shop.ok and stripe.ok and "The worker is ready." in self._log("worker")

    def _log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def logs(self) -> str:
        return "\n".join(f"--- {file.stem}\n{file.read_text(errors='replace')[-3000:]}" for file in self._log_files())

    def _log_files(self) -> list[Path]:
        return sorted(self.folder.glob("*.log"))

    def new_faults(self) -> list[str]:
        """Lines that speak of a fault and were written since this was last asked."""
        faults = []
        for file in self._log_files():
            with file.open(errors="replace") as log:
                log.seek(self.read.get(file.name, 0))
                faults += [f"{file.stem}: {line.strip()}" for line in log if _is_fault(line)]
                self.read[file.name] = log.tell()
        return faults

    def flask(self, *words: str) -> str:
        """Run one of the shop's commands; returns what it says."""
        done = subprocess.run(
            [f"{BIN}/flask", *words], cwd=ROOT, env=self.env, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    # -- Stripe

    def stripe(self, switch: str, **body: Any) -> Any:
        """Ask or tell the emulator something; see docs/stripe-emulator.md."""
        answer = requests.request("POST" if body or switch == "reset" else "GET", f"{self.stripe_url}/_emu/{switch}", json=body, timeout=20)  # fmt: skip
        assert answer.ok, answer.text
        return answer.json()

    def sessions_of(self, reference: str) -> list[dict[str, Any]]:
        return [row for row in self.stripe("state")["sessions"] if row["client_reference_id"] == reference]

    def pay_and_leave(self, hosted_page: str, *, number: str = "4242424242424242") -> None:
        """Pay on the hosted page and follow nothing: the browser was closed before the answer came."""
        answer = requests.post(hosted_page, data=ANY_CARD | {"number": number}, allow_redirects=False, timeout=20)
        assert answer.status_code == 303, answer.text
        assert answer.headers["Location"].startswith(self.url)

    # -- database and mail

    def orders_of(self, email_address: str) -> list[Order]:
        loaded = select(Order).options(selectinload(Order.lines), selectinload(Order.history))
        with Session(self.engine) as session:
            return list(session.scalars(loaded.where(Order.email == email_address).order_by(Order.id)))

    def order_of(self, email_address: str) -> Order:
        (order,) = self.orders_of(email_address)
        return order

    def wait_for_order(self, email_address: str, state: str) -> Order:
        until(lambda: self.order_of(email_address).state.value == state, what=f"an order that is {state}")
        return self.order_of(email_address)

    def stock_of(self, sku: str) -> tuple[int, int]:
        """(on hand, held)"""
        query = select(Stock.on_hand, Stock.held).join(Variant, Variant.id == Stock.variant_id)
        with Session(self.engine) as session:
            row = session.execute(query.where(Variant.sku == sku)).one()
        return row.on_hand, row.held

    def sell_behind_the_back_of(self, order: Order) -> None:
        """What no code of the shop does: the stock that the order holds goes to somebody else."""
        with Session(self.engine) as session, session.begin():
            for line in order.lines:
                session.execute(
                    update(Stock)
                    .where(Stock.variant_id == line.variant_id)
                    .values(held=Stock.held - line.quantity, on_hand=Stock.on_hand - line.quantity)
                )
            session.execute(
                update(OrderLine).where(OrderLine.order_id == order.id).values(stock=HoldState.RELEASED)
            )  # fmt: skip

    def make_sweep_due(self) -> None:
        with Session(self.engine) as session, session.begin():
            session.execute(
                update(Periodic).where(Periodic.name == "payments.sweep").values(next_at=now() - timedelta(seconds=1))
            )

    def mails_to(self, address: str) -> list[EmailMessage]:
        """Every message that left, as often as it left: a file is written over, the worker's log is not."""
        sent = re.findall(r"Mail is kept as a file.*?: (\S+\.eml)", self._log("worker"))
        return [message for file in sent if (message := _message(Path(file)))["To"] == address]

    def mail_files_to(self, address: str) -> list[Path]:
        return [file for file in (self.folder / "mail").glob("*.eml") if _message(file)["To"] == address]

    def wait_for_mail(self, address: str) -> EmailMessage:
        """The one message to this address."""
        until(lambda: self.mails_to(address), what=f"an e-mail to {address}")
        (message,) = self.mails_to(address)
        return message


def _message(file: Path) -> EmailMessage:
    return email.message_from_bytes(file.read_bytes(), _class=EmailMessage, policy=email.policy.default)


def free_ports(number: int) -> list[int]:
    sockets = [socket.socket() for _ in range(number)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _is_fault(line: str) -> bool:
    if line.startswith("Traceback"):
        return True
    try:
        said = json.loads(line)
    except ValueError:
        return False
    return isinstance(said, dict) and (said.get("level") in {"error", "critical"} or said.get("status") == 500)
