"""The staff area's first page: what stands, and what waits for a person."""

from __future__ import annotations

from datetime import datetime

from flask import render_template

from storefront.accounts import guard
from storefront.accounts.permissions import Permission
from storefront.admin.area import bp, own_partner_id, permissions
from storefront.admin.waiting import MOST, figures, tasks
from storefront.core.clock import now


@bp.get("")
@guard.requires(Permission.DASHBOARD)
def dashboard() -> str:
    may, at = permissions(), now()
    counted = figures(may, at=at, of_partner=own_partner_id())
    return render_template(
        "admin/dashboard.html",
        today=at,
        counted=counted,
        figures=[
            (number, figure.one if number == 1 else figure.many)
            for figure, number in counted.items()
            if figure.is_shown
        ],
        tasks=[(when(task.at), task) for task in tasks(may, at=at)],
        more=[figure.many for figure, number in counted.items() if figure.needs_a_person and number > MOST],
    )


def when(at: datetime) -> str:
    """Today, yesterday, or the day: how long something has waited is seen at a glance."""
    days = (now().date() - at.date()).days
    if days < 2:
        return ("Today", "Yesterday")[max(days, 0)]
    return f"{at:%-d %b}" if at.year == now().year else f"{at:%-d %b %Y}"
