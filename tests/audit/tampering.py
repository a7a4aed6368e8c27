"""A chain to tamper with, and everything that somebody who has the database in her hands might do to it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import time_machine
from sqlalchemy import Connection, bindparam, delete, insert, select, text, update

from storefront.audit import anchor
from storefront.audit.anchor import GENESIS
from storefront.audit.linking import STORED, fingerprint, link_new_lines
from storefront.audit.models import Act, AuditLine, AuditLink
from storefront.audit.trail import record
from storefront.core.clock import now
from storefront.db import db, transaction

LINES, LINKS = AuditLine.__table__, AuditLink.__table__
ACTS = list(Act)


def a_line(n: int = 1, **changes: Any) -> None:
    """One line in a transaction of its own."""
    fields: dict[str, Any] = {
        "who": f"USER{n}", "subject": f"account:REF{n}", "why": f"reason {n}", "details": {"n": n, "factor": "totp"},
    }  # fmt: skip
    with transaction():
        record(changes.pop("act", ACTS[n % len(ACTS)]), **fields | changes)


def a_chain(count: int = 40) -> None:
    """Lines of six days until now, linked in rounds of one to five."""
    rng, begin, n = random.Random(1), now() - timedelta(days=6), 0
    while n < count:
        with time_machine.travel(begin + timedelta(hours=int(144 * n / count)), tick=False):
            for _ in range(min(rng.randint(1, 5), count - n)):
                n += 1
                a_line(n)
            link_new_lines()


def anchors() -> list[anchor.Anchor]:
    with anchor.opened() as found:
        return list(found)


def disarm(connection: Connection) -> None:
    """What she does first: take the triggers and the constraints away. In the caller's transaction."""
    if connection.dialect.name == "sqlite":
        names = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit%'"))
        for name in names.all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        connection.execute(text("PRAGMA ignore_check_constraints = ON"))
    else:
        for table in ("audit_lines", "audit_links"):
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        connection.execute(text("ALTER TABLE audit_lines DROP CONSTRAINT ck_audit_lines_act"))
    unchain(connection)


