"""The clock's commands: take due jobs under a lease, carry one out, note a failure.

A lease names a fence, a number that grows with every lease. Whoever acts with an old fence has lost the job to
somebody else and changes nothing. Attempts are counted when a job is taken, so that a job which kills its worker is
given up after its retries like any other. A lease runs on the database's clock: the clocks of two nodes may differ.

Many jobs of as many instances may share one transaction. It locks the instances in one order, passes over those that
others hold, reads for all of them together, and writes together what they have changed: a job that fails is left out of
that. It never waits longer than `PATIENCE` for anything, so that it gives way long before it could stand in a circle of
transactions that wait for each other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Integer, Row, Select, String, bindparam, func, select, update
from sqlalchemy.exc import DBAPIError

from engine.appliers.incidents import raise_incident
from engine.authorization import require_right
from engine.commands.held_decisions import KIND, carry_out_decision
from engine.commands.registry import Command
from engine.errors import Conflict
from engine.jobs import JOBS
from engine.records import Done
from engine.runtime import Case, Runtime
from engine.runtime.held import HeldCases
from engine.runtime.retries import job_pauses, with_pauses
from engine.store.base import Instant
from engine.store.database_time import database_time, told_or_database_time
from engine.store.failures import Failure, failure_of
from engine.store.faults import AFTER_CLAIM, AFTER_EXECUTE, BEFORE_EXECUTE
from engine.store.locks import wait_at_most
from engine.store.prepared import Among, Prepared
from engine.store.state import Loaded
from engine.store.tables import Job
from engine.store.unit_of_work import UnitOfWork
from engine.store.upsert import table_of
from engine.store.writes import delete_of


def _due() -> Select[*tuple[Any, ...]]:
    """Jobs whose time has come, the longest due first."""
    columns = (Job.key, Job.id, Job.kind, Job.fence, Job.attempts, Job.instance, Job.subject, Job.due_at)
    longest: Select[*tuple[Any, ...]] = select(*columns).where(Job.due_at <= bindparam("now")).order_by(Job.due_at, Job.key)
    return longest.limit(bindparam("limit", type_=Integer())).with_for_update(skip_locked=True)


def _held(dialect: str) -> Select[*tuple[Any, ...]]:
    """Jobs under a lease that lasts."""
    lasting = Job.lease_until > told_or_database_time(dialect)
    return select(*Job.__table__.columns).where(Job.state == "running", lasting)


@cache
def _taken(lease: timedelta) -> Prepared:
    """Puts jobs under a lease of so long, by the database's own clock or until the time that is told in its stead."""
    table = table_of(Job)
    return Prepared(
        lambda dialect: (
            update(table)
            .where(Among(table.c.key, "jobs"))
            .values(
                state="running",
                worker=bindparam("by", type_=String()),
                lease_until=func.coalesce(bindparam("told_until", type_=Instant()), database_time(dialect, lease)),
                fence=table.c.fence + 1,
                attempts=table.c.attempts + 1,
            )
        )
    )


DROP_DONE = delete_of(Job.key, Job.fence == bindparam("fence"))
HELD_JOB = Prepared(
    lambda dialect: _held(dialect).where(Job.id == bindparam("job"), Job.fence == bindparam("fence")).with_for_update()
)
HELD_JOBS = Prepared(lambda dialect: _held(dialect).where(Among(Job.key, "jobs")).with_for_update(skip_locked=True))
PENDING = Prepared(_due().where(Job.state == "pending"))
ABANDONED = Prepared(lambda dialect: _due().where(Job.state == "running", Job.lease_until < told_or_database_time(dialect)))
"""Two statements, since one for both would sort everything that is due before it takes the first few."""
TOGETHER = frozenset({"continue", "rung", "timer"})
"""Kinds of jobs that may share a transaction: each moves the one case it belongs to."""
HANDLERS = {**JOBS, KIND: carry_out_decision}
"""What carries out each kind of job: the engine's own work, and what a person has asked for."""
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
    subject: int
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
    pauses: tuple[timedelta, ...] | None = None
    """After which it is tried again, where the element that it has reached says so."""


@dataclass(frozen=True, kw_only=True)
class ReleaseJobs(Command[int]):
    """Give back every job of a worker that stops, without counting an attempt. Answers with their number."""

    repeatable: ClassVar[bool] = True
    worker: str


def claim_jobs(command: ClaimJobs, work: UnitOfWork, runtime: Runtime) -> tuple[ClaimedJob, ...]:
    require_right(work.actor, "operations")
    due = {"now": work.now, "limit": command.limit}
    pending, abandoned = work.ask(PENDING.question(**due), ABANDONED.question(**due, told=work.told_time))
    taken: list[Row[Any]] = []
    worn: list[Row[Any]] = []
    for row in sorted((*pending, *abandoned), key=lambda row: (row.due_at, row.key))[: command.limit]:
        (worn if _is_worn(work, runtime, row) else taken).append(row)
    for row in worn:
        _give_up(work, row, "The worker stopped every time it tried this job")
    if taken:
        lease, told = work.config.job_lease, work.told_time
        until = None if told is None else told + lease
        work.write(_taken(lease), {"jobs": [row.key for row in taken], "by": command.worker, "told_until": until})
    work.reach(AFTER_CLAIM)
    return tuple(
        ClaimedJob(
            id=row.id,
            key=row.key,
            kind=row.kind,
            fence=row.fence + 1,
            instance=row.instance,
            subject=row.subject,
            attempt=row.attempts + 1,
        )
        for row in taken
    )


