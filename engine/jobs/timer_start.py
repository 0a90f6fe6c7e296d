"""A timer start event fell due: one new instance, and the next firing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from engine.jobs.failure import refuse_failure
from engine.kernel.effects import StepResult
from engine.runtime import Act, NewCase, Runtime
from engine.runtime.owner import owner_of
from engine.runtime.retries import Place
from engine.runtime.timer_starts import again
from engine.store.tables import ProcessDefinition, StartSubscription
from engine.store.unit_of_work import UnitOfWork


def start_by_timer(job: Row[Any], work: UnitOfWork, runtime: Runtime) -> None:
    """Starts an instance, if the start event still belongs to the newest version of its process."""
    found = (
        select(
            StartSubscription.definition,
            StartSubscription.element,
            ProcessDefinition.process_id,
            ProcessDefinition.suspended_at,
        )
        .join(ProcessDefinition, ProcessDefinition.key == StartSubscription.definition)
        .where(StartSubscription.key == job.subject, ProcessDefinition.latest.is_(True))
    )
    start = work.connection.execute(found).one_or_none()
    if start is None:
        return
    if start.suspended_at is not None:
        # What falls due meanwhile is never made up for, as after any other time without a worker.
        return again(work, job)
    new = NewCase(
        definition=start.definition,
        institution=owner_of(work, runtime.definitions.get(start.definition)),
        variables={},
        start_element=start.element,
        start_event=("timer", None),
    )
    place = Place(element=start.element, flags={})

    def judge(result: StepResult) -> None:
        refuse_failure(job, place, work, runtime, new.definition, result)

    runtime.start(work, new, Act(action="timer-start", object=start.process_id), judge=judge)
    again(work, job)
