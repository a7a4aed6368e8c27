"""What the staff area sends."""

from __future__ import annotations

from storefront.accounts.inviting import Invited
from storefront.mail.promising import Email


def invitation(invited: Invited) -> Email:
    """The link opens an account, so the promise is forgotten as soon as it has left."""
    return Email(
        to=invited.invitation.email or "",
        template="admin/emails/invitation",
        facts={"link": invited.link},
        secret=True,
    )
