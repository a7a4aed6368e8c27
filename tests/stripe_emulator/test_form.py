"""Bracket-encoded forms: what they mean, and what is refused."""

import pytest
from stripe.params import RefundCreateParams
from stripe.params.checkout import SessionCreateParams

from storefront.stripe_emulator.form import decode, typed
from storefront.stripe_emulator.refusals import StripeRefusal
from storefront.stripe_emulator.schema import request_schema

SESSION = request_schema(SessionCreateParams)
REFUND = request_schema(RefundCreateParams)


def read(encoded: str, shape=SESSION):
    return typed(decode(encoded.encode()), shape)


def refused(encoded: str, shape=SESSION):
    with pytest.raises(StripeRefusal) as caught:
        read(encoded, shape)
    assert caught.value.validation
    return caught.value.status, caught.value.body["error"].get("code"), caught.value.body["error"].get("param")


def test_brackets_become_lists_and_objects():
    encoded = (
        "line_items[1][quantity]=3&line_items[0][quantity]=2&expand[]=line_items&expand[]=x&metadata[a%26b]=%E2%82%AC"
    )
    assert read(encoded) == {
        "line_items": [{"quantity": 2}, {"quantity": 3}],
        "expand": ["line_items", "x"],
        "metadata": {"a&b": "€"},
    }


def test_values_have_the_type_of_the_schema():
    assert read("allow_promotion_codes=false&expires_at=5&mode=payment") == {
        "allow_promotion_codes": False,
        "expires_at": 5,
        "mode": "payment",
    }


@pytest.mark.parametrize(
    ("encoded", "code", "param"),
    [
        ("hue=red", "parameter_unknown", "hue"),
        ("line_items[0][price_data][hue]=1", "parameter_unknown", "line_items[0][price_data][hue]"),
        ("payment_method_types[0]=card", "parameter_unknown", "payment_method_types"),
        ("line_items[0][price_data][unit_amount]=1", "parameter_missing", "line_items[0][price_data][currency]"),
        ("expires_at=soon", "parameter_invalid_integer", "expires_at"),
        ("expires_at=1.5", "parameter_invalid_integer", "expires_at"),
        ("expires_at[a]=1", "parameter_invalid_integer", "expires_at"),
        ("allow_promotion_codes=yes", "parameter_invalid_boolean", "allow_promotion_codes"),
        ("ui_mode=hosted", "parameter_invalid_enum", "ui_mode"),
        ("line_items=x", "parameter_invalid_array", "line_items"),
        ("line_items[a][quantity]=1", "parameter_invalid_array", "line_items"),
        ("metadata=x", "parameter_invalid_object", "metadata"),
        ("success_url=", "parameter_invalid_empty", "success_url"),
        ("mode=payment&mode=payment", None, "mode"),
        ("mode=payment&mode[a]=1", None, "mode[a]"),
        ("mode[=payment", None, None),
        ("client_reference_id=" + "x" * 201, None, "client_reference_id"),
        ("metadata[" + "k" * 41 + "]=1", None, "metadata"),
        ("metadata[k]=" + "v" * 501, None, "metadata[k]"),
        ("&".join(f"metadata[k{n}]=1" for n in range(51)), None, "metadata"),
        ("metadata[k]=%ff", None, None),
    ],
)
def test_what_is_refused(encoded, code, param):
    assert refused(encoded) == (400, code, param)


def test_lengths_at_their_limits_pass():
    read("client_reference_id=" + "x" * 200)
    read("metadata[" + "k" * 40 + "]=" + "v" * 500)
    read("&".join(f"metadata[k{n}]=1" for n in range(50)))
    read("payment_intent_data[statement_descriptor_suffix]=" + "x" * 22)
    assert refused("payment_intent_data[statement_descriptor_suffix]=" + "x" * 23)[0] == 400


def test_metadata_can_be_cleared_where_the_library_says_so():
    assert read("metadata=", REFUND) == {"metadata": ""}
    assert refused("metadata=")[1] == "parameter_invalid_empty"
