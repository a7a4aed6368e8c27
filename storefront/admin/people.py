"""People and roles: who works here, who is invited, what each may do, on which devices they are signed in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import abort, redirect, render_template, request
from sqlalchemy import Select, func, select
from werkzeug.wrappers import Response as AnyResponse

from storefront.accounts import guard, inviting, queries, staffing
from storefront.accounts.inviting import invite
from storefront.accounts.models import Invitation, User, UserSession
from storefront.accounts.permissions import Permission
from storefront.admin.area import REFERENCE, after_change, bp, known, me
from storefront.admin.emails import invitation
from storefront.admin.forms import InviteForm, RolesForm, WhyForm
from storefront.admin.wording import ROLES, in_words
from storefront.core.errors import ShopError
from storefront.db import db, transaction
from storefront.mail.promising import queue_email
from storefront.partners.models import Partner, PartnerKind
from storefront.partners.queries import listed
from storefront.web.forms import is_posted

Answer = tuple[str, int] | AnyResponse


@bp.route("/people", methods=["GET", "POST"])
@guard.requires(Permission.PEOPLE)
def people() -> Answer:
    workshops = {partner.slug: partner for partner in db.session.scalars(_workshops())}
    names = [(slug, partner.name) for slug, partner in workshops.items()]
    form = InviteForm(request.form, names) if is_posted() else InviteForm(None, names, **_again(workshops))
    by, invited = me().reference, None
    if is_posted() and form.validate():
        partner = workshops.get(form.partner.data)
        try:
            with transaction():
                invited = invite(
                    form.email.data,
                    roles=form.chosen(),
                    partner_id=partner.id if partner else None,
                    by=by,
                )
                queue_email(invitation(invited), key=f"invitation:{invited.invitation.reference}")
        except ShopError as error:
            form.form_errors.append(error.message)
    if invited:  # the link is known now and never again, so it is answered and not redirected to
        form = InviteForm(None, names)
    page = render_template(
        "admin/people.html",
        people=list(db.session.scalars(queries.people())),
        seen=_last_seen(),
        invitations=list(db.session.scalars(queries.open_invitations())),
        workshop_of={partner.id: partner.name for partner in workshops.values()},
        roles=ROLES,
        in_words=in_words,
        form=form,
        invited=invited,
        said=_said_of_invitations(),
    )
    return page, 422 if form.errors else 200


@bp.post("/people/invitations/<reference>")
@guard.requires(Permission.PEOPLE)
def take_back(reference: str) -> AnyResponse:
    by, reference = me().reference, known(reference)
    with transaction():
        inviting.take_back(reference, by=by)
    return redirect(f"/admin/people?taken_back={reference}", 303)


@bp.get("/people/<reference>")
@guard.requires(Permission.PEOPLE)
def person(reference: str) -> Answer:
    return _page(_find(reference))


@bp.post("/people/<reference>/roles")
@guard.requires(Permission.PEOPLE)
def change_roles(reference: str) -> Answer:
    user, by, form = _find(reference), me().reference, RolesForm(request.form, part="roles")
    if form.validate():
        try:
            with transaction():
                staffing.change_roles(user.id, form.chosen(), by=by, why=form.why.data)
            return _done(user, "roles")
        except ShopError as error:
            form.form_errors.append(error.message)
    return _page(user, roles_form=form)


@bp.post("/people/<reference>/disable")
@guard.requires(Permission.PEOPLE)
def disable(reference: str) -> Answer:
    user, by, form = _find(reference), me().reference, WhyForm(request.form, part="disable")
    if form.validate():
        try:
            with transaction():
                staffing.disable(user.id, by=by, why=form.why.data)
            return _done(user, "disabled")
        except ShopError as error:
            form.form_errors.append(error.message)
    return _page(user, disable_form=form)


@bp.post("/people/<reference>/enable")
@guard.requires(Permission.PEOPLE)
def enable(reference: str) -> Answer:
    user, by, form = _find(reference), me().reference, WhyForm(request.form, part="disable")
    if form.validate():
        try:
            with transaction():
                staffing.enable(user.id, by=by, why=form.why.data)
            return _done(user, "enabled")
        except ShopError as error:
            form.form_errors.append(error.message)
    return _page(user, disable_form=form)


@bp.post("/people/<reference>/factors")
@guard.requires(Permission.PEOPLE)
def forget_factors(reference: str) -> Answer:
    user, by, form = _find(reference), me().reference, WhyForm(request.form, part="factors")
    if form.validate():
        try:
            with transaction():
                staffing.forget_factors(user.id, by=by, why=form.why.data)
            return _done(user, "factors")
        except ShopError as error:
            form.form_errors.append(error.message)
    return _page(user, factors_form=form)


@bp.post("/people/<reference>/devices")
@guard.requires(Permission.PEOPLE)
def sign_out_everywhere(reference: str) -> Answer:
    user, by = _find(reference), me().reference
    with transaction():
        staffing.sign_out_everywhere(user.id, by=by)
    return _done(user, "everywhere")


@bp.post("/people/<reference>/devices/<device>")
@guard.requires(Permission.PEOPLE)
def sign_out_device(reference: str, device: str) -> Answer:
    """A device of this person; another's is not found."""
    user, by = _find(reference), me().reference
    with transaction():
        found = db.session.scalar(
            select(UserSession.reference).where(UserSession.reference == known(device), UserSession.user_id == user.id)
        )
        if found:
            staffing.sign_out_device(found, by=by)
    if not found:
        abort(404)
    return _done(user, "device")


