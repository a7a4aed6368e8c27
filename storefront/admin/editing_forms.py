"""What the editors of smaller things have in common: forms that make a document, and fields of several rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from flask import Response, make_response, redirect, render_template, request
from markupsafe import Markup
from wtforms import Field, Form, StringField, TextAreaField
from wtforms.utils import unset_value
from wtforms.validators import DataRequired, ValidationError

from storefront.admin import nouns
from storefront.admin.area import me
from storefront.admin.nouns import Answer, Document, Noun
from storefront.admin.stories.forms import BoxesForm
from storefront.core.clock import now
from storefront.core.errors import ShopError
from storefront.core.faults import Fault, NotYetRight
from storefront.db import transaction
from storefront.revisions.keeping import ChangedMeanwhile
from storefront.web.forms import PlainText, is_posted, trimmed


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a row: with `choices` a list, which alone does not make a row; with `lines` a long text."""

    label: str
    choices: Mapping[str, str] = field(default_factory=dict)
    lines: int = 0
    kind: str = "text"
    most: int = 500


class Rows(Field):
    """Rows of named parts, sent as `<prefix>_<part>`, one for each row. A row that is left empty is none."""

    data: list[dict[str, str]]

    def __init__(self, label: str, *, prefix: str, parts: Mapping[str, Part], most: int = 60, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.prefix, self.parts, self.most = prefix, parts, most
        self.wrong: dict[int, list[str]] = {}  # what is wrong with a row, counted from 0

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        given = self.data or []
        self.data = [
            {name: str(row.get(name) if row.get(name) is not None else "") for name in self.parts} for row in given
        ]
        if formdata is not None:
            columns = [formdata.getlist(f"{self.prefix}_{name}") for name in self.parts]
            rows = [dict(zip(self.parts, map(trimmed, row), strict=True)) for row in zip(*columns, strict=False)]
            self.data = [row for row in rows if any(row[name] for name, part in self.parts.items() if not part.choices)]

    @property
    def rows(self) -> list[dict[str, str]]:
        """Those that are filled in, and two empty ones for more."""
        return [*self.data, *({} for _ in range(2 if len(self.data) < self.most else 0))]

    def pre_validate(self, form: Form) -> None:
        for place, row in enumerate(self.data[: self.most]):
            if any(len(row[name]) > part.most for name, part in self.parts.items()):
                self.wrong[place] = ["Please use fewer letters."]
        if self.wrong:
            raise ValidationError("A row holds too many letters.")


class OneOnALine(TextAreaField):
    """Several short things, each on a line of its own; `data` is the list of them, each once."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = list(dict.fromkeys(filter(None, map(str.strip, "\n".join(valuelist).splitlines()))))

    def _value(self) -> str:
        return "\n".join(self.data or ())


class MomentField(StringField):
    """A day and an hour in UTC, or nothing. Drawn as the browser's own calendar with a clock."""

    def __call__(self, **kwargs: Any) -> Markup:
        return super().__call__(type="datetime-local", **kwargs)  # type: ignore[no-any-return]

    def process_data(self, value: Any) -> None:
        self.data = str(value or "").removesuffix("+00:00")[:16]

    @property
    def moment(self) -> str | None:
        """As ISO 8601. What cannot be read stays as it was typed: the rules say so."""
        try:
            return datetime.fromisoformat(self.data or "").replace(tzinfo=UTC).isoformat()
        except ValueError:
            return self.data or None


class EditorForm(BoxesForm):
    """Fields are named as in the document. `document()` makes it of what was filled in."""

    def document(self) -> Document:
        raise NotImplementedError

    def refuse_all(self, faults: Iterable[Fault]) -> None:
        """Put each fault beside its field, and beside its row: "sources.2.url" belongs to the third source."""
        for fault in faults:
            name, _, inside = fault.field.partition(".")
            place, _, part = inside.partition(".")
            rows = self._fields.get(name)
            if isinstance(rows, Rows) and place.isdigit():
                label = rows.parts[part].label if part in rows.parts else ""
                message = f"{label}: {fault.message}" if label else fault.message
                rows.wrong.setdefault(int(place), []).append(message)
                self.refuse(f"Row {int(place) + 1}, {message}", name)
            else:
                self.refuse(fault.message, name)


def line(label: str, *, most: int = 500, needed: str = "") -> StringField:
    return StringField(label, [*([DataRequired(needed)] if needed else []), PlainText(most=most)], filters=[trimmed])


def text(label: str, *, most: int, needed: str = "") -> TextAreaField:
    return TextAreaField(
        label, [*([DataRequired(needed)] if needed else []), PlainText(most=most, lines=True)], filters=[trimmed]
    )


def edit(
    noun: Noun[Any],
    row: Any,
    form_of: Callable[[Any, Document], EditorForm],
    template: str,
    *,
    said: Mapping[str, str],
    facts: Callable[[Any, EditorForm], Mapping[str, Any]] = lambda row, form: {},
) -> Answer:
    """The page of an editor: show, save, preview what is typed, and set two versions side by side.

    `form_of` takes what was sent, or nothing, and the document as it stands. `facts` are the template's own.
    """
    row_id, key = row.id, noun.key(row)
    kept, clash = (None if is_posted() else nouns.unsaved()), None
    form = form_of(request.form if is_posted() else kept.fields if kept else None, noun.read(row))
    number = nouns.based_on() if is_posted() else nouns.number_of(noun, row)
    if is_posted() and form.validate():
        try:
            if "preview" in request.form:
                return nouns.preview_of(noun, row, form.document())
            revision = nouns.save(noun, row_id, form.document())
            return redirect(f"{noun.folder}/{key}?done={'saved' if revision else 'unchanged'}", 303)
        except ChangedMeanwhile as error:
            row = noun.find(key)
            clash = nouns.clash(noun, error, row, form.document())
            number = clash.number
            form.refuse(error.message)
        except NotYetRight as error:
            row = noun.find(key)
            form.refuse_all(error.faults)
        except ShopError as error:
            row = noun.find(key)  # not found, where it was removed meanwhile
            form.refuse(error.message)
    page = render_template(
        template,
        noun=noun, row=row, key=key, form=form, number=number, clash=clash, kept=kept,
        said=None if form.errors else said.get(request.args.get("done", "")),
        unsaved=bool(form.errors or (kept and kept.fields)),
        **facts(row, form),
    )  # fmt: skip
    return page, 422 if form.errors else 200


def begin(
    noun: Noun[Any],
    form_of: Callable[[Any], EditorForm],
    create: Callable[[Any, str, datetime], Any],
    template: str,
    *,
    facts: Callable[[Any], Mapping[str, Any]] = lambda form: {},
) -> Answer:
    """The page on which a new thing is made: show, or make it and go on to its editor.

    `form_of` takes what was sent, or nothing. `create` is the use case, given the form, who acts and when.
    """
    kept = None if is_posted() else nouns.unsaved()
    form = form_of(request.form if is_posted() else kept.fields if kept else None)
    if is_posted() and form.validate():
        by, at = me().reference, now()
        try:
            with transaction():
                address = noun.address(create(form, by, at))
                nouns.forget_unsaved(by, request.path)
            return redirect(f"{address}?done=begun", 303)
        except NotYetRight as error:
            form.refuse_all(error.faults)
    page = render_template(template, form=form, kept=kept, **facts(form))
    return page, 422 if form.errors else 200


def as_text(value: Any) -> str:
    """One value of a document as a person reads it; rows each on a line."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        rows = [
            ", ".join(str(each) for each in row.values() if each) if isinstance(row, dict) else str(row)
            for row in value
        ]
        return "\n".join(rows)
    return "" if value is None else str(value)


def seen_by_the_public(view: Any, **values: Any) -> str:
    """What a public view answers, as the running transaction sees the shop."""
    answer: Response = make_response(view(**values))
    return answer.get_data(as_text=True)


SAID = {
    "begun": "It is made.",
    "saved": "Saved.",
    "unchanged": "Nothing was different, so nothing was changed.",
}
