"""Promised work. A row that was committed is done at least once; a row that was rolled back never was."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from storefront.db import Base


class Job(Base):
    __tablename__ = "jobs"
    __table_args__ = (
        Index(
            "ix_jobs_due",
            "run_at",
            sqlite_where=text("done_at IS NULL AND parked_at IS NULL"),
            postgresql_where=text("done_at IS NULL AND parked_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    key: Mapped[str | None] = mapped_column(unique=True)  # the same promise made twice is one
    payload: Mapped[dict[str, Any]]
    promised_at: Mapped[datetime]
    run_at: Mapped[datetime]
    lease_until: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
    parked_at: Mapped[datetime | None]  # given up; a person looks
    last_error: Mapped[str | None]  # the kind of fault and where, never its message


class Periodic(Base):
    """Work that comes round: when next, and who is at it."""

    __tablename__ = "periodic_jobs"

    name: Mapped[str] = mapped_column(primary_key=True)
    next_at: Mapped[datetime]
    lease_until: Mapped[datetime]
