"""From a template and facts to a message in text and HTML."""

from email.message import EmailMessage
from email.utils import formataddr
from typing import Any
from urllib.parse import urlsplit

from flask import render_template

from storefront.settings import settings


def render(to: str, template: str, facts: dict[str, Any], *, number: str) -> EmailMessage:
    """`number` makes the Message-ID: sent twice after a crash, it is known as the same e-mail."""
    subject, _, text = render_template(f"{template}.txt", **facts).lstrip().partition("\n")
    message = EmailMessage()
    message["Subject"] = " ".join(subject.split())
    message["From"] = formataddr((settings.shop_name, settings.mail_from))
    message["To"] = to
    domain = urlsplit(settings.shop_url).hostname or "localhost"
    message["Message-ID"] = f"<{number}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text.strip() + "\n")
    message.add_alternative(render_template(f"{template}.html", subject=message["Subject"], **facts), subtype="html")
    return message
