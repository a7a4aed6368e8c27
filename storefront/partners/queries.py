"""Which partners are shown, and with what."""

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from storefront.partners.models import Partner


def listed() -> Select[Partner]:
    """Every partner, in the shop's own order."""
    return select(Partner).order_by(Partner.position, Partner.id)


def with_everything_known() -> Select[Partner]:
    """Partners with their picture, facts and certificates read along."""
    return listed().options(
        joinedload(Partner.picture), selectinload(Partner.facts), selectinload(Partner.certificates)
    )
