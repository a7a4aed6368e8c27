"""What writers fill in: the words in one language, and what is told of a story besides them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from wtforms import Field, FileField, Form, HiddenField, SelectField, StringField, TextAreaField
from wtforms.utils import unset_value
from wtforms.validators import DataRequired, InputRequired, StopValidation, ValidationError

from storefront.admin.stories.forms import CHOOSE, Boxes, BoxesForm, OneOf
from storefront.admin.stories.wording import NAMES
from storefront.partners.models import Partner
from storefront.stories.drafting import MOST_LETTERS, About, Words, distinct, offered_address
from storefront.stories.models import Pathway, Stage, Story, StoryKind
from storefront.stories.vocabulary import (
    CONTENT_NOTES,
    HELPED_BY,
    OUTCOMES,
    PATHWAYS,
    STAGES,
)
from storefront.web.filters import LOCALE
from storefront.web.forms import PlainText, WholeNumber, trimmed

MOST_WORDS, MOST_IN_A_LIST = 12, 600  # words of a list, and letters of all of them
MOST_SOURCES = 20
NO_COUNTRIES = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}
KINDS: dict[StoryKind, str] = {
    StoryKind.ILLUSTRATION: "An illustration, written for the demonstration",
    StoryKind.TESTIMONY: "Told by somebody herself",
    StoryKind.ENTERPRISE: "About an enterprise, from published sources",
}
NOT_SAID = {"": "Not said"}
PUBLISHED_ON = re.compile(r"[12][0-9]{3}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?")


def countries() -> dict[str, str]:
    """Code and name of every country, by name."""
    named = {
        code: str(name)
        for code, name in LOCALE.territories.items()
        if re.fullmatch("[A-Z]{2}", code) and code not in NO_COUNTRIES
    }
    return dict(sorted(named.items(), key=lambda pair: pair[1]))


def _keyed(words: Mapping[Any, str]) -> dict[str, str]:
    return {str(value): name for value, name in words.items()}


class Lines(TextAreaField):
    """Words, one on a line; `words` has each once."""

    def process_data(self, value: Any) -> None:
        self.data = "\n".join(value) if isinstance(value, list) else value or ""

    @property
    def words(self) -> list[str]:
        return distinct((self.data or "").splitlines())

    def pre_validate(self, form: Form) -> None:
        if len(self.words) > MOST_WORDS:
            raise ValidationError(f"Please choose at most {MOST_WORDS} words.")


class Sources(Field):
    """Rows of title, publisher, address and date; a row without any of them is none."""

    PARTS = ("title", "publisher", "url", "date")
    data: list[dict[str, Any]]

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        self.data = list(self.data or ())
        if formdata is not None:
            columns = [formdata.getlist(f"source_{part}") for part in self.PARTS]
            rows = [dict(zip(self.PARTS, map(trimmed, row), strict=True)) for row in zip(*columns, strict=False)]
            self.data = [row for row in rows if any(row.values())]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Those that are filled in, and empty ones for more."""
        return [*self.data, *({} for _ in range(2 if len(self.data) < MOST_SOURCES else 0))][: MOST_SOURCES + 1]

    def pre_validate(self, form: Form) -> None:
        if len(self.data) > MOST_SOURCES:
            raise StopValidation(f"Please name at most {MOST_SOURCES} sources.")
        for number, row in enumerate(self.data, 1):
            if wrong := _wrong_with(row):
                raise StopValidation(f"Source {number}: {wrong}")


def _wrong_with(row: dict[str, Any]) -> str | None:
    if any(len(value) > 500 or not value.isprintable() for value in row.values()):
        return "please use at most 500 letters and signs that can be printed."
    if not row["title"] or not row["publisher"]:
        return "a title and a publisher are needed."
    if not _is_web_address(row["url"]):
        return "enter an address that begins with https:// or http://."
    if row["date"] and not PUBLISHED_ON.fullmatch(row["date"]):
        return "enter a date like 2026, 2026-11 or 2026-11-24, or none."
    return None


def _is_web_address(given: str) -> bool:
    try:
        parts = urlsplit(given)
    except ValueError:
        return False
    return parts.scheme in {"https", "http"} and "." in (parts.hostname or "") and " " not in given


