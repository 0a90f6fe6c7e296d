"""A message is on its way to another pool."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from engine.jobs.failure import refuse_failure
from engine.kernel.effects import StepResult
from engine.runtime import Runtime
from engine.runtime.messages import deliver
from engine.runtime.retries import Place
from engine.store.unit_of_work import UnitOfWork


def deliver_message(job: Row[Any], work: UnitOfWork, runtime: Runtime) -> None:
    """Delivers the message, or sends it to the dead-message desk when its time is over.

    When a function fails behind the event that takes it, the message is on its way still and comes again.
    """

    def judge(place: Place, definition: int, result: StepResult) -> None:
        refuse_failure(job, place, work, runtime, definition, result)

    deliver(work, runtime, job.subject, judge)