def unchain(connection: Connection) -> None:
    """Take every constraint of the links away, their unique columns too."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("ALTER TABLE audit_links RENAME TO links_before"))
        connection.execute(text("CREATE TABLE audit_links AS SELECT * FROM links_before"))
        connection.execute(text("DROP TABLE links_before"))
    else:
        for name in (
            "fk_audit_links_line_id",
            "pk_audit_links",
            "uq_audit_links_line_id",
            "ck_audit_links_position_counts_from_one",
        ):
            connection.execute(text(f"ALTER TABLE audit_links DROP CONSTRAINT {name}"))


@contextmanager
def attacked() -> Iterator[Connection]:
    """A connection in a transaction that is rolled back, with every protection of the database gone."""
    db.session.rollback()
    with db.engine.connect() as connection:
        disarm(connection)
        yield connection
        connection.rollback()
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA ignore_check_constraints = OFF")


@dataclass
class Hand:
    """Somebody at the database, with a die."""

    connection: Connection
    rng: random.Random

    def lines(self) -> list[int]:
        return list(self.connection.scalars(select(LINES.c.id).order_by(LINES.c.id)))

    def links(self) -> list[dict[str, Any]]:
        return [dict(row) for row in self.connection.execute(select(LINKS).order_by(LINKS.c.position)).mappings()]

    def line(self) -> int:
        return self.rng.choice(self.lines())

    def two(self) -> tuple[int, int]:
        one, other = self.rng.sample(range(len(self.links())), 2)
        return one, other

    def write_links(self, links: list[dict[str, Any]]) -> None:
        self.connection.execute(delete(LINKS))
        if links:
            self.connection.execute(insert(LINKS), links)

    def rewrite(self, order: list[int]) -> None:
        """Make a sound chain of these lines: she knows how it is made."""
        rows = {row.id: row for row in self.connection.execute(select(*STORED))}
        links, previous = [], GENESIS
        for position, line in enumerate(order, 1):
            made = fingerprint(previous, position, rows[line])
            links.append({"position": position, "line_id": line, "previous": previous, "hash": made})
            previous = made
        self.write_links(links)

    def order(self) -> list[int]:
        return [link["line_id"] for link in self.links()]

    def set(self, line: int, column: str, value: Any) -> None:
        kind = "CAST(:value AS json)" if column == "details" and self.connection.dialect.name != "sqlite" else ":value"
        self.connection.execute(
            text(f"UPDATE audit_lines SET {column} = {kind} WHERE id = :line"), {"value": value, "line": line}
        )

    def get(self, line: int, column: str) -> Any:
        return self.connection.execute(select(*STORED).where(AuditLine.id == line)).one()._mapping[column]

    def add_line(self, like: int, **changes: Any) -> int:
        row = dict(self.connection.execute(select(LINES).where(LINES.c.id == like)).mappings().one())
        row |= {"id": max(self.lines()) + 1, **changes}
        self.connection.execute(insert(LINES).values(row))
        return int(row["id"])

    def remove_lines(self, lines: list[int]) -> None:
        self.connection.execute(delete(LINES).where(LINES.c.id.in_(lines)))


Tampering = Callable[[Hand], None]


def edit_text(hand: Hand) -> None:
    line, column = hand.line(), hand.rng.choice(["who", "subject", "why"])
    was = hand.get(line, column)
    hand.set(line, column, hand.rng.choice([was + "x", was[:-1], was.upper() + " ", "SOMEBODY"]))


def edit_act(hand: Hand) -> None:
    line = hand.line()
    hand.set(
        line, "what", hand.rng.choice([act.value for act in Act if act.value != hand.get(line, "what")] + ["nothing"])
    )


def edit_time(hand: Hand) -> None:
    line = hand.line()
    at = hand.connection.scalar(select(LINES.c.at).where(LINES.c.id == line))
    shift = timedelta(microseconds=hand.rng.choice([1, -1, 10**6, -(10**6), 10**9, -(10**11)]))
    hand.connection.execute(update(LINES).where(LINES.c.id == line).values(at=at + shift))


def edit_time_to_nonsense(hand: Hand) -> None:
    is_sqlite = hand.connection.dialect.name == "sqlite"
    hand.set(
        hand.line(), "at", hand.rng.choice(["soon", "", 7, b"\xff"] if is_sqlite else ["infinity", "2026-11-24 BC"])
    )


def edit_details(hand: Hand) -> None:
    line = hand.line()
    was = hand.get(line, "details")
    hand.set(
        line, "details", hand.rng.choice(["{}", was + " ", was.replace("totp", "none"), was.replace("{", '{"a": 1, ')])
    )


def renumber_line(hand: Hand) -> None:
    line, new = hand.line(), max(hand.lines()) + hand.rng.randint(1, 99)
    hand.set(line, "id", new)
    if hand.rng.random() < 0.5:
        hand.connection.execute(update(LINKS).where(LINKS.c.line_id == line).values(line_id=new))


def edit_link(hand: Hand) -> None:
    links = hand.links()
    link, column = hand.rng.choice(links), hand.rng.choice(["hash", "previous"])
    place = hand.rng.randrange(64)
    digit = hand.rng.choice([digit for digit in "0123456789abcdef" if digit != link[column][place]])
    link[column] = hand.rng.choice([link[column][:place] + digit + link[column][place + 1 :], "", GENESIS + "0"])
    hand.write_links(links)


def move_link(hand: Hand) -> None:
    links = hand.links()
    hand.rng.choice(links)["position"] = hand.rng.choice([0, -3, len(links) + 1, len(links) + 50])
    hand.write_links(links)


def point_link_elsewhere(hand: Hand) -> None:
    links = hand.links()
    link = hand.rng.choice(links)
    link["line_id"] = hand.add_line(link["line_id"])
    hand.write_links(links)


def remove_line(hand: Hand) -> None:
    hand.remove_lines([hand.line()])


def remove_link(hand: Hand) -> None:
    links = hand.links()
    links.pop(hand.rng.randrange(len(links)))
    hand.write_links(links)


def remove_both(hand: Hand) -> None:
    links = hand.links()
    gone = links.pop(hand.rng.randrange(len(links)))
    if hand.rng.random() < 0.5:  # and close the gap
        for position, link in enumerate(links, 1):
            link["position"] = position
    hand.write_links(links)
    hand.remove_lines([gone["line_id"]])


def remove_and_rewrite(hand: Hand) -> None:
    order = hand.order()
    gone = order.pop(hand.rng.randrange(len(order)))
    hand.remove_lines([gone])
    hand.rewrite(order)


def insert_between(hand: Hand) -> None:
    links = hand.links()
    place = hand.rng.randrange(len(links))
    links.insert(place, {**links[place], "line_id": hand.add_line(links[place]["line_id"], why="made up")})
    for position, link in enumerate(links, 1):
        link["position"] = position
    hand.write_links(links)


def insert_and_rewrite(hand: Hand) -> None:
    order = hand.order()
    place = hand.rng.randrange(len(order))
    order.insert(place, hand.add_line(order[place], why="made up"))
    hand.rewrite(order)


def insert_with_a_time_that_has_passed(hand: Hand) -> None:
    """Not even linked: the worker will do that."""
    hand.add_line(hand.rng.choice(hand.order()[:-9]), why="made up")


def insert_with_a_time_that_has_not_come(hand: Hand) -> None:
    hand.add_line(hand.line(), at=now() + timedelta(hours=hand.rng.randint(2, 9999)))


def forge_the_next_link(hand: Hand) -> None:
    links = hand.links()
    new = {**links[-1], "position": len(links) + 1, "line_id": hand.add_line(links[-1]["line_id"])}
    hand.write_links([*links, new | {"previous": links[-1]["hash"]}])


def swap_lines_of_links(hand: Hand) -> None:
    links, (one, other) = hand.links(), hand.two()
    links[one]["line_id"], links[other]["line_id"] = links[other]["line_id"], links[one]["line_id"]
    hand.write_links(links)


def swap_positions(hand: Hand) -> None:
    links, (one, other) = hand.links(), hand.two()
    links[one]["position"], links[other]["position"] = links[other]["position"], links[one]["position"]
    hand.write_links(links)


def swap_contents(hand: Hand) -> None:
    one, other = hand.rng.sample(hand.lines(), 2)
    rows = {
        row.id: dict(row._mapping) for row in hand.connection.execute(select(LINES).where(LINES.c.id.in_([one, other])))
    }
    values = {column.name: bindparam(column.name) for column in LINES.c if column.name != "id"}
    swap = update(LINES).where(LINES.c.id == bindparam("line")).values(values)
    for line, like in ((one, other), (other, one)):
        row = rows[like]
        hand.connection.execute(swap, {"line": line, **{name: value for name, value in row.items() if name != "id"}})


def reorder_and_rewrite(hand: Hand) -> None:
    order, (one, other) = hand.order(), hand.two()
    order[one], order[other] = order[other], order[one]
    hand.rewrite(order)


def truncate(hand: Hand) -> None:
    links = hand.links()
    keep = hand.rng.choice([0, hand.rng.randrange(len(links)), len(links) - 1])
    gone = [link["line_id"] for link in links[keep:]]
    hand.write_links(links[:keep])
    if hand.rng.random() < 0.7:
        hand.remove_lines(gone)


def truncate_and_go_on(hand: Hand) -> None:
    """Cut the end off and make up another, as long, shorter or longer."""
    order = hand.order()
    keep = hand.rng.randrange(1, len(order))
    hand.remove_lines(order[keep:])
    new = [
        hand.add_line(order[keep - 1], why=f"made up {n}") for n in range(hand.rng.randint(1, 2 * (len(order) - keep)))
    ]
    hand.rewrite(order[:keep] + new)


def edit_and_rewrite(hand: Hand) -> None:
    hand.rng.choice([edit_text, edit_act, edit_time, edit_details])(hand)
    hand.rewrite(hand.order())


TAMPERINGS: list[Tampering] = [
    edit_text, edit_act, edit_time, edit_time_to_nonsense, edit_details, renumber_line, edit_link, move_link,
    point_link_elsewhere, remove_line, remove_link, remove_both, remove_and_rewrite, insert_between, insert_and_rewrite,
    insert_with_a_time_that_has_passed, insert_with_a_time_that_has_not_come, forge_the_next_link, swap_lines_of_links,
    swap_positions, swap_contents, reorder_and_rewrite, truncate, truncate_and_go_on, edit_and_rewrite,
]  # fmt: skip
