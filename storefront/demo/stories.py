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
from storefront.stories.consent import latest_end
from storefront.stories.models import Channel, Consent, Pathway, Stage, Story, StoryKind

REFLECTION = timedelta(days=7)  # between her yes and the first showing


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
    partner of her own under that slug: an invented person never joins an enterprise that is in the shop for real.
    """
    slugs = [entry["slug"] for entry in entries]
    rows = {row.slug: row for row in db.session.scalars(select(Story).where(Story.slug.in_(slugs)))}
    new: set[str] = set()
    for position, entry in enumerate(entries):
        slug, row, partner = entry["slug"], rows.get(entry["slug"]), partners.get(entry["partner"])
        if row is None and partner is None:
            progress.leave(f'The story "{slug}" was not loaded, because the partner "{entry["partner"]}" is your own.')
        elif progress.is_missing("stories", slug, row) and partner is not None:
            rows[slug] = _story(entry, partner, position, counted_from, gallery)
            db.session.add(rows[slug])
            new.add(slug)
    return {slug: row for slug, row in rows.items() if row.from_demonstration}, new


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
        title=entry["title"],
        text=entry["text"],
        before_words=entry["before_words"],
        now_words=entry["now_words"],
        pathway=Pathway(entry["pathway"]) if entry["pathway"] else None,
        stage=Stage(entry["stage"]) if entry["stage"] else None,
        content_notes=entry["content_notes"],
        editor_note=entry["editor_note"],
        sources=entry["sources"],
        country=entry["country"],
        drawing=gallery.hang(f"stories/{entry['slug']}.svg"),
        position=position,
        from_demonstration=True,
        published_at=clock.now(),
    )
    story.seal()
    if consent is not None:
        story.consents = _consents(consent, story, counted_from)
        first_day = max(given.publish_not_before for given in story.consents)
        story.published_at = datetime.combine(first_day, time(), UTC)
    return story


def _consents(entry: ConsentEntry, story: Story, counted_from: date) -> list[Consent]:
    """One row for each channel that was granted, all of them for these very words and this drawing."""
    offsets = entry["seed_offsets_days"]
    granted_on = counted_from + timedelta(days=offsets["granted"])
    expires_on = counted_from + timedelta(days=offsets["expires"])
    return [
        Consent(
            channel=Channel(channel),
            words_hash=story.words_hash,
            drawing_hash=story.drawing_hash,
            granted_on=granted_on,
            publish_not_before=granted_on + REFLECTION,
            expires_on=min(expires_on, latest_end(granted_on)),  # 1096 days are 36 months only across a leap day
            risk_reviewed_on=counted_from + timedelta(days=offsets["risk_reviewed"]),
        )
        for channel in entry["channels"]
    ]
