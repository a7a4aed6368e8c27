"""The one form of the checkout: shape and wording. What an address needs is its country's to say."""

from __future__ import annotations

from typing import Any

from email_validator import EmailNotValidError, validate_email
from markupsafe import Markup
from werkzeug.datastructures import ImmutableMultiDict
from wtforms import Form, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, ValidationError
from wtforms.widgets import html_params

from storefront.checkout.addresses import Address, AddressRules, faults, rules_of, tidied
from storefront.checkout.placing import Wish
from storefront.checkout.shipping import Quote
from storefront.web.forms import PlainText, ShopForm, trimmed

MOST_GIFT_LETTERS = 200


class RegionList:
    """Draws a text field as a list, where the country has a list of its regions."""

    def __init__(self, regions: tuple[tuple[str, str], ...]) -> None:
        self.regions = regions

    def __call__(self, field: StringField, **kwargs: Any) -> Markup:
        chosen = (field.data or "").casefold()
        options = [Markup('<option value="">{}</option>').format("Please choose")]
        for code, name in self.regions:
            selected = Markup(" selected") if chosen in {code.casefold(), name.casefold()} else ""
            options.append(Markup('<option value="{}"{}>{}</option>').format(code, selected, name))
        attributes = Markup(html_params(name=field.name, id=field.id, **kwargs))  # noqa: S704 - html_params escapes
        return Markup("<select {}>{}</select>").format(attributes, Markup("").join(options))


def _email(form: Form, field: StringField) -> None:
    try:
        validate_email(field.data or "", check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise ValidationError("Enter an e-mail address like name@example.org.") from error


class CheckoutForm(ShopForm):
    name = StringField("Name", [DataRequired("Enter the name for the parcel."), PlainText(most=100)], filters=[trimmed])
    email = StringField(
        "E-mail",
        [DataRequired("Enter an e-mail address like name@example.org."), PlainText(most=254), _email],
        filters=[trimmed],
    )
    country = SelectField("Country")
    line1 = StringField("Street and number", [PlainText(most=120)], filters=[trimmed])
    line2 = StringField("Flat, floor", [PlainText(most=120)], filters=[trimmed])
    city = StringField("City", [PlainText(most=80)], filters=[trimmed])
    region = StringField("Region", [PlainText(most=80)], filters=[trimmed])
    postal_code = StringField("Postal code", [PlainText(most=20)], filters=[trimmed])
    shipping_method = StringField("How it travels", [PlainText(most=40)], filters=[trimmed])
    gift_message = TextAreaField("Gift message", [PlainText(most=MOST_GIFT_LETTERS, lines=True)], filters=[trimmed])
    checkout_key = HiddenField("", [PlainText(most=100)])
    seen_total = HiddenField("", [PlainText(most=500)])

    def __init__(
        self,
        formdata: ImmutableMultiDict[str, str] | None,
        *,
        countries: list[tuple[str, str]],
        country: str,
        **kwargs: Any,
    ) -> None:
        """`countries` are those we send to, as (code, name); `country` is the one among them whose rules count."""
        super().__init__(formdata, **kwargs)
        self.is_sent_to = formdata is None or self.country.data == country
        self.country.choices = countries
        self.country.validate_choice = False  # the sentence of `validate` is the better one
        self.country.data, self.country.flags.required = country, True
        self.rules: AddressRules = rules_of(country)
        self.city.label.text, self.region.label.text = self.rules.city_label, self.rules.region_label
        self.postal_code.label.text = self.rules.code_label
        for name in self.rules.required:
            self[name].flags.required = True
        if self.rules.regions:
            self.region.widget = RegionList(self.rules.regions)

    def validate(self, extra_validators: Any = None) -> bool:
        valid: bool = super().validate(extra_validators)
        if not self.is_sent_to:
            self.country.errors = ["We do not send to that country yet. Please choose one from the list."]
            return False
        for name, sentence in faults(self.address()).items():
            if not self[name].errors:
                self[name].errors = [sentence]
            valid = False
        return valid

    def choose_shipping(self, offered: list[Quote]) -> None:
        """Keep the way of sending that was chosen, or begin with the first."""
        if self.shipping_method.data not in {quote.method for quote in offered}:
            self.shipping_method.data = offered[0].method if offered else ""

    def address(self) -> Address:
        text = {name: self[name].data or "" for name in ("name", "line1", "line2", "city", "region", "postal_code")}
        return Address(**text, country=self.rules.country)

    def wish(self) -> Wish:
        """What was filled in. The form must be valid."""
        email = validate_email(self.email.data, check_deliverability=False, allow_smtputf8=False).ascii_email
        return Wish(str(email), tidied(self.address()), self.shipping_method.data, self.gift_message.data)
