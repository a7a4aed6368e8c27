"""Imports done by the worker, a short piece at a time, and their files swept away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import update

from storefront.catalog.exchange.importing import STEPS_A_JOB, look_over_some, take_in_some
from storefront.catalog.exchange.models import Import, ImportState
from storefront.catalog.exchange.workplace import KEPT, Workplace, sweep
from storefront.core.clock import now
from storefront.db import db, reading, transaction
from storefront.jobs.promises import every, handles, promise
from storefront.settings import settings


@handles("catalog.import_check")
def look_over(payload: dict[str, Any], outside: Any) -> None:
    place = _place(payload["import"])
    _in_pieces(
        "catalog.import_check",
        payload,
        lambda: look_over_some(payload["import"], place, currency=settings.currency, at=now()),
    )


@handles("catalog.import_take_in")
def take_in(payload: dict[str, Any], outside: Any) -> None:
    place = _place(payload["import"])
    _in_pieces(
        "catalog.import_take_in",
        payload,
        lambda: take_in_some(
            payload["import"], place, currency=settings.currency, media_dir=settings.media_dir, at=now()
        ),
    )


@every("catalog.import_files", seconds=6 * 3600, lease_seconds=600)
def sweep_files(outside: Any) -> None:
    """After thirty days the files go, and with them the long lists; that there was an import stays."""
    at = now()
    sweep(settings.instance_dir, at=at)
    with transaction() as session:
        old = update(Import).where(Import.created_at <= at - KEPT)
        session.execute(old.values(plan=[], faults=[]))
        for ends, states in (
            (ImportState.REFUSED, {ImportState.CHECKING, ImportState.CHECKED}),
            (ImportState.DONE, {ImportState.STOPPED, ImportState.APPLYING}),
        ):
            session.execute(old.where(Import.state.in_(states)).values(state=ends, finished_at=at))


def _place(import_id: int) -> Workplace:
    with reading():
        return Workplace.of(settings.instance_dir, db.session.get_one(Import, import_id).reference)


def _in_pieces(kind: str, payload: dict[str, Any], step: Callable[[], bool]) -> None:
    for _ in range(STEPS_A_JOB):
        if not step():
            return
    with transaction():
        promise(kind, payload)
