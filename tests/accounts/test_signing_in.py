"""What a stranger can learn or try at the sign-in and reset pages: nothing, and not often."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from storefront.accounts import limits, security
from storefront.accounts.guard import own_path
from storefront.accounts.models import PasswordReset, RateLimit, User
from storefront.accounts.permissions import Role
from storefront.core.refs import digest
from storefront.db import db, transaction
from storefront.jobs.models import Job
from storefront.jobs.working import work_all
from tests.accounts.people import (
    OURS,
    PASSWORD,
    a_user,
    again,
    code_of,
    codes_for,
    cookie,
    is_in,
    send,
    sign_in,
    token_on,
)
from tests.conftest import NOON, Postbox
from tests.jobs.racing import at_once


def without_tokens(html: str) -> str:
    return re.sub(r'value="[^"]{40,}"', "", html)


@pytest.mark.parametrize("path", ["/account/sign-in", "/account/reset"])
def test_known_unknown_and_disabled_are_answered_alike(
    app: Flask, path: str, statements: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, disabled = a_user(email="known@example.org"), a_user(email="ended@example.org", active=False)
    computed = Counter[str]()
    real = security.verify_password
    monkeypatch.setattr(security, "verify_password", lambda *given: computed.update(["verify"]) or real(*given))
    answers, asked = [], []
    for email in (known.email, disabled.email, "never@example.org"):
        client = app.test_client()
        fields = {"email": email} | ({"password": "wrong " * 4} if path.endswith("sign-in") else {})
        token = token_on(client, path)
        with statements() as seen:
            answer = client.post(path, data={"csrf_token": token, **fields}, headers=OURS)
        answers.append(
            (answer.status_code, without_tokens(answer.text).replace(email, ""), sorted(answer.headers.keys()))
        )
        asked.append([line.partition(" ")[0] for line in seen])
    assert answers[0] == answers[1] == answers[2]
    assert asked[0] == asked[2]
    assert computed["verify"] == (3 if path.endswith("sign-in") else 0)


def test_the_dummy_costs_what_a_real_hash_costs() -> None:
    assert security.DUMMY.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_passwords_are_argon2id_with_a_pepper(app: Flask) -> None:
    made = security.hash_password(PASSWORD)
    assert made.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert security.fits(PASSWORD, made)
    assert not security.fits(PASSWORD, None)
    assert not app.extensions["security"].pwd_context.verify(PASSWORD, made)  # the pepper is missing
    assert security.fits("cafe\u0301 au lait 12", security.hash_password("caf\u00e9 au lait 12"))


@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("short one", False), ("password1234", False), ("PasswordPassword", False), ("aaaaaaaaaaaaaaaa", False), ("1qaz2wsx3edc", False),
        ("qwertyuiop123", False), ("!!sunshine2024", False), ("mara.linden99", False), ("x" * 129, False),
        ("maple kettle orbit", True), ("Zr8-kqv2-Lm0p", True), ("x y z kettle orbit " * 6, True),
    ],
)  # fmt: skip
def test_which_passwords_are_taken(app: Flask, password: str, good: bool) -> None:
    assert (security.faults(password, email="mara.linden@example.org") == []) is good


def test_the_list_is_long() -> None:
    from storefront.accounts.passwords import _common

    assert len(_common()) > 3000


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ("/admin/people?page=2", "/admin/people?page=2"), ("/account/devices", "/account/devices"), ("/admin", "/admin"), (None, "/admin"),
        ("//evil.example", "/admin"), ("https://evil.example/admin", "/admin"), ("/\\evil.example", "/admin"), ("/admin/..//evil.example", "/admin"),
        ("\\\\evil.example", "/admin"), ("/admin//evil.example", "/admin"), (" /admin/people", "/admin"), ("/adminevil", "/admin"), ("javascript:alert(1)", "/admin"),
        ("/admin\r\nLocation: //evil", "/admin"), ("/admin/\t/evil", "/admin"), ("///evil.example", "/admin"), ("/shop", "/admin"), ("@evil.example/admin/", "/admin"),
    ],
)  # fmt: skip
def test_where_it_goes_on_is_ours(wanted: str | None, path: str) -> None:
    assert own_path(wanted) == path


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_signing_in_leads_to_no_other_site(app: Flask, wanted: str) -> None:
    user, client = a_user(), app.test_client()
    answer = send(client, "/account/sign-in", email=user.email, password=PASSWORD, next=wanted)
    assert answer.headers["Location"] == "/account/second-factor?next=%2Fadmin"
    answer = send(client, "/account/second-factor", code=code_of(user), next=wanted)
    assert answer.headers["Location"] == "/admin"


def wrong(app: Flask, email: str, network: str = "192.0.2.1") -> Any:
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = network
    return send(client, "/account/sign-in", email=email, password="wrong " * 4)


def test_ten_wrong_passwords_in_five_minutes_and_others_still_come_in(app: Flask) -> None:
    user, other = a_user(), a_user()
    for number in range(10):
        assert wrong(app, user.email, f"192.0.2.{number}").status_code == 422
    answer = wrong(app, user.email, "192.0.2.99")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "300"
    sign_in(app.test_client(), other)
    with time_machine.travel(NOON + timedelta(minutes=5), tick=False):
        sign_in(app.test_client(), user)


def test_ten_from_one_network_whoever_is_meant(app: Flask) -> None:
    for number in range(10):
        assert wrong(app, f"{number}@example.org").status_code == 422
    assert wrong(app, "another@example.org").status_code == 429
    assert wrong(app, "another@example.org", "198.51.100.7").status_code == 422


def test_right_passwords_do_not_count(app: Flask) -> None:
    user = a_user()
    for _ in range(12):
        assert send(app.test_client(), "/account/sign-in", email=user.email, password=PASSWORD).status_code == 303


def test_five_wrong_codes(app: Flask) -> None:
    user, client = a_user(), app.test_client()
    send(client, "/account/sign-in", email=user.email, password=PASSWORD)
    for _ in range(5):
        assert send(client, "/account/second-factor", code="000000").status_code == 422
    assert send(client, "/account/second-factor", code=code_of(user)).status_code == 429


@pytest.mark.real_clock
def test_the_limit_is_exact_over_threads(app: Flask) -> None:
    def one() -> str:
        try:
            with transaction():
                limits.take(limits.sign_in("x@example.org", "192.0.2.1"))
        except limits.TooOften:
            return "refused"
        return "counted"

    assert Counter(at_once(app, [one] * 24)) == {"counted": 10, "refused": 14}


@pytest.mark.real_clock
def test_without_the_lock_more_get_through(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: read, decide, write."""
    import time

    def naive(count: limits.Count) -> list[int]:
        hits = db.session.scalar(select(RateLimit.hits).where(RateLimit.key == count.key)) or []
        time.sleep(0.05)
        return hits

    monkeypatch.setattr("storefront.db._kind_of_begin", lambda connection: "DEFERRED")
    counts = limits.sign_in("x@example.org", "192.0.2.1")[:1]
    with transaction():
        limits.take(counts)
    monkeypatch.setattr(limits, "_lock", naive)

    def one() -> None:
        with transaction():
            limits.take(counts)

    answers = at_once(app, [one] * 12)
    db.session.rollback()
    assert answers.count(None) != 9 or len(db.session.scalars(select(RateLimit.hits)).one()) != 10