def execute_job(command: ExecuteJob, work: UnitOfWork, runtime: Runtime) -> Done:
    require_right(work.actor, "operations")
    held = HELD_JOB.question(job=command.job, fence=command.fence, told=work.told_time)
    # The instance before the job, as whoever ends a task or a timer does; else both could wait for ever.
    case, (jobs,) = runtime.lock_of_job(work, command.job, held)
    if not jobs:
        raise _lost(command.job)
    cases = {} if case is None else {case.key: case}
    return _carry_out(work, HeldCases(runtime, cases, {}), jobs[0], case)


def execute_jobs(command: ExecuteJobs, work: UnitOfWork, runtime: Runtime) -> JobsExecuted:
    require_right(work.actor, "operations")
    begun = time.monotonic()
    wait_at_most(work.connection, PATIENCE)
    batch = _Batch.of(command.jobs, work, runtime)
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
    cases: dict[int, Case]
    """Those that are locked, by key."""
    held: dict[int, Row[Any]]
    """The jobs that are locked, by key."""
    begun: set[int] = field(default_factory=set)
    """Instances that had their job."""
    failed: list[FailedJob] = field(default_factory=list)
    alone: list[ClaimedJob] = field(default_factory=list)
    left: list[ClaimedJob] = field(default_factory=list)

    @classmethod
    def of(cls, jobs: Sequence[ClaimedJob], work: UnitOfWork, runtime: Runtime) -> _Batch:
        """Locks what is free of the jobs and their instances, and reads what their timers stand at."""
        timers = {job.subject: job.instance for job in jobs if job.kind == "timer" and job.instance is not None}
        cases, (held, *rows) = runtime.lock_free(
            work,
            [job.instance for job in jobs if job.instance is not None],
            HELD_JOBS.question(jobs=[job.key for job in jobs], told=work.told_time),
            *Loaded.questions(timers),
        )
        loaded = Loaded.of(*rows)
        if timers:
            names = (runtime.definitions.get(case.definition).step_names for case in cases)
            loaded.read_variables(work, [case.root_scope for case in cases], frozenset().union(*names))
        around = {instance: loaded.around(timer) for timer, instance in reversed(timers.items())}
        known = {case.key: case for case in cases}
        return cls(work=work, runtime=HeldCases(runtime, known, around), cases=known, held={row.key: row for row in held})

    def carry_out(self, job: ClaimedJob) -> None:
        """Carries one out; an error undoes it alone, unless the database has undone everything."""
        case, row = self.cases.get(job.instance or 0), self.held.get(job.key)
        if job.instance in self.begun:
            # What was read of it does not hold any more.
            self.left.append(job)
        elif case is None or row is None or row.fence != job.fence:
            self.alone.append(job)
        else:
            self.begun.add(case.key)
            self._try(job, row, case)

    def executed(self, rest: tuple[ClaimedJob, ...], *, stopped: bool = False) -> JobsExecuted:
        return JobsExecuted(failed=tuple(self.failed), alone=tuple(self.alone), left=(*self.left, *rest), stopped=stopped)

    def _try(self, job: ClaimedJob, row: Row[Any], case: Case) -> None:
        try:
            with self.work.attempt():
                _carry_out(self.work, self.runtime, row, case)
        except DBAPIError as error:
            if failure_of(error) in _UNDOES_ALL:
                raise
            self.alone.append(job)
        except Exception as error:  # noqa: BLE001  one broken job must not undo the others
            self.failed.append(FailedJob(job=job, error=error))


def fail_job(command: FailJob, work: UnitOfWork, runtime: Runtime) -> Done:
    require_right(work.actor, "operations")
    held = HELD_JOB.first(work.connection, job=command.job, fence=command.fence, told=work.told_time)
    if held is None:
        raise _lost(command.job)
    job: Row[Any] = held
    pauses = job_pauses(work, runtime, job) if command.pauses is None else command.pauses
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
            payload=with_pauses(job, command.pauses),
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


def _carry_out(work: UnitOfWork, runtime: Runtime, job: Row[Any], case: Case | None) -> Done:
    if case is not None and case.suspended_at is not None and case.state == "active":
        return _put_back(work, job, "suspended")
    if job.due_at > work.now:
        return _put_back(work, job, "pending")
    work.reach(BEFORE_EXECUTE)
    HANDLERS[job.kind](job, work, runtime)
    work.reach(AFTER_EXECUTE)
    work.write(DROP_DONE, {"values": [job.key], "fence": job.fence})
    return Done()


def _put_back(work: UnitOfWork, job: Row[Any], state: str) -> Done:
    """Gives back a job whose instance is suspended, or that is not due: the clock went back. The attempt does not count."""
    free = {"state": state, "worker": None, "lease_until": None, "attempts": job.attempts - 1}
    work.connection.execute(update(Job).where(Job.key == job.key).values(free))
    return Done(state=state)


def _lost(job: UUID) -> Conflict:
    return Conflict("lease-lost", "Expected to hold job '{id}', but the lease is over or another worker has it", id=str(job))


def _is_worn(work: UnitOfWork, runtime: Runtime, job: Row[Any]) -> bool:
    """Whether every try of a job is used up: its last one has ended with its worker."""
    return bool(job.attempts and job.attempts > len(job_pauses(work, runtime, job)))


def _give_up(work: UnitOfWork, job: Row[Any], error: str) -> None:
    work.connection.execute(
        update(Job).where(Job.key == job.key).values(state="failed", worker=None, lease_until=None, retries=0, error=error[:2000])
    )
    raise_incident(work, None, instance=job.instance, job=job.key, code=f"job-{job.kind}", message=error)
