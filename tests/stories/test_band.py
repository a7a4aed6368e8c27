"""The sentence beside a story's title is its own, and whole."""

import pytest

from storefront.db import db
from storefront.stories.band import MOST_LETTERS, opening
from storefront.stories.models import Wording


def test_every_sentence_is_taken_from_the_text(shop):
    for words in db.session.scalars(db.select(Wording)):
        sentence = opening(words.text)
        assert words.text.startswith(sentence)
        assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("One. Two.", "One."),
        ("Is it? It is.", "Is it?"),
        ("এক। দুই।", "এক।"),
        ("No end", "No end"),
        ("", ""),
        ("3.5 metres of cloth. Then more.", "3.5 metres of cloth."),
    ],
)
def test_the_first_sentence(text, sentence):
    assert opening(text) == sentence


def test_a_very_long_one_ends_between_words():
    cut = opening("word " * 100)
    assert len(cut) <= MOST_LETTERS + 4
    assert cut.endswith("word ...")
