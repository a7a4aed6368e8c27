"""The demonstration's stories and the example consents that they are shown by. Nobody stands behind these records."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select

from storefront.core import clock
from storefront.core.refs import new_reference
from storefront.db import db
from storefront.demo.dataset import ConsentEntry, StoryEntry
from storefront.demo.pictures import Gallery
from storefront.demo.progress import Progress
from storefront.partners.models import Partner
from storefront.stories import gone
from storefront.stories.consent import REFLECTION, latest_end
from storefront.stories.models import (
    Attester,
    Consent,
    ExplainedBy,
    Pathway,
    ReviewResult,
    RiskReview,
    Stage,
    Story,
    StoryKind,
    Wording,
)


def load_stories(
    entries: list[StoryEntry],
    partners: dict[str, Partner],
    *,
    counted_from: date,
    gallery: Gallery,
    progress: Progress,
) -> tuple[dict[str, Story], set[str]]:
    """Add the stories that are missing. Returns the demonstration's stories by slug, and which of them are new.

    Dates of consent lie so many days before or after `counted_from`. A story is left out when the merchant has a
    partner of her own under that slug, because an invented person never joins an enterprise that is in the shop for
    real; and when a story of this address was withdrawn or has run out, because none ever comes back.
    """
    slugs = [entry["slug"] for entry in entries]
    rows = {row.slug: row for row in db.session.scalars(select(Story).where(Story.slug.in_(slugs)))}
    new: set[str] = set()
    for position, entry in enumerate(entries):
        slug, row, partner = entry["slug"], rows.get(entry["slug"]), partners.get(entry["partner"])
        if row is None and gone.is_taken(slug):
            progress.leave("A story was not loaded, because it was withdrawn or has run out here.")
        elif row is None and partner is None:
            progress.leave(f'The story "{slug}" was not loaded, because the partner "{entry["partner"]}" is your own.')
        elif progress.is_missing("stories", slug, row) and partner is not None:
            rows[slug] = _story(entry, partner, position, counted_from, gallery)
            db.session.add(rows[slug])
            new.add(slug)
    return {slug: row for slug, row in rows.items() if slug and row.from_demonstration}, new


def _story(entry: StoryEntry, partner: Partner, position: int, counted_from: date, gallery: Gallery) -> Story:
    consent = entry["consent"]
    story = Story(
        reference=new_reference(),
        slug=entry["slug"],
        kind=StoryKind(entry["kind"]),
        partner=partner,
        storyteller_reference=consent["storyteller_reference"] if consent else None,
        display_name=entry["display_name"],
        language=entry["language"],
        pathway=Pathway(entry["pathway"]) if entry["pathway"] else None,
        stage=Stage(entry["stage"]) if entry["stage"] else None,
        outcomes=entry["outcomes"],
        content_notes=entry["content_notes"],
        helped_by=[],
        country=entry["country"],
        sources=entry["sources"],
        drawing=gallery.hang(f"stories/{entry['slug']}.svg"),
        position=position,
        from_demonstration=True,
    )
    wording = Wording(
        story=story,
        language=entry["language"],
        number=1,
        is_current=True,
        title=entry["title"],
        text=entry["text"],
        before_words=entry["before_words"],
        now_words=entry["now_words"],
        editor_note=entry["editor_note"],
        written_at=clock.now(),
        published_at=clock.now(),
    )
    wording.seal()
    if consent is not None:
        given = _consent(consent, wording, counted_from)
        story.consents = [given]
        story.reviews = [_review(consent, counted_from)]
        wording.published_at = datetime.combine(given.publish_not_before, time(), UTC)
    return story


def _consent(entry: ConsentEntry, wording: Wording, counted_from: date) -> Consent:
    offsets = entry["seed_offsets_days"]
    granted_on = counted_from + timedelta(days=offsets["granted"])
    expires_on = counted_from + timedelta(days=offsets["expires"])
    return Consent(
        reference=new_reference(),
        language=wording.language,
        words_hash=wording.words_hash,
        drawing_hash=wording.drawing_hash,
        **dict.fromkeys(entry["channels"], True),
        granted_on=granted_on,
        publish_not_before=granted_on + REFLECTION,
        expires_on=min(expires_on, latest_end(granted_on)),  # 1096 days are 36 months only across a leap day
        explained_by=ExplainedBy(entry["explained_by"]),
        conversation_language=entry["conversation_language"],
        employer_absent=True,
        read_back=True,
        told_pay_independent=True,
        attested_by=Attester(entry["attested_by"]),
        attested_on=granted_on,
        adult=True,
        twelve_months_out=True,
        no_proceedings=True,
        name_not_hers=True,
        paid_minor=entry["paid_minor"],
        paid_currency=entry["paid_currency"],
    )


def _review(entry: ConsentEntry, counted_from: date) -> RiskReview:
    return RiskReview(
        reviewed_on=counted_from + timedelta(days=entry["seed_offsets_days"]["risk_reviewed"]),
        people_at_risk=entry["people_at_risk"],
        result=ReviewResult.WITH_CHANGES_MADE,
        second_signature=Attester.INDEPENDENT_ADVOCATE,
    )
