"""What may happen to a story's consent, in the demonstration's first story."""

from datetime import date

from sqlalchemy import update

from storefront.core import clock
from storefront.db import db, transaction
from storefront.stories.models import Channel, Consent, Story

SLUG = "jui-the-register"
TITLE = "The register on the blue table"
PRODUCT = "/shop/kantha-short-jacket"


def story_of(slug: str = SLUG) -> Story:
    return db.session.scalars(db.select(Story).where(Story.slug == slug)).one()


def change_consent(*channels: Channel, slug: str = SLUG, **values: object) -> None:
    """Write to the consents of a story; of these channels, or of all."""
    story_id = story_of(slug).id
    with transaction():
        statement = update(Consent).where(Consent.story_id == story_id).values(**values)
        if channels:
            statement = statement.where(Consent.channel.in_(channels))
        db.session.execute(statement)


def withdraw(*channels: Channel, slug: str = SLUG) -> None:
    change_consent(*channels, slug=slug, withdrawn_at=clock.now())


def give(channel: Channel, slug: str = SLUG) -> None:
    with transaction():
        story = story_of(slug)
        db.session.add(
            Consent(
                story_id=story.id,
                channel=channel,
                words_hash=story.words_hash,
                drawing_hash=story.drawing_hash,
                granted_on=date(2026, 1, 1),
                publish_not_before=date(2026, 1, 8),
                expires_on=date(2027, 1, 1),
                risk_reviewed_on=date(2026, 10, 1),
            )
        )


def change_story(slug: str = SLUG, **values: object) -> None:
    """Past every rule, as somebody with a database client would."""
    with transaction():
        db.session.execute(update(Story).where(Story.slug == slug).values(**values))
    db.session.expire_all()
