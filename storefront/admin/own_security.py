"""One's own sign-in: which devices are open, and where password, second factor and recovery codes are changed."""

from __future__ import annotations

from flask import abort, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from storefront.accounts import guard, queries, staffing
from storefront.accounts.models import UserSession
from storefront.accounts.permissions import Permission
from storefront.admin.area import after_change, bp, known, me
from storefront.db import db, transaction


@bp.get("/security")
@guard.requires(Permission.OWN_SECURITY)
def security() -> str:
    person, here = me(), guard.current_session()
    found = list(db.session.scalars(queries.devices_of(person.id)))
    return render_template(
        "admin/security.html",
        person=person,
        devices=found,
        here=here.reference if here else "",
        codes_left=db.session.scalar(queries.recovery_codes_left(person.id)),
        said=_said(found),
    )


@bp.post("/security/devices")
@guard.requires(Permission.OWN_SECURITY)
def sign_myself_out_everywhere() -> AnyResponse:
    person_id, by = me().id, me().reference
    with transaction():
        staffing.sign_out_everywhere(person_id, by=by)
    return after_change("/admin/security")


@bp.post("/security/devices/<device>")
@guard.requires(Permission.OWN_SECURITY)
def sign_own_device_out(device: str) -> AnyResponse:
    """One of one's own; another person's is not found."""
    person_id, by = me().id, me().reference
    with transaction():
        found = db.session.scalar(
            select(UserSession.reference).where(
                UserSession.reference == known(device), UserSession.user_id == person_id
            )
        )
        if found:
            staffing.sign_out_device(found, by=by)
    if not found:
        abort(404)
    return after_change("/admin/security?done=device")


def _said(found: list[UserSession]) -> str | None:
    if request.args.get("done") != "device":
        return None
    left = "This is the only one left." if len(found) < 2 else f"{len(found)} are left."
    return f"The device is signed out. {left}"
