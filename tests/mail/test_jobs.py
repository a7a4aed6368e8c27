"""What was promised is sent, once, and nothing is lost while the server is away."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from storefront.db import db, transaction
from storefront.jobs.models import Job
from storefront.jobs.working import LEASE, MOST_TRIES, parked, work_all
from storefront.mail.promising import Email, queue_email
from tests.conftest import NOON, Postbox

FACTS = {"reference": "R7K2M4QX9D", "name": "Mara", "amount": {"minor": 5600, "currency": "USD"}}


def an_email(to: str = "mara@example.org") -> Email:
    return Email(to=to, template="orders/emails/payment_returned", facts=FACTS)


def promised(key: str = "R7K2:returned", to: str = "mara@example.org") -> None:
    with transaction():
        queue_email(an_email(to), key=key)


def work(app: Flask) -> int:
    return work_all(app.extensions["outside"])


def test_a_promise_is_sent_once(app: Flask, postbox: Postbox) -> None:
    promised()
    assert postbox.messages == []
    assert work(app) == 1
    assert work(app) == 0
    [message] = postbox.messages
    assert (message["To"], message["Subject"]) == (
        "mara@example.org",
        "Your payment for order R7K2M4QX9D is on its way back",
    )


def test_once_for_each_key(app: Flask, postbox: Postbox) -> None:
    promised("a")
    promised("a")
    promised("b", to="other@example.org")
    work(app)
    promised("a")  # also when the first has long been sent
    work(app)
    assert [message["To"] for message in postbox.messages] == ["mara@example.org", "other@example.org"]


def test_rolled_back_it_never_was(app: Flask, postbox: Postbox) -> None:
    def fail() -> None:
        with transaction():
            queue_email(an_email(), key="a")
            raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        fail()
    assert work(app) == 0
    assert postbox.messages == []


def test_it_says_what_was_true_when_it_was_promised(app: Flask, postbox: Postbox) -> None:
    facts = FACTS | {"name": "Mara"}
    with transaction():
        queue_email(Email("mara@example.org", "orders/emails/payment_returned", facts), key="a")
    facts["name"] = "Somebody else"
    work(app)
    assert "Dear Mara" in postbox.messages[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_while_the_server_is_away_nothing_is_lost(app: Flask, postbox: Postbox) -> None:
    promised("a")
    promised("b", to="other@example.org")
    postbox.is_away = True
    moment, hours = NOON, timedelta(hours=1)
    while moment < NOON + hours:
        with time_machine.travel(moment, tick=False):
            work(app)
        moment += timedelta(minutes=1)
    assert (postbox.messages, parked()) == ([], [])
    postbox.is_away = False
    for minute in range(60):  # as soon as its turn comes
        with time_machine.travel(moment + timedelta(minutes=minute), tick=False):
            work(app)
    assert [message["To"] for message in postbox.messages] == ["mara@example.org", "other@example.org"]


def test_what_cannot_be_sent_is_parked_for_people_and_stops_nobody(app: Flask, postbox: Postbox) -> None:
    promised("bad", to="mara@example.org\nBcc: other@example.org")
    promised("good")
    for day in range(MOST_TRIES):
        with time_machine.travel(NOON + timedelta(days=day), tick=False):
            work(app)
    assert len(postbox.messages) == 1
    assert [job.last_error for job in parked()] == ["ValueError"]


def test_a_repeat_after_a_crash_is_the_same_message(app: Flask, postbox: Postbox) -> None:
    class Killed(BaseException):
        pass

    promised()
    outside = app.extensions["outside"]
    send = postbox.send

    def send_and_die(message: object) -> None:
        send(message)  # type: ignore[arg-type]
        raise Killed

    postbox.send = send_and_die  # type: ignore[method-assign,assignment]
    with pytest.raises(Killed):
        work_all(outside)
    postbox.send = send  # type: ignore[method-assign]
    db.session.rollback()
    with time_machine.travel(NOON + LEASE, tick=False):
        work_all(outside)
    first, second = postbox.messages
    assert first["Message-ID"] == second["Message-ID"]
    assert first.as_string().replace(first.get_boundary() or "", "") == second.as_string().replace(
        second.get_boundary() or "", ""
    )


def test_different_mails_have_different_numbers(app: Flask, postbox: Postbox) -> None:
    promised("a")
    promised("b", to="other@example.org")
    work(app)
    assert len({message["Message-ID"] for message in postbox.messages}) == 2


def test_nothing_but_facts_is_in_the_row(app: Flask) -> None:
    promised()
    job = db.session.scalars(db.select(Job)).one()
    assert (job.kind, job.key) == ("mail.send", "mail:R7K2:returned")
    assert job.payload == {
        "to": "mara@example.org",
        "template": "orders/emails/payment_returned",
        "facts": FACTS,
        "key": "R7K2:returned",
    }
