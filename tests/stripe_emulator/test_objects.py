"""Every object that the emulator answers is one that the library's resource class describes."""

import pytest
import stripe

from storefront.stripe_emulator.objects import ABSENT, API_VERSION, CLASSES, blank, fields_of, is_nullable


def assert_whole(thing: dict) -> None:
    kind = thing["object"]
    built = stripe.StripeObject.construct_from(thing, "sk_test_x")
    assert built.id == thing["id"]
    for name, annotation in fields_of(kind).items():
        if name not in ABSENT[kind]:
            assert name in thing, f"{kind}.{name} is missing"
            assert thing[name] is not None or is_nullable(annotation), f"{kind}.{name} is null"
    assert set(thing) <= set(fields_of(kind)) | {"object"}, f"{kind} has more than the library knows"
    assert thing.get("livemode", False) is False


def test_the_version_is_the_one_of_the_installed_library():
    assert stripe.api_version == API_VERSION


@pytest.mark.parametrize("kind", CLASSES)
def test_a_blank_has_every_field(kind):
    assert blank(kind)["object"] == kind
    assert_whole(blank(kind) | {"id": "x_1"})


def test_everything_the_emulator_made_is_whole(stand):
    for number in ("4242424242424242", "4000000000000259", "4000000000005126", "4000000000007726"):
        stand.paid(number)
    for session in stand.state["payment_intents"]:
        if not any(one["payment_intent"] == session["id"] for one in stand.state["disputes"]):
            stand.refunds.create({"payment_intent": session["id"], "amount": 100})
    stand.pay(stand.open(), "4000000000009995")
    stand.pay(stand.open(), "4000002500003155")
    debited = {"allowed_payment_method_types": ["card", "sepa_debit"]}
    for iban in ("DE89370400440532013000", "DE62370400440532013001"):
        stand.debit(stand.open(**debited), iban)
    stand.open()
    stand.emu("clock", advance=6 * 24 * 3600)
    state = stand.state
    made = [*state["sessions"], *state["payment_intents"], *state["charges"], *state["refunds"], *state["disputes"]]
    made += state["events"]
    made += [event["data"]["object"] for event in state["events"]]
    for session in state["sessions"]:
        for line in stand.sessions.line_items.list(session["id"]).to_dict()["data"]:
            made += [line, line["price"]]
    assert {thing["object"] for thing in made} == set(CLASSES)
    for thing in made:
        assert_whole(thing)


def test_a_decline_code_that_does_not_exist_is_left_out(stand):
    stand.pay(stand.open(), "4000000000000069")
    error = stand.state["payment_intents"][0]["last_payment_error"]
    assert error["code"] == "expired_card"
    assert "decline_code" not in error
