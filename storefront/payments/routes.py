"""Where Stripe calls."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request
from structlog import get_logger

from storefront.core.clock import now
from storefront.db import transaction
from storefront.payments.inbox import keep
from storefront.payments.stripe_gateway import BadSignature
from storefront.web.security import unguarded

MOST_BYTES = 256 * 1024
bp = Blueprint("payments", __name__, url_prefix="/payments")
log = get_logger()


@bp.post("/stripe/webhook")
@unguarded
def stripe_webhook() -> Response:
    """Verify, keep, answer. The work is the worker's; a database that is away answers 5xx, and Stripe comes again."""
    request.max_content_length = MOST_BYTES
    try:
        event = current_app.extensions["stripe"].verify(request.get_data(), request.headers.get("Stripe-Signature"))
    except BadSignature:
        log.warning("webhook_refused")
        return Response(status=400)
    with transaction():
        keep(event, at=now())
    return Response(status=200)
