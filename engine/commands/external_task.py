"""Work that other systems do: they fetch it by topic under a lock, and hand back a result, a failure or a BPMN error.

A lock is a worker's name and a secret token. Who has lost it, because its time is over, because somebody else fetched the
work, or because the process took the work away, is refused with a Conflict and changes nothing. The idempotency key of
a piece of work stays the same however often it is fetched, so that a system outside can tell a repetition.

Work that kills its workers is not offered for ever: a lock that runs out without a word is counted when the work is
fetched again, and with the last one that the configuration allows goes a job that stops the work in an incident.

Fetching locks only the work's own row, all else the instance first: so no two of them wait for each other.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, bindparam, or_, select, update

from engine.appliers import audit
from engine.appliers.external_tasks import LOST_LOCK, UNLOCKED
from engine.appliers.jobs import JobScheduled, drop_free, schedule
from engine.appliers.journal import Journal
from engine.authorization import require_right
from engine.authorization.topics import may_work_on, require_topic
from engine.commands.registry import Command
from engine.commands.texts import require_text, require_values
from engine.errors import Conflict, Invalid
from engine.kernel.rows import JSON
from engine.kernel.triggers import CompleteExternalTask as Complete
from engine.kernel.triggers import FailExternalTask as Fail
from engine.kernel.triggers import ThrowExternalError as Throw
from engine.kernel.triggers import Trigger
from engine.records import Done
from engine.runtime import Act, Case, Runtime
from engine.runtime.retries import element_pauses
from engine.store.tables import ExternalTask, ProcessDefinition, ProcessInstance
from engine.store.unit_of_work import UnitOfWork
from engine.store.upsert import table_of

LONGEST_LOCK = timedelta(hours=24)
MOST_TASKS, MOST_TOPICS, MOST_RETRIES = 100, 50, 1_000
NAME_LENGTH, ERROR_LENGTH, DETAILS_LENGTH = 100, 2_000, 20_000


@dataclass(frozen=True, kw_only=True)
class Topic:
    """A topic that a worker asks for, and how long it wants to hold work of it."""

    name: str
    lock: timedelta


@dataclass(frozen=True, kw_only=True)
class LockedExternalTask:
    """Work that a worker holds until `locked_until`. `variables` are the declared inputs and nothing else."""

    id: UUID
    topic: str
    priority: int
    variables: Mapping[str, JSON]
    idempotency_key: str
    """`instance:element:occurrence`, the same at every try."""
    instance: UUID
    process_key: str
    element: str
    retries: int | None
    """Tries that are left after this one; None before the first failure."""
    lock_token: str
    locked_until: datetime


@dataclass(frozen=True, kw_only=True)
class FetchExternalTasks(Command[tuple[LockedExternalTask, ...]]):
    """Lock work of these topics: the most urgent first, then the oldest."""

    worker: str
    topics: tuple[Topic, ...]
    limit: int = 10


@dataclass(frozen=True, kw_only=True)
class _Held(Command[Done]):
    task: UUID
    worker: str
    lock_token: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class CompleteExternalTask(_Held):
    """Hand back the result of work that one holds. What the element declares as outputs is kept."""

    variables: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FailExternalTask(_Held):
    """Report that work failed. It is offered again after a pause, or becomes an incident when no try is left.

    `retries` and `pause` overrule what the model says. The message is read by operators: no patient data.
    """

    message: str
    details: str | None = None
    retries: int | None = None
    pause: timedelta | None = None


@dataclass(frozen=True, kw_only=True)
class ThrowExternalError(_Held):
    """Report a BPMN error, which the nearest fitting error event of the process catches; uncaught it is an incident."""

    code: str
    variables: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ExtendLock(_Held):
    """Hold work for longer, counted from now."""

    lock: timedelta


@dataclass(frozen=True, kw_only=True)
class UnlockExternalTask(Command[Done]):
    """Give work back. Without a lock this takes the right `operations`: whoever has the work in hand then loses it."""

    task: UUID
    worker: str | None = None
    lock_token: str | None = field(default=None, repr=False)


def fetch_external_tasks(command: FetchExternalTasks, work: UnitOfWork, runtime: Runtime) -> tuple[LockedExternalTask, ...]:
    locks, free_at = _checked_topics(command, work), _lock_time(work)
    offered = available(list(locks), work.now, free_at, work.config.lost_locks).limit(command.limit)
    rows = work.connection.execute(offered.with_for_update(skip_locked=True, of=ExternalTask)).all()
    taken = [_locked(row, secrets.token_urlsafe(24), free_at + locks[row.topic]) for row in rows]
    if taken:
        table = table_of(ExternalTask)
        lock = {
            "worker": command.worker,
            "lock_token": bindparam("new_token"),
            "locked_until": bindparam("new_until"),
            "lost_locks": bindparam("new_lost"),
        }
        renewed = [
            {"row_key": row.key, "new_token": task.lock_token, "new_until": task.locked_until, "new_lost": _lost_locks(row)}
            for row, task in zip(rows, taken, strict=True)
        ]
        work.connection.execute(update(table).where(table.c.key == bindparam("row_key")).values(lock), renewed)
        _watch_last_locks(work, rows, locks)
        # What a case has declared as inputs leaves the house here, and may be about a patient.
        facts = {"worker": command.worker, "tasks": [str(task.id) for task in taken]}
        audit.record(work, "fetch-external-tasks", None, data=facts)
    return tuple(taken)


def complete_external_task(command: CompleteExternalTask, work: UnitOfWork, runtime: Runtime) -> Done:
    require_values(command.variables)
    case, task = _hold(command, work, runtime)
    trigger = Complete(token=task.token, result=dict(command.variables))
    return _advance(work, runtime, case, task, trigger, "external-completed")


def throw_external_error(command: ThrowExternalError, work: UnitOfWork, runtime: Runtime) -> Done:
    require_values(command.variables)
    require_text("code", command.code, NAME_LENGTH)
    case, task = _hold(command, work, runtime)
    trigger = Throw(token=task.token, code=command.code, result=dict(command.variables))
    return _advance(work, runtime, case, task, trigger, "external-error", code=command.code)


def fail_external_task(command: FailExternalTask, work: UnitOfWork, runtime: Runtime) -> Done:
    require_text("message", command.message, ERROR_LENGTH)
    require_text("details", command.details, DETAILS_LENGTH)
    if command.retries is not None and not 0 <= command.retries <= MOST_RETRIES:
        raise Invalid("external-retries", "Expected 0 to {most} retries, but found another number", most=MOST_RETRIES)
    _check_span("pause", command.pause, shortest=timedelta(0))
    case, task = _hold(command, work, runtime)
    pauses = element_pauses(work, runtime, case, task.token)
    left = len(pauses) - task.failures if command.retries is None else command.retries
    values = {
        **UNLOCKED,
        "available_at": work.now + (_next_pause(pauses, task.failures) if command.pause is None else command.pause),
        "failures": task.failures + 1,
        "retries": max(left, 0),
        "error": command.message,
        "error_details": command.details,
    }
    work.connection.execute(update(ExternalTask).where(ExternalTask.key == task.key).values(values))
    if left > 0:
        return Done(instance=case.id, state="open")
    _advance(work, runtime, case, task, Fail(token=task.token, message=command.message), "external-failed")
    return Done(instance=case.id, state="failed")


def _next_pause(pauses: tuple[timedelta, ...], failures: int) -> timedelta:
    """The pause after one more failure; the last one again for a worker that asks for more tries than the model."""
    return pauses[min(failures, len(pauses) - 1)] if pauses else timedelta(0)


def extend_lock(command: ExtendLock, work: UnitOfWork, runtime: Runtime) -> Done:
    _check_span("lock", command.lock, shortest=timedelta(seconds=1))
    case, task = _hold(command, work, runtime)
    until = _lock_time(work) + command.lock
    work.connection.execute(update(ExternalTask).where(ExternalTask.key == task.key).values(locked_until=until))
    return Done(instance=case.id, state="open")


def unlock_external_task(command: UnlockExternalTask, work: UnitOfWork, runtime: Runtime) -> Done:
    if command.worker is None or command.lock_token is None:
        require_right(work.actor, "operations")
        case, task = _find(work, runtime, command.task)
        audit.record(work, "unlock-external-task", str(task.id), data={"worker": task.worker, "topic": task.topic})
    else:
        case, task = _hold(_Held(task=command.task, worker=command.worker, lock_token=command.lock_token), work, runtime)
    work.connection.execute(update(ExternalTask).where(ExternalTask.key == task.key).values(UNLOCKED))
    return Done(instance=case.id, state=task.state)


def _lost_locks(row: Row[Any]) -> int:
    """How many locks of fetched work were lost: one given back has no time any more."""
    return int(row.lost_locks) + (row.locked_until is not None)


def _watch_last_locks(work: UnitOfWork, rows: Sequence[Row[Any]], locks: Mapping[str, timedelta]) -> None:
    """Leaves a job behind for work that got its last lock: nobody fetches it after that, so nobody else would notice."""
    last = [row for row in rows if _lost_locks(row) + 1 >= work.config.lost_locks]
    if last:
        drop_free(work, LOST_LOCK, [row.token for row in last])
        schedule(
            work,
            [
                JobScheduled(kind=LOST_LOCK, subject=row.token, due_at=work.now + locks[row.topic], instance=row.instance)
                for row in last
            ],
        )


def available(topics: list[str], now: datetime, free_at: Any, most_locks: int) -> Any:
    """Work of these topics whose pause is over at `now` and whose lock at `free_at`, the most urgent first, then the oldest.

    Work whose last lock of `most_locks` has run out is not offered.
    """
    table = ExternalTask
    return (
        select(
            table.key,
            table.id,
            table.topic,
            table.priority,
            table.inputs,
            table.element,
            table.occurrence,
            table.retries,
            table.token,
            table.instance,
            table.lost_locks,
            table.locked_until,
            ProcessInstance.id.label("instance_id"),
            ProcessDefinition.process_id,
        )
        .join(ProcessInstance, ProcessInstance.key == table.instance)
        .join(ProcessDefinition, ProcessDefinition.key == ProcessInstance.definition)
        .where(
            table.state == "open",
            table.topic.in_(topics),
            table.available_at <= now,
            or_(table.locked_until.is_(None), and_(table.locked_until <= free_at, table.lost_locks + 1 < most_locks)),
            ProcessInstance.state == "active",
            ProcessInstance.suspended_at.is_(None),
        )
        .order_by(table.priority.desc(), table.key)
    )


def _checked_topics(command: FetchExternalTasks, work: UnitOfWork) -> dict[str, timedelta]:
    require_text("worker", command.worker, NAME_LENGTH)
    if not command.worker or not 1 <= len(command.topics) <= MOST_TOPICS or not 1 <= command.limit <= MOST_TASKS:
        raise Invalid(
            "external-fetch",
            "Expected a worker's name, 1 to {topics} topics and 1 to {tasks} tasks, but found something else",
            topics=MOST_TOPICS,
            tasks=MOST_TASKS,
        )
    for topic in command.topics:
        require_text("topic", topic.name, NAME_LENGTH)
        _check_span("lock", topic.lock, shortest=timedelta(seconds=1))
        require_topic(work.actor, topic.name)
    return {topic.name: topic.lock for topic in command.topics}


def _lock_time(work: UnitOfWork) -> datetime:
    """The database's time, by which locks are measured: the clocks of two nodes may differ."""
    told: datetime = work.connection.execute(select(work.database_time())).scalar_one()
    return told


