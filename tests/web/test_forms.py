"""Fields take what they should and nothing else."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import StringField, TextAreaField

from storefront.web.forms import PlainText, ShopForm, WholeNumber, trimmed


class Asked(ShopForm):
    many = StringField("How many", [WholeNumber(1, 20, "Please give a whole number.")])


class Written(ShopForm):
    line = StringField("Line", [PlainText(most=10)])
    lines = TextAreaField("Lines", [PlainText(most=10, lines=True)])


def asked(*values: str) -> Asked:
    return Asked(MultiDict([("many", value) for value in values]))


@pytest.mark.parametrize("value", ["1", "7", "20", "007"])
def test_a_whole_number(value: str) -> None:
    assert asked(value).validate()


@pytest.mark.parametrize(
    "value",
    [
        "-1", "0", "21", "1.5", "1,5", "1e3", "１", "٣", "²", "Ⅷ", "NaN", "inf", "", " ", "1" + "0" * 400, "1\x00", "\x00",
        "+1", " 1", "1 ", "1\n", "0x1", "1_000", "1000000", "-0", "1;DROP TABLE carts", "true", "one", "1\u200d",
    ],
)  # fmt: skip
def test_what_is_no_whole_number(value: str) -> None:
    form = asked(value)
    assert not form.validate()
    assert form.many.errors == ["Please give a whole number."]


def test_nothing_sent_is_no_number() -> None:
    assert not asked().validate()
    assert not Asked(None).validate()


@pytest.mark.parametrize("values", [("1", "1"), ("1", "2"), ("1", ""), ("1", "-1")])
def test_a_field_that_comes_twice_is_refused(values: tuple[str, ...]) -> None:
    form = asked(*values)
    assert not form.validate()
    assert "This was sent twice. Please send it once." in form.many.errors


def test_an_unknown_field_is_passed_over() -> None:
    assert Asked(MultiDict([("many", "1"), ("price", "0"), ("price", "1")])).validate()


PRINTED = [
    "Mara", "Müller", "দোকান", "র\u200d্যাব", "می\u200cخواهم", "山田\u3000太郎", "M.\u00a0Lind", "👩\u200d🔧", "<b>&\"'", "",
]  # fmt: skip
NOT_PRINTED = ["a\x00b", "a\x1bb", "a\x7fb", "a\u202eb", "a\u2028b", "a\ud800b", "a\u200eb", "a\ufeffb", "a\u200bb"]


@pytest.mark.parametrize("text", PRINTED)
def test_text_that_can_be_printed(text: str) -> None:
    assert Written(MultiDict({"line": text, "lines": text})).validate()


@pytest.mark.parametrize("text", NOT_PRINTED)
def test_text_that_cannot_be_printed(text: str) -> None:
    form = Written(MultiDict({"line": text, "lines": text}))
    assert not form.validate()
    assert form.line.errors == form.lines.errors == ["Please use letters and signs that can be printed."]


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", "a\tb"])
def test_more_lines_only_where_they_are_meant(text: str) -> None:
    form = Written(MultiDict({"line": text, "lines": text}))
    assert not form.validate()
    assert form.line.errors
    assert not form.lines.errors


def test_text_has_a_length() -> None:
    assert Written(MultiDict({"line": "ü" * 10})).validate()
    form = Written(MultiDict({"line": "ü" * 11}))
    assert not form.validate()
    assert form.line.errors == ["Please use at most 10 letters."]


def test_browsers_are_told_the_limit() -> None:
    assert 'maxlength="10"' in str(Written().line())


@pytest.mark.parametrize(("given", "kept"), [(" a \r\n b \n", "a \n b"), (None, ""), ("", ""), ("\r\n", "")])
def test_trimmed(given: str | None, kept: str) -> None:
    assert trimmed(given) == kept
