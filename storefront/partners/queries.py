"""Which partners are shown, and with what."""

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from storefront.partners.models import Certificate, NoteState, Partner, WorkshopNote


def listed() -> Select[Partner]:
    """Every partner, in the shop's own order."""
    return select(Partner).order_by(Partner.position, Partner.id)


def with_everything_known() -> Select[Partner]:
    """Partners with their picture, facts and certificates read along."""
    return listed().options(
        joinedload(Partner.picture),
        selectinload(Partner.facts),
        selectinload(Partner.certificates).joinedload(Certificate.logo),
    )


def notes_to(partner_id: int, *states: NoteState) -> Select[WorkshopNote]:
    """Notes to one workshop, oldest first."""
    return (
        select(WorkshopNote)
        .where(WorkshopNote.partner_id == partner_id, WorkshopNote.state.in_(states))
        .order_by(WorkshopNote.received_at, WorkshopNote.id)
    )


def unread_notes() -> Select[WorkshopNote]:
    """Notes that nobody of the shop has read, oldest first, with their workshop."""
    return (
        select(WorkshopNote)
        .where(WorkshopNote.state == NoteState.WAITING)
        .order_by(WorkshopNote.received_at, WorkshopNote.id)
        .options(joinedload(WorkshopNote.partner))
    )
