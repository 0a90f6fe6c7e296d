"""The clock's work where no worker runs: due jobs are carried out on the spot, and time passes from one due job to the next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import func, select

from engine.clock import VirtualClock
from engine.commands.job import ClaimedJob, ClaimJobs, ExecuteJob, FailJob
from engine.engine import Engine
from engine.errors import EngineError, StepFailed
from engine.store.tables import Job

AT_ONCE = 20
"""Jobs taken under one lease."""
Failed = Callable[[Engine, ClaimedJob, EngineError], None]
"""What becomes of a job that was refused."""


def note_failure(engine: Engine, job: ClaimedJob, error: EngineError) -> None:
    """Notes a failed job as a worker does: it is tried again later, or becomes an incident."""
    if error.code == "lease-lost":
        return
    pauses = error.pauses if isinstance(error, StepFailed) else None
    said = f"{error.code}: {error}"
    engine.execute(FailJob(job=job.id, fence=job.fence, error=said, final=error.code == "budget", pauses=pauses))


def raise_failure(engine: Engine, job: ClaimedJob, error: EngineError) -> None:
    """Lets whoever plays a scenario see the refusal itself."""
    raise error


def work_off(
    engine: Engine,
    worker: str = "worker-1",
    *,
    failed: Failed = note_failure,
    at_once: int = AT_ONCE,
    before: Callable[[], None] = lambda: None,
) -> int:
    """Carries out every job that is due now, and what they make due in turn; returns how many were tried.

    `before` is asked ahead of each job, and ends it all by raising.
    """
    tried = 0
    while taken := engine.execute(ClaimJobs(worker=worker, limit=at_once)):
        for job in taken:
            before()
            carry_out(engine, job, failed)
            tried += 1
    return tried


def carry_out(engine: Engine, job: ClaimedJob, failed: Failed = note_failure) -> None:
    """Carries out a job that was taken."""
    try:
        engine.execute(ExecuteJob(job=job.id, fence=job.fence))
    except EngineError as error:
        failed(engine, job, error)


def pass_time(engine: Engine, clock: VirtualClock, target: datetime, work: Callable[[], object]) -> None:
    """Moves the clock to `target`, stops wherever a job falls due on the way, and has `work` carry out what is due there."""
    work()
    upcoming = select(func.min(Job.due_at)).where(Job.state == "pending", Job.due_at <= target)
    while True:
        with engine.database.reading() as connection:
            due: datetime | None = connection.execute(upcoming).scalar_one_or_none()
        if due is None:
            break
        clock.set(max(due, clock.now()))
        work()
    clock.set(target)
