"""One row a picture. Its file lies under `MEDIA_DIR`, in `public/` or, for stories, in `stories/`."""

from __future__ import annotations

import enum

from sqlalchemy import JSON, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storefront.db import Base


class Shelf(enum.StrEnum):
    """Where a file lies. What is on the stories' shelf is answered only after consent has been asked."""

    PUBLIC = "public"
    STORIES = "stories"


class Focus(enum.StrEnum):
    """The part of a picture that stays in sight where its frame is narrower: `top_left` to `bottom_right`."""

    TOP_LEFT = "top_left"
    TOP = "top"
    TOP_RIGHT = "top_right"
    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"
    BOTTOM_LEFT = "bottom_left"
    BOTTOM = "bottom"
    BOTTOM_RIGHT = "bottom_right"


class Picture(Base):
    __tablename__ = "pictures"
    __table_args__ = (CheckConstraint("width > 0 and height > 0", "has_size"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    shelf: Mapped[Shelf]
    name: Mapped[str] = mapped_column(
        unique=True
    )  # the path below the shelf; holds a hash of the content, so it can be cached for ever
    sha256: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    alt: Mapped[str]
    focus: Mapped[Focus] = mapped_column(default=Focus.CENTRE, server_default=Focus.CENTRE.value)
    # In which widths (pixels) AVIF, WebP and JPEG files of it lie beside it; none until the job has made them.
    widths: Mapped[list[int]] = mapped_column(JSON, default=list, server_default="[]")
    from_demonstration: Mapped[bool] = mapped_column(default=False)
