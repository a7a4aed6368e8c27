"""Every fault, at every moment, as the real library sees it."""

import threading
import time

import pytest
import requests
import stripe

KEY = {"idempotency_key": "order:R7K2:a1"}
CREATE = {"path": "/v1/checkout/sessions", "method": "POST"}
SEEN_AS = {
    "500": (stripe.APIError, 500),
    "502-html": (stripe.APIError, 502),
    "429": (stripe.RateLimitError, 429),
    "409": (stripe.APIError, 409),
    "402": (stripe.CardError, 402),
    "reset": (stripe.APIConnectionError, None),
    "garbage-200": (stripe.APIError, 200),
    "hang": (stripe.APIConnectionError, None),
}


@pytest.mark.parametrize("when", ["before", "after", "during"])
@pytest.mark.parametrize("kind", [kind for kind in SEEN_AS if kind != "hang"])
def test_what_the_library_makes_of_it(stand, kind, when):
    stand.emu("fault", **CREATE, kind=kind, when=when, seconds=0.05)
    error, status = SEEN_AS[kind]
    with pytest.raises(error) as caught:
        stand.open(KEY)
    assert caught.value.http_status == status
    assert len(stand.state["sessions"]) == (0 if when == "before" else 1)
    assert stand.state["requests"][-1]["fault"] == f"{kind} {when}"
    assert stand.state["faults"] == []


@pytest.mark.parametrize("kind", ["502-html", "429", "409", "reset", "garbage-200"])
def test_an_answer_that_was_lost_is_replayed(stand, kind):
    stand.emu("fault", **CREATE, kind=kind, when="after")
    with pytest.raises(stripe.StripeError):
        stand.open(KEY)
    [made] = stand.state["sessions"]
    again = stand.open(KEY)
    assert again.id == made["id"]
    assert again.last_response.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("kind", ["502-html", "429", "409", "reset", "garbage-200"])
def test_what_never_began_is_not_kept(stand, kind):
    stand.emu("fault", **CREATE, kind=kind, when="before")
    with pytest.raises(stripe.StripeError):
        stand.open(KEY)
    assert "Idempotent-Replayed" not in stand.open(KEY).last_response.headers


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", ["500", "402"])
def test_a_500_and_a_402_are_results_and_kept(stand, kind, when):
    stand.emu("fault", **CREATE, kind=kind, when=when)
    for _ in range(3):
        with pytest.raises(SEEN_AS[kind][0]) as caught:
            stand.open(KEY)
        assert caught.value.http_status == int(kind)
    assert [one["replayed"] for one in stand.state["requests"]] == [False, True, True]
    assert stand.open({"idempotency_key": "order:R7K2:a2"}).status == "open"


def test_a_500_that_is_not_kept(stand):
    stand.emu("fault", **CREATE, kind="500", stored=False, n=2)
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            stand.open(KEY)
    assert stand.open(KEY).status == "open"


def test_a_reset_is_a_reset(stand):
    stand.emu("fault", path="/v1/events", method="GET", kind="reset")
    with pytest.raises(requests.ConnectionError):
        requests.get(stand.url + "/v1/events", auth=("sk_test_x", ""), timeout=5)
    assert stand.state["requests"][-1]["status"] is None


@pytest.mark.parametrize(("when", "made"), [("before", 0), ("after", 1)])
def test_no_answer_in_time(stand, when, made):
    stand.emu("fault", **CREATE, kind="hang", when=when, seconds=20)
    impatient = stripe.RequestsClient(timeout=0.3)
    client = stripe.StripeClient(
        "sk_test_of_the_tests", base_addresses={"api": stand.url}, http_client=impatient, max_network_retries=0
    )
    with pytest.raises(stripe.APIConnectionError):
        client.v1.checkout.sessions.create(stand.params(), KEY)
    impatient.close()
    assert len(stand.state["sessions"]) == made
    assert len({one["id"] for one in stand.state["sessions"]} | {stand.open(KEY).id}) == 1


def test_a_slow_answer(stand):
    stand.emu("fault", **CREATE, kind="hang", when="during", seconds=0.3)
    begun = time.monotonic()
    assert stand.open().status == "open"
    assert time.monotonic() - begun >= 0.3


def test_a_reset_of_the_emulator_ends_every_wait(stand):
    stand.emu("fault", **CREATE, kind="hang", when="before", seconds=60)
    ending = threading.Timer(0.2, lambda: requests.post(stand.url + "/_emu/reset", timeout=5).close())
    ending.start()
    begun = time.monotonic()
    with pytest.raises(stripe.APIConnectionError):
        stand.open()
    ending.join()
    assert time.monotonic() - begun < 4


def test_so_many_times_and_only_there(stand):
    session = stand.open()
    stand.emu("fault", path="/v1/checkout/sessions/*", method="GET", kind="429", n=2)
    stand.open()
    for _ in range(2):
        with pytest.raises(stripe.RateLimitError):
            stand.sessions.retrieve(session.id)
    assert stand.sessions.retrieve(session.id).id == session.id


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "earthquake"},
        {"kind": "500", "when": "never"},
        {"kind": "500", "n": 0},
        {"kind": "500", "n": True},
        {"kind": "500", "path": "/c/pay/x"},
        {"kind": "hang", "seconds": "long"},
        {"kind": "500", "colour": "red"},
        {"kind": "500", "stored": 1},
    ],
)
def test_an_order_that_makes_no_sense_is_refused(stand, wrong):
    answer = stand.browser.post(f"{stand.url}/_emu/fault", json=wrong)
    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")
