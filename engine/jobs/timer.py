"""A timer fell due: the subscription fires, if it is still there and its time has really come."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from engine.appliers.journal import Journal
from engine.jobs.failure import refuse_failure
from engine.kernel.triggers import Fire
from engine.runtime import Act, Runtime
from engine.runtime.retries import Place
from engine.store.unit_of_work import UnitOfWork


def fire_timer(job: Row[Any], work: UnitOfWork, runtime: Runtime) -> None:
    """Fires the subscription of the job. One that was moved or removed meanwhile does not fire."""
    case = runtime.lock(work, job.instance)
    state = runtime.state(work, case)
    found = state.timer(job.subject)
    if found is None or case.state != "active":
        return
    timer, scope = found
    if timer.due is None or timer.due > work.now:
        return
    place = Place(element=timer.element, flags=dict(scope.flags))

    def noted(journal: Journal) -> None:
        journal.note("timer-fired", element=place.element)

    act = Act(action="timer", object=place.element)
    result = runtime.advance(work, case, Fire(subscription=job.subject), act, before=noted, state=state)
    refuse_failure(job, place, work, runtime, case.definition, result)
