"""Linking new lines into the chain, position by position in the order in which they are found, each hash over the last.

Two linkers at once never fork it: a position exists once and a line is linked once, and the database decides which of
the two comes too late. On PostgreSQL a line may be committed after lines with higher ids; it is linked when it is seen.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy import Row, Select, String, Text, cast, exists, func, insert, select, type_coerce
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from structlog import get_logger

from storefront.audit import anchor
from storefront.audit.anchor import GENESIS, Head
from storefront.audit.models import AuditLine, AuditLink
from storefront.core.clock import now
from storefront.db import db, reading, transaction

BATCH = 1000  # lines in one transaction
WINDOW = 1000  # ids behind the newest linked one among which a usual round looks for a line that was committed late
log = get_logger()


class as_written(FunctionElement[str]):
    """A moment as text, the same on both databases; whatever else stands there instead comes as what it is."""

    inherit_cache = True
    type = String()


@compiles(as_written, "sqlite")
def _as_written_on_sqlite(element: as_written, compiler: SQLCompiler, **kwargs: Any) -> str:
    return compiler.process(element.clauses, **kwargs)


@compiles(as_written, "postgresql")
def _as_written_on_postgresql(element: as_written, compiler: SQLCompiler, **kwargs: Any) -> str:
    column = compiler.process(element.clauses, **kwargs)
    text = f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
    return f"CASE WHEN isfinite({column}) AND {column} > '0001-01-01' THEN {text} ELSE CAST({column} AS text) END"


# Every column of a line as the database keeps it: what has been tampered with may be no moment and no act any more.
STORED = (
    AuditLine.id,
    as_written(AuditLine.at).label("at"),
    AuditLine.who,
    type_coerce(AuditLine.what, String).label("what"),
    AuditLine.subject,
    AuditLine.why,
    cast(AuditLine.details, Text).label("details"),
)


def link_new_lines(*, everything: bool = False) -> int:
    """Link what is not linked yet and anchor the head; returns how many lines. `everything` looks far back too."""
    linked = 0
    while True:
        try:
            with transaction():
                count = _link_batch(everything)
        except IntegrityError:
            log.info("audit_linked_elsewhere")  # another linker was faster; what it left is there for the next round
            break
        linked += count
        if count < BATCH:
            break
    _anchor_head(is_new=linked > 0)
    return linked


def chain_head() -> Head:
    """The last link, read now; position 0 when there is none."""
    last = db.session.execute(
        select(AuditLink.position, AuditLink.hash).order_by(AuditLink.position.desc()).limit(1)
    ).first()
    return Head(last.position, last.hash) if last else Head(0, GENESIS)


def fingerprint(previous: str, position: int, line: Row[Any]) -> str:
    """SHA-256 over the hash before, the position and every column of a line, in one way of writing them (JSON)."""
    fields = {
        "previous": previous, "position": position, "id": line.id, "at": line.at, "who": line.who,
        "what": line.what, "subject": line.subject, "why": line.why, "details": line.details,
    }  # fmt: skip
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def unlinked() -> Select[*tuple[Any, ...]]:
    """Lines that are not in the chain, every column as it is stored, in the order of their ids."""
    return select(*STORED).where(~exists().where(AuditLink.line_id == AuditLine.id)).order_by(AuditLine.id)


def _link_batch(everything: bool) -> int:
    head, found = chain_head(), unlinked()
    if not everything:
        newest = select(func.coalesce(func.max(AuditLink.line_id), 0)).scalar_subquery()
        found = found.where(AuditLine.id > newest - WINDOW)
    lines = db.session.execute(found.limit(BATCH)).all()
    if not lines:
        return 0
    if head.position == 0:
        anchor.begin(now())
    links = []
    for line in lines:
        position = head.position + 1
        link = {
            "position": position,
            "line_id": line.id,
            "previous": head.hash,
            "hash": fingerprint(head.hash, position, line),
        }
        links.append(link)
        head = Head(position, str(link["hash"]))
    db.session.execute(insert(AuditLink), links)
    return len(links)


def _anchor_head(*, is_new: bool) -> None:
    """After the commit. A head whose anchor was lost in a crash is anchored by the next round."""
    with reading():
        head = chain_head()
    if head.position and (is_new or (anchor.newest() or 0) < head.position):
        anchor.append(head, now())
