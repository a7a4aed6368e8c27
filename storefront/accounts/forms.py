"""Forms of the account pages. Each carries a token besides the one guard; `GuardedForm` is for the staff area too."""

from __future__ import annotations

from typing import Any

from flask import abort, request
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired

from storefront.web.forms import PlainText, ShopForm, trimmed

TOO_OLD = (
    "This page was open for too long, or you signed in or out meanwhile. Please open it again and send it once more."
)


class GuardedForm(ShopForm):
    """A form with Flask-WTF's token. An absent, empty or foreign token is refused before anything is looked at."""

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            return formdata

    def is_sent(self) -> bool:
        """Whether this is a POST; refuses one without a right token."""
        if request.method != "POST":
            return False
        field = self._fields["csrf_token"]
        if not field.validate(self) or self.doubled & {"csrf_token"}:
            abort(403, TOO_OLD)
        return True


class BareForm(GuardedForm):
    """A button."""


class SignInForm(GuardedForm):
    email = StringField(
        "E-mail address", [InputRequired("Please write your e-mail address."), PlainText(most=254)], filters=[trimmed]
    )
    password = PasswordField("Password", [InputRequired("Please write your password."), PlainText(most=500)])
    next = HiddenField(validators=[PlainText(most=500)])


class SecondFactorForm(GuardedForm):
    code = StringField("Code", [PlainText(most=60)], filters=[trimmed])
    credential = HiddenField(validators=[PlainText(most=20000)])  # filled by passkey.js
    next = HiddenField(validators=[PlainText(most=500)])


class SetUpForm(GuardedForm):
    secret = HiddenField(validators=[PlainText(most=2000)])  # encrypted and signed; the page's own
    code = StringField("The six digits that your app shows", [PlainText(most=60)], filters=[trimmed])
    credential = HiddenField(validators=[PlainText(most=20000)])
    name = StringField("Name of this passkey", [PlainText(most=60)], filters=[trimmed])
    remove = HiddenField(validators=[PlainText(most=60)])


class ResetForm(GuardedForm):
    email = StringField(
        "E-mail address", [InputRequired("Please write your e-mail address."), PlainText(most=254)], filters=[trimmed]
    )


class NewPasswordForm(GuardedForm):
    password = PasswordField("New password", [InputRequired("Please choose a password."), PlainText(most=500)])


class InvitationForm(NewPasswordForm):
    email = StringField("E-mail address", [PlainText(most=254)], filters=[trimmed])


class PasswordForm(NewPasswordForm):
    present = PasswordField(
        "Present password", [InputRequired("Please write your present password."), PlainText(most=500)]
    )


class DeviceForm(GuardedForm):
    device = HiddenField(validators=[PlainText(most=60)])
