"""What stands and what waits for a person: the dashboard's figures and tasks, asked with one statement each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import aliased

from storefront.accounts.models import Invitation, User
from storefront.accounts.permissions import Permission
from storefront.admin.wording import JOBS
from storefront.articles.models import Article
from storefront.catalog.models import Product, Stock, Variant
from storefront.catalog.queries import is_shown
from storefront.catalog.shelf import low
from storefront.db import db
from storefront.jobs.models import Job
from storefront.orders.models import Order, OrderMove, OrderState
from storefront.partners.models import NoteState, WorkshopNote
from storefront.payments.models import Refund, RefundState
from storefront.safety.models import HelpLine
from storefront.stories.models import Consent, Story, StoryTask, TaskKind
from storefront.web.filters import money

MOST = 20  # tasks of one kind that are shown; the figure says how many there are
LETTERS = (TaskKind.SEARCH_ENGINE, TaskKind.ARCHIVE)
LOST = (RefundState.FAILED, RefundState.REFUSED)
Permissions = frozenset[Permission]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that a role may see. One that `needs_a_person` is also shown row by row, and counted in the rail."""

    name: str
    permission: Permission
    one: str
    many: str
    count: Callable[[datetime], Select[int]]
    needs_a_person: bool = False
    is_shown: bool = True
    is_of_goods: bool = False  # workshop staff see the number of their own goods: the count joins products


@dataclass(frozen=True, slots=True)
class Task:
    """Something that does not go on by itself. `act` is an address of the staff area and the word on its button."""

    at: datetime
    what: str
    more: str = ""
    act: tuple[str, str] | None = None


def _orders(state: OrderState) -> Callable[[datetime], Select[int]]:
    return lambda at: select(func.count(Order.id)).where(Order.state == state)


def _sold_out(at: datetime) -> Select[int]:
    return (
        select(func.count(Variant.id))
        .join(Stock, Stock.variant_id == Variant.id)
        .join(Product, Product.id == Variant.product_id)
        .where(is_shown(at=at), Variant.retired_at.is_(None), Stock.on_hand == 0)
    )


def _unread_notes(at: datetime) -> Select[int]:
    return select(func.count(WorkshopNote.id)).where(WorkshopNote.state == NoteState.WAITING)


def _to_do(*kinds: TaskKind) -> Callable[[datetime], Select[int]]:
    return lambda at: select(func.count(StoryTask.id)).where(StoryTask.closed_at.is_(None), StoryTask.kind.in_(kinds))


def _ends_soon(at: datetime) -> Select[int]:
    today = at.date()
    return (
        select(func.count(Consent.id))
        .join(Story, Story.id == Consent.story_id)
        .where(
            Story.erased_at.is_(None),
            Consent.withdrawn_at.is_(None),
            Consent.replaced_at.is_(None),
            Consent.expires_on.between(today, today + timedelta(days=30)),
        )
    )


FIGURES = (
    Figure("to_pack", Permission.ORDERS, "order to pack", "orders to pack", _orders(OrderState.PAID)),
    Figure("unpaid", Permission.ORDERS, "order not paid yet", "orders not paid yet", _orders(OrderState.PENDING)),
    Figure(
        "review", Permission.ORDERS, "order in review", "orders in review", _orders(OrderState.REVIEW),
        needs_a_person=True,
    ),
    Figure(
        "refunds", Permission.REFUNDS, "refund failed", "refunds failed",
        lambda at: select(func.count(Refund.id)).where(Refund.state.in_(LOST)), needs_a_person=True,
    ),
    Figure(
        "parked", Permission.ORDERS, "job given up", "jobs given up",
        lambda at: select(func.count(Job.id)).where(Job.parked_at.is_not(None)), needs_a_person=True,
    ),
    Figure(
        "notes", Permission.NOTES, "note to a workshop to read", "notes to workshops to read", _unread_notes,
        is_shown=False,
    ),
    Figure(
        "to_review", Permission.WORDS, "page to review again", "pages to review again",
        lambda at: select(func.count(Article.id)).where(Article.review_due < at.date()), is_shown=False,
    ),
    Figure(
        "to_check", Permission.WORDS, "help line to check again", "help lines to check again",
        lambda at: select(func.count(HelpLine.id)).where(HelpLine.display, HelpLine.recheck_by < at.date()),
        is_shown=False,
    ),
    Figure(
        "asked", Permission.STORIES_WITHDRAW, "story asked to be withdrawn", "stories asked to be withdrawn",
        _to_do(TaskKind.WITHDRAWAL_ASKED), needs_a_person=True, is_shown=False,
    ),
    Figure(
        "letters", Permission.STORIES_WITHDRAW, "letter to send", "letters to send", _to_do(*LETTERS),
        needs_a_person=True,
    ),
    Figure(
        "consents_end", Permission.CONSENTS, "consent ends within 30 days", "consents end within 30 days", _ends_soon,
    ),
    Figure("sold_out", Permission.STOCK, "piece sold out", "pieces sold out", _sold_out, is_of_goods=True),
    Figure("low", Permission.STOCK, "piece is low", "pieces are low", lambda at: low(), is_of_goods=True),
    Figure(
        "ended", Permission.PEOPLE, "invitation ran out", "invitations ran out",
        lambda at: select(func.count(Invitation.id)).where(_ran_out(at)), needs_a_person=True, is_shown=False,
    ),
)  # fmt: skip


