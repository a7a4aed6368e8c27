"""The first result of an idempotency key is its result for a day."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

KEY = {"idempotency_key": "order:R7K2:a1"}


def test_the_same_key_answers_with_the_same_session(stand):
    first, second = stand.open(KEY), stand.open(KEY)
    assert first.id == second.id
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert second.last_response.headers["Original-Request"] == first.last_response.headers["Request-Id"]
    assert second.last_response.headers["Request-Id"] != first.last_response.headers["Request-Id"]
    assert len(stand.state["sessions"]) == 1
    assert stand.state["idempotency_keys"] == [{"key": KEY["idempotency_key"], "since": first.created, "status": 200}]


def test_the_answer_is_the_first_one_even_when_the_object_has_changed(stand):
    session = stand.open(KEY)
    stand.sessions.expire(session.id)
    assert stand.open(KEY).status == "open"


def test_other_parameters_are_refused(stand):
    stand.open(KEY)
    with pytest.raises(stripe.IdempotencyError):
        stand.open(KEY, client_reference_id="other")
    with pytest.raises(stripe.IdempotencyError):
        stand.refunds.create({"payment_intent": "pi_1"}, KEY)


def test_the_order_of_parameters_does_not_matter(stand):
    first = stand.sessions.create(stand.params(), KEY)
    assert stand.sessions.create(dict(reversed(stand.params().items())), KEY).id == first.id


def test_a_key_belongs_to_an_account(stand):
    first = stand.open(KEY)
    assert stand.sessions.create(stand.params(), KEY | {"api_key": "sk_test_another"}).id != first.id


def test_a_key_is_free_again_after_a_day(stand):
    first = stand.open(KEY)
    stand.emu("clock", advance=24 * 3600 - 1)
    assert stand.open(KEY).id == first.id
    stand.emu("clock", advance=1)
    assert stand.open(KEY).id != first.id


def test_nothing_is_kept_when_the_parameters_are_wrong(stand):
    for wrong in ({"hue": "red"}, {"customer_email": "nobody"}, {"mode": "subscription"}):
        with pytest.raises(stripe.StripeError):
            stand.open(KEY, **wrong)
    assert stand.open(KEY).status == "open"


def test_a_refusal_by_the_state_of_things_is_kept(stand):
    intent = stand.paid().payment_intent.id
    stand.refunds.create({"payment_intent": intent})
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            stand.refunds.create({"payment_intent": intent}, {"idempotency_key": "refund:r1"})
        assert caught.value.code == "charge_already_refunded"
    assert stand.state["requests"][-1]["replayed"] is True


def test_a_key_in_use_is_409(stand):
    stand.emu("fault", path="/v1/checkout/sessions", method="POST", when="during", kind="hang", seconds=0.5)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(stand.open, KEY)
        stand.wait_until(lambda: stand.state["idempotency_keys"])
        with pytest.raises(stripe.APIError) as caught:
            stand.open(KEY)
        assert (caught.value.http_status, caught.value.error.code) == (409, "idempotency_key_in_use")
        assert stand.open(KEY | {"idempotency_key": "order:R7K2:a2"}).status == "open"  # others are not held up
    assert stand.open(KEY).id == first.result().id


def test_many_at_once_make_one_session(stand):
    def create(_):
        try:
            return stand.open(KEY).id
        except stripe.APIError as error:
            return error.http_status

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(create, range(24)))
    assert len(stand.state["sessions"]) == 1
    assert answers <= {stand.state["sessions"][0]["id"], 409}


def test_keys_have_a_length(stand):
    with pytest.raises(stripe.InvalidRequestError):
        stand.open({"idempotency_key": "k" * 256})
    assert stand.open({"idempotency_key": "k" * 255})


def test_reading_needs_no_key(stand):
    session = stand.open()
    stand.sessions.retrieve(session.id, {}, KEY)
    assert stand.state["idempotency_keys"][-1]["key"] != KEY["idempotency_key"]
