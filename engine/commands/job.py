"""The clock's commands: take due jobs under a lease, carry one out, note a failure.

A lease names a fence, a number that grows with every lease. Whoever acts with an old fence has lost the job to
somebody else and changes nothing. Attempts are counted when a job is taken, so that a job which kills its worker is
given up after its retries like any other. A lease runs on the database's clock: the clocks of two nodes may differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Row, delete, or_, select, update

from engine.appliers.incidents import raise_incident
from engine.authorization import require_right
from engine.commands.registry import Command
from engine.errors import Conflict
from engine.jobs import JOBS
from engine.records import Done
from engine.runtime import Case, Runtime
from engine.runtime.retries import job_pauses
from engine.store.faults import AFTER_CLAIM, AFTER_EXECUTE, BEFORE_EXECUTE
from engine.store.tables import Job
from engine.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class ClaimedJob:
    """A job that a worker holds for a while."""

    id: UUID
    key: int
    kind: str
    fence: int


@dataclass(frozen=True, kw_only=True)
class ClaimJobs(Command[tuple[ClaimedJob, ...]]):
    """Take due jobs, the longest due first."""

    worker: str
    limit: int = 20


@dataclass(frozen=True, kw_only=True)
class ExecuteJob(Command[Done]):
    """Carry out a job that one holds."""

    repeatable: ClassVar[bool] = True
    job: UUID
    fence: int


@dataclass(frozen=True, kw_only=True)
class FailJob(Command[Done]):
    """Note that a job failed: it is tried again later, or becomes an incident when its retries are used up."""

    repeatable: ClassVar[bool] = True
    job: UUID
    fence: int
    error: str
    final: bool = False
    """Whether trying again cannot help: it becomes an incident at once."""


@dataclass(frozen=True, kw_only=True)
class ReleaseJobs(Command[int]):
    """Give back every job of a worker that stops, without counting an attempt. Answers with their number."""

    repeatable: ClassVar[bool] = True
    worker: str


def claim_jobs(command: ClaimJobs, work: UnitOfWork, runtime: Runtime) -> tuple[ClaimedJob, ...]:
    require_right(work.actor, "operations")
    free = or_(Job.state == "pending", (Job.state == "running") & (Job.lease_until < work.database_time()))
    due = (
        select(Job.key, Job.id, Job.kind, Job.fence, Job.attempts, Job.instance, Job.subject)
        .where(Job.due_at <= work.now, Job.state.in_(("pending", "running")), free)
        .order_by(Job.due_at, Job.key)
        .limit(command.limit)
        .with_for_update(skip_locked=True)
    )
    taken: list[Row[Any]] = []
    worn: list[Row[Any]] = []
    rows: Sequence[Any] = work.connection.execute(due).all()
    for row in rows:
        (worn if _is_worn(work, runtime, row) else taken).append(row)
    for row in worn:
        _give_up(work, row, "The worker stopped every time it tried this job")
    if taken:
        work.connection.execute(
            update(Job)
            .where(Job.key.in_([row.key for row in taken]))
            .values(
                state="running",
                worker=command.worker,
                lease_until=work.database_time(work.config.job_lease),
                fence=Job.fence + 1,
                attempts=Job.attempts + 1,
            )
        )
    work.reach(AFTER_CLAIM)
    return tuple(ClaimedJob(id=row.id, key=row.key, kind=row.kind, fence=row.fence + 1) for row in taken)


def execute_job(command: ExecuteJob, work: UnitOfWork, runtime: Runtime) -> Done:
    require_right(work.actor, "operations")
    case = _lock_instance(work, runtime, command.job)
    job = _held(work, command.job, command.fence)
    if case is not None and case.suspended_at is not None and case.state == "active":
        return _put_back(work, job, "suspended")
    if job.due_at > work.now:
        return _put_back(work, job, "pending")
    work.reach(BEFORE_EXECUTE)
    JOBS[job.kind](job, work, runtime)
    work.reach(AFTER_EXECUTE)
    work.connection.execute(delete(Job).where(Job.key == job.key, Job.fence == command.fence))
    return Done()


def fail_job(command: FailJob, work: UnitOfWork, runtime: Runtime) -> Done:
    require_right(work.actor, "operations")
    job = _held(work, command.job, command.fence)
    pauses = job_pauses(work, runtime, job)
    if command.final or job.attempts > len(pauses):
        _give_up(work, job, command.error)
        return Done(state="failed")
    work.connection.execute(
        update(Job)
        .where(Job.key == job.key)
        .values(
            state="pending",
            worker=None,
            lease_until=None,
            retries=len(pauses) - job.attempts,
            due_at=work.now + pauses[job.attempts - 1],
            error=command.error[:2000],
        )
    )
    return Done(state="pending")


def release_jobs(command: ReleaseJobs, work: UnitOfWork, runtime: Runtime) -> int:
    require_right(work.actor, "operations")
    held = update(Job).where(Job.worker == command.worker, Job.state == "running")
    given_back = work.connection.execute(
        held.values(state="pending", worker=None, lease_until=None, attempts=Job.attempts - 1, fence=Job.fence + 1)
    )
    return int(given_back.rowcount)


def _lock_instance(work: UnitOfWork, runtime: Runtime, job: UUID) -> Case | None:
    """Locks a job's instance before the job, as whoever ends a task or a timer does; else both could wait for ever."""
    instance = work.connection.execute(select(Job.instance).where(Job.id == job)).scalar_one_or_none()
    return None if instance is None else runtime.lock(work, instance)


def _put_back(work: UnitOfWork, job: Row[Any], state: str) -> Done:
    """Gives back a job whose instance is suspended, or that is not due: the clock went back. The attempt does not count."""
    free = {"state": state, "worker": None, "lease_until": None, "attempts": job.attempts - 1}
    work.connection.execute(update(Job).where(Job.key == job.key).values(free))
    return Done(state=state)


def _held(work: UnitOfWork, job: UUID, fence: int) -> Row[Any]:
    held = (Job.id == job, Job.fence == fence, Job.state == "running", Job.lease_until > work.database_time())
    row = work.connection.execute(select(*Job.__table__.columns).where(*held).with_for_update()).one_or_none()
    if row is None:
        raise Conflict("lease-lost", "Expected to hold job '{id}', but the lease is over or another worker has it", id=str(job))
    return row


def _is_worn(work: UnitOfWork, runtime: Runtime, job: Row[Any]) -> bool:
    """Whether every try of a job is used up: its last one has ended with its worker."""
    return bool(job.attempts and job.attempts > len(job_pauses(work, runtime, job)))


def _give_up(work: UnitOfWork, job: Row[Any], error: str) -> None:
    work.connection.execute(
        update(Job).where(Job.key == job.key).values(state="failed", worker=None, lease_until=None, retries=0, error=error[:2000])
    )
    raise_incident(work, None, instance=job.instance, job=job.key, code=f"job-{job.kind}", message=error)
