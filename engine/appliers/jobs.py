"""Jobs come and go with what they are about: timers with subscriptions, rungs with seats, deliveries with messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import BigInteger, bindparam, or_, select, update

from engine.kernel import match_message
from engine.kernel.rows import Delta, SubscriptionRow
from engine.store.locks import hold
from engine.store.prepared import Among, Prepared
from engine.store.state import chunks
from engine.store.tables import Job, Message
from engine.store.unit_of_work import UnitOfWork
from engine.store.upsert import table_of
from engine.store.writes import delete_of, insert_of

NEW_JOB = insert_of(Job)
FREE_JOBS = Prepared(
    select(Job.key).where(Job.kind == bindparam("kind"), Among(Job.subject, "subjects")).with_for_update(skip_locked=True)
)
WAITING_MESSAGES = Prepared(
    select(Message.key, Message.name, Message.correlation, Message.payload)
    .where(Message.state == "waiting", Among(Message.name, "names"))
    .where(or_(Message.to_institution.is_(None), Message.to_institution == bindparam("institution", type_=BigInteger())))
)
DROP_FREE = delete_of(Job.key)
DROP_JOBS = delete_of(Job.subject, Job.kind == bindparam("kind"))


@dataclass(frozen=True, kw_only=True)
class JobScheduled:
    """Something is to be done at `due_at`; `kind` names its handler in `engine.jobs`, `subject` the row it is about."""

    kind: str
    subject: int
    due_at: datetime
    instance: int | None = None
    payload: dict[str, Any] = field(default_factory=dict)


def schedule(work: UnitOfWork, jobs: Sequence[JobScheduled]) -> None:
    """Writes new jobs."""
    if not jobs:
        return
    rows = [
        {
            "key": work.new_key(),
            "id": uuid4(),
            "kind": job.kind,
            "instance": job.instance,
            "subject": job.subject,
            "due_at": job.due_at,
            "state": "pending",
            "retries": work.config.job_retries,
            "attempts": 0,
            "worker": None,
            "lease_until": None,
            "fence": 0,
            "payload": job.payload,
            "error": None,
        }
        for job in jobs
    ]
    work.write_all(NEW_JOB, rows)
    work.jobs_due = work.jobs_due or any(job.due_at <= work.now for job in jobs)


def unschedule(work: UnitOfWork, kind: str, subjects: Iterable[int]) -> None:
    """Removes the jobs of these subjects, the one that runs now included."""
    keys = sorted(set(subjects))
    if keys:
        work.write(DROP_JOBS, {"kind": kind, "values": keys})


def follow_timers(work: UnitOfWork, instance: int, delta: Delta) -> None:
    """Gives every new timer subscription its job, moves the jobs of re-armed ones, removes those of deleted ones."""
    timers = [row for row in delta.subscriptions if row.kind == "timer" and row.due is not None]
    unschedule(work, "timer", delta.deleted_subscriptions)
    schedule(
        work,
        [
            JobScheduled(kind="timer", subject=row.key, due_at=row.due, instance=instance)
            for row in timers
            if row.key in delta.created and row.due is not None
        ],
    )
    moved = [row for row in timers if row.key not in delta.created]
    if moved:
        table = table_of(Job)
        statement = update(table).where(table.c.kind == "timer", table.c.subject == bindparam("timer"))
        renewed = {
            "due_at": bindparam("new_due"),
            "state": "pending",
            "worker": None,
            "lease_until": None,
            "attempts": 0,
            "retries": work.config.job_retries,
            "fence": table.c.fence + 1,
        }
        work.connection.execute(statement.values(renewed), [{"timer": row.key, "new_due": row.due} for row in moved])


def drop_free(work: UnitOfWork, kind: str, subjects: Iterable[int]) -> None:
    """Removes the jobs of these subjects but those that somebody else carries out now: they will find nothing left to do."""
    for chunk in chunks(subjects):
        keys = [row.key for row in work.ask(FREE_JOBS.question(kind=kind, subjects=list(chunk)))[0]]
        if keys:
            work.write(DROP_FREE, {"values": keys})


def hold_waiting(work: UnitOfWork, *names: str) -> None:
    """Keeps others, until the commit, from beginning to wait for messages of these names, or from leaving one waiting.

    Without it a message that finds nobody and a step that begins to wait, both uncommitted, would miss each other.
    """
    hold(work.connection, *(f"message {name}" for name in names))


def wake_messages(work: UnitOfWork, institution: int | None, delta: Delta) -> None:
    """Lets messages that came before anybody waited for them try again, when this step began to wait for them."""
    begun = [row for row in delta.subscriptions if row.kind == "message" and row.key in delta.created]
    wake_messages_for(work, institution, begun)


def wake_messages_for(work: UnitOfWork, institution: int | None, begun: Sequence[SubscriptionRow]) -> None:
    """Lets the waiting messages that these subscriptions of an instance of an institution take try again."""
    names = sorted({row.name for row in begun if row.name})
    if not names:
        return
    hold_waiting(work, *names)
    rows = work.ask(WAITING_MESSAGES.question(names=names, institution=institution))[0]
    fitting = [row.key for row in rows if match_message(begun, row.name, row.correlation, row.payload) is not None]
    if not fitting:
        return
    free = select(Message.key).where(Message.key.in_(fitting), Message.state == "waiting").with_for_update(skip_locked=True)
    keys = list(work.connection.execute(free.order_by(Message.key)).scalars())
    work.connection.execute(update(Message).where(Message.key.in_(keys)).values(state="sent"))
    drop_free(work, "message", keys)
    schedule(work, [JobScheduled(kind="message", subject=key, due_at=work.now) for key in keys])
