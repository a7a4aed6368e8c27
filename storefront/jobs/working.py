"""The worker: claim what is due, do it, sleep at most a second. Several workers share one database."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from structlog import get_logger

from storefront.core.clock import now
from storefront.db import db, insert_or, reading, transaction
from storefront.jobs.models import Job, Periodic
from storefront.jobs.promises import HANDLERS, ROUNDS

LEASE = timedelta(minutes=2)
MOST_TRIES = 150  # the last comes about a day after the first
LONGEST_WAIT = 600  # seconds
SLEEP = 0.5  # seconds
log = get_logger()


class WorkerDied(Exception):
    """Raised for a job whose every try ended with the end of its worker: it is not begun once more, but parked."""


def work(outside: Any, *, stop: threading.Event) -> None:
    """Run until `stop` is set. A database that is away is waited for."""
    while not stop.is_set():
        try:
            busy = work_once(outside)
        except OperationalError as error:
            log.error("worker_waits_for_database", error=type(error.orig).__name__)
            busy = False
        finally:
            db.session.remove()
        if not busy:
            stop.wait(SLEEP)


def work_once(outside: Any) -> bool:
    """Do one due job and every due round; returns whether there was a job."""
    for name in ROUNDS:
        _go_round(name, outside)
    return _do_next_job(outside)


def work_all(outside: Any, *, most: int = 1000) -> int:
    """Do what is due now and stop; returns how many jobs were done."""
    done = 0
    while done < most and _do_next_job(outside):
        done += 1
    return done


def parked() -> list[Job]:
    """Jobs that were given up, oldest first."""
    return list(db.session.scalars(select(Job).where(Job.parked_at.is_not(None)).order_by(Job.id)))


def unpark(job_id: int) -> bool:
    """Give a parked job another round of tries. Inside a transaction; returns whether there was one."""
    again = (
        update(Job)
        .where(Job.id == job_id, Job.parked_at.is_not(None))
        .values(parked_at=None, tries=0, run_at=now(), lease_until=now())
    )
    return db.session.execute(again.returning(Job.id)).first() is not None


def _do_next_job(outside: Any) -> bool:
    moment = now()
    open_jobs = (Job.done_at.is_(None), Job.parked_at.is_(None), Job.run_at <= moment, Job.lease_until <= moment)
    with transaction() as session:
        first = select(Job.id).where(*open_jobs).order_by(Job.run_at, Job.id).limit(1).scalar_subquery()
        claimed = session.execute(
            update(Job)
            .where(Job.id == first, *open_jobs)
            .values(lease_until=moment + LEASE, tries=Job.tries + 1)
            .returning(Job.id, Job.kind, Job.payload, Job.tries)
        ).first()
    if claimed is None:
        return False
    try:
        if claimed.tries > MOST_TRIES:
            raise WorkerDied
        HANDLERS[claimed.kind](claimed.payload, outside)
    except Exception as error:  # whatever it was: others go on, and this one is tried again
        _put_back(claimed.id, claimed.kind, claimed.tries, error)
    else:
        with transaction() as session:
            session.execute(update(Job).where(Job.id == claimed.id).values(done_at=now(), lease_until=now()))
    return True


def _put_back(job_id: int, kind: str, tries: int, error: Exception) -> None:
    wait = timedelta(seconds=min(2**tries, LONGEST_WAIT))
    parked = tries >= MOST_TRIES
    log.error(
        "job_parked" if parked else "job_failed",
        kind=kind,
        job=job_id,
        tries=tries,
        error=type(error).__name__,
        exc_info=True,
    )
    with transaction() as session:
        session.execute(
            update(Job)
            .where(Job.id == job_id)
            .values(
                run_at=now() + wait,
                lease_until=now(),
                parked_at=now() if parked else None,
                last_error=type(error).__name__,
            )
        )


def _go_round(name: str, outside: Any) -> None:
    round_, moment = ROUNDS[name], now()
    with reading() as session:
        row = session.execute(select(Periodic.next_at, Periodic.lease_until).where(Periodic.name == name)).first()
    if row is not None and (row.next_at > moment or row.lease_until > moment):
        return
    with transaction() as session:
        session.execute(
            insert_or(Periodic).values(name=name, next_at=moment, lease_until=moment).on_conflict_do_nothing()
        )
        mine = session.execute(
            update(Periodic)
            .where(Periodic.name == name, Periodic.next_at <= moment, Periodic.lease_until <= moment)
            .values(lease_until=moment + round_.lease, next_at=moment + round_.every)
            .returning(Periodic.name)
        ).first()
    if mine is None:
        return
    try:
        round_.run(outside)
    except Exception as error:
        log.error("round_failed", name=name, error=type(error).__name__, exc_info=True)
    finally:
        with transaction() as session:
            session.execute(update(Periodic).where(Periodic.name == name).values(lease_until=now()))
