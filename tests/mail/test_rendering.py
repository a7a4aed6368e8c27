"""From facts to a message in text and HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from storefront.app import create_app
from storefront.mail.rendering import render
from tests.conftest import settings_for

TEMPLATES = Path(__file__).parents[2] / "templates"
USD = {"currency": "USD"}
FACTS: dict[str, Any] = {
    "reference": "R7K2M4QX9D", "name": "Mara & <b>Söhne</b>", "lines": [
        {"name": "Kantha <i>throw</i>", "options": "Marigold & plum", "quantity": 2, "total": USD | {"minor": 123456}},
    ],
    "goods": USD | {"minor": 123456}, "shipping_name": "Standard delivery", "shipping": USD | {"minor": 0},
    "total": USD | {"minor": 123456}, "address": ["Mara & <b>Söhne</b>", "48 Linden Street"], "country": "US",
    "gift_message": "Für die <Reise>\nশুভ",
}  # fmt: skip
RETURNED = {"reference": "R7K2M4QX9D", "name": "Mara", "amount": USD | {"minor": 5600}}


@pytest.fixture(autouse=True)
def _in_a_shop(tmp_path: Path) -> Iterator[None]:
    settings = settings_for("sqlite://", tmp_path, shop_name="Müller & Co", mail_from="shop@example.org")
    app: Flask = create_app(replace(settings, shop_url="https://shop.example.org"))
    with app.app_context():
        yield


def confirmed(**changes: Any) -> EmailMessage:
    return render("mara@example.org", "orders/emails/confirmed", FACTS | changes, number="ab" * 16)


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_the_head() -> None:
    message = confirmed()
    assert message["Subject"] == "Your order R7K2M4QX9D is paid"
    assert message["To"] == "mara@example.org"
    assert message["From"] == "Müller & Co <shop@example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == f"<{'ab' * 16}@shop.example.org>"
    assert "Bcc" not in message
    assert "Reply-To" not in message


def test_the_same_promise_is_the_same_message() -> None:
    assert confirmed()["Message-ID"] == confirmed()["Message-ID"]
    other = render("mara@example.org", "orders/emails/confirmed", FACTS, number="cd" * 16)
    assert other["Message-ID"] != confirmed()["Message-ID"]


def test_text_and_html_say_the_same() -> None:
    message = confirmed()
    assert [p.get_content_type() for p in message.iter_parts()] == ["text/plain", "text/html"]
    for kind in ("plain", "html"):
        words = part(message, kind)
        for fact in ("R7K2M4QX9D", "$1,234.56", "free", "United States", "48 Linden Street", "শুভ"):
            assert fact in words, (kind, fact)
        assert "https://shop.example.org/orders/R7K2M4QX9D" in words


def test_text_is_plain_and_html_is_escaped() -> None:
    message = confirmed()
    assert "Mara & <b>Söhne</b>" in part(message, "plain")
    assert "&amp;" not in part(message, "plain")
    html = part(message, "html")
    assert "Mara &amp; &lt;b&gt;Söhne&lt;/b&gt;" in html
    assert "Kantha &lt;i&gt;throw&lt;/i&gt;" in html
    assert "&lt;Reise&gt;" in html
    assert html.startswith("<!doctype html>")
    assert "<title>Your order R7K2M4QX9D is paid</title>" in html


def test_the_text_begins_with_words_and_not_with_the_subject() -> None:
    assert part(confirmed(), "plain").startswith("Thank you, ")
    assert part(confirmed(), "plain").endswith("\n")


def test_nothing_is_loaded_from_anywhere() -> None:
    html = part(confirmed(), "html")
    for word in ("<img", "<script", "<link", "url(", "src="):
        assert word not in html


def test_the_subject_is_one_line() -> None:
    message = confirmed(reference="R7K2\nBcc: everybody@example.org\r\nX: y")
    assert "Bcc" not in message
    assert message["Subject"] == "Your order R7K2"
    assert confirmed(reference="R7K2\r\t  X")["Subject"] == "Your order R7K2 X is paid"


@pytest.mark.parametrize("to", ["mara@example.org\nBcc: other@example.org", "mara@example.org\r\n\r\nwords"])
def test_an_address_of_two_lines_is_refused(to: str) -> None:
    with pytest.raises(ValueError, match="linefeed"):
        render(to, "orders/emails/confirmed", FACTS, number="1")


def test_what_it_becomes_on_the_wire_parses_back() -> None:
    from email import message_from_bytes, policy

    back = message_from_bytes(confirmed().as_bytes(), policy=policy.default)
    assert back["Subject"] == "Your order R7K2M4QX9D is paid"
    assert part(back, "plain") == part(confirmed(), "plain")  # type: ignore[arg-type]


def test_money_on_its_way_back() -> None:
    message = render("mara@example.org", "orders/emails/payment_returned", RETURNED, number="1")
    assert message["Subject"] == "Your payment for order R7K2M4QX9D is on its way back"
    for kind in ("plain", "html"):
        assert "$56.00" in part(message, kind)


TO_GUARDIANS = "stories/emails/"


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("emails/*")), ids=lambda file: file.name)
def test_nothing_of_a_story_is_told_by_mail(template: Path) -> None:
    """A story may be withdrawn tomorrow, and a mail cannot. Guardians are told references and dates."""
    words = template.read_text().lower()
    if TO_GUARDIANS in template.as_posix():
        assert set(re.findall(r"\{\{\s*(\w+)", words)) <= {"story", "expires_on", "days", "link", "settings"}
        return
    for word in ("story", "stories", "maker", "artisan", "survivor"):
        assert word not in words


def test_every_mail_has_a_text_and_an_html() -> None:
    found = [file.relative_to(TEMPLATES).as_posix() for file in TEMPLATES.rglob("emails/*")]
    assert found
    stems = {name.rpartition(".")[0] for name in found}
    assert sorted(found) == sorted(f"{stem}.{kind}" for stem in stems for kind in ("html", "txt"))
