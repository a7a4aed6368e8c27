"""Nobody's identity has a place here: every column about stories, workshops, articles and pictures is on this list.

What is not stored cannot leak, be stolen or be demanded. A new column fails here until somebody has asked whether it
could tell who a person is, and has written it down.
"""

from __future__ import annotations

import re

from flask import Flask
from sqlalchemy import inspect

from storefront.db import Base, db

PACKAGES = ("stories", "partners", "articles", "media")

COLUMNS: dict[str, str] = {
    "stories": "id reference slug kind partner_id partner_is_real storyteller_reference display_name language pathway"
    " stage outcomes content_notes helped_by country region sources drawing_id position revision withdrawn_at erased_at"
    " from_demonstration",
    "wordings": "id story_id language number is_current title text before_words now_words editor_note words_hash"
    " drawing_hash written_by_id written_at published_at",
    "approvals": "id wording_id by_id at",
    "consents": "id reference story_id language words_hash drawing_hash web_story product_page hang_tag_qr newsletter"
    " social press search_indexing granted_on publish_not_before expires_on explained_by conversation_language"
    " employer_absent read_back told_pay_independent attested_by attested_on adult twelve_months_out no_proceedings"
    " name_not_hers paid_minor paid_currency payment_conditional closed_channels replaced_at withdrawn_at",
    "risk_reviews": "id story_id reviewed_on people_at_risk result signed_by second_signature",
    "withdrawal_codes": "story_id code_hash made_at used_at",
    "gone_addresses": "slug_hash gone_since",
    "story_tasks": "id reference kind story_reference recipient sealed_address opened_at due_on closed_at",
    "clock_marks": "id latest",
    "partners": "id slug name now_known_as also_known_as kind is_real country region founded tagline summary goods"
    " support editor_notes notice position picture_id from_demonstration has_twenty_makers",
    "partner_facts": "id partner_id position claim confidence as_of sources",
    "certificates": "id partner_id position name scope status licence_number checked_on valid_until sources logo_id",
    "workshop_notes": "id reference partner_id text state received_at moved_at",
    "articles": "id room slug title summary body content_notes sources editor_notes related reviewed_on review_due"
    " picture_id position",
    "pictures": "id shelf name sha256 width height alt focus widths from_demonstration",
}

# Who wrote and who approved: the only ways from a story to an account. None leads to an order.
TO_ACCOUNTS = {("wordings", "written_by_id", "users"), ("approvals", "by_id", "users")}
NEVER_REACHED = {"orders", "order_lines", "carts", "payment_attempts", "users"}

# Where somebody could write down what nobody should know.
SPEAKING = re.compile(
    r"(^|_)(background|notes?_about|legal|real_name|full_name|first_name|last_name|surname|maiden|born|birth|age|phone"
    r"|mobile|contact|e?mail|photo|face|portrait|voice|passport|identity|address|street|village|town|city|shelter"
    r"|mark|tattoo|scar|religion|caste|children|diagnosis|history|comment|remarks?|reason)(s|_|$)"
)
SPOKEN_FOR = {"sealed_address"}  # of a page, encrypted, for as long as a letter is open


def tables() -> dict[str, set[str]]:
    return {
        mapper.local_table.name: {column.name for column in mapper.local_table.columns}  # type: ignore[attr-defined]
        for mapper in Base.registry.mappers
        if mapper.class_.__module__.split(".")[1] in PACKAGES
    }


def test_every_column_is_on_the_list(app: Flask) -> None:
    assert tables() == {name: set(columns.split()) for name, columns in COLUMNS.items()}


def test_the_database_has_no_other(app: Flask) -> None:
    """Whatever the models say: a column that a migration made would be there as well."""
    there = inspect(db.engine)
    for table, columns in COLUMNS.items():
        assert {column["name"] for column in there.get_columns(table)} == set(columns.split()), table


def test_no_way_leads_from_a_story_to_a_customer(app: Flask) -> None:
    there = inspect(db.engine)
    leading = {
        (table, column, key["referred_table"])
        for table in COLUMNS
        for key in there.get_foreign_keys(table)
        for column in key["constrained_columns"]
        if key["referred_table"] in NEVER_REACHED
    }
    assert leading == TO_ACCOUNTS


def test_nothing_that_is_sold_points_at_a_story_by_its_row(app: Flask) -> None:
    """Orders, bags and goods know a story by its opaque reference at most, so that it can be erased and they stay."""
    there = inspect(db.engine)
    about_people = {"stories", "wordings", "consents", "approvals", "risk_reviews", "withdrawal_codes"}
    pointing = {
        table
        for table in there.get_table_names()
        for key in there.get_foreign_keys(table)
        if key["referred_table"] in about_people
    }
    assert pointing <= about_people


def test_no_column_asks_who_somebody_is() -> None:
    for name, columns in tables().items():
        assert not [column for column in columns - SPOKEN_FOR if SPEAKING.search(column)], name


def test_the_search_for_such_columns_finds_them() -> None:
    for column in ("background", "legal_name", "birth_date", "home_town", "phone_number", "label_mark", "full_name",
                   "contact_notes", "withdrawal_reason", "age"):  # fmt: skip
        assert SPEAKING.search(column), column
    for column in ("language", "display_name", "content_notes", "pages", "stage", "marketing"):
        assert not SPEAKING.search(column), column
