"""Where messages leave: real SMTP on loopback, or files."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import ClassVar

import pytest

from storefront.mail.connection import FileConnection, SmtpConnection


def a_message(number: str = "ab12") -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Bezahlt: Füße", "Shop <shop@example.org>", "mara@example.org"
    message["Message-ID"] = f"<{number}@shop.example.org>"
    message.set_content("Guten Tag\n.\n..und ein Punkt\n")
    message.add_alternative("<p>Guten Tag</p>", subtype="html")
    return message


# Files.


def test_a_file_that_a_mail_program_opens(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    FileConnection(tmp_path / "made" / "mail").send(a_message())
    file = tmp_path / "made" / "mail" / "ab12.eml"
    read = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert (read["Subject"], read["To"]) == ("Bezahlt: Füße", "mara@example.org")
    assert [part.get_content_type() for part in read.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    said = capsys.readouterr()
    assert str(file) in said.err
    assert "mara" not in said.out + said.err


def test_sent_twice_it_is_one_file(tmp_path: Path) -> None:
    connection = FileConnection(tmp_path)
    for number in ("a", "a", "b"):
        connection.send(a_message(number))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.eml", "b.eml"]


# SMTP.


class Handler(socketserver.StreamRequestHandler):
    """As little of RFC 5321 as a letter needs."""

    server: Server
    timeout: ClassVar[int] = 5

    def handle(self) -> None:
        self.say("220 loopback")
        for line in self.rfile:
            word = line[:4].upper().decode().strip()
            self.server.heard.append(line.decode().strip())
            if word in self.server.refuses:
                self.say("451 not now")
            elif word == "EHLO":
                self.say("250-loopback\r\n250-8BITMIME\r\n250 AUTH PLAIN")
            elif word == "AUTH":
                self.say("235 welcome")
            elif word == "DATA":
                self.say("354 go on")
                lines = list(iter(self.rfile.readline, b".\r\n"))
                self.server.letters.append(b"".join(line[1:] if line.startswith(b".") else line for line in lines))
                self.say("250 taken")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.heard: list[str] = []
        self.letters: list[bytes] = []
        self.refuses: set[str] = set()

    @property
    def url(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.real_clock
def test_a_letter_arrives_as_it_was_written(server: Server) -> None:
    SmtpConnection(f"smtp://{server.url}").send(a_message())
    [letter] = server.letters
    read = message_from_bytes(letter, policy=policy.default)
    assert read["Subject"] == "Bezahlt: Füße"
    assert read.get_body(("plain",)).get_content().replace("\r\n", "\n") == "Guten Tag\n.\n..und ein Punkt\n"  # type: ignore[union-attr]
    assert "mail FROM:<shop@example.org>" in " ".join(server.heard)
    assert "rcpt TO:<mara@example.org>" in " ".join(server.heard)
    assert not [line for line in server.heard if line.startswith("AUTH")]


@pytest.mark.real_clock
def test_name_and_password_are_unquoted(server: Server) -> None:
    SmtpConnection(f"smtp://shop%40example.org:a%2Fb%3A@{server.url}").send(a_message())
    from base64 import b64decode

    [login] = [line for line in server.heard if line.startswith("AUTH PLAIN")]
    assert b64decode(login.split()[-1]) == b"\0shop@example.org\0a/b:"


@pytest.mark.real_clock
@pytest.mark.parametrize("word", ["MAIL", "RCPT", "AUTH"])
def test_a_letter_that_is_not_taken_raises(server: Server, word: str) -> None:
    server.refuses = {word}
    with pytest.raises(OSError):  # smtplib's errors are such
        SmtpConnection(f"smtp://user:password@{server.url}").send(a_message())
    assert server.letters == []


@pytest.mark.real_clock
def test_a_server_that_is_away_raises(server: Server) -> None:
    url = server.url
    server.shutdown()
    server.server_close()
    with pytest.raises(ConnectionError):
        SmtpConnection(f"smtp://{url}").send(a_message())


@pytest.mark.parametrize("url", ["smtp://mail.example.org", "smtps://mail.example.org"])
def test_the_password_is_not_in_the_name(url: str) -> None:
    connection = SmtpConnection(url.replace("://", "://user:password@"))
    assert "password" not in repr(connection)
