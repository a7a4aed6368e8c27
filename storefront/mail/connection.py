"""Where messages leave: an SMTP server, or, without one, files that a person can open."""

from __future__ import annotations

import smtplib
import ssl
import sys
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

SECONDS = 20


class MailConnection(Protocol):
    def send(self, message: EmailMessage) -> None:
        """Hand the message over. Raises when it was not taken."""


class SmtpConnection:
    """`smtp://user:password@host:587` (STARTTLS where the server offers it), `smtps://host:465`."""

    def __init__(self, url: str) -> None:
        self.parts = urlsplit(url)

    def send(self, message: EmailMessage) -> None:
        host, secure = self.parts.hostname or "", self.parts.scheme == "smtps"
        port = self.parts.port or (465 if secure else 587)
        context = ssl.create_default_context()
        with (
            smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=context)
            if secure
            else smtplib.SMTP(host, port, timeout=SECONDS)
        ) as server:
            server.ehlo()
            if not secure and server.has_extn("starttls"):
                server.starttls(context=context)
            if self.parts.username:
                server.login(unquote(self.parts.username), unquote(self.parts.password or ""))
            server.send_message(message)


class FileConnection:
    """Writes `.eml` files into a folder and says so on the console."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: EmailMessage) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        name = str(message["Message-ID"]).strip("<>").partition("@")[0]
        file = self.folder / f"{name}.eml"
        file.write_bytes(message.as_bytes())
        print(f"Mail is kept as a file, because SMTP_URL is not set: {file}", file=sys.stderr)
