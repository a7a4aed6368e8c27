"""What staff fill in: inviting, roles, disabling, and the sieve over the audit trail."""

from __future__ import annotations

from datetime import date
from typing import Any

from email_validator import EmailNotValidError, validate_email
from markupsafe import Markup
from werkzeug.datastructures import ImmutableMultiDict
from wtforms import FileField, Form, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, ValidationError

from storefront.accounts.permissions import Role
from storefront.admin.wording import ROLES
from storefront.web.forms import PlainText, ShopForm, trimmed

WHY = "Say in a few words why. It is kept in the audit trail."


def _email(form: Form, field: StringField) -> None:
    try:
        validate_email(field.data or "", check_deliverability=False)
    except EmailNotValidError as error:
        raise ValidationError("Enter an e-mail address like name@example.org.") from error


class StaffForm(ShopForm):
    """`part` tells the forms of one page apart: it begins every id. `roles` are several boxes of one name."""

    def __init__(self, formdata: ImmutableMultiDict[str, str] | None = None, *, part: str = "", **kwargs: Any) -> None:
        super().__init__(formdata, **kwargs)
        self.doubled.discard("roles")
        for field in self if part else ():
            field.id = f"{part}-{field.name}"


def _roles() -> SelectMultipleField:
    return SelectMultipleField(
        "Roles",
        [DataRequired("Choose at least one role.")],
        choices={role.value: words.name for role, words in ROLES.items()},
        validate_choice=True,
    )


def _why() -> StringField:
    return StringField("Why", [DataRequired(WHY), PlainText(most=200)], filters=[trimmed])


class InviteForm(StaffForm):
    email = StringField(
        "E-mail",
        [DataRequired("Enter an e-mail address like name@example.org."), PlainText(most=254), _email],
        filters=[trimmed],
    )
    roles = _roles()
    partner = SelectField("Workshop", default="")

    def __init__(
        self, formdata: ImmutableMultiDict[str, str] | None, partners: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        """`partners` are (slug, name)."""
        super().__init__(formdata, **kwargs)
        self.partner.choices = [("", "Of no workshop"), *partners]

    def chosen(self) -> list[Role]:
        return [Role(word) for word in self.roles.data]


class RolesForm(StaffForm):
    roles = _roles()
    why = _why()

    def chosen(self) -> list[Role]:
        return [Role(word) for word in self.roles.data]


class WhyForm(StaffForm):
    """For what needs a reason and nothing else."""

    why = _why()


class DayField(StringField):
    """A day, or nothing. Drawn as the browser's own calendar."""

    def __call__(self, **kwargs: Any) -> Markup:
        return super().__call__(type="date", **kwargs)  # type: ignore[no-any-return]

    @property
    def day(self) -> date | None:
        try:
            return date.fromisoformat(self.data or "")
        except ValueError:
            return None


def _day(form: Form, field: DayField) -> None:
    if field.data and field.day is None:
        raise ValidationError("Enter a day like 2026-11-24.")


class SieveForm(ShopForm):
    """Which lines of the audit trail. Kept in the address, so that a page can be sent to a colleague."""

    act = SelectField("What", default="")
    who = SelectField("Who", default="")
    subject = StringField("About", [PlainText(most=80)], filters=[trimmed])
    since = DayField("From", [_day], name="from", id="from")
    until = DayField("To", [_day], name="to", id="to")

    def __init__(
        self, formdata: Any, *, acts: list[tuple[str, str]], people: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        """`acts` and `people` are (value, words)."""
        super().__init__(formdata, **kwargs)
        self.act.choices, self.who.choices = [("", "Everything"), *acts], [("", "Everybody"), *people]

    def validate(self, extra_validators: Any = None) -> bool:
        valid: bool = super().validate(extra_validators)
        if valid and self.since.day and self.until.day and self.since.day > self.until.day:
            self.until.errors = ["The last day lies before the first."]
            return False
        return valid


def _is_table(form: Form, field: FileField) -> None:
    if not getattr(field.data, "filename", ""):
        raise ValidationError("Choose a file: CSV or XLSX.")


class ImportForm(StaffForm):
    """What is in the files is looked at later: here it only matters that there is one."""

    table = FileField("Table", [_is_table])
    pictures = FileField("Pictures")
