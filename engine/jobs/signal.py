"""A signal is broadcast: to every subscription of its name in other instances, and to start events."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from engine.appliers.jobs import JobScheduled, schedule
from engine.appliers.journal import Journal
from engine.jobs.failure import refuse_failure
from engine.kernel.effects import StepResult
from engine.kernel.triggers import Fire
from engine.runtime import Act, NewCase, Runtime
from engine.runtime.owner import owner_of
from engine.runtime.retries import Place
from engine.store.tables import ProcessDefinition, Scope, StartSubscription, Subscription
from engine.store.unit_of_work import UnitOfWork


def broadcast_signal(job: Row[Any], work: UnitOfWork, runtime: Runtime) -> None:
    """Fans a signal out to one job a subscription or start event, so that one's failure stops no other; or carries one out."""
    if "subscription" in job.payload:
        _fire(job, work, runtime)
    elif "start" in job.payload:
        _start(job, work, runtime)
    else:
        _fan_out(job, work)


def _fan_out(job: Row[Any], work: UnitOfWork) -> None:
    name = job.payload["name"]
    catches = select(Subscription.key, Subscription.instance).where(Subscription.kind == "signal", Subscription.name == name)
    if job.instance is not None:
        catches = catches.where(Subscription.instance != job.instance)
    starts = (
        select(ProcessDefinition.key, StartSubscription.element)
        .join(ProcessDefinition, ProcessDefinition.key == StartSubscription.definition)
        .where(StartSubscription.kind == "signal", StartSubscription.name == name)
        .where(ProcessDefinition.latest.is_(True), ProcessDefinition.suspended_at.is_(None))
    )
    told: list[tuple[int, int | None, dict[str, Any]]] = [
        (row.key, row.instance, {"subscription": row.key})
        for row in work.connection.execute(catches.order_by(Subscription.key)).all()
    ]
    told += [
        (row.key, None, {"start": row.element}) for row in work.connection.execute(starts.order_by(ProcessDefinition.key)).all()
    ]
    schedule(
        work,
        [
            JobScheduled(kind="signal", subject=subject, due_at=work.now, instance=instance, payload={**job.payload, **where})
            for subject, instance, where in told
        ],
    )


def _start(job: Row[Any], work: UnitOfWork, runtime: Runtime) -> None:
    name = job.payload["name"]
    new = NewCase(
        definition=job.subject,
        institution=owner_of(work, runtime.definitions.get(job.subject)),
        variables=job.payload["payload"],
        start_element=job.payload["start"],
        start_event=("signal", name),
    )
    place = Place(element=job.payload["start"], flags={})

    def judge(result: StepResult) -> None:
        refuse_failure(job, place, work, runtime, new.definition, result)

    runtime.start(work, new, Act(action="signal-start", object=name), judge=judge)


def _fire(job: Row[Any], work: UnitOfWork, runtime: Runtime) -> None:
    case = runtime.lock(work, job.instance)
    subscription = job.payload["subscription"]
    found = select(Subscription.element, Scope.flags).join(Scope, Scope.key == Subscription.scope)
    place = work.connection.execute(found.where(Subscription.key == subscription)).one_or_none()
    if case.state != "active" or place is None:
        return

    def noted(journal: Journal) -> None:
        journal.note("signal-received", name=job.payload["name"])

    trigger = Fire(subscription=subscription, payload=job.payload["payload"])
    result = runtime.advance(work, case, trigger, Act(action="signal", object=job.payload["name"]), before=noted)
    refuse_failure(job, place, work, runtime, case.definition, result)
