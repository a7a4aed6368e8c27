"""The form of a storyteller's own door."""

from __future__ import annotations

from wtforms import StringField
from wtforms.validators import InputRequired

from storefront.accounts.forms import GuardedForm
from storefront.stories.models import Channel
from storefront.web.forms import PlainText, trimmed

WITHDRAW = "withdraw"
ACTS = frozenset({WITHDRAW, *Channel})


class CodeForm(GuardedForm):
    """`act` is empty when the code is shown first, and then "withdraw" or the channel to close."""

    code = StringField(
        "The code on your card",
        filters=[trimmed],
        validators=[InputRequired("Please write the code that stands on your card."), PlainText(most=40)],
    )
    act = StringField(validators=[PlainText(most=30)])
    language = StringField(validators=[PlainText(most=5)])
