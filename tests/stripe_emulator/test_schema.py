"""The request schema is the installed library's own."""

from stripe.params import EventListParams, RefundCreateParams
from stripe.params.checkout import SessionCreateParams

from storefront.stripe_emulator.schema import request_schema


def test_the_options_of_a_request_are_not_parameters():
    fields = request_schema(RefundCreateParams).fields
    assert "idempotency_key" not in fields
    assert {"amount", "payment_intent", "metadata"} <= set(fields)


def test_nested_objects_keep_their_required_members():
    line = request_schema(SessionCreateParams).fields["line_items"].shape.items
    price = line.fields["price_data"].shape
    assert price.fields["currency"].required
    assert not price.fields["unit_amount"].required
    assert price.fields["unit_amount"].shape.scalars == {"integer"}


def test_beside_a_literal_any_other_text_is_refused():
    reason = request_schema(RefundCreateParams).fields["reason"].shape
    assert set(reason.choices) == {"duplicate", "fraudulent", "requested_by_customer"}
    assert reason.scalars == frozenset()


def test_an_empty_text_is_allowed_where_the_library_names_it():
    fields = request_schema(RefundCreateParams).fields
    assert fields["metadata"].shape.clearable
    assert not fields["charge"].shape.clearable


def test_a_filter_is_either_a_number_or_its_bounds():
    created = request_schema(EventListParams).fields["created"].shape
    assert set(created.fields) == {"gt", "gte", "lt", "lte"}
    assert created.scalars == {"integer"}