def _check_span(name: str, span: timedelta | None, *, shortest: timedelta) -> None:
    if span is not None and not shortest <= span <= LONGEST_LOCK:
        raise Invalid(
            "external-span",
            "Expected a {name} of {shortest} to {longest} seconds, but found {found}",
            name=name,
            shortest=int(shortest.total_seconds()),
            longest=int(LONGEST_LOCK.total_seconds()),
            found=int(span.total_seconds()),
        )


def _locked(row: Row[Any], token: str, until: datetime) -> LockedExternalTask:
    return LockedExternalTask(
        id=row.id,
        topic=row.topic,
        priority=row.priority,
        variables=row.inputs,
        idempotency_key=f"{row.instance_id}:{row.element}:{row.occurrence}",
        instance=row.instance_id,
        process_key=row.process_id,
        element=row.element,
        retries=row.retries,
        lock_token=token,
        locked_until=until,
    )


def _find(work: UnitOfWork, runtime: Runtime, id: UUID) -> tuple[Case, Row[Any]]:
    """The work of that id and its case, both locked. Raises Conflict when it has gone: done, or taken away."""
    found = select(*ExternalTask.__table__.columns).where(ExternalTask.id == id)
    task = work.connection.execute(found).one_or_none()
    if task is None:
        raise _gone(id)
    case = runtime.lock(work, task.instance)
    task = work.connection.execute(found.with_for_update()).one_or_none()
    if task is None:
        raise _gone(id)
    return case, task


