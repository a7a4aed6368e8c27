"""Addresses that told a story once. They answer 410 for good and are never given to another."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import exists, select

from storefront.db import db, insert_or
from storefront.stories.models import GoneAddress


def hash_of(slug: str) -> str:
    """What is kept of an address: it may hold the name she chose."""
    return hashlib.sha256(f"address of a story: {slug}".encode()).hexdigest()


def remember(slug_hash: str, *, at: datetime) -> None:
    db.session.execute(insert_or(GoneAddress).values(slug_hash=slug_hash, gone_since=at).on_conflict_do_nothing())


def is_taken(slug: str) -> bool:
    """Whether a story stood here that is gone."""
    return bool(db.session.scalar(select(exists().where(GoneAddress.slug_hash == hash_of(slug)))))
