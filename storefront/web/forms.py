"""Forms: the base class, fields that take only what they should, and the care for doubled fields."""

from __future__ import annotations

import re
from typing import Any

from flask import request
from werkzeug.datastructures import ImmutableMultiDict
from wtforms import Form, StringField
from wtforms.validators import ValidationError

from storefront.core.texts import prints


class ShopForm(Form):
    """Fields are named in docs/addresses.md. A field that comes twice or holds a control character is refused."""

    def __init__(self, formdata: ImmutableMultiDict[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(formdata, **kwargs)
        self.doubled = {name for name in self._fields if formdata is not None and len(formdata.getlist(name)) > 1}

    def validate(self, extra_validators: Any = None) -> bool:
        valid: bool = super().validate(extra_validators)
        for name in self.doubled:
            field = self._fields[name]
            field.errors = [*field.errors, "This was sent twice. Please send it once."]
            valid = False
        return valid


class WholeNumber:
    """Takes plain digits from `least` to `most` and nothing else: no sign, no point, no other script's digits."""

    def __init__(self, least: int, most: int, message: str) -> None:
        self.least, self.most, self.message = least, most, message

    def __call__(self, form: Form, field: StringField) -> None:
        given = field.data or ""
        if not re.fullmatch(r"[0-9]{1,6}", given) or not self.least <= int(given) <= self.most:
            raise ValidationError(self.message)


class PlainText:
    """Text for one line, or for several with `lines`; refuses what cannot be printed or stored."""

    def __init__(self, *, most: int, lines: bool = False) -> None:
        self.most, self.lines = most, lines
        self.field_flags = {"maxlength": most}

    def __call__(self, form: Form, field: StringField) -> None:
        given = field.data or ""
        if len(given) > self.most:
            raise ValidationError(f"Please use at most {self.most} letters.")
        if not prints(given, lines=self.lines):
            raise ValidationError("Please use letters and signs that can be printed.")


def trimmed(value: str | None) -> str:
    """A WTForms filter: no spaces at the ends, one kind of line break."""
    return (value or "").replace("\r\n", "\n").strip()


def is_posted() -> bool:
    return request.method == "POST"
