"""The lock of one story: whatever changes it comes here first, so that a withdrawal and an approval never cross."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import selectinload

from storefront.core.errors import ShopError
from storefront.db import db
from storefront.stories.models import Story, Wording


class NoSuchStory(ShopError):
    """Raised when there is no story of this reference, or it is gone."""

    def __init__(self) -> None:
        super().__init__("This story is no longer here.")


def lock(reference: str, *, with_erased: bool = False) -> Story:
    """The story, held until the transaction ends, with everything that belongs to it. Raises `NoSuchStory`."""
    statement = update(Story).where(Story.reference == reference).values(revision=Story.revision + 1)
    if not with_erased:
        statement = statement.where(Story.erased_at.is_(None))
    found = db.session.scalar(statement.returning(Story.id))
    if found is None:
        raise NoSuchStory
    return db.session.scalars(
        select(Story)
        .where(Story.id == found)
        .options(
            selectinload(Story.wordings).selectinload(Wording.approvals),
            selectinload(Story.consents),
            selectinload(Story.reviews),
        )
        .execution_options(populate_existing=True)
    ).one()