class WordsForm(BoxesForm):
    title = StringField("Title", [DataRequired("Enter a title."), PlainText(most=200)], filters=[trimmed])
    text = TextAreaField(
        "Text", [DataRequired("Enter a text."), PlainText(most=MOST_LETTERS, lines=True)], filters=[trimmed]
    )
    before = Lines("Words for before", [PlainText(most=MOST_IN_A_LIST, lines=True)], filters=[trimmed])
    now = Lines("Words for now", [PlainText(most=MOST_IN_A_LIST, lines=True)], filters=[trimmed])
    editor_note = TextAreaField("Editor's note", [PlainText(most=2000, lines=True)], filters=[trimmed])

    def words(self) -> Words:
        return Words(self.title.data, self.text.data, self.before.words, self.now.words, self.editor_note.data or None)


class AboutForm(WordsForm):
    display_name = StringField("Name on the page", [PlainText(most=60)], filters=[trimmed])
    country = OneOf("Country", [InputRequired("Choose a country.")], choices=CHOOSE | countries())
    region = StringField("Region", [PlainText(most=80)], filters=[trimmed])
    pathway = OneOf("Way to freedom", choices=NOT_SAID | _keyed(PATHWAYS))
    stage = OneOf("What the page is about", choices=NOT_SAID | _keyed(STAGES))
    outcomes = Boxes("What is there now", choices=OUTCOMES)
    content_notes = Boxes("Content notes", choices={name: name for name in CONTENT_NOTES})
    helped_by = Boxes("Who helped", choices=HELPED_BY)
    sources = Sources("Sources")

    def about(self, story: Story | None = None) -> About:
        """What the page did not ask for stays as it is in `story`."""
        kept = {source.get("url"): source for source in story.sources} if story else {}
        return About(
            display_name=(self.display_name.data or None) if "display_name" in self else None,
            country=self.country.data,
            region=self.region.data or None,
            pathway=Pathway(self.pathway.data) if self.pathway.data else None,
            stage=Stage(self.stage.data) if self.stage.data else None,
            outcomes=list(self.outcomes.data or ()),
            content_notes=list(self.content_notes.data or ()),
            helped_by=list(self.helped_by.data or ()),
            sources=[kept.get(row["url"], {}) | row | {"date": row["date"] or None} for row in self.sources.data]
            if "sources" in self
            else list(story.sources if story else ()),
        )


class NewStoryForm(AboutForm):
    kind = OneOf("Kind", [InputRequired("Choose what kind of story it is.")], choices=CHOOSE | _keyed(KINDS))
    partner = SelectField("Workshop", [InputRequired("Choose a workshop.")])
    storyteller_reference = StringField("The workshop's reference", [PlainText(most=40)], filters=[trimmed])
    language = OneOf("Language", [InputRequired("Choose the language it was told in.")], choices=CHOOSE | NAMES)
    slug = StringField("Address", [PlainText(most=100)], filters=[trimmed])

    def __init__(self, formdata: Any, partners: Sequence[Partner], **kwargs: Any) -> None:
        super().__init__(formdata, **kwargs)
        self.partner.choices = CHOOSE | {partner.slug: partner.name for partner in partners}

    def address(self) -> str:
        """What was asked for, or else one from the title; from then on it stands in the field."""
        self.slug.data = self.slug.data or offered_address(self.title.data)
        return str(self.slug.data)


class Seen(Form):
    """The number of the version that the page showed, 0 for none."""

    seen = HiddenField(validators=[WholeNumber(0, 999_999, "Please open this page again.")])


class OriginalForm(Seen, AboutForm):
    """In the language it was told in, together with what holds for every language."""


class TranslationForm(Seen, WordsForm):
    pass


def _is_file(form: Form, field: FileField) -> None:
    if not getattr(field.data, "filename", ""):
        raise ValidationError("Choose a drawing.")


class DrawingForm(BoxesForm):
    drawing = FileField("Drawing", [_is_file])
    alt = StringField(
        "What is seen", [DataRequired("Say in a sentence what is seen."), PlainText(most=300)], filters=[trimmed]
    )


def form_for(story: Story, language: str, formdata: Any = None) -> OriginalForm | TranslationForm:
    """The form of one language, filled with what stands there now unless something was sent."""
    wording = story.current(language)
    given: dict[str, Any] = {"seen": str(wording.number if wording else 0)}
    if wording is not None:
        given |= {
            "title": wording.title, "text": wording.text, "before": wording.before_words, "now": wording.now_words,
            "editor_note": wording.editor_note or "",
        }  # fmt: skip
    if language != story.language:
        return TranslationForm(formdata, **given)
    given |= {name: getattr(story, name) for name in ("outcomes", "content_notes", "helped_by", "sources")}
    given |= {name: getattr(story, name) or "" for name in ("display_name", "country", "region", "pathway", "stage")}
    form = OriginalForm(formdata, **given)
    if story.kind is StoryKind.ENTERPRISE:
        del form.display_name
    else:
        del form.sources
    return form
