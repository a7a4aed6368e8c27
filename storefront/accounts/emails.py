"""What people who sign in are written."""

from __future__ import annotations

from storefront.accounts.models import User
from storefront.mail.promising import Email


def password_reset(user: User, token: str) -> Email:
    return Email(to=user.email, template="accounts/emails/reset", facts={"token": token}, secret=True)
