"""Reading the audit trail: in words, sieved, page by page."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from flask import Flask

from storefront.accounts.permissions import Role
from storefront.admin.audit_trail import SIZE
from storefront.admin.wording import ACTS
from storefront.audit import trail
from storefront.audit.linking import link_new_lines
from storefront.audit.models import Act
from storefront.db import transaction
from tests.admin.people import Staff, a_person


def write(act: Act, who: str = "system", subject: str = "order:R7K2M4QX9D", **rest: Any) -> None:
    with transaction():
        trail.record(act, who=who, subject=subject, **rest)


def rows(page: str) -> list[str]:
    body = page[page.index("<tbody>") :] if "<tbody>" in page else ""
    found = re.findall(r"<tr>(.*?)</tr>", body, re.S)
    return [html.unescape(" ".join(re.sub(r"<[^>]+>", " ", row).split())) for row in found]


@pytest.fixture
def owner(app: Flask) -> Staff:
    return Staff(app, a_person(Role.OWNER, email="hanna@example.org"))


def test_a_line_is_told_in_words(app: Flask, owner: Staff) -> None:
    noor = a_person(Role.EDITOR, email="noor@example.org")
    write(Act.SIGN_IN_FAILED, who="unknown", subject="account:unknown", details={"step": "password"})
    write(Act.ORDER_REFUNDED, who="stripe")
    write(
        Act.ROLE_CHANGED,
        owner.person.reference,
        f"account:{noor.reference}",
        why="<b>Ruth</b> left",
        details={"was": "editor"},
    )
    page = owner.get("/admin/audit").text
    assert rows(page) == [
        "24 November 2026, 12:00 UTC hanna@example.org Changed what somebody may do was: editor the account of noor@example.org <b>Ruth</b> left",
        "24 November 2026, 12:00 UTC Stripe Sent money back order R7K2M4QX9D",
        "24 November 2026, 12:00 UTC somebody unknown Could not sign in step: password account unknown",
    ]
    assert "<b>Ruth</b>" not in page


@pytest.mark.parametrize("act", list(Act), ids=str)
def test_every_kind_has_plain_words(app: Flask, owner: Staff, act: Act) -> None:
    write(act)
    [row] = rows(owner.get(f"/admin/audit?act={act.value}").text)
    assert ACTS[act] in row
    assert "_" not in ACTS[act]
    assert "the shop itself" in row


def test_the_sieve(app: Flask, owner: Staff) -> None:
    with time_machine.travel("2026-11-20 23:59:59+00:00", tick=False):
        write(Act.CONSENT_READ, subject="story:S1")
    with time_machine.travel("2026-11-22 00:00:00+00:00", tick=False):
        write(Act.CONSENT_READ, who=owner.person.reference, subject="story:S2")
    write(Act.STORY_WITHDRAWN, subject="story:S2")

    def found(query: str) -> list[str]:
        return [
            subject
            for row in rows(owner.get(f"/admin/audit?{query}").text)
            for subject in re.findall(r"story (S\d)", row)
        ]

    assert found("") == ["S2", "S2", "S1"]
    assert found("act=consent_read") == ["S2", "S1"]
    assert found("subject=story:S1") == ["S1"]
    assert found(f"who={owner.person.reference}") == ["S2"]
    assert found("who=system") == ["S2", "S1"]
    assert found("from=2026-11-21") == ["S2", "S2"]
    assert found("to=2026-11-20") == ["S1"]
    assert found("from=2026-11-22&to=2026-11-22") == ["S2"]
    assert found("act=consent_read&to=2026-11-20&before=1") == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("act=nothing", 422), ("who=NOBODY", 422), ("from=x", 422), ("from=2026-13-01", 422), ("to=2026-11-23&from=2026-11-24", 422),
        ("subject=" + "x" * 81, 422), ("act=sign_in&act=sign_out", 422), ("before=x", 404), ("before=0", 404), ("before=2147483648", 404),
        ("before=999999999", 200), ("from=0001-01-01&to=9999-12-31", 200),
    ],
)  # fmt: skip
def test_what_no_line_can_fit_is_refused_in_words(owner: Staff, query: str, status: int) -> None:
    answer = owner.get(f"/admin/audit?{query}")
    assert answer.status_code == status
    assert ("Nothing was searched" in answer.text) is (status == 422)


def test_page_by_page_and_the_sieve_stays(app: Flask, owner: Staff) -> None:
    with transaction():
        for number in range(SIZE * 2 + 1):
            trail.record(Act.CONSENT_READ, who="system", subject=f"story:S{number}")
            trail.record(Act.SIGN_OUT, who="system", subject="account:x")
    seen, path, pages = [], "/admin/audit?act=consent_read", 0
    while path:
        page = owner.get(path).text
        seen += re.findall(r">story (S\d+)<", page)
        older = re.search(r'<a href="([^"]+)" rel="next"', page)
        path, pages = (html.unescape(older[1]) if older else ""), pages + 1
        assert not path or path.startswith("/admin/audit?act=consent_read&before=")
    assert seen == [f"S{number}" for number in range(SIZE * 2, -1, -1)]
    assert pages == 3


def test_it_says_how_many_lines_are_not_linked_yet(app: Flask, owner: Staff) -> None:
    assert "Every line is linked" in owner.get("/admin/audit").text
    write(Act.SIGN_OUT)
    assert "1 line is not linked" in owner.get("/admin/audit").text
    write(Act.SIGN_OUT)
    assert "2 lines are not linked" in owner.get("/admin/audit").text
    link_new_lines()
    assert "Every line is linked" in owner.get("/admin/audit").text


def test_the_page_costs_the_same_for_many(app: Flask, owner: Staff, statements: Callable[[], Any]) -> None:
    def cost() -> int:
        with app.app_context(), statements() as seen:
            assert owner.get("/admin/audit").status_code == 200
        return len(seen)

    write(Act.SIGN_OUT, who=owner.person.reference)
    few = cost()
    for _ in range(8):
        write(Act.SIGN_OUT, who=a_person(Role.EDITOR).reference)
    assert cost() == few <= 6
