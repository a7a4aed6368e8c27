"""An import: which file, how far it is, and what was wrong in it."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from storefront.db import Base


class ImportState(enum.StrEnum):
    CHECKING = "checking"  # a dry run is under way
    CHECKED = "checked"  # staff read what would change, and decide
    APPLYING = "applying"
    STOPPED = "stopped"  # by a person, or by a fault; goes on from where it was
    DONE = "done"
    REFUSED = "refused"  # the file cannot be read at all, or staff dropped it


class ImportMode(enum.StrEnum):
    ALL = "all"  # one mistake, and nothing is taken in
    PARTIAL = "partial"  # products without a mistake are taken in, the others are left out


class Import(Base):
    """Counted in products. `faults` are `{"line", "column", "message"}`; lines are those of the file, from one."""

    __tablename__ = "imports"
    __table_args__ = (CheckConstraint("done >= 0 and done <= total", "done_within_total"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    who: Mapped[str]  # the reference of a person
    created_at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None]
    file_name: Mapped[str]  # as it was called where it came from; shown, never opened
    pictures_name: Mapped[str | None]  # the same of the archive of pictures
    state: Mapped[ImportState]
    mode: Mapped[ImportMode]
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partners.id"))  # may touch goods of this workshop only
    total: Mapped[int]
    done: Mapped[int]
    position: Mapped[int]  # how many products were gone through in this stage
    takes_stock: Mapped[bool]  # staff said: take over the numbers on the shelf of goods that are there already too
    notes: Mapped[list[str]]  # what was understood of the file and is no mistake: how its letters were read
    counts: Mapped[dict[str, Any]]  # products by what the dry run found of them: {"new", "changed", "same", "faulty"}
    faults: Mapped[list[dict[str, Any]]]
    plan: Mapped[list[dict[str, Any]]]  # what the dry run found; its shape is that of `exchange.planning`
    change_set_id: Mapped[int | None] = mapped_column(ForeignKey("change_sets.id"))  # by which it can be undone
