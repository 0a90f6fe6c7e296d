"""Carries out due jobs: takes a batch under a lease, does many in one transaction, notes what failed.

A job that was tried before is done in a transaction of its own: one that kills its worker takes nobody with it twice. So
is a job whose case is in use, and every job of a transaction that has failed as a whole.

Any number of workers on any number of nodes may run beside each other: the database gives each job to one of them, and
the fence of its lease keeps one that was asleep too long from acting. A worker begins no job in the second half of its
lease: what is left of the batch is given back. One that stops finishes the job in hand and gives the others back at
once; one that is killed loses its leases after a minute.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import time
import traceback
from itertools import takewhile
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from engine.commands.job import TOGETHER, ClaimedJob, ClaimJobs, ExecuteJob, ExecuteJobs, FailJob, JobsExecuted, ReleaseJobs
from engine.engine import Engine
from engine.errors import EngineError, OutcomeUnknown, StepFailed, Unavailable
from worker.bell_thread import BellThread
from worker.housekeeping import Housekeeping

log = logging.getLogger(__name__)


class Worker(BellThread):
    """One thread that carries out jobs."""

    def __init__(self, engine: Engine, name: str | None = None, *, batch: int = 50, seconds: float = 1.0) -> None:
        """`name` must be this worker's alone, by default host, process and a random part; `seconds` is the bell's pace."""
        self.name = name or f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(3)}"
        self._engine = engine
        self._batch = batch
        self._housekeeping = Housekeeping(engine)
        super().__init__(f"worker {self.name}", seconds)
        engine.listen(self._committed)

    def drain(self) -> int:
        """Carries out every job that is due, in the calling thread, and returns their number. Used by tests and by tools.

        Raises Unavailable or OutcomeUnknown when the store does not answer.
        """
        done = 0
        while not self._stopping.is_set():
            # Counted from before the claim, so that the lease certainly ends later.
            until = time.monotonic() + self._engine.config.job_lease.total_seconds() / 2
            taken = self._engine.execute(ClaimJobs(worker=self.name, limit=self._batch))
            if not taken:
                break
            done += self._carry_out(taken, until)
        return done

    def work(self) -> None:
        """Carries out what is due, and now and then keeps house."""
        self.drain()
        self._housekeeping.do_if_due()

    def missed(self, error: SQLAlchemyError | EngineError) -> None:
        """The database is away; the next ring tries again."""
        log.warning("worker %s could not take jobs: %s", self.name, type(error).__name__)
        # It may hold some all the same, when the connection was lost before it was told.
        self._give_back()

    def _carry_out(self, taken: tuple[ClaimedJob, ...], until: float) -> int:
        waiting, alone = list(taken), set[UUID]()
        while waiting:
            run = tuple(takewhile(lambda job: job.attempt == 1 and job.kind in TOGETHER and job.id not in alone, waiting))
            if len(run) > 1:
                executed = self._do_together(run, until)
                alone.update(job.id for job in executed.alone)
                waiting = [*executed.alone, *executed.left, *waiting[len(run) :]]
                stopped = executed.stopped
            elif self._may_begin(until):
                self._do(waiting.pop(0))
                continue
            else:
                stopped = True
            if stopped:
                self._give_back()
                break
        return len(taken) - len(waiting)

    def _may_begin(self, until: float) -> bool:
        return not self._stopping.is_set() and time.monotonic() < until

    def _do_together(self, jobs: tuple[ClaimedJob, ...], until: float) -> JobsExecuted:
        try:
            executed = self._engine.execute(ExecuteJobs(jobs=jobs, may_begin=lambda: self._may_begin(until)))
        except Exception as error:  # noqa: BLE001  whatever undid all of them may be the fault of one
            log.warning("worker %s does %d jobs one by one: %s", self.name, len(jobs), type(error).__name__)
            return JobsExecuted(alone=jobs)
        for failure in executed.failed:
            self._note(failure.job, failure.error)
        return executed

    def _do(self, job: ClaimedJob) -> None:
        try:
            self._engine.execute(ExecuteJob(job=job.id, fence=job.fence))
        except (Unavailable, OutcomeUnknown):
            # The store has failed, not the job: it is given back and does not lose a retry.
            raise
        except Exception as error:  # noqa: BLE001  one broken job must not stop the others
            self._note(job, error)

    def _note(self, job: ClaimedJob, error: Exception) -> None:
        if isinstance(error, EngineError):
            self._failed(job, error, f"{error.code}: {error}")
            return
        # Its text could hold what nobody may read in a log or on a page; where it broke and its type are enough to look.
        where = "".join(traceback.format_tb(error.__traceback__))
        log.error("worker %s: job %s (%s) broke: %s\n%s", self.name, job.id, job.kind, type(error).__name__, where)
        self._failed(job, error, type(error).__name__)

    def _failed(self, job: ClaimedJob, error: Exception, reason: str) -> None:
        if isinstance(error, EngineError) and error.code == "lease-lost":
            log.warning("worker %s lost job %s to another worker", self.name, job.id)
            return
        try:
            pauses = error.pauses if isinstance(error, StepFailed) else None
            self._engine.execute(FailJob(job=job.id, fence=job.fence, error=reason, final=_final(error), pauses=pauses))
        except (SQLAlchemyError, EngineError) as failure:
            # The lease runs out and somebody takes the job again.
            log.warning("worker %s could not note the failure of job %s: %s", self.name, job.id, type(failure).__name__)

    def _give_back(self) -> None:
        try:
            self._engine.execute(ReleaseJobs(worker=self.name))
        except (SQLAlchemyError, EngineError) as error:
            log.warning("worker %s could not give its jobs back: %s", self.name, type(error).__name__)

    def _committed(self, persons: frozenset[int], jobs_due: bool) -> None:
        if jobs_due:
            self._bell.ring()


def _final(error: Exception) -> bool:
    """Whether the same job would fail in the same way again: a step over its budget does."""
    return isinstance(error, EngineError) and error.code == "budget"