def test_no_network_address_is_kept_and_tries_are_forgotten(app: Flask) -> None:
    from storefront.accounts.jobs import forget

    wrong(app, "somebody@example.org", "203.0.113.77")
    rows = list(db.session.scalars(select(RateLimit)))
    assert rows
    assert not [row for row in rows if "203.0.113" in row.key or "example" in row.key or len(row.key) != 64]
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        forget(None)
    assert db.session.scalar(select(func.count()).select_from(RateLimit)) == 0


def test_a_code_opens_once_with_spaces_too(app: Flask) -> None:
    user = a_user()
    code = code_of(user)
    sign_in(app.test_client(), user)
    for shown in (code, f"{code[:3]} {code[3:]}", f" {code}", f"{code}\u00a0", f"{code[:3]}-{code[3:]}"):
        client = app.test_client()
        send(client, "/account/sign-in", email=user.email, password=PASSWORD)
        assert send(client, "/account/second-factor", code=shown).status_code == 422, shown
    with time_machine.travel(NOON + timedelta(minutes=6), tick=False):
        client = app.test_client()
        send(client, "/account/sign-in", email=user.email, password=PASSWORD)
        shown = code_of(user)
        assert send(client, "/account/second-factor", code=f"{shown[:3]} {shown[3:]}").status_code == 303


