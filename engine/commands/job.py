"""The clock's commands: take due jobs under a lease, carry one out, note a failure.

A lease names a fence, a number that grows with every lease. Whoever acts with an old fence has lost the job to
somebody else and changes nothing. Attempts are counted when a job is taken, so that a job which kills its worker is
given up after its retries like any other. A lease runs on the database's clock: the clocks of two nodes may differ.

Many jobs may share one transaction, a savepoint each. Such a transaction locks the instances in one order, passes over
those that others hold, and never waits longer than `PATIENCE` for anything: it gives way long before it could stand in a
circle of transactions that wait for each other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Row, bindparam, or_, select, update
from sqlalchemy.exc import DBAPIError

from engine.appliers.incidents import raise_incident
from engine.authorization import require_right
from engine.commands.registry import Command
from engine.errors import Conflict
from engine.jobs import JOBS
from engine.records import Done
from engine.runtime import Case, Runtime
from engine.runtime.retries import job_pauses
from engine.store.failures import Failure, failure_of
from engine.store.faults import AFTER_CLAIM, AFTER_EXECUTE, BEFORE_EXECUTE
from engine.store.locks import wait_at_most
from engine.store.tables import Job, ProcessInstance
from engine.store.unit_of_work import UnitOfWork
from engine.store.writes import delete_of

DROP_DONE = delete_of(Job.key, Job.fence == bindparam("fence"))
TOGETHER = frozenset({"continue", "message", "rung", "signal", "timer"})
"""Kinds of jobs that may share a transaction: each moves one case or few, by a step."""
BATCH_SECONDS = 0.25
"""No further job is begun in a transaction that has lasted so long: people wait for the one writer of SQLite."""
PATIENCE = timedelta(milliseconds=50)
"""Far below the second after which PostgreSQL looks for a circle of waiting transactions, and ends one of them."""
_UNDOES_ALL = frozenset({Failure.CONTENTION, Failure.LOST, Failure.FULL})
"""What a database says of a whole transaction, not of the job that met it."""


@dataclass(frozen=True, kw_only=True)
class ClaimedJob:
    """A job that a worker holds for a while."""

    id: UUID
    key: int
    kind: str
    fence: int
    instance: int | None
    attempt: int
    """1 when nobody has tried it before."""


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
class FailedJob:
    """A job of a batch that raised `error`; nothing of it is kept, and its failure is still to be noted."""

    job: ClaimedJob
    error: Exception


@dataclass(frozen=True, kw_only=True)
class JobsExecuted:
    """What has become of the jobs of a batch; what is named nowhere is done."""

    failed: tuple[FailedJob, ...] = ()
    alone: tuple[ClaimedJob, ...] = ()
    """To be carried out each in a transaction of its own: somebody holds what they need, or the database refused one."""
    left: tuple[ClaimedJob, ...] = ()
    """Not begun."""
    stopped: bool = False
    """Whether `may_begin` has said no."""


@dataclass(frozen=True, kw_only=True)
class ExecuteJobs(Command[JobsExecuted]):
    """Carry out many jobs that one holds in one transaction, in the order given, a savepoint each."""

    repeatable: ClassVar[bool] = True
    jobs: tuple[ClaimedJob, ...]
    may_begin: Callable[[], bool] = lambda: True
    """Asked before each job."""


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
    return tuple(
        ClaimedJob(id=row.id, key=row.key, kind=row.kind, fence=row.fence + 1, instance=row.instance, attempt=row.attempts + 1)
        for row in taken
    )


def execute_job(command: ExecuteJob, work: UnitOfWork, runtime: Runtime) -> Done:
    require_right(work.actor, "operations")
    case = _lock_instance(work, runtime, command.job)
    suspended = case is not None and case.suspended_at is not None and case.state == "active"
    return _carry_out(work, runtime, command.job, command.fence, suspended=suspended)


def execute_jobs(command: ExecuteJobs, work: UnitOfWork, runtime: Runtime) -> JobsExecuted:
    require_right(work.actor, "operations")
    begun = time.monotonic()
    wait_at_most(work.connection, PATIENCE)
    suspended = _lock_instances(work, command.jobs)
    batch = _Batch(work, runtime, suspended)
    for number, job in enumerate(command.jobs):
        stopped = not command.may_begin()
        if stopped or (number and time.monotonic() - begun >= BATCH_SECONDS):
            return batch.executed(command.jobs[number:], stopped=stopped)
        batch.carry_out(job)
    return batch.executed(())


@dataclass
class _Batch:
    """The jobs of one transaction, as they are carried out."""

    work: UnitOfWork
    runtime: Runtime
    suspended: dict[int, bool]
    """Every instance that is locked, and whether it is suspended."""
    failed: list[FailedJob] = field(default_factory=list)
    alone: list[ClaimedJob] = field(default_factory=list)

    def carry_out(self, job: ClaimedJob) -> None:
        """Carries one out; an error undoes it alone, unless the database has undone everything."""
        if job.instance is not None and job.instance not in self.suspended:
            self.alone.append(job)
            return
        suspended = job.instance is not None and self.suspended[job.instance]
        try:
            with self.work.attempt():
                _carry_out(self.work, self.runtime, job.id, job.fence, suspended=suspended)
        except DBAPIError as error:
            if failure_of(error) in _UNDOES_ALL:
                raise
            self._pass_over(job)
        except Exception as error:  # noqa: BLE001  one broken job must not undo the others
            self.failed.append(FailedJob(job=job, error=error))

    def executed(self, left: tuple[ClaimedJob, ...], *, stopped: bool = False) -> JobsExecuted:
        return JobsExecuted(failed=tuple(self.failed), alone=tuple(self.alone), left=left, stopped=stopped)

    def _pass_over(self, job: ClaimedJob) -> None:
        self.alone.append(job)
        if job.instance is not None:
            # What comes later in the same case must not overtake it.
            del self.suspended[job.instance]


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


def _lock_instances(work: UnitOfWork, jobs: Iterable[ClaimedJob]) -> dict[int, bool]:
    """Locks the instances of the jobs in the order of their keys but those that others hold; tells which are suspended."""
    keys = sorted({job.instance for job in jobs if job.instance is not None})
    table = ProcessInstance
    found = select(table.key, table.state, table.suspended_at).where(table.key.in_(keys)).order_by(table.key)
    rows = work.connection.execute(found.with_for_update(skip_locked=True)).all()
    return {row.key: row.suspended_at is not None and row.state == "active" for row in rows}


def _carry_out(work: UnitOfWork, runtime: Runtime, id: UUID, fence: int, *, suspended: bool) -> Done:
    job = _held(work, id, fence)
    if suspended:
        return _put_back(work, job, "suspended")
    if job.due_at > work.now:
        return _put_back(work, job, "pending")
    work.reach(BEFORE_EXECUTE)
    JOBS[job.kind](job, work, runtime)
    work.reach(AFTER_EXECUTE)
    work.write(DROP_DONE, {"values": [job.key], "fence": fence})
    return Done()


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
