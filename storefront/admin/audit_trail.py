"""Reading the audit trail: who did or read what, when and why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from flask import abort, render_template, request
from sqlalchemy import Select, exists, func, select

from storefront.accounts import guard
from storefront.accounts.permissions import Permission
from storefront.accounts.queries import people
from storefront.admin.area import bp
from storefront.admin.forms import SieveForm
from storefront.admin.wording import ACTS, WHO
from storefront.audit.models import Act, AuditLine, AuditLink
from storefront.audit.trail import lines
from storefront.db import db

SIZE = 50
KEPT = ("act", "who", "subject", "from", "to")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the trail in words. `who_key` and `subject` are what the sieve is asked for."""

    at: datetime
    who: str
    who_key: str
    what: str
    subject: str
    about: str
    why: str
    details: str


@bp.get("/audit")
@guard.requires(Permission.AUDIT)
def audit() -> tuple[str, int]:
    emails = {user.reference: user.email for user in db.session.scalars(people())}
    form = SieveForm(
        request.args, acts=[(act.value, words) for act, words in ACTS.items()], people=[*WHO.items(), *emails.items()]
    )
    found: list[AuditLine] = []
    if form.validate():
        found = list(db.session.scalars(_chosen(form).limit(SIZE + 1)))
    kept = {name: request.args[name] for name in KEPT if request.args.get(name)}
    older = f"/admin/audit?{urlencode(kept | {'before': str(found[SIZE - 1].id)})}" if len(found) > SIZE else None
    page = render_template(
        "admin/audit.html",
        form=form,
        rows=[_row(line, emails) for line in found[:SIZE]],
        older=older,
        newest=f"/admin/audit?{urlencode(kept)}" if request.args.get("before") else None,
        is_sieved=bool(kept),
        unlinked=db.session.scalar(
            select(func.count(AuditLine.id)).where(~exists().where(AuditLink.line_id == AuditLine.id))
        ),
    )
    return page, 422 if form.errors else 200


def _chosen(form: SieveForm) -> Select[AuditLine]:
    return lines(
        act=Act(form.act.data) if form.act.data else None,
        who=form.who.data or None,
        subject=form.subject.data or None,
        first_day=form.since.day,
        last_day=form.until.day,
        before=_before(),
    )


def _before() -> int | None:
    given = request.args.get("before", "")
    if not given:
        return None
    if not re.fullmatch(r"[1-9][0-9]{0,8}", given):
        abort(404)
    return int(given)


def _row(line: AuditLine, emails: dict[str, str]) -> Row:
    kind, _, reference = line.subject.partition(":")
    known = emails.get(reference) if kind == "account" else None
    return Row(
        at=line.at,
        who=emails.get(line.who) or WHO.get(line.who) or line.who,
        who_key=line.who,
        what=ACTS[line.what],
        subject=line.subject,
        about=f"the account of {known}" if known else f"{kind.replace('_', ' ')} {reference}".strip(),
        why=line.why,
        details=", ".join(f"{name}: {value}" for name, value in line.details.items()).replace("_", " "),
    )