@pytest.mark.real_clock
@pytest.mark.parametrize("what", ["app", "recovery code"])
def test_one_code_at_the_same_moment_opens_once(app: Flask, what: str) -> None:
    user = a_user()
    codes = codes_for(user)
    code = code_of(user) if what == "app" else codes[0]

    def half() -> tuple[Any, str]:
        client = app.test_client()
        send(client, "/account/sign-in", email=user.email, password=PASSWORD)
        return client, token_on(client, "/account/second-factor")

    def show(client: Any, token: str) -> Any:
        return lambda: (
            client.post("/account/second-factor", data={"code": code, "csrf_token": token}, headers=OURS).status_code
        )

    answers = Counter(at_once(app, [show(*half()) for _ in range(5)]))
    assert answers == {303: 1, 422: 4}, answers


def test_recovery_codes_are_hashed_and_open_once(app: Flask) -> None:
    from storefront.accounts.models import RecoveryCode

    user = a_user()
    codes = codes_for(user)
    kept = set(db.session.scalars(select(RecoveryCode.code_hash)))
    assert len(kept) == len(set(codes)) == 10
    assert not kept & {digest(code) for code in codes}
    assert not kept & {digest(code.replace("-", "")) for code in codes}
    for status in (303, 422):
        client = app.test_client()
        send(client, "/account/sign-in", email=user.email, password=PASSWORD)
        assert send(client, "/account/second-factor", code=codes[0].lower().replace("-", " ")).status_code == status
    client = app.test_client()
    sign_in(client, user)
    text = client.get("/account/recovery-codes").text
    assert "9 unused recovery codes" in text
    assert not [code for code in codes if code in text]
    new = re.findall(r"<code>([0-9A-Z-]{19})</code>", send(client, "/account/recovery-codes").text)
    assert len(new) == 10
    assert not set(new) & set(codes)


def test_a_forgotten_password(app: Flask, postbox: Postbox) -> None:
    user = a_user(email="Mara@Example.org")
    client = app.test_client()
    sign_in(client, user)
    assert send(app.test_client(), "/account/reset", email="mara@example.org").status_code == 200
    assert work_all(app.extensions["outside"]) == 2
    [message] = postbox.messages
    body = message.get_body(("plain",)).get_content()
    [path] = re.findall(r"http://localhost(/account/reset/\S+)", body)
    token = path.rpartition("/")[2]
    # What has left is forgotten, and what is kept opens nothing.
    assert db.session.scalars(select(Job.payload)).all() == [{}, {}]
    assert db.session.scalars(select(PasswordReset.token_hash)).all() == [digest(token)]
    # A mail scanner opens the link, twice; nothing is used up.
    for _ in range(2):
        opened = app.test_client().get(path)
        assert opened.status_code == 200
        assert opened.text.count("<button") == 1
        assert opened.headers["Referrer-Policy"] == "no-referrer"
    reader = app.test_client()
    assert send(reader, path, password="too short").status_code == 422
    assert send(reader, path, password="another kettle of fish 7").status_code == 303
    assert reader.get(path).status_code == 404
    assert not is_in(app, cookie(client))
    assert again(user).totp_secret is not None
    assert (
        send(app.test_client(), "/account/sign-in", email=user.email, password="another kettle of fish 7").status_code
        == 303
    )


