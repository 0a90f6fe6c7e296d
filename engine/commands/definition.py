"""Suspend a process, so that nothing new of it begins, and let it go on. What runs of it runs on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from engine.appliers import audit
from engine.appliers.jobs import JobScheduled, drop_free, hold_waiting, schedule
from engine.authorization import require_right
from engine.commands.operation import required_reason
from engine.commands.registry import Command
from engine.commands.texts import require_text
from engine.errors import Conflict, NotFound
from engine.records import Done
from engine.runtime import Runtime
from engine.store.tables import Message, ProcessDefinition, StartSubscription
from engine.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class SuspendProcess(Command[Done]):
    """Start no new case of a process, in whatever version: people are refused, messages wait, signals and timers pass."""

    process: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ResumeProcess(Command[Done]):
    """Let a process start new cases again; messages that have waited and are not expired start theirs."""

    process: str
    reason: str


def suspend_process(command: SuspendProcess, work: UnitOfWork, runtime: Runtime) -> Done:
    """Raises NotAllowed, NotFound `no-process`, Conflict `process-suspended`, InvalidForm without a reason."""
    newest, since = _newest(work, command.process)
    reason = required_reason(command.reason)
    if since is not None:
        message = "Expected process '{process}' to take new cases, but it is suspended"
        raise Conflict("process-suspended", message, process=command.process)
    # Whoever delivers a message to a start event has its name held, and sees this or is seen by it.
    hold_waiting(work, *_start_messages(work, newest))
    _set(work, command.process, work.now)
    audit.record(work, "suspend-process", command.process, data={"reason": reason})
    return Done(state="suspended")


def resume_process(command: ResumeProcess, work: UnitOfWork, runtime: Runtime) -> Done:
    """Raises NotAllowed, NotFound `no-process`, Conflict `process-active`, InvalidForm without a reason."""
    newest, since = _newest(work, command.process)
    reason = required_reason(command.reason)
    if since is None:
        message = "Expected process '{process}' to be suspended, but it takes new cases"
        raise Conflict("process-active", message, process=command.process)
    names = _start_messages(work, newest)
    hold_waiting(work, *names)
    _set(work, command.process, None)
    _wake(work, names)
    audit.record(work, "resume-process", command.process, data={"reason": reason})
    return Done(state="active")


def _newest(work: UnitOfWork, process: str) -> tuple[int, datetime | None]:
    require_right(work.actor, "operations")
    require_text("process", process, 200)
    table = ProcessDefinition
    found = select(table.key, table.suspended_at).where(table.process_id == process, table.latest.is_(True)).with_for_update()
    row = work.connection.execute(found).one_or_none()
    if row is None:
        raise NotFound("no-process", "Expected to find process '{process}', but none is deployed", process=process)
    return row.key, row.suspended_at


def _set(work: UnitOfWork, process: str, at: datetime | None) -> None:
    table = ProcessDefinition
    work.connection.execute(update(table).where(table.process_id == process).values(suspended_at=at))


def _start_messages(work: UnitOfWork, definition: int) -> list[str]:
    table = StartSubscription
    named = select(table.name).where(table.definition == definition, table.kind == "message", table.name.is_not(None))
    return sorted({str(name) for name in work.connection.execute(named).scalars()})


def _wake(work: UnitOfWork, names: list[str]) -> None:
    """Has the waiting messages of these names tried again."""
    waiting = select(Message.key).where(Message.state == "waiting", Message.name.in_(names)).with_for_update(skip_locked=True)
    keys = list(work.connection.execute(waiting.order_by(Message.key)).scalars())
    if not keys:
        return
    work.connection.execute(update(Message).where(Message.key.in_(keys)).values(state="sent"))
    drop_free(work, "message", keys)
    schedule(work, [JobScheduled(kind="message", subject=key, due_at=work.now) for key in keys])
