"""Writing a story down: what it must not hold, and that every edit is a wording nobody has agreed to."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from storefront.core import clock
from storefront.db import db, transaction
from storefront.media.models import Picture, Shelf
from storefront.stories import consenting, drafting, gone, withdrawing
from storefront.stories.drafting import CannotBeWritten, ChangedMeanwhile, Words, distinct, occurs
from storefront.stories.models import Story, StoryKind, Wording
from tests.factories import a_partner
from tests.jobs.racing import at_once
from tests.stories.telling import (
    BY,
    SLUG,
    TEXT,
    TITLE,
    about,
    begin,
    look_at_risk,
    story_by,
    words_of,
)

REAL = {"is_real": True, "kind": "partner"}


def save(reference: str, words: Words, *, seen: int = 1, language: str = "en", **changes: Any) -> Wording:
    given: dict[str, Any] = {"about": None, "author": None, "at": clock.now()}
    with transaction():
        return drafting.save(reference, language, words=words, seen=seen, **given | changes)


def test_a_draft_is_public_to_nobody(app, client):
    reference = begin()
    words = words_of(reference)
    assert (words.number, words.is_current, words.published_at, words.is_unaltered) == (1, True, None, True)
    assert client.get(f"/stories/{SLUG}").status_code == 404


REFUSED = [
    ({"slug": "With Capitals"}, "slug"),
    ({"slug": ""}, "slug"),
    ({"slug": "../up"}, "slug"),
    ({"storyteller_reference": None}, "storyteller_reference"),
    ({"storyteller_reference": "Jui Das"}, "storyteller_reference"),
    ({"storyteller_reference": "জুঁই"}, "storyteller_reference"),
    ({"storyteller_reference": "A" * 41}, "storyteller_reference"),
    ({"kind": StoryKind.TESTIMONY}, "partner"),
    ({"kind": StoryKind.ENTERPRISE}, "storyteller_reference"),
    ({"language": "xx"}, "language"),
    ({"about": about(display_name=None)}, "display_name"),
    ({"about": about(region="Kerala")}, "region"),
    ({"about": about(outcomes=["fame"])}, "outcomes"),
    ({"about": about(content_notes=["Beaten by her uncle"])}, "content_notes"),
    ({"about": about(helped_by=["a man called Ravi"])}, "helped_by"),
]


def test_what_a_story_must_not_hold_is_refused(app):
    for changes, field in REFUSED:
        with pytest.raises(CannotBeWritten) as error:
            begin(**changes)
        assert error.value.field == field, changes
    assert db.session.scalars(select(Wording)).all() == []
    begin()


def test_an_illustration_never_joins_a_real_enterprise(app):
    with pytest.raises(CannotBeWritten) as error:
        begin(partner=a_partner(**REAL))
    assert error.value.field == "partner"


def test_an_enterprise_needs_sources_and_has_no_name(app):
    of_enterprise = {"kind": StoryKind.ENTERPRISE, "storyteller_reference": None}
    for wrong, field in ((about(display_name=None), "sources"), (about(sources=[{"url": "u"}]), "display_name")):
        with pytest.raises(CannotBeWritten) as error:
            begin(partner=a_partner(**REAL), about=wrong, **of_enterprise)
        assert error.value.field == field
    right = about(display_name=None, sources=[{"url": "https://example.org"}])
    begin(partner=a_partner(**REAL), about=right, **of_enterprise)


def test_a_region_is_named_only_among_twenty_makers(app):
    begin(partner=a_partner(has_twenty_makers=True), about=about(region="Kerala"))
    assert db.session.scalars(select(Story.region)).all() == ["Kerala"]
    with pytest.raises(CannotBeWritten, match="twenty or more makers"):
        begin(partner=a_partner(slug="small-room"), about=about(region="Kerala"), slug="another-page")


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (Words("", TEXT), "text"),
        (Words(TITLE, "  "), "text"),
        (Words(TITLE, "x" * (drafting.MOST_LETTERS + 1)), "text"),
        (Words(TITLE, TEXT, before=["afraid"]), "before"),
        (Words(TITLE, TEXT, now=["afraid"]), "now"),
        (Words(TITLE, TEXT, before=["debt"]), "before"),  # only inside of another word
        (Words(TITLE, TEXT, now=[" "]), "now"),
    ],
)
def test_words_are_hers_and_taken_out_of_the_text(app, words, field):
    with pytest.raises(CannotBeWritten) as error, transaction():
        save_in_draft(words)
    assert error.value.field == field


def save_in_draft(words: Words) -> None:
    partner = a_partner()
    db.session.add(partner)
    drafting.begin(
        slug=SLUG, kind=StoryKind.ILLUSTRATION, partner=partner, storyteller_reference="ST-0042", language="en",
        about=about(), words=words, author=None, at=clock.now(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("word", "text", "stands"),
    [
        ("free", "She is free.", True),
        ("Free", "she is free", True),
        ("free", "freedom", False),
        ("paid on time", "She is paid on time now.", True),
        ("a.b", "axb", False),
        ("নিরাপদ", "সে নিরাপদ।", True),
        ("", "anything", False),
    ],
)
def test_a_word_occurs_by_itself(word, text, stands):
    assert occurs(word, text) is stands


def test_words_one_by_one():
    assert distinct([" free", "paid ", "free", ""]) == ["free", "paid"]


@pytest.mark.parametrize("change", ["a letter", "a word", "a note"])
def test_any_edit_is_a_wording_nobody_agreed_to(told, client, change):
    assert client.get(f"/stories/{SLUG}").status_code == 200
    new = {
        "a letter": Words(TITLE, TEXT + "!", ["indebted"], ["trusted"]),
        "a word": Words(TITLE, TEXT, ["indebted"], []),
        "a note": Words(TITLE, TEXT, ["indebted"], ["trusted"], "A note."),
    }[change]
    wording = save(told, new)
    assert (wording.number, wording.published_at) == (2, None)
    assert client.get(f"/stories/{SLUG}").status_code == 404
    old = db.session.scalars(select(Wording).where(Wording.number == 1)).one()
    assert (old.is_current, old.published_at, old.text) == (False, None, TEXT)


def test_published_anyway_it_is_still_not_what_she_agreed_to(told, client):
    """The twin: the mark of publishing alone is not what hides it."""
    wording = save(told, Words(TITLE, TEXT + "!"))
    with transaction():
        db.session.get_one(Wording, wording.id).published_at = clock.now()
    assert client.get(f"/stories/{SLUG}").status_code == 404


def test_an_older_form_overwrites_nothing(told):
    save(told, Words(TITLE, "One."))
    with pytest.raises(ChangedMeanwhile):
        save(told, Words(TITLE, "Two."))
    assert words_of(told).text == "One."


@pytest.mark.real_clock
def test_two_editors_at_once(app):
    reference = begin(at=clock.now())

    def editor(text: str) -> Any:
        return lambda: save(reference, Words(TITLE, text)).text

    answers = at_once(app, [editor("One."), editor("Two."), editor("Three.")])
    kept = [answer for answer in answers if isinstance(answer, str)]
    assert len(kept) == 1
    assert [type(answer) for answer in answers if not isinstance(answer, str)] == [ChangedMeanwhile] * 2
    db.session.rollback()
    assert words_of(reference).text == kept[0]
    assert [words.number for words in db.session.scalars(select(Wording).order_by(Wording.number))] == [1, 2]


def test_a_translation_is_agreed_to_on_its_own(told, client):
    save(told, Words("নীল টেবিল", "জুঁই খাতা রাখে।"), seen=0, language="bn")
    assert client.get(f"/stories/{SLUG}/bn").status_code == 404
    assert client.get(f"/stories/{SLUG}").status_code == 200


def test_what_is_told_besides_the_words_changes_every_language(told, client):
    save(told, Words("নীল টেবিল", "জুঁই খাতা রাখে।"), seen=0, language="bn")
    save(told, Words(TITLE, TEXT), about=about(country="BD"))
    assert words_of(told, "bn").number == 2
    assert words_of(told, "bn").is_unaltered
    assert client.get(f"/stories/{SLUG}").status_code == 404


def test_another_drawing_is_agreed_to_anew(told, client):
    with transaction() as session:
        other = Picture(shelf=Shelf.STORIES, name="other.svg", sha256="b" * 64, width=1, height=1, alt="A loom.")
        public = Picture(shelf=Shelf.PUBLIC, name="public.svg", sha256="c" * 64, width=1, height=1, alt="A loom.")
        session.add_all([other, public])
    with pytest.raises(CannotBeWritten), transaction():
        drafting.change_drawing(told, public, at=clock.now())
    assert client.get(f"/stories/{SLUG}").status_code == 200
    with transaction():
        drafting.change_drawing(told, db.session.get(Picture, other.id), at=clock.now())
    assert client.get(f"/stories/{SLUG}").status_code == 404
    assert words_of(told).number == 2


def test_an_address_never_tells_another_story(told, monkeypatch):
    with pytest.raises(CannotBeWritten):
        begin()
    with transaction():
        withdrawing.withdraw(told, by=BY, at=clock.now())
    with pytest.raises(CannotBeWritten) as error:
        begin()
    assert error.value.field == "slug"
    monkeypatch.setattr(gone, "is_taken", lambda slug: False)
    assert story_by(begin()).slug == SLUG


def test_a_story_that_is_gone_is_not_written_to(told):
    with transaction():
        withdrawing.withdraw(told, by=BY, at=clock.now())
    for act in (
        lambda: save(told, Words(TITLE, "Back again.")),
        lambda: consenting.hide(told, by=BY, at=clock.now()),
        lambda: look_at_risk(told),
    ):
        with pytest.raises(Exception, match="no longer here"):
            act()
