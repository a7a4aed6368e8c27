"""Sending what was promised."""

import hashlib
import json
from typing import Any

from storefront.jobs.promises import handles
from storefront.mail.rendering import render


@handles("mail.send")
def send(payload: dict[str, Any], outside: Any) -> None:
    """Render and hand over. The number is made of the content, so a repeat after a crash is the same e-mail."""
    number = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()[:32]
    outside.mail.send(render(payload["to"], payload["template"], payload["facts"], number=number))
