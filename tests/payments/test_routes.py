"""What Stripe posts: verified, kept, answered; the worker does the rest."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import stripe
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from storefront.db import db
from storefront.jobs.models import Job
from storefront.jobs.working import work_all
from storefront.orders.models import OrderState
from storefront.payments import routes
from storefront.payments.models import WebhookEvent
from tests.factories import a_shop, check_out, fill_bag, the_order
from tests.scripted_stripe import ScriptedStripe, away

ADDRESS = "/payments/stripe/webhook"


def signed(body: bytes, *, secret: str = "whsec_new", at: float | None = None) -> str:
    return stripe.WebhookSignature.generate_signature_header(
        body.decode("utf-8", "replace"), secret, int(at or time.time())
    )


def post(client: FlaskClient, event: dict[str, Any] | bytes, **sign: Any) -> Any:
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    return client.post(
        ADDRESS, data=body, headers={"Stripe-Signature": signed(body, **sign), "Content-Type": "application/json"}
    )


@pytest.fixture
def paid(client: FlaskClient, stripe_http: ScriptedStripe) -> dict[str, Any]:
    """The event of a payment page that was paid; nobody has come back."""
    fill_bag(client, a_shop(on_hand=3))
    check_out(client)
    stripe_http.pay("cs_test_0001")
    return stripe_http.events[-1]


def inbox() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(WebhookEvent)) or 0


def test_the_webhook_finishes_the_order(app: Flask, client: FlaskClient, paid: dict[str, Any]) -> None:
    assert post(client, paid).status_code == 200
    assert the_order().state is OrderState.PENDING  # kept, not worked on
    work_all(app.extensions["outside"])
    assert the_order().state is OrderState.PAID
    event = db.session.scalars(select(WebhookEvent)).one()
    assert (event.outcome, event.object_id, event.done_at is not None) == ("paid", "cs_test_0001", True)


def test_a_hundred_deliveries_are_one(app: Flask, client: FlaskClient, paid: dict[str, Any]) -> None:
    assert {post(client, paid).status_code for _ in range(100)} == {200}
    work_all(app.extensions["outside"])
    assert inbox() == 1
    assert len(the_order().history) == 2


@pytest.mark.parametrize("secret", ["whsec_old", "whsec_new"])
def test_every_configured_secret_counts(client: FlaskClient, paid: dict[str, Any], secret: str) -> None:
    assert post(client, paid, secret=secret).status_code == 200
    assert inbox() == 1


@pytest.mark.parametrize("age", [-301, -3600, -86400, 301, 3600])
def test_too_old_or_from_the_future_is_refused(client: FlaskClient, paid: dict[str, Any], age: int) -> None:
    assert post(client, paid, at=time.time() + age).status_code == 400
    assert inbox() == 0


def test_a_clock_that_is_a_little_off_is_forgiven(client: FlaskClient, paid: dict[str, Any]) -> None:
    assert post(client, paid, at=time.time() + 200).status_code == 200


@pytest.mark.parametrize("header", [None, "", "t=1", "v1=abc", "t=,v1=", "t=99999999999999999999,v1=0", "é"])
def test_unsigned_is_refused(client: FlaskClient, paid: dict[str, Any], header: str | None) -> None:
    headers = {"Stripe-Signature": header} if header is not None else {}
    assert client.post(ADDRESS, data=json.dumps(paid), headers=headers).status_code == 400
    assert inbox() == 0


def test_forged_or_altered_is_refused(client: FlaskClient, paid: dict[str, Any]) -> None:
    body = json.dumps(paid).encode()
    assert post(client, paid, secret="whsec_other").status_code == 400
    answer = client.post(ADDRESS, data=body.replace(b"3200", b"0100"), headers={"Stripe-Signature": signed(body)})
    assert answer.status_code == 400
    reserialised = json.dumps(paid, indent=1).encode()
    assert client.post(ADDRESS, data=reserialised, headers={"Stripe-Signature": signed(body)}).status_code == 400
    assert inbox() == 0


def test_an_empty_secret_verifies_nothing(client: FlaskClient, paid: dict[str, Any], app: Flask) -> None:
    app.extensions["stripe"]._webhook_secrets = ("",)
    assert post(client, paid, secret="").status_code == 400
    app.extensions["stripe"]._webhook_secrets = ()
    assert post(client, paid, secret="").status_code == 400


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"{}", b"\xff\xfe", b'{"object": "event"}', b'{"id": 1, "object": "v2.core.event"}']
)
def test_signed_nonsense_is_refused_and_no_fault(client: FlaskClient, app: Flask, body: bytes) -> None:
    import hashlib
    import hmac

    at = int(time.time())
    mark = hmac.new(b"whsec_new", f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    assert client.post(ADDRESS, data=body, headers={"Stripe-Signature": f"t={at},v1={mark}"}).status_code == 400


def test_a_large_body_is_refused(client: FlaskClient) -> None:
    assert (
        client.post(ADDRESS, data=b"x" * (routes.MOST_BYTES + 1), headers={"Stripe-Signature": "t=1,v1=1"}).status_code
        == 413
    )


def test_an_unknown_kind_is_kept_and_ignored(app: Flask, client: FlaskClient, stripe_http: ScriptedStripe) -> None:
    event = stripe_http.happened("customer.created", {"id": "cus_1", "object": "customer"})
    assert post(client, event).status_code == 200
    work_all(app.extensions["outside"])
    assert db.session.scalars(select(WebhookEvent.outcome)).one() == "ignored"


def test_a_live_event_does_not_pay_a_test_order(app: Flask, client: FlaskClient, paid: dict[str, Any]) -> None:
    post(client, paid | {"livemode": True})
    work_all(app.extensions["outside"])
    assert the_order().state is OrderState.PENDING
    assert db.session.scalars(select(WebhookEvent.outcome)).one() == "ignored"


def test_a_page_that_stripe_does_not_know_pays_nothing(
    app: Flask, client: FlaskClient, stripe_http: ScriptedStripe
) -> None:
    event = stripe_http.happened("checkout.session.completed", {"id": "cs_foreign", "object": "checkout.session"})
    post(client, event)
    work_all(app.extensions["outside"])
    assert db.session.scalars(select(WebhookEvent.outcome)).one() == "unknown"


def test_what_the_event_says_is_not_believed(app: Flask, client: FlaskClient, stripe_http: ScriptedStripe) -> None:
    """Signed, but stale or wrong: the worker asks what the page is now, and it is still open."""
    fill_bag(client, a_shop())
    check_out(client)
    told = stripe_http.only_session | {"status": "complete", "payment_status": "paid"}
    post(client, stripe_http.happened("checkout.session.completed", told))
    work_all(app.extensions["outside"])
    assert the_order().state is OrderState.PENDING


def test_stripe_away_while_following_is_tried_again(
    app: Flask, client: FlaskClient, paid: dict[str, Any], stripe_http: ScriptedStripe
) -> None:
    post(client, paid)
    stripe_http.fail = [away] * 3
    work_all(app.extensions["outside"], most=1)
    db.session.rollback()
    job = db.session.scalars(select(Job).where(Job.kind == "payments.event")).one()
    assert (job.done_at, job.tries, job.last_error) == (None, 1, "StripeAway")
    assert the_order().state is OrderState.PENDING


def test_a_database_that_is_away_makes_stripe_come_again(
    client: FlaskClient, paid: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away_(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("INSERT", {}, Exception("gone"))

    monkeypatch.setattr(routes, "keep", away_)
    assert post(client, paid).status_code == 503
    monkeypatch.undo()
    assert post(client, paid).status_code == 200


def test_the_body_is_not_kept(client: FlaskClient, paid: dict[str, Any]) -> None:
    post(client, paid)
    db.session.rollback()
    event = db.session.scalars(select(WebhookEvent)).one()
    assert len(event.body_sha256) == 64
    assert "mara@example.org" not in str(vars(event))
