"""The last lock of work for another system has run out without a word: the work stops in an incident."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Row, select, update

from engine.appliers.external_tasks import LOST_LOCK
from engine.appliers.jobs import JobScheduled, schedule
from engine.appliers.journal import Journal
from engine.kernel.triggers import FailExternalTask
from engine.runtime import Act, Case, Runtime
from engine.store.tables import ExternalTask
from engine.store.unit_of_work import UnitOfWork

CODE = "external-task-lost"


def give_up_lost_work(job: Row[Any], work: UnitOfWork, runtime: Runtime) -> None:
    """Stops the work of the job's token, unless it was done, given back or is held on to: then the job looks again later."""
    case = runtime.lock(work, job.instance)
    found = select(*ExternalTask.__table__.columns).where(ExternalTask.token == job.subject, ExternalTask.state == "open")
    task = work.connection.execute(found.with_for_update()).one_or_none()
    if case.state != "active" or task is None or task.locked_until is None:
        return
    if task.lost_locks + 1 < work.config.lost_locks:
        return
    left: timedelta = task.locked_until - work.connection.execute(select(work.database_time())).scalar_one()
    if left > timedelta(0):
        schedule(work, [JobScheduled(kind=LOST_LOCK, subject=task.token, due_at=work.now + left, instance=case.key)])
        return
    _stop(work, runtime, case, task)


def _stop(work: UnitOfWork, runtime: Runtime, case: Case, task: Row[Any]) -> None:
    lost = task.lost_locks + 1
    message = f"{lost} locks ran out without an answer; worker '{task.worker}' held the last one"
    counted = update(ExternalTask).where(ExternalTask.key == task.key)
    work.connection.execute(counted.values(lost_locks=lost, error=message, error_details=None))

    def noted(journal: Journal) -> None:
        journal.note("external-lost", element=task.element, token=task.token, worker=task.worker, locks=lost)

    act = Act(action="external-lost", object=task.element, data={"task": str(task.id), "worker": task.worker, "locks": lost})
    runtime.advance(work, case, FailExternalTask(token=task.token, message=message, code=CODE), act, before=noted)
