"""Closing a payment page before another may be opened: there are never two payable pages for one bag."""

from storefront.core.clock import now
from storefront.db import db, reading, transaction
from storefront.payments.models import AttemptState, PaymentAttempt
from storefront.payments.requesting import as_request, open_again
from storefront.payments.settling import Outcome, apply, outcome_of, void
from storefront.payments.stripe_gateway import StripeGateway, StripeRefused


def close(attempt_id: int, *, gateway: StripeGateway) -> Outcome:
    """Expire the page at Stripe, wait for the answer and apply it; returns what the payment came to.

    It may have been paid in this instant, and then it is paid. Raises `StripeAway`: then nothing has changed here.
    """
    with reading():
        attempt = db.session.get_one(PaymentAttempt, attempt_id)
        request, state, session_id = as_request(attempt, attempt.order.reference), attempt.state, attempt.session_id
        if not attempt.is_live:
            return outcome_of(attempt)
    try:
        if state is AttemptState.CREATING or session_id is None:
            session_id = open_again(request, gateway=gateway).id  # there may be a page whose making was never answered
        session = gateway.expire(session_id)
    except StripeRefused as refused:
        with transaction():
            void(attempt_id, at=now(), why=f"No payment page came to be: {refused.code}")
        return Outcome.ENDED
    with transaction():
        return apply(session, by="checkout", at=now())
