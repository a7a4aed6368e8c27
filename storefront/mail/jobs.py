"""Sending what was promised."""

import hashlib
import json
from typing import Any

from sqlalchemy import update

from storefront.db import transaction
from storefront.jobs.models import Job
from storefront.jobs.promises import handles
from storefront.mail.rendering import render


@handles("mail.send")
def send(payload: dict[str, Any], outside: Any) -> None:
    """Render and hand over. The number is made of the content, so a repeat after a crash is the same e-mail."""
    if not payload:
        return  # it has left and was forgotten
    number = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()[:32]
    outside.mail.send(render(payload["to"], payload["template"], payload["facts"], number=number))
    if "forget" in payload:
        with transaction() as session:
            session.execute(update(Job).where(Job.key == payload["forget"]).values(payload={}))
