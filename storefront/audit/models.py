"""The trail's two tables: what was done, and the chain of hashes over it. The database itself refuses to change a row.

A new kind of act is a member of `Act` and a migration of its check. On SQLite a migration that copies a table
(`batch_alter_table`) loses the triggers: it must make them again, and a test compares them with those made here.
"""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import DDL, CheckConstraint, ForeignKey, Table, event
from sqlalchemy.orm import Mapped, mapped_column

from storefront.db import Base


class Act(enum.StrEnum):
    """What can be done or read so that a line must tell of it: the twelve events of security, then those of care."""

    SIGN_IN = "sign_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_OUT = "sign_out"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    PASSWORD_RESET = "password_reset"  # noqa: S105
    SECOND_FACTOR_ADDED = "second_factor_added"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    RECOVERY_CODE_USED = "recovery_code_used"
    ROLE_CHANGED = "role_changed"
    INVITATION = "invitation"
    ACCOUNT_DISABLED = "account_disabled"
    DEVICE_SIGNED_OUT = "device_signed_out"

    CONSENT_READ = "consent_read"
    DATA_EXPORTED = "data_exported"
    ORDER_REFUNDED = "order_refunded"
    STORY_PUBLISHED = "story_published"
    STORY_WITHDRAWN = "story_withdrawn"
    CONSENT_RECORDED = "consent_recorded"
    RISK_REVIEWED = "risk_reviewed"
    STORY_APPROVED = "story_approved"
    STORY_HIDDEN = "story_hidden"
    STORY_SHOWN_AGAIN = "story_shown_again"
    STORY_ERASED = "story_erased"  # 90 days after its end
    CHANNEL_CLOSED = "channel_closed"
    CARD_MADE = "card_made"
    DATA_RESTORED = "data_restored"


class AuditLine(Base):
    """Somebody did or read something. References and plain values only: a line can never be erased."""

    __tablename__ = "audit_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    who: Mapped[str] = mapped_column(index=True)
    what: Mapped[Act]
    subject: Mapped[str] = mapped_column(index=True)
    why: Mapped[str]
    details: Mapped[dict[str, Any]]


class AuditLink(Base):
    """The place of a line in the chain. Positions count from one without a gap; each hash covers the one before."""

    __tablename__ = "audit_links"
    __table_args__ = (CheckConstraint("position > 0", "position_counts_from_one"),)

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    line_id: Mapped[int] = mapped_column(ForeignKey("audit_lines.id"), unique=True)
    hash: Mapped[str]
    previous: Mapped[str]


_REFUSED = "the audit trail is append-only"


def _triggers(table: str, clash: str) -> dict[Literal["sqlite", "postgresql"], list[str]]:
    """The statements that make a table append-only. `clash` finds the row that a new one would take the place of:
    INSERT OR REPLACE deletes on SQLite without waking the trigger of DELETE.
    """
    taken = f"EXISTS (SELECT 1 FROM {table} WHERE {clash})"  # noqa: S608
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
    return {
        "sqlite": [
            f"CREATE TRIGGER {table}_refuse_update BEFORE UPDATE ON {table} {refuse}",
            f"CREATE TRIGGER {table}_refuse_delete BEFORE DELETE ON {table} {refuse}",
            f"CREATE TRIGGER {table}_refuse_replace BEFORE INSERT ON {table} WHEN {taken} {refuse}",
        ],
        "postgresql": [
            "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$",
            f"CREATE TRIGGER {table}_refuse_change BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
            f"CREATE TRIGGER {table}_refuse_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
        ],
    }


def _make_append_only(table: Table, clash: str) -> None:
    for dialect, statements in _triggers(table.name, clash).items():
        for statement in statements:
            event.listen(table, "after_create", _ddl(statement).execute_if(dialect=dialect))


def _ddl(statement: str) -> DDL:
    return DDL(statement)  # type: ignore[no-untyped-call]


_make_append_only(Base.metadata.tables["audit_lines"], "id = NEW.id")
_make_append_only(Base.metadata.tables["audit_links"], "position = NEW.position OR line_id = NEW.line_id")
event.listen(
    Base.metadata.tables["audit_lines"],
    "after_drop",
    _ddl("DROP FUNCTION IF EXISTS audit_refuse()").execute_if(dialect="postgresql"),
)
