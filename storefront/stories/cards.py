"""The card she is given: a code of her own with which she can take her story back, alone and without an account."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import select

from storefront.audit import trail
from storefront.audit.models import Act
from storefront.core.errors import ShopError
from storefront.core.refs import digest, new_reference
from storefront.db import db, insert_or
from storefront.stories.locking import lock
from storefront.stories.models import Story, StoryKind, WithdrawalCode

LETTERS = 16  # 30 to the power of 16: nobody tries them out


class UnknownCode(ShopError):
    """Raised for a code that fits no story, has been used, or is not one: the same sentence for all."""

    def __init__(self) -> None:
        super().__init__("This code opens nothing. Please look at the card once more.")


def make(reference: str, *, by: str, at: datetime) -> str:
    """A new code for a story, told once and kept as a hash; the card before it is void. In groups of four."""
    story = lock(reference)
    if story.kind is StoryKind.ENTERPRISE:
        raise ShopError("The story of an enterprise has no teller who could hold a card.")
    code = new_reference(LETTERS)
    values = {"code_hash": hash_of(code), "made_at": at, "used_at": None}
    db.session.execute(
        insert_or(WithdrawalCode)
        .values(story_id=story.id, **values)
        .on_conflict_do_update(index_elements=[WithdrawalCode.story_id], set_=values)
    )
    trail.record(Act.CARD_MADE, who=by, subject=f"story:{reference}", at=at)
    return "-".join(re.findall(".{4}", code))


def story_of(code: str) -> str:
    """The reference of the story that this code withdraws. Looked up by its hash, whatever was typed, so that a near
    miss takes as long as a far one. Raises `UnknownCode`.
    """
    found = db.session.scalar(
        select(Story.reference)
        .join(WithdrawalCode, WithdrawalCode.story_id == Story.id)
        .where(WithdrawalCode.code_hash == hash_of(code), WithdrawalCode.used_at.is_(None), Story.erased_at.is_(None))
    )
    if found is None:
        raise UnknownCode
    return found


def hash_of(code: str) -> str:
    """As it is kept; small letters and marks between groups count as nothing. Not keyed: a card outlives every key."""
    return digest("withdrawal code:" + re.sub(r"[^0-9A-Z]", "", code[:100].upper()))