def _hold(command: _Held, work: UnitOfWork, runtime: Runtime) -> tuple[Case, Row[Any]]:
    """The work that a worker holds, and its case. Raises Conflict when it holds the work no more."""
    case, task = _find(work, runtime, command.task)
    if not may_work_on(work.actor, task.topic):
        # Whoever may not do it learns nothing of it, not even that it is there.
        raise _gone(command.task)
    token = task.lock_token or ""
    holds = task.worker == command.worker and secrets.compare_digest(token.encode(), command.lock_token.encode())
    if not holds or task.locked_until is None or task.locked_until <= _lock_time(work):
        raise Conflict(
            "external-lock-lost",
            "Expected worker to hold external task '{id}', but its lock is over or somebody else's",
            id=str(command.task),
        )
    return case, task


def _gone(id: UUID) -> Conflict:
    return Conflict(
        "external-task-gone", "Expected external task '{id}' to be open, but it is done, was taken away or never was", id=str(id)
    )


def _advance(work: UnitOfWork, runtime: Runtime, case: Case, task: Row[Any], trigger: Trigger, action: str, **facts: Any) -> Done:
    def noted(journal: Journal) -> None:
        journal.note(action, element=task.element, token=task.token, by_actor=True, worker=task.worker, **facts)

    act = Act(action=action, object=task.element, data={"task": str(task.id), "worker": task.worker, **facts})
    runtime.advance(work, case, trigger, act, before=noted)
    return Done(instance=case.id, state=case.state)