def _find(reference: str) -> User:
    user = db.session.scalar(queries.by_reference(known(reference)))
    if user is None:
        abort(404)
    return user


def _done(user: User, word: str) -> AnyResponse:
    return after_change(f"/admin/people/{user.reference}?done={word}")


def _page(
    user: User,
    *,
    roles_form: RolesForm | None = None,
    disable_form: WhyForm | None = None,
    factors_form: WhyForm | None = None,
) -> Answer:
    user = _find(user.reference)
    devices = list(db.session.scalars(queries.devices_of(user.id)))
    wrong = next((form for form in (roles_form, disable_form, factors_form) if form is not None), None)
    page = render_template(
        "admin/person.html",
        person=user,
        devices=devices,
        own=user.id == me().id,
        workshop=db.session.get(Partner, user.partner_id) if user.partner_id else None,
        roles=ROLES,
        in_words=in_words,
        roles_form=roles_form or RolesForm(part="roles", roles=[role.value for role in user.roles]),
        disable_form=disable_form or WhyForm(part="disable"),
        factors_form=factors_form or WhyForm(part="factors"),
        wrong=wrong,
        said=None if wrong else _said(user, devices),
    )
    return page, 422 if wrong else 200


def _said(user: User, devices: list[UserSession]) -> str | None:
    """What was done, told from the address and checked against how things are, so that no message is kept anywhere."""
    word = request.args.get("done", "")
    if word == "roles":
        return f"{user.email} may act as {in_words(user.roles)} from now on, and has to sign in again."
    if word == "disabled" and not user.active:
        return f"{user.email} is disabled and signed out everywhere."
    if word == "enabled" and user.active:
        return f"{user.email} may sign in again."
    if word == "factors" and not user.has_second_factor:
        return f"{user.email} has no second factor any more, and sets up a new one at the next sign-in."
    if word == "everywhere" and not devices:
        return f"{user.email} is signed in nowhere."
    if word == "device":
        return f"The device is signed out. {len(devices) or 'None'} {'is' if len(devices) < 2 else 'are'} left."
    return None


def _said_of_invitations() -> str | None:
    reference = request.args.get("taken_back", "")
    if not REFERENCE.fullmatch(reference):
        return None
    left = db.session.scalar(select(Invitation.id).where(Invitation.reference == reference))
    return None if left else "The invitation is void. Its link opens nothing."


def _last_seen() -> dict[int, datetime]:
    """When each person was last seen on a device that has not been signed out."""
    rows = db.session.execute(
        select(UserSession.user_id, func.max(UserSession.seen_at))
        .where(UserSession.factor_at.is_not(None))
        .group_by(UserSession.user_id)
    )
    return {user_id: seen for user_id, seen in rows}  # noqa: C416 - a row is no pair to mypy


def _workshops() -> Select[Partner]:
    """Those that have goods here."""
    return listed().where(Partner.kind != PartnerKind.DIRECTORY)


def _again(workshops: dict[str, Partner]) -> dict[str, Any]:
    """What an invitation that ran out had said, to be sent anew."""
    reference = request.args.get("again", "")
    if not REFERENCE.fullmatch(reference):
        return {}
    old = db.session.scalar(
        select(Invitation).where(
            Invitation.reference == reference, Invitation.used_at.is_(None), Invitation.email.is_not(None)
        )
    )
    if old is None:
        return {}
    slug = next((slug for slug, partner in workshops.items() if partner.id == old.partner_id), "")
    return {"email": old.email, "roles": [role.value for role in old.roles], "partner": slug}
