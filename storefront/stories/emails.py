"""What is sent about stories: references and dates, never a word, a name or an address of one."""

from __future__ import annotations

from datetime import date

from storefront.mail.promising import Email
from storefront.settings import settings


def ends_soon(story: str, expires_on: date, days: int, *, to: str) -> Email:
    """To a guardian: this consent ends on this day, and silence means no."""
    return Email(
        to=to,
        template="stories/emails/ends_soon",
        facts={
            "story": story,
            "link": f"{settings.shop_url}/admin/stories/{story}",
            "expires_on": f"{expires_on:%-d %B %Y}",
            "days": days,
        },
    )