def figures(permissions: Permissions, *, at: datetime, of_partner: int | None = None) -> dict[Figure, int]:
    """Every figure that these permissions may see, in one statement; of goods, those of one workshop if given."""
    seen = [figure for figure in FIGURES if figure.permission in permissions]
    if not seen:
        return {}
    counts = [(figure, figure.count(at)) for figure in seen]
    if of_partner is not None:
        counts = [
            (figure, count.where(Product.partner_id == of_partner) if figure.is_of_goods else count)
            for figure, count in counts
        ]
    row = db.session.execute(select(*(count.scalar_subquery() for _, count in counts))).one()
    return dict(zip(seen, row, strict=True))


def tasks(permissions: Permissions, *, at: datetime) -> list[Task]:
    """What needs a person, oldest first: one statement for each kind that these permissions may see."""
    found: list[Task] = []
    for name, read in READERS.items():
        if next(figure for figure in FIGURES if figure.name == name).permission in permissions:
            found += read(at)
    return sorted(found, key=lambda task: task.at)


def _in_review(at: datetime) -> Iterable[Task]:
    last = select(func.max(OrderMove.id)).where(OrderMove.order_id == Order.id).correlate(Order).scalar_subquery()
    rows = db.session.execute(
        select(Order.reference, OrderMove.at, OrderMove.why)
        .join(OrderMove, OrderMove.id == last)
        .where(Order.state == OrderState.REVIEW)
        .order_by(OrderMove.at)
        .limit(MOST)
    )
    return [Task(moved, f"Order {reference} is in review", why) for reference, moved, why in rows]


def _lost_refunds(at: datetime) -> Iterable[Task]:
    rows = db.session.execute(
        select(Refund.amount, Refund.requested_at, Refund.state, Order.reference)
        .join(Order, Order.id == Refund.order_id)
        .where(Refund.state.in_(LOST))
        .order_by(Refund.requested_at)
        .limit(MOST)
    )
    verb = {RefundState.FAILED: "failed", RefundState.REFUSED: "was refused by Stripe"}
    return [
        Task(
            asked,
            f"A refund of {money(amount)} for order {reference} {verb[state]}",
            "The money has not gone back. Somebody has to send it another way.",
        )
        for amount, asked, state, reference in rows
    ]


def _parked(at: datetime) -> Iterable[Task]:
    rows = db.session.execute(
        select(Job.kind, Job.parked_at, Job.tries).where(Job.parked_at.is_not(None)).order_by(Job.parked_at).limit(MOST)
    )
    return [
        Task(since, JOBS.get(kind, f"A job was given up: {kind}"), f"Given up after {tries} tries.")
        for kind, since, tries in rows
        if since is not None
    ]


def _ran_out(at: datetime) -> ColumnElement[bool]:
    """Never opened, and nothing else has come of it: no newer invitation, no account of that address."""
    newer = aliased(Invitation)
    return and_(
        Invitation.used_at.is_(None),
        Invitation.expires_at <= at,
        Invitation.email.is_not(None),
        ~exists().where(newer.email == Invitation.email, newer.id > Invitation.id),
        ~exists().where(User.email_key == func.lower(Invitation.email)),
    )


def _old_invitations(at: datetime) -> Iterable[Task]:
    rows = db.session.execute(
        select(Invitation.email, Invitation.reference, Invitation.expires_at)
        .where(_ran_out(at))
        .order_by(Invitation.expires_at)
        .limit(MOST)
    )
    return [
        Task(
            ended,
            f"The invitation for {email} ran out",
            "It was not opened in time.",
            (f"/admin/people?again={reference}#invite", "Invite again"),
        )
        for email, reference, ended in rows
    ]


def _asked(at: datetime) -> Iterable[Task]:
    return [
        Task(
            opened,
            f"Somebody asks to withdraw story {story}",
            "Please look at it today.",
            (f"/admin/stories/{story}", "Look at it"),
        )
        for opened, story, _ in _open_tasks(TaskKind.WITHDRAWAL_ASKED)
    ]


def _letters(at: datetime) -> Iterable[Task]:
    return [
        Task(
            opened,
            f"A letter to {recipient} about story {story}",
            "The page is gone. Whoever may have kept a copy is asked the same day to forget it.",
            ("/admin/stories/letters", "Letters"),
        )
        for opened, story, recipient in _open_tasks(*LETTERS)
    ]


def _open_tasks(*kinds: TaskKind) -> Iterable[tuple[datetime, str, str]]:
    rows = db.session.execute(
        select(StoryTask.opened_at, StoryTask.story_reference, StoryTask.recipient)
        .where(StoryTask.closed_at.is_(None), StoryTask.kind.in_(kinds))
        .order_by(StoryTask.opened_at, StoryTask.id)
        .limit(MOST)
    )
    return [(opened, story, recipient) for opened, story, recipient in rows]


READERS: dict[str, Callable[[datetime], Iterable[Task]]] = {
    "review": _in_review,
    "refunds": _lost_refunds,
    "parked": _parked,
    "ended": _old_invitations,
    "asked": _asked,
    "letters": _letters,
}
