"""`flask audit verify` and `flask audit head`."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import text

from storefront.audit.linking import link_new_lines
from storefront.db import db
from tests.audit.tampering import a_chain, a_line, anchors, disarm


def test_verify_says_that_it_is_sound_and_what_is_not_linked(app: Flask) -> None:
    a_chain(10)
    a_line()
    answer = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert (answer.exit_code, answer.output) == (
        0, "10 lines are linked, 1 not yet; anchored up to position 10.\nThe audit trail is as it was written.\n",
    )  # fmt: skip


def test_verify_says_each_fault_and_fails(app: Flask) -> None:
    a_line(1)
    a_line(2)
    link_new_lines()
    with db.engine.begin() as connection:
        disarm(connection)
        connection.execute(text("UPDATE audit_lines SET why = 'other'"))
    answer = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert answer.exit_code == 1
    assert answer.output.splitlines() == [
        "The line at position 1 (number 1) is not as it was linked.",
        "The line at position 2 (number 2) is not as it was linked.",
        "2 lines are linked, 0 not yet; anchored up to position 2.",
        "Error: The audit trail has been tampered with, or has lost what proves it.",
    ]


def test_head_is_what_was_anchored(app: Flask) -> None:
    assert app.test_cli_runner().invoke(args=["audit", "head"]).output == f"0 {'0' * 64}\n"
    a_chain(10)
    head = anchors()[-1].head
    assert head
    assert app.test_cli_runner().invoke(args=["audit", "head"]).output == f"10 {head.hash}\n"
