"""The first page: figures and tasks, as far as a role may see them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from storefront.accounts.models import Invitation
from storefront.accounts.permissions import Permission, Role, allowed
from storefront.admin.dashboard import when
from storefront.admin.waiting import FIGURES, MOST, READERS
from storefront.core.clock import now
from storefront.core.money import Money
from storefront.core.refs import new_reference
from storefront.db import transaction
from storefront.jobs.models import Job
from storefront.orders.models import Order, OrderState
from storefront.payments.models import AttemptState, PaymentAttempt, Refund, RefundState
from tests.admin.people import Staff, a_person
from tests.factories import a_product


def an_order(state: OrderState = OrderState.PENDING, why: str = "") -> Order:
    reference = new_reference()
    order = Order(
        reference=reference, state=OrderState.PENDING, checkout_key=reference, placed_at=now(), email="mara@example.org",
        name="Mara", line1="", line2="", city="", region="", postal_code="", country="US", gift_message="",
        shipping_method="standard", shipping_name="Standard", currency="USD", goods_minor=2400, shipping_minor=0,
        total_minor=2400,
    )  # fmt: skip
    if state is not OrderState.PENDING:
        order.move(state, at=now() - timedelta(days=1), by="stripe", why=why)
    return order


def a_refund(order: Order, state: RefundState) -> Refund:
    attempt = PaymentAttempt(
        order=order, n=1, state=AttemptState.REFUNDING, idempotency_key=order.reference, params={}, created_at=now(),
        expires_at=now(), amount=Money(2400, "USD"),
    )  # fmt: skip
    return Refund(
        order=order, attempt=attempt, amount=Money(2400, "USD"), reason="", key=order.reference, state=state,
        requested_at=now() - timedelta(days=3),
    )  # fmt: skip


def a_parked_job(kind: str = "mail.send") -> Job:
    return Job(
        kind=kind, payload={"to": "secret@example.org"}, promised_at=now(), run_at=now(), lease_until=now(), tries=12,
        parked_at=now(), last_error="SMTPError",
    )  # fmt: skip


def an_old_invitation(email: str = "tomas@example.org", **changes: Any) -> Invitation:
    given = {
        "reference": new_reference(), "token_hash": new_reference(), "email": email, "roles": [Role.EDITOR], "invited_by": "console",
        "created_at": now() - timedelta(days=9), "expires_at": now() - timedelta(days=2),
    }  # fmt: skip
    return Invitation(**given | changes)


@pytest.fixture
def busy(app: Flask) -> Flask:
    """One of everything that stands or waits."""
    with transaction() as session:
        session.add_all(
            [
                an_order(),
                an_order(OrderState.PAID),
                an_order(OrderState.PAID),
                an_order(OrderState.REVIEW, "Amounts differ"),
            ]
        )
        session.add_all(
            [
                a_refund(an_order(OrderState.CANCELLED), RefundState.FAILED),
                a_refund(an_order(OrderState.CANCELLED), RefundState.SUCCEEDED),
            ]
        )
        session.add_all([a_parked_job(), an_old_invitation(), a_product(on_hand=0, variants=3), a_product(on_hand=1)])
    return app


def figures(page: str) -> dict[str, int]:
    return {words: int(number) for words, number in re.findall(r"<dt>([^<]+)</dt><dd>(\d+)</dd>", page)}


def tasks(page: str) -> list[str]:
    return re.findall(r"<td><b>([^<]+)</b>", page)


def test_the_owner_sees_every_figure(busy: Flask) -> None:
    page = Staff(busy, a_person(Role.OWNER)).get("/admin").text
    assert figures(page) == {
        "orders to pack": 2, "order not paid yet": 1, "order in review": 1, "refund failed": 1, "job given up": 1, "pieces sold out": 3,
        "letters to send": 0, "pieces are low": 0,
    }  # fmt: skip
    assert "Tuesday, 24 November" in page


def test_what_waits_stands_in_the_order_of_time(busy: Flask) -> None:
    page = Staff(busy, a_person(Role.OWNER)).get("/admin").text
    found = tasks(page)
    assert found[0].startswith("A refund of $24.00 for order")
    assert found[1] == "The invitation for tomas@example.org ran out"
    assert found[2].endswith("is in review")
    assert found[3] == "An e-mail could not be sent"
    assert "Amounts differ" in page
    assert re.search(r'href="/admin/people\?again=\w+#invite">Invite again', page)
    assert "secret@example.org" not in page


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_a_role_sees_its_own_figures_and_tasks_only(busy: Flask, role: Role) -> None:
    page = Staff(busy, a_person(role)).get("/admin").text
    may = allowed([role])
    seen = figures(page)
    assert len(seen) == len([figure for figure in FIGURES if figure.permission in may and figure.is_shown])
    assert ("orders to pack" in seen) is (Permission.ORDERS in may)
    assert any("is in review" in task for task in tasks(page)) is (Permission.ORDERS in may)
    assert ("tomas@example.org" in page) is (Permission.PEOPLE in may)
    assert ("refund" in page.lower()) is (Permission.REFUNDS in may)
    assert ("Nothing waits" in page) is not bool(tasks(page))


def test_an_empty_shop_needs_nobody(app: Flask) -> None:
    page = Staff(app, a_person(Role.OWNER)).get("/admin").text
    assert "Nothing waits." in page
    assert set(figures(page).values()) == {0}
    assert "rail-count" not in page


def test_the_rail_counts_what_needs_a_person(busy: Flask) -> None:
    page = Staff(busy, a_person(Role.OWNER)).get("/admin/audit").text
    assert re.findall(r'rail-count">(\d+)<', page)[:2] == ["4", "1"]


@pytest.mark.parametrize(
    "invitation",
    [
        {"used_at": now()},
        {"email": None},
        {"expires_at": now() + timedelta(days=365)},
        {"email": "Noor@Example.org"},
    ],
    ids=["taken up", "of the first owner", "still open", "of somebody who is here"],
)
def test_an_invitation_that_needs_nobody(app: Flask, invitation: dict[str, Any]) -> None:
    a_person(Role.EDITOR, email="noor@example.org")
    with transaction() as session:
        session.add(an_old_invitation(**invitation))
    assert tasks(Staff(app, a_person(Role.OWNER)).get("/admin").text) == []


def test_the_page_costs_the_same_for_many(busy: Flask, statements: Callable[[], Any]) -> None:
    owner = Staff(busy, a_person(Role.OWNER))

    def cost() -> int:
        with busy.app_context(), statements() as seen:
            assert owner.get("/admin").status_code == 200
        return len(seen)

    few = cost()
    with transaction() as session:
        session.add_all([a_parked_job("payments.event") for _ in range(MOST + 5)])
        session.add_all([an_order(OrderState.REVIEW) for _ in range(5)])
        session.add_all([a_product(on_hand=0) for _ in range(5)])
    assert cost() == few == 2 + len(READERS)
    page = owner.get("/admin").text
    assert page.count("What Stripe told us could not be followed up") == MOST - 1
    assert "there are more jobs given up" in page


def test_when() -> None:
    assert when(now()) == "Today"
    assert when(now() - timedelta(hours=13)) == "Yesterday"
    assert when(now() - timedelta(days=4)) == "20 Nov"
    assert when(now() - timedelta(days=400)) == "20 Oct 2025"


def test_every_task_has_its_figure() -> None:
    assert {figure.name for figure in FIGURES if figure.needs_a_person} == set(READERS)
