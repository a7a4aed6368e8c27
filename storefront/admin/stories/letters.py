"""Letters to whoever may have kept a copy of a page that is gone, ready to be sent; and requests to withdraw."""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from storefront.accounts import guard
from storefront.accounts.permissions import Permission
from storefront.admin.area import bp, known
from storefront.core.clock import now
from storefront.db import db, transaction
from storefront.stories import sealing, withdrawing
from storefront.stories.models import StoryTask, TaskKind

MOST = 50
# Where each of them takes such a request: a form of their own, or a postbox.
FORMS = {
    "Google": "https://search.google.com/search-console/remove-outdated-content",
    "Bing": "https://www.bing.com/webmasters/tools/contentremoval",
}
POSTBOXES = {"Internet Archive": "info@archive.org"}


@dataclass(frozen=True, slots=True)
class Letter:
    """A task with what is needed for it. `address` is none when it cannot be unsealed."""

    task: StoryTask
    address: str | None
    form: str | None
    postbox: str | None


@bp.get("/stories/letters")
@guard.requires(Permission.STORIES_WITHDRAW)
def story_letters() -> str:
    waiting = db.session.scalars(
        select(StoryTask).where(StoryTask.closed_at.is_(None)).order_by(StoryTask.due_on, StoryTask.id).limit(MOST)
    ).all()
    return render_template(
        "admin/story_letters.html",
        letters=[_letter(task) for task in waiting if task.kind is not TaskKind.WITHDRAWAL_ASKED],
        asked=[task for task in waiting if task.kind is TaskKind.WITHDRAWAL_ASKED],
        today=now().date(),
        most=MOST,
        said="It is done, and the address is forgotten." if request.args.get("done") == "closed" else None,
    )


@bp.post("/stories/letters/<task>/done")
@guard.requires(Permission.STORIES_WITHDRAW)
def close_letter(task: str) -> AnyResponse:
    reference, at = known(task), now()
    with transaction():
        withdrawing.close_task(reference, at=at)
    return redirect("/admin/stories/letters?done=closed", 303)


def _letter(task: StoryTask) -> Letter:
    address = sealing.unseal(task.sealed_address) if task.sealed_address else None
    return Letter(task, address, FORMS.get(task.recipient), POSTBOXES.get(task.recipient))
