"""Events reach the shop signed, at least once, and as wrongly as the switches say."""

import json
import time

import pytest
import stripe
from flask import Flask

from storefront.stripe_emulator.app import create_emulator
from storefront.stripe_emulator.webhooks import FORGERIES

PAID = ["charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]


def outcomes(stand):
    return [(one["type"], one["attempt"], one["outcome"], one["status"]) for one in stand.state["deliveries"]]


def test_a_payment_is_told_in_order_and_signed(stand):
    session = stand.paid()
    events = stand.shop.wait_for(3)
    assert [event.type for event in events] == PAID
    done = events[-1]
    assert (done.api_version, done.livemode, done.object) == ("2026-10-28.endive", False, "event")
    assert done.data.object.id == session.id
    assert done.data.object.payment_status == "paid"
    assert done.pending_webhooks == 1
    stand.wait_until(lambda: [one["pending_webhooks"] for one in stand.state["events"]] == [0, 0, 0])
    assert outcomes(stand) == [(kind, 1, "delivered", 200) for kind in PAID]


def test_an_event_names_the_request_that_caused_it(stand):
    session = stand.open()
    expired = stand.sessions.expire(session.id, {}, {"idempotency_key": "expire:1"})
    [event] = stand.shop.wait_for(1)
    assert event.request.id == expired.last_response.headers["Request-Id"]
    assert event.request.idempotency_key == "expire:1"
    stand.paid()
    assert stand.shop.wait_for(4)[-1].request.to_dict() == {"id": None, "idempotency_key": None}


def test_an_event_shows_the_object_as_it_was(stand):
    intent = stand.paid().payment_intent.id
    stand.emu("webhooks", hold=True)
    stand.refunds.create({"payment_intent": intent, "amount": 100})
    stand.refunds.create({"payment_intent": intent, "amount": 100})
    stand.emu("webhooks/release")
    events = stand.shop.wait_for(3 + 4)
    assert [event.data.object.amount_refunded for event in events if event.type == "charge.refunded"] == [100, 200]


def test_what_is_not_answered_2xx_comes_again(stand):
    stand.shop.answers[:] = [500, 302]
    stand.sessions.expire(stand.open().id)
    events = stand.shop.wait_for(3)
    assert len({event.id for event in events}) == 1
    stand.wait_until(lambda: len(outcomes(stand)) == 3)
    assert [(attempt, outcome, status) for _, attempt, outcome, status in outcomes(stand)] == [
        (1, "failed", 500),
        (2, "failed", 302),
        (3, "delivered", 200),
    ]


def test_after_the_last_try_it_is_given_up(stand):
    stand.shop.answers[:] = [500] * 4
    stand.sessions.expire(stand.open().id)
    stand.wait_until(lambda: len(outcomes(stand)) == 5)
    assert [outcome for _, _, outcome, _ in outcomes(stand)] == ["failed"] * 4 + ["given_up"]
    assert stand.state["events"][0]["pending_webhooks"] == 1


def test_others_are_not_held_up_by_one_that_fails(stand):
    stand.shop.answers[:] = [500]
    stand.paid()
    stand.shop.wait_for(4)
    assert stand.shop.types == [*PAID, PAID[0]]


def test_dropped(stand):
    assert stand.emu("webhooks", drop=2)["drop"] == 2
    stand.paid()
    stand.shop.wait_for(1)
    assert stand.shop.types == PAID[2:]
    assert [outcome for _, _, outcome, _ in outcomes(stand)][:2] == ["dropped"] * 2
    stand.emu("webhooks", drop="all")
    stand.paid()
    stand.wait_until(lambda: len(outcomes(stand)) == 6)
    stand.emu("webhooks", drop=None)
    stand.paid()
    stand.shop.wait_for(4)


def test_duplicated_at_the_same_instant(stand):
    stand.emu("webhooks", duplicate=2)
    stand.sessions.expire(stand.open().id)
    events = stand.shop.wait_for(3)
    assert len({event.id for event in events}) == 1
    stand.wait_until(lambda: len(outcomes(stand)) == 3)


@pytest.mark.parametrize(("order", "arrived"), [("arrival", PAID), ("reversed", PAID[::-1])])
def test_held_until_released(stand, order, arrived):
    stand.emu("webhooks", hold=True, order=order)
    stand.paid()
    assert len(stand.state["held"]) == 3
    assert stand.shop.arrived == []
    assert stand.emu("webhooks/release") == {"released": 3}
    stand.shop.wait_for(3)
    assert stand.shop.types == arrived
    assert stand.state["held"] == []


def test_held_for_days(stand):
    stand.emu("webhooks", hold=True)
    stand.paid()
    stand.emu("clock", advance=2 * 24 * 3600)
    stand.emu("webhooks/release")
    events = stand.shop.wait_for(3)  # signed when delivered, so still within the tolerance
    assert events[0].created < stand.state["now"] - 24 * 3600


def test_sent_again(stand):
    stand.paid()
    first = stand.shop.wait_for(3)[0]
    stand.emu("webhooks", drop="all")
    stand.emu("webhooks/resend", event=first.id, copies=2)
    assert [event.id for event in stand.shop.wait_for(5)][3:] == [first.id] * 2
    answer = stand.browser.post(f"{stand.url}/_emu/webhooks/resend", json={"event": "evt_unknown"})
    assert answer.status_code == 404


@pytest.mark.parametrize("forge", FORGERIES)
def test_forged(stand, forge):
    stand.sessions.expire(stand.open().id)
    [event] = stand.shop.wait_for(1)
    stand.shop.arrived.clear()
    stand.emu("webhooks/resend", event=event.id, forge=forge)
    stand.wait_until(lambda: stand.shop.arrived)
    with pytest.raises(stripe.SignatureVerificationError):
        stand.shop.events  # noqa: B018
    [(body, _)] = stand.shop.arrived
    assert json.loads(body)["id"] == event.id


@pytest.mark.parametrize(
    "wrong", [{"drop": "some"}, {"drop": -1}, {"duplicate": "2"}, {"hold": 1}, {"order": "random"}, {"colour": "red"}]
)
def test_switches_that_do_not_exist(stand, wrong):
    answer = stand.browser.post(f"{stand.url}/_emu/webhooks", json=wrong)
    assert answer.status_code == 400


def test_a_shop_that_is_down_does_not_hold_up_the_page():
    app = create_emulator(webhook_url="http://127.0.0.1:9/hook", webhook_secret="whsec_x", retry_after=(0.01,))
    parts, browser = app.extensions["stripe_emulator"], app.test_client()
    form = {
        "mode": "payment",
        "success_url": "http://shop.test/",
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "eur",
        "line_items[0][price_data][unit_amount]": "100",
        "line_items[0][price_data][product_data][name]": "Shirt",
    }
    made = browser.post("/v1/checkout/sessions", data=form, headers={"Authorization": "Bearer sk_test_x"}).json
    browser.post(f"/v1/checkout/sessions/{made['id']}/expire", headers={"Authorization": "Bearer sk_test_x"})
    end = time.monotonic() + 4
    while len(parts.courier.listed()[0]) < 3 and time.monotonic() < end:
        time.sleep(0.01)
    parts.close()
    assert [(one["outcome"], one["error"]) for one in parts.courier.listed()[0]] == [
        ("failed", "ConnectionError"),
        ("failed", "ConnectionError"),
        ("given_up", None),
    ]


def test_without_an_address_nobody_is_told():
    app: Flask = create_emulator(webhook_url=None, webhook_secret="whsec_x")
    parts = app.extensions["stripe_emulator"]
    assert parts.state.emit("charge.succeeded", {"id": "ch_1"})["pending_webhooks"] == 0
    parts.close()
    assert parts.courier.listed() == ([], [])
