"""The fixed words are complete, and a note that is not among them is not said."""

from storefront.db import db
from storefront.stories import vocabulary
from storefront.stories.models import Pathway, Stage, Story, StoryKind


def test_every_kind_way_and_stage_has_words():
    assert set(vocabulary.LABELS) == set(StoryKind)
    assert set(vocabulary.PATHWAYS) == set(Pathway)
    assert set(vocabulary.STAGES) == set(Stage)


def test_every_note_of_the_demonstration_is_known(shop):
    notes = {note for story in db.session.scalars(db.select(Story)) for note in story.content_notes}
    assert notes <= set(vocabulary.CONTENT_NOTES)


def test_notes_are_half_a_sentence():
    assert vocabulary.content_note(["Debt", "Fear"]) == "debt; fear"
    assert vocabulary.content_note([]) is None
    assert vocabulary.content_note(["Anything else"]) is None
