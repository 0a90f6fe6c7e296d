"""A signal is broadcast: to every subscription of its name in other instances, and to start events."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from engine.appliers.jobs import JobScheduled, schedule
from engine.appliers.journal import Journal
from engine.errors import Conflict
from engine.kernel.triggers import Fire
from engine.runtime import Act, NewCase, Runtime
from engine.runtime.owner import owner_of
from engine.store.tables import ProcessDefinition, StartSubscription, Subscription
from engine.store.unit_of_work import UnitOfWork


def broadcast_signal(job: Row[Any], work: UnitOfWork, runtime: Runtime) -> None:
    """Fans a signal out to one job a subscription, so that one instance's failure stops no other; or carries one out."""
    if "subscription" in job.payload:
        _fire(job, work, runtime)
        return
    name, payload = job.payload["name"], job.payload["payload"]
    catches = select(Subscription.key, Subscription.instance).where(Subscription.kind == "signal", Subscription.name == name)
    if job.instance is not None:
        catches = catches.where(Subscription.instance != job.instance)
    schedule(
        work,
        [
            JobScheduled(
                kind="signal",
                subject=row.key,
                due_at=work.now,
                instance=row.instance,
                payload={**job.payload, "subscription": row.key},
            )
            for row in work.connection.execute(catches.order_by(Subscription.key))
        ],
    )
    starts = (
        select(ProcessDefinition.key, StartSubscription.element)
        .join(ProcessDefinition, ProcessDefinition.key == StartSubscription.definition)
        .where(StartSubscription.kind == "signal", StartSubscription.name == name, ProcessDefinition.latest.is_(True))
    )
    for row in work.connection.execute(starts.order_by(ProcessDefinition.key)).all():
        new = NewCase(
            definition=row.key,
            institution=owner_of(work, runtime.definitions.get(row.key)),
            variables=payload,
            start_element=row.element,
            start_event=("signal", name),
        )
        runtime.start(work, new, Act(action="signal-start", object=name))


def _fire(job: Row[Any], work: UnitOfWork, runtime: Runtime) -> None:
    case = runtime.lock(work, job.instance)
    if case.state != "active":
        return

    def noted(journal: Journal) -> None:
        journal.note("signal-received", name=job.payload["name"])

    trigger = Fire(subscription=job.payload["subscription"], payload=job.payload["payload"])
    try:
        runtime.advance(work, case, trigger, Act(action="signal", object=job.payload["name"]), before=noted)
    except Conflict as conflict:
        if conflict.code != "subscription-gone":
            raise
