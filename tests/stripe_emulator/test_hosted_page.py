"""The page on which a shopper pays."""

import re

import pytest


def test_the_page_says_what_it_is_and_what_it_costs(stand):
    session = stand.open(line_items=[stand.line(4990, quantity=2, name="Shirt & <b>")])
    page = stand.browser.get(session.url)
    assert page.status_code == 200
    body = page.text.split("<body>")[1]
    assert body.index("TEST MODE") < body.index("<main>")
    assert "Shirt &amp; &lt;b&gt;" in page.text
    for shown in ("EUR 99.80", "EUR 4.90", "EUR 104.70", "a@example.org", 'href="http://shop.test/cart"'):
        assert shown in page.text
    assert "<details>" in page.text
    assert "4000002760003184" in page.text
    assert "script" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "form-action" not in page.headers["Content-Security-Policy"]  # it would stop the way back to the shop


def test_every_field_has_a_label(stand):
    session = stand.open(customer_email=None, allowed_payment_method_types=["card", "sepa_debit"])
    page = stand.browser.get(session.url).text
    fields = re.findall(r'<input id="([^"]+)"', page)
    assert set(fields) == {"email", "number", "expiry", "cvc", "name", "debit-email", "iban", "debit_name"}
    assert len(fields) == len(set(fields))
    for field in fields:
        assert f'<label for="{field}">' in page


def test_the_style_sheet_is_a_file_of_the_emulator(stand):
    page = stand.browser.get(stand.open().url).text
    address = re.search(r'<link rel="stylesheet" href="([^"]+)"', page)[1]
    sheet = stand.browser.get(stand.url + address)
    assert sheet.status_code == 200
    assert "prefers-color-scheme: dark" in sheet.text


def test_paying_leads_back_to_the_shop(stand):
    session = stand.open()
    answer = stand.pay(session, "4242 4242 4242 4242")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"http://shop.test/checkout/return?session_id={session.id}"
    paid = stand.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert paid.customer_details.name == "A. Shopper"
    intent = paid.payment_intent
    assert (intent.status, intent.amount, intent.amount_received) == ("succeeded", 10470, 10470)
    assert intent.metadata.to_dict() == {"order": "R7K2"}
    assert intent.description == "Order R7K2"
    assert (intent.latest_charge.paid, intent.latest_charge.payment_method_details.card.last4) == (True, "4242")


@pytest.mark.parametrize(
    ("number", "code", "decline_code"),
    [
        ("4000000000000002", "card_declined", "generic_decline"),
        ("4000000000009995", "card_declined", "insufficient_funds"),
        ("4000000000000069", "expired_card", None),
        ("4000000000000127", "incorrect_cvc", None),
        ("4000000000000119", "processing_error", None),
        ("4111111111111111", "card_declined", "test_mode_live_card"),
    ],
)
def test_a_declined_card_is_told_and_another_may_follow(stand, number, code, decline_code):
    session = stand.open()
    answer = stand.pay(session, number)
    assert answer.status_code == 402
    assert 'role="alert"' in answer.text
    again = stand.sessions.retrieve(session.id)
    assert (again.status, again.payment_status, again.payment_intent) == ("open", "unpaid", None)
    [intent] = stand.state["payment_intents"]
    assert intent["last_payment_error"]["code"] == code
    assert intent["last_payment_error"].get("decline_code") == decline_code
    assert stand.pay(session).status_code == 303
    [intent] = stand.state["payment_intents"]
    assert (intent["status"], intent["last_payment_error"]) == ("succeeded", None)
    assert [charge["status"] for charge in stand.state["charges"]] == ["failed", "succeeded"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"number": "4242424242424241"}, "not a card number"),
        ({"number": ""}, "not a card number"),
        ({"expiry": "13/40"}, "month and year"),
        ({"expiry": "04/20"}, "in the past"),
        ({"cvc": "12"}, "security code"),
        ({"name": " "}, "name on the card"),
    ],
)
def test_a_form_with_a_mistake_comes_back(stand, wrong, words):
    session = stand.open()
    answer = stand.pay(session, **wrong)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert stand.state["payment_intents"] == []


def test_an_email_is_asked_for_when_the_shop_gave_none(stand):
    session = stand.open(customer_email=None)
    assert stand.pay(session).status_code == 422
    assert stand.pay(session, email="b@example.org").status_code == 303
    paid = stand.sessions.retrieve(session.id)
    assert (paid.customer_email, paid.customer_details.email) == (None, "b@example.org")


