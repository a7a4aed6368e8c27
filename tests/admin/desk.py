"""People at the consent desk, and the state that a story is in when they come to it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask

from storefront.accounts.models import User
from storefront.accounts.permissions import Role
from storefront.core import clock
from storefront.db import db
from storefront.stories.consenting import MUST_BE_TRUE
from storefront.stories.vocabulary import CHECKLIST
from tests.admin.people import Staff, a_person
from tests.stories.telling import agree, approve, begin, look_at_risk, publish, words_of

TICKED = list(CHECKLIST)


def a_guardian(app: Flask, **changes: Any) -> Staff:
    return Staff(app, a_person(Role.GUARDIAN), **changes)


def address(reference: str, more: str = "") -> str:
    return f"/admin/stories/{reference}{more}"


def ready(author: User | None = None, *, days_ago: int = 10, **changes: Any) -> str:
    """Reviewed, agreed to so many days ago and approved; all that is missing is the page. Its reference."""
    reference = begin(author, **changes)
    look_at_risk(reference)
    agree(reference, granted_on=clock.today() - timedelta(days_ago))
    approve(reference, a_person(Role.GUARDIAN))
    return reference


def public(author: User | None = None, **changes: Any) -> str:
    reference = ready(author, **changes)
    publish(reference)
    return reference


def hash_of(reference: str, language: str = "en") -> str:
    db.session.rollback()
    return words_of(reference, language).words_hash


def consent_form(reference: str, language: str = "en", **changes: Any) -> dict[str, Any]:
    """Every box ticked that must be, and two places."""
    given = {
        "words_hash": hash_of(reference, language), "channels": ["web_story", "product_page"],
        "granted_on": (clock.today() - timedelta(8)).isoformat(),
        "expires_on": (clock.today() + timedelta(300)).isoformat(), "explained_by": "support_worker",
        "conversation_language": "bn", "attested_by": "social_worker", **dict.fromkeys(MUST_BE_TRUE, "y"),
        "paid_amount": "60.00", "paid_currency": "USD",
    }  # fmt: skip
    return {name: value for name, value in (given | changes).items() if value is not None}


def review_form(**changes: Any) -> dict[str, Any]:
    given = {
        "people_at_risk": ["storyteller", "family"], "result": "may_be_shown", "second_signature": "social_worker",
        "reviewed_on": clock.today().isoformat(),
    }  # fmt: skip
    return {name: value for name, value in (given | changes).items() if value is not None}
