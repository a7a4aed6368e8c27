"""The one form about a workshop: a note to everybody there."""

from __future__ import annotations

from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from storefront.partners.models import FEWEST_LETTERS, MOST_LETTERS
from storefront.web.forms import PlainText, ShopForm, trimmed

SHORT = f"Please write at least {FEWEST_LETTERS} letters."


class NoteForm(ShopForm):
    message = TextAreaField(
        "Your note",
        [DataRequired(SHORT), Length(min=FEWEST_LETTERS, message=SHORT), PlainText(most=MOST_LETTERS, lines=True)],
        filters=[trimmed],
    )
