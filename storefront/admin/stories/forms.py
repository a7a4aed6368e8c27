"""What guardians fill in about a story: a look at the risk, her yes, the list before printing. Boxes begin empty."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, Form, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, InputRequired, ValidationError

from storefront.admin.forms import DayField
from storefront.admin.stories.wording import NAMES
from storefront.core.money import EXPONENTS
from storefront.stories.consenting import MUST_BE_TRUE, Asked
from storefront.stories.models import Attester, Channel, ExplainedBy, ReviewResult
from storefront.stories.vocabulary import (
    ATTESTERS,
    CHANNELS,
    CHECKLIST,
    EXPLAINED_BY,
    PEOPLE_AT_RISK,
    REVIEW_RESULTS,
)
from storefront.web.forms import PlainText, ShopForm, trimmed

CHOOSE = {"": "Please choose"}
AMOUNT = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,3}))?")  # no comma: it means thousands to one and a point to another
MOST_PAID = 2_000_000_000  # minor units; what a column holds


class BoxesForm(ShopForm):
    """A form in which several boxes may carry one name."""

    def __init__(self, formdata: Any = None, **kwargs: Any) -> None:
        super().__init__(formdata, **kwargs)
        self.doubled -= {field.name for field in self if isinstance(field, SelectMultipleField)}

    def refuse(self, message: str, field: str = "") -> None:
        """Put what a rule has said beside its field, or at the top."""
        if field in self._fields:
            self._fields[field].errors = [*self._fields[field].errors, message]
        else:
            self.form_errors.append(message)


class Boxes(SelectMultipleField):
    """Boxes of which any may be ticked."""

    def pre_validate(self, form: Form) -> None:
        if not set(self.data or ()) <= set(self.choices):
            raise ValidationError("Please choose from the list.")


class OneOf(SelectField):
    """One of a list that begins with nothing chosen."""

    def pre_validate(self, form: Form) -> None:
        if self.data and self.data not in self.choices:
            raise ValidationError("Please choose from the list.")


def _boxes(label: str, words: Mapping[Any, str], *validators: Any) -> Boxes:
    return Boxes(label, validators, choices=_choices(words))


def _one_of(label: str, words: Mapping[Any, str], *validators: Any) -> OneOf:
    return OneOf(label, validators, choices=CHOOSE | _choices(words))


def _choices(words: Mapping[Any, str]) -> dict[str, str]:
    return {str(value): name for value, name in words.items()}


def _is_day(form: Form, field: DayField) -> None:
    if field.day is None or not 2000 <= field.day.year <= 2200:
        raise ValidationError("Enter a day like 2026-11-24.")


def _day(label: str) -> DayField:
    return DayField(label, [InputRequired("Enter a day like 2026-11-24."), _is_day], filters=[trimmed])


def _statement(name: str) -> BooleanField:
    return BooleanField(MUST_BE_TRUE[name])


class ReviewForm(BoxesForm):
    people_at_risk = _boxes("Whom you thought of", PEOPLE_AT_RISK, DataRequired("Please tick whom you thought of."))
    result = _one_of("What came of it", REVIEW_RESULTS, InputRequired("Please say what came of it."))
    second_signature = _one_of("Who looked with you", ATTESTERS, InputRequired("Please say who looked with you."))
    reviewed_on = _day("Day of the review")

    def values(self) -> dict[str, Any]:
        return {
            "people_at_risk": list(self.people_at_risk.data),
            "result": ReviewResult(self.result.data),
            "second_signature": Attester(self.second_signature.data),
            "reviewed_on": self.reviewed_on.day,
        }


class ConsentForm(BoxesForm):
    """`words_hash` is of the words that the page showed, and so of those that were read back."""

    words_hash = StringField(validators=[PlainText(most=64)])
    channels = _boxes("Where it may appear", CHANNELS)
    granted_on = _day("Day of her yes")
    expires_on = _day("Last day")
    explained_by = _one_of("Explained by", EXPLAINED_BY, InputRequired("Please say who explained it to her."))
    conversation_language = _one_of(
        "Language spoken", NAMES, InputRequired("Please choose the language that was spoken.")
    )
    employer_absent = _statement("employer_absent")
    read_back = _statement("read_back")
    told_pay_independent = _statement("told_pay_independent")
    attested_by = _one_of("Attested by", ATTESTERS, InputRequired("Please say who vouches for it."))
    adult = _statement("adult")
    twelve_months_out = _statement("twelve_months_out")
    no_proceedings = _statement("no_proceedings")
    name_not_hers = _statement("name_not_hers")
    paid_amount = StringField("Paid for her time", [PlainText(most=12)], filters=[trimmed])
    paid_currency = _one_of("Currency", {code: code for code in sorted(EXPONENTS)})

    def validate(self, extra_validators: Any = None) -> bool:
        valid: bool = super().validate(extra_validators)
        try:
            self.paid()
        except ValidationError as error:
            self.refuse(str(error), "paid_amount")
            valid = False
        return valid

    def paid(self) -> tuple[int, str] | None:
        """(minor units, currency), or nothing. Read as digits, so that no fraction is ever rounded."""
        amount, currency = self.paid_amount.data or "", self.paid_currency.data or ""
        if not amount and not currency:
            return None
        read = AMOUNT.fullmatch(amount)
        if not currency or currency not in EXPONENTS or read is None:
            raise ValidationError(
                "Enter what she was paid, such as 60 or 60.00, and the currency; or leave both empty."
            )
        whole, part = read[1], read[2] or ""
        exponent = EXPONENTS[currency]
        if len(part) > exponent:
            raise ValidationError(f"{currency} has {exponent or 'no'} digits after the point.")
        minor = int(whole + part.ljust(exponent, "0"))
        if minor > MOST_PAID:
            raise ValidationError("Please look at the amount once more: it is very large.")
        return minor, currency

    def asked(self) -> Asked:
        return Asked(
            explained_by=ExplainedBy(self.explained_by.data),
            conversation_language=self.conversation_language.data,
            attested_by=Attester(self.attested_by.data),
            **{name: self._fields[name].data is True for name in MUST_BE_TRUE},
        )

    def values(self) -> dict[str, Any]:
        return {
            "words_hash": self.words_hash.data,
            "channels": [Channel(word) for word in self.channels.data],
            "granted_on": self.granted_on.day,
            "expires_on": self.expires_on.day,
            "asked": self.asked(),
            "paid": self.paid(),
        }


class ApprovalForm(BoxesForm):
    words_hash = StringField(validators=[PlainText(most=64)])
    ticked = _boxes("Before printing, all ticked", CHECKLIST)


class ShowAgainForm(BoxesForm):
    attested_by = _one_of("Attested by", ATTESTERS, InputRequired("Please say who vouches for it."))
