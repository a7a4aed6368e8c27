"""The receipt of a consent, to be printed and handed over: what she agreed to, where it stands, how to take it back."""

from __future__ import annotations

from babel.numbers import format_currency
from flask import abort, render_template
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from storefront.accounts import guard
from storefront.accounts.permissions import Permission
from storefront.admin.area import bp, known, me
from storefront.admin.stories.live import addresses
from storefront.audit import trail
from storefront.audit.models import Act
from storefront.core.clock import now
from storefront.core.money import EXPONENTS
from storefront.db import db, transaction
from storefront.stories import phrases, publishing, vocabulary
from storefront.stories.models import Consent, Story


@bp.get("/stories/<reference>/receipt/<language>")
@guard.requires(Permission.CONSENTS)
def story_receipt(reference: str, language: str) -> str:
    """In the language that was spoken with her, and in English beside it. Reading it leaves a line in the trail."""
    at, by, reference = now(), me().reference, known(reference)
    with transaction():
        story = db.session.scalar(
            select(Story)
            .where(Story.reference == reference, Story.erased_at.is_(None))
            .options(selectinload(Story.wordings), selectinload(Story.consents))
        )
        wording = story.current(language) if story else None
        consent = publishing.consent_for(wording) if wording else None
        if story is None or wording is None or consent is None:
            abort(404)
        trail.record(
            Act.CONSENT_READ, who=by, subject=f"story:{reference}", at=at,
            details={"consent": consent.reference, "as": "receipt"},
        )  # fmt: skip
    spoken = consent.conversation_language
    return render_template(
        "admin/story_receipt.html",
        story=story,
        wording=wording,
        consent=consent,
        live=addresses(story, at=at),
        languages=[spoken, "en"] if phrases.is_translated(spoken) and spoken != "en" else ["en"],
        spoken=spoken,
        spoken_name=vocabulary.LANGUAGES[spoken],
        phrases=phrases,
        explained_by=vocabulary.EXPLAINED_BY[consent.explained_by],
        paid=_paid,
    )


def _paid(consent: Consent, language: str) -> str | None:
    """What she was paid for her time, written as in her language."""
    if consent.paid_minor is None or consent.paid_currency is None:
        return None
    exponent = EXPONENTS[consent.paid_currency]
    whole, rest = divmod(consent.paid_minor, 10**exponent)
    amount = f"{whole}.{rest:0{exponent}d}" if exponent else str(whole)
    return str(format_currency(amount, consent.paid_currency, locale=language))
