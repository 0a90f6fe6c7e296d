"""A timer fell due: the subscription fires, if it is still there and its time has really come."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from engine.appliers.journal import Journal
from engine.jobs.failure import refuse_failure
from engine.kernel.triggers import Fire
from engine.runtime import Act, Runtime
from engine.store.tables import Scope, Subscription
from engine.store.unit_of_work import UnitOfWork


def fire_timer(job: Row[Any], work: UnitOfWork, runtime: Runtime) -> None:
    """Fires the subscription of the job. One that was moved or removed meanwhile does not fire."""
    case = runtime.lock(work, job.instance)
    columns = (Subscription.element, Subscription.due, Scope.flags)
    timer = select(*columns).join(Scope, Scope.key == Subscription.scope).where(Subscription.key == job.subject)
    row = work.connection.execute(timer).one_or_none()
    if row is None or row.due is None or row.due > work.now or case.state != "active":
        return

    def noted(journal: Journal) -> None:
        journal.note("timer-fired", element=row.element)

    act = Act(action="timer", object=row.element)
    result = runtime.advance(work, case, Fire(subscription=job.subject), act, before=noted)
    refuse_failure(job, row, work, runtime, case.definition, result)