def test_a_repeat_of_the_job_sends_nothing_more(app: Flask, postbox: Postbox) -> None:
    from storefront.jobs.promises import HANDLERS

    a_user(email="mara@example.org")
    send(app.test_client(), "/account/reset", email="mara@example.org")
    work_all(app.extensions["outside"])
    for kind, payload in db.session.execute(select(Job.kind, Job.payload)).all():
        HANDLERS[kind](payload, app.extensions["outside"])
    assert len(postbox.messages) == 1


def test_nobody_is_written_to_who_is_not_known(app: Flask, postbox: Postbox) -> None:
    a_user(email="ended@example.org", active=False)
    for email in ("never@example.org", "ended@example.org"):
        send(app.test_client(), "/account/reset", email=email)
    work_all(app.extensions["outside"])
    assert postbox.messages == []
    assert "example" not in str(db.session.scalars(select(Job.payload)).all())


def test_a_reset_link_lives_for_an_hour(app: Flask, postbox: Postbox) -> None:
    a_user(email="mara@example.org")
    send(app.test_client(), "/account/reset", email="mara@example.org")
    work_all(app.extensions["outside"])
    [path] = re.findall(r"http://localhost(/account/reset/\S+)", postbox.messages[0].get_body(("plain",)).get_content())
    with time_machine.travel(NOON + timedelta(minutes=59), tick=False):
        assert app.test_client().get(path).status_code == 200
    with time_machine.travel(NOON + timedelta(minutes=60), tick=False):
        assert app.test_client().get(path).status_code == 404


def test_five_resets_a_day(app: Flask) -> None:
    for number in range(5):
        assert send(app.test_client(), "/account/reset", email="mara@example.org").status_code == 200, number
    answer = send(app.test_client(), "/account/reset", email="MARA@example.org")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) == 86400
    assert send(app.test_client(), "/account/reset", email="other@example.org").status_code == 200


def test_a_wrong_factor_of_somebody_else_does_not_lock_out(app: Flask) -> None:
    user, other = a_user(), a_user(Role.EDITOR)
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = "192.0.2.1"
    send(client, "/account/sign-in", email=user.email, password=PASSWORD)
    for _ in range(6):
        send(client, "/account/second-factor", code="000000")
    sign_in(app.test_client(), other)
    assert db.session.scalar(select(func.count()).select_from(User)) == 2


@pytest.mark.parametrize(
    "code", ["\u0663" * 6, "\u00b2" * 6, "1" * 60, "\u200c", "A" * 16, "-", "12345", "0x1234", "\U0001f9f5" * 6]
)
def test_nonsense_in_the_place_of_a_code(app: Flask, code: str) -> None:
    client = app.test_client()
    send(client, "/account/sign-in", email=a_user().email, password=PASSWORD)
    assert send(client, "/account/second-factor", code=code).status_code == 422


@pytest.mark.parametrize("email", ["\0", "x" * 255, "\u0130@example.org", "' OR 1=1 --", "@", "a@b@c"])
@pytest.mark.parametrize("path", ["/account/sign-in", "/account/reset"])
def test_nonsense_in_the_place_of_an_address(app: Flask, path: str, email: str) -> None:
    answer = send(app.test_client(), path, email=email, password="wrong " * 4)
    assert answer.status_code in {200, 422}
    work_all(app.extensions["outside"])
    assert db.session.scalar(select(func.count()).where(Job.parked_at.is_not(None) | Job.last_error.is_not(None))) == 0


@pytest.mark.real_clock
def test_without_the_guarded_update_a_code_opens_twice(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: the counter is read, compared, and written later."""
    import time

    from storefront.accounts import factors

    user = a_user()
    code = code_of(user)

    def naive(user_id: int, counter: int) -> bool:
        before = db.session.scalar(select(User.totp_counter).where(User.id == user_id))
        time.sleep(0.2)
        return before is None or before < counter

    monkeypatch.setattr("storefront.db._kind_of_begin", lambda connection: "DEFERRED")
    monkeypatch.setattr(factors, "count_totp", naive)

    def show() -> bool:
        with transaction():
            return security.takes_code(db.session.get_one(User, user.id), code)

    assert at_once(app, [show] * 4).count(True) > 1