def test_a_page_that_is_over_is_gone(stand):
    paid, expired = stand.open(), stand.open()
    stand.pay(paid)
    stand.sessions.expire(expired.id)
    for session, words in ((paid, "You have already paid"), (expired, "expired")):
        page = stand.browser.get(session.url)
        assert page.status_code == 410
        assert words in page.text
        assert stand.pay(session).status_code == 410
    assert stand.browser.get(f"{stand.url}/c/pay/cs_test_unknown").status_code == 404
    assert len(stand.state["charges"]) == 1


def test_a_page_expires_with_the_clock(stand):
    session = stand.open()
    stand.emu("clock", advance=24 * 3600)
    assert stand.pay(session).status_code == 410


@pytest.mark.parametrize("number", ["4000002500003155", "4000002760003184"])
def test_three_d_secure_completed(stand, number):
    session = stand.open()
    answer = stand.pay(session, number)
    assert answer.status_code == 303
    page = stand.url + answer.headers["Location"]
    shown = stand.browser.get(page).text
    assert "TEST MODE" in shown
    assert "Complete authentication" in shown
    assert "Fail authentication" in shown
    assert stand.state["payment_intents"][0]["status"] == "requires_action"
    assert stand.sessions.retrieve(session.id).status == "open"
    answer = stand.browser.post(page, data={"answer": "complete"}, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"].startswith("http://shop.test/")) == (303, True)
    assert stand.sessions.retrieve(session.id).payment_status == "paid"
    assert stand.browser.post(page, data={"answer": "complete"}, allow_redirects=False).status_code == 410


def test_three_d_secure_failed(stand):
    session = stand.open()
    page = stand.url + stand.pay(session, "4000002500003155").headers["Location"]
    answer = stand.browser.post(page, data={"answer": "fail"}, allow_redirects=False)
    assert answer.status_code == 402
    assert "could not authenticate" in answer.text
    [intent] = stand.state["payment_intents"]
    assert intent["last_payment_error"]["code"] == "payment_intent_authentication_failure"
    answer = stand.browser.get(page, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/c/pay/{session.id}")
    assert stand.pay(session).status_code == 303


def test_three_d_secure_completed_and_then_declined(stand):
    session = stand.open()
    page = stand.url + stand.pay(session, "4000008400001629").headers["Location"]
    assert stand.browser.post(page, data={"answer": "complete"}).status_code == 402
    assert stand.sessions.retrieve(session.id).status == "open"


def test_an_expired_session_cannot_be_authenticated(stand):
    session = stand.open()
    page = stand.url + stand.pay(session, "4000002500003155").headers["Location"]
    stand.sessions.expire(session.id)
    assert stand.browser.post(page, data={"answer": "complete"}).status_code == 410
    assert stand.state["payment_intents"][0]["status"] == "canceled"


def test_nothing_to_pay(stand):
    session = stand.open(line_items=[stand.line(0)], shipping_options=None)
    assert "Complete order" in stand.browser.get(session.url).text
    assert stand.browser.post(session.url, allow_redirects=False).status_code == 303
    done = stand.sessions.retrieve(session.id)
    assert (done.status, done.payment_status, done.payment_intent) == ("complete", "no_payment_required", None)


@pytest.mark.parametrize(
    ("iban", "payment_status", "last"),
    [
        ("DE89 3704 0044 0532 0130 00", "paid", "checkout.session.async_payment_succeeded"),
        ("DE62370400440532013001", "unpaid", "checkout.session.async_payment_failed"),
    ],
)
def test_a_bank_debit_is_settled_later(stand, iban, payment_status, last):
    session = stand.open(allowed_payment_method_types=["card", "sepa_debit"])
    assert stand.debit(session, iban).status_code == 303
    done = stand.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (done.status, done.payment_status, done.payment_intent.status) == ("complete", "unpaid", "processing")
    stand.emu("clock", advance=5 * 24 * 3600)
    assert stand.sessions.retrieve(session.id).payment_status == payment_status
    assert stand.state["events"][-1]["type"] == last


def test_a_bank_debit_only_where_the_shop_allows_it(stand):
    session = stand.open()
    assert "IBAN" not in stand.browser.get(session.url).text
    assert stand.debit(session, "DE89370400440532013000").status_code == 422
