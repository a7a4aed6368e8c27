"""Refunds and disputes, and their limits."""

import pytest
import stripe


def refused(call, *arguments):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        call(*arguments)
    return caught.value.http_status, caught.value.code


def types(stand):
    return [event["type"] for event in stand.state["events"]][3:]  # after those of the payment


def test_parts_until_nothing_is_left(stand):
    intent = stand.paid().payment_intent.id
    part = stand.refunds.create({"payment_intent": intent, "amount": 4000, "metadata": {"refund": "r1"}})
    assert (part.status, part.amount, part.currency, part.payment_intent) == ("succeeded", 4000, "eur", intent)
    assert refused(stand.refunds.create, {"payment_intent": intent, "amount": 6471}) == (400, "amount_too_large")
    rest = stand.refunds.create({"payment_intent": intent})
    assert rest.amount == 6470
    assert refused(stand.refunds.create, {"payment_intent": intent}) == (400, "charge_already_refunded")
    assert refused(stand.refunds.create, {"payment_intent": intent, "amount": 1}) == (400, "charge_already_refunded")
    [charge] = stand.state["charges"]
    assert (charge["amount_refunded"], charge["refunded"]) == (10470, True)
    assert types(stand) == ["refund.created", "charge.refunded"] * 2
    assert stand.refunds.retrieve(part.id).metadata.to_dict() == {"refund": "r1"}


@pytest.mark.parametrize("amount", [0, -1])
def test_an_amount_is_positive(stand, amount):
    intent = stand.paid().payment_intent.id
    assert refused(stand.refunds.create, {"payment_intent": intent, "amount": amount})[1] == "parameter_invalid_integer"


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({}, 400, "parameter_missing"),
        ({"payment_intent": "pi_1", "charge": "ch_1"}, 400, "parameters_exclusive"),
        ({"payment_intent": "pi_1"}, 404, "resource_missing"),
        ({"charge": "ch_1"}, 404, "resource_missing"),
        ({"payment_intent": "pi_1", "reason": "whim"}, 400, "parameter_invalid_enum"),
        ({"payment_intent": "pi_1", "amount": "1.5"}, 400, "parameter_invalid_integer"),
    ],
)
def test_what_is_refused(stand, asked, status, code):
    assert refused(stand.refunds.create, asked) == (status, code)


def test_what_was_never_paid_cannot_go_back(stand):
    stand.pay(stand.open(), "4000000000000002")
    [intent] = stand.state["payment_intents"]
    assert refused(stand.refunds.create, {"payment_intent": intent["id"]})[1] == "payment_intent_unexpected_state"


def test_a_refund_that_fails_later(stand):
    intent = stand.paid("4000000000005126").payment_intent.id
    given = stand.refunds.create({"payment_intent": intent, "amount": 1000})
    assert given.status == "succeeded"
    stand.emu("clock", advance=60)
    failed = stand.refunds.retrieve(given.id)
    assert (failed.status, failed.failure_reason) == ("failed", "unknown")
    assert types(stand) == ["refund.created", "charge.refunded", "refund.updated", "refund.failed"]
    assert stand.state["events"][-2]["data"]["previous_attributes"] == {"status": "succeeded"}
    assert stand.refunds.create({"payment_intent": intent}).amount == 10470


def test_a_refund_that_succeeds_later(stand):
    intent = stand.paid("4000000000007726").payment_intent.id
    given = stand.refunds.create({"payment_intent": intent, "amount": 1000})
    assert (given.status, given.pending_reason) == ("pending", "processing")
    stand.emu("clock", advance=60)
    assert stand.refunds.retrieve(given.id).status == "succeeded"
    assert types(stand)[-1] == "refund.updated"


def test_any_refund_fails_when_told_to(stand):
    given = stand.refunds.create({"payment_intent": stand.paid().payment_intent.id})
    stand.emu("settle", refund=given.id, outcome="failed")
    stand.emu("settle", refund=given.id, outcome="failed")
    assert types(stand).count("refund.failed") == 1
    assert stand.state["charges"][0]["refunded"] is False


@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_a_disputed_charge(stand, outcome):
    intent = stand.paid("4000000000000259").payment_intent.id
    [dispute] = stand.stripe.v1.disputes.list({"payment_intent": intent}).data
    assert (dispute.status, dispute.amount) == ("needs_response", 10470)
    assert types(stand) == ["charge.dispute.created"]
    assert refused(stand.refunds.create, {"payment_intent": intent}) == (400, "charge_disputed")
    stand.emu("settle", dispute=dispute.id, outcome=outcome)
    assert stand.stripe.v1.disputes.retrieve(dispute.id).status == outcome
    assert types(stand) == ["charge.dispute.created", "charge.dispute.closed"]
    if outcome == "won":
        assert stand.refunds.create({"payment_intent": intent}).amount == 10470


def test_any_charge_is_disputed_when_told_to(stand):
    charge = stand.paid().payment_intent.latest_charge.id
    stand.emu("dispute", charge=charge)
    assert stand.stripe.v1.charges.retrieve(charge).disputed is True
    assert stand.browser.post(f"{stand.url}/_emu/dispute", json={"charge": charge}).status_code == 400


def test_what_is_valid_and_not_emulated(stand):
    with pytest.raises(stripe.APIError) as caught:
        stand.refunds.create({"payment_intent": "pi_1", "reverse_transfer": True})
    assert caught.value.http_status == 501
