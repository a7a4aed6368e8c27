"""The switches that are not about faults or webhooks."""

import pytest

from storefront.stripe_emulator.app import create_emulator


def test_the_clock_goes_forward_only(stand):
    now = stand.state["now"]
    assert stand.emu("clock", advance=3600)["now"] >= now + 3600
    for wrong in (-1, "1", 1.5, None):
        assert stand.browser.post(f"{stand.url}/_emu/clock", json={"advance": wrong}).status_code == 400
    assert stand.browser.post(f"{stand.url}/_emu/clock", json={}).status_code == 400
    assert stand.browser.post(f"{stand.url}/_emu/clock", data="x").status_code == 400


def test_the_clock_can_be_handed_in():
    app = create_emulator(webhook_url=None, webhook_secret="whsec_x", clock=lambda: 1_795_500_000.9)
    assert app.test_client().get("/_emu/state").json["now"] == 1_795_500_000
    app.extensions["stripe_emulator"].close()


@pytest.mark.parametrize(("outcome", "payment_status"), [("succeeded", "paid"), ("failed", "unpaid")])
def test_a_debit_is_settled_at_once(stand, outcome, payment_status):
    session = stand.open(allowed_payment_method_types=["sepa_debit"])
    stand.debit(session, "DE89370400440532013000")
    settled = stand.emu("settle", session=session.id, outcome=outcome)
    assert settled["payment_status"] == payment_status
    assert stand.state["events"][-1]["type"] == f"checkout.session.async_payment_{outcome}"
    before = len(stand.state["events"])
    stand.emu("clock", advance=6 * 24 * 3600)
    assert len(stand.state["events"]) == before


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"session": "cs_1"},
        {"session": "cs_1", "outcome": "won"},
        {"session": "cs_1", "refund": "re_1", "outcome": "failed"},
        {"dispute": "du_1", "outcome": "failed"},
    ],
)
def test_what_cannot_be_settled(stand, wrong):
    assert stand.browser.post(f"{stand.url}/_emu/settle", json=wrong).status_code == 400


def test_only_an_unpaid_session_is_settled(stand):
    for session in (stand.open(), stand.paid()):
        asked = {"session": session.id, "outcome": "succeeded"}
        assert stand.browser.post(f"{stand.url}/_emu/settle", json=asked).status_code == 400
    asked = {"session": "cs_unknown", "outcome": "succeeded"}
    assert stand.browser.post(f"{stand.url}/_emu/settle", json=asked).status_code == 404


def test_the_log_of_requests(stand):
    session = stand.open({"idempotency_key": "k1"})
    stand.browser.get(stand.url + "/v1/events?limit=3", auth=("sk_test_very_secret", ""))
    made, listed = stand.state["requests"]
    assert (made["method"], made["path"], made["status"]) == ("POST", "/v1/checkout/sessions", 200)
    assert (made["idempotency_key"], made["params"]["mode"]) == ("k1", "payment")
    assert made["id"] == session.last_response.headers["Request-Id"]
    assert listed["params"] == {"limit": "3"}
    assert "very_secret" not in str(stand.state)


def test_nothing_of_a_card_is_told(stand):
    stand.pay(stand.open(), "4000002500003155")
    assert "4000002500003155" not in str(stand.state)


def test_a_reset_forgets_everything(stand):
    stand.paid()
    stand.emu("fault", kind="500", n=5)
    stand.emu("webhooks", drop="all", duplicate=3, hold=True)
    stand.emu("clock", advance=100_000)
    ahead = stand.state["now"]
    stand.emu("reset")
    state = stand.state
    assert state.pop("now") < ahead
    assert state.pop("switches") == {"drop": None, "duplicate": 0, "hold": False, "order": "arrival"}
    assert all(value == [] for value in state.values())


def test_only_this_machine_may_ask():
    app = create_emulator(webhook_url=None, webhook_secret="whsec_x")
    browser = app.test_client()
    assert browser.get("/_emu/state", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 403
    assert browser.get("/_emu/state", headers={"Host": "rebound.test"}).status_code == 403
    assert browser.get("/_emu/state", headers={"Host": "127.0.0.1:4242"}).status_code == 200
    assert browser.get("/_emu/state").status_code == 200
    app.extensions["stripe_emulator"].close()
