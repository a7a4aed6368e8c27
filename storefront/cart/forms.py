"""The shape of what is sent to the bag."""

from __future__ import annotations

from wtforms import Form, StringField
from wtforms.validators import ValidationError

from storefront.catalog.models import MOST_OF_ONE
from storefront.web.forms import ShopForm, WholeNumber

A_NUMBER = f"Please give a whole number from {{}} to {MOST_OF_ONE}."


def _sku(form: Form, field: StringField) -> None:
    given = field.data or ""
    if not 1 <= len(given) <= 40 or not all(
        letter.isascii() and (letter.isalnum() or letter in "-_.") for letter in given
    ):
        raise ValidationError("We do not sell a piece with this code. Please choose one from the shop.")


class AddLineForm(ShopForm):
    sku = StringField("Piece", [_sku])
    quantity = StringField("How many", [WholeNumber(1, MOST_OF_ONE, A_NUMBER.format(1))])


class ChangeLineForm(ShopForm):
    quantity = StringField("How many", [WholeNumber(0, MOST_OF_ONE, A_NUMBER.format(0))])
