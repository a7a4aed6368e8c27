"""The code on her card: told once, kept as a hash, used once, and as hard to guess as it is easy to type."""

from __future__ import annotations

import contextlib
import re

import pytest
from sqlalchemy import select

from storefront.audit.models import Act
from storefront.core import clock
from storefront.core.refs import ALPHABET
from storefront.db import db, transaction
from storefront.stories import cards, withdrawing
from storefront.stories.cards import UnknownCode
from storefront.stories.locking import NoSuchStory
from storefront.stories.models import WithdrawalCode
from tests.stories.telling import BY, audited


def make(reference: str) -> str:
    with transaction():
        return cards.make(reference, by=BY, at=clock.now())


def test_it_leads_to_her_story_however_it_is_typed(told):
    code = make(told)
    assert re.fullmatch(f"([{ALPHABET}]{{4}}-){{3}}[{ALPHABET}]{{4}}", code)
    for typed in (code, code.lower(), code.replace("-", ""), f" {code.replace('-', ' ')}\n"):
        assert cards.story_of(typed) == told


def test_only_its_hash_is_kept(told):
    code = make(told)
    row = db.session.scalars(select(WithdrawalCode)).one()
    assert code.replace("-", "") not in repr([getattr(row, column.key) for column in WithdrawalCode.__table__.columns])
    assert row.code_hash == cards.hash_of(code)
    [line] = audited(Act.CARD_MADE)
    assert code not in repr(line.details)


def test_a_new_card_makes_the_old_one_void(told):
    old, new = make(told), make(told)
    with pytest.raises(UnknownCode):
        cards.story_of(old)
    assert cards.story_of(new) == told


def test_what_opens_nothing_says_one_sentence(told):
    make(told)
    for code in ("", "AAAA-BBBB-CCCC-DDDD", "'; --", "🙂", "A" * 10_000, "\x00"):
        with pytest.raises(UnknownCode) as error:
            cards.story_of(code)
        assert error.value.message == UnknownCode().message


def test_a_near_miss_asks_the_same_one_question(told, statements):
    code = make(told)
    asked = []
    for typed in (code[:-1] + ("2" if code[-1] != "2" else "3"), "nothing like it", code):
        with statements() as seen, contextlib.suppress(UnknownCode):
            cards.story_of(typed)
        asked.append(len(seen))
    assert asked == [1, 1, 1]


def test_for_a_story_that_is_gone_there_is_no_card(told):
    code = make(told)
    with transaction():
        withdrawing.withdraw(told, by=BY, at=clock.now())
    with pytest.raises(UnknownCode):
        cards.story_of(code)
    with pytest.raises(NoSuchStory):
        make(told)
