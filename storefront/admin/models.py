"""What a person of the staff keeps for her own work: views of lists."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storefront.db import Base


class SavedView(Base):
    """Filters and sorting of one list under a name; `query` is the part of the address behind the question mark."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("who", "listed", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    who: Mapped[str]  # the reference of a person
    listed: Mapped[str]  # "products"
    name: Mapped[str]
    query: Mapped[str]
    created_at: Mapped[datetime]
