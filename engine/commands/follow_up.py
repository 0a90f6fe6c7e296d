"""Put a task off (暂办): it leaves the list of what one has to do until an instant, and comes back when anything happens to it.

Nothing is hidden that is late: the instant lies before the end of the term, which runs on, and in the lists of what is soon or
overdue the task stays. It is how one person keeps his desk, so the case does not know of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete

from engine.commands.registry import Command
from engine.commands.task import lock_open_seat
from engine.errors import Conflict, FieldError, InvalidForm
from engine.records import Done
from engine.runtime import Runtime
from engine.store.tables import FollowUp
from engine.store.unit_of_work import UnitOfWork
from engine.store.upsert import upsert

FARTHEST = timedelta(days=366)


@dataclass(frozen=True, kw_only=True)
class PutTaskOff(Command[Done]):
    """Put a task that one holds off until an instant; None brings it back. Doing it twice changes nothing more."""

    repeatable = True

    task: UUID
    until: datetime | None


def put_task_off(command: PutTaskOff, work: UnitOfWork, runtime: Runtime) -> Done:
    case, seat, _ = lock_open_seat(work, runtime, command.task, moving=False)
    if seat.state != "claimed" or seat.assignee != work.actor.person:
        raise Conflict("task-not-held", "Expected to hold task '{id}', but you do not", id=str(seat.id))
    # What has come back by itself is of no use to its person any more.
    over = (FollowUp.person == work.actor.person) & (FollowUp.until <= work.now)
    work.connection.execute(delete(FollowUp).where(over | (FollowUp.seat == seat.key)))
    if command.until is not None:
        _check(work, command.until, seat.due_at)
        row = {"seat": seat.key, "person": work.actor.person, "revision": seat.revision, "until": command.until}
        upsert(work.connection, FollowUp, [row])
    return Done(instance=case.id, task=seat.id)


def _check(work: UnitOfWork, until: datetime, due_at: datetime | None) -> None:
    if until <= work.now:
        raise _wrong("暂办到的时间要晚于现在。", "Put it off until after now.")
    if until > work.now + FARTHEST:
        raise _wrong("最多暂办一年。", "Put it off for a year at most.")
    if due_at is not None and until > due_at:
        raise _wrong("暂办到的时间不能晚于任务的期限。", "Put it off until its term ends at the latest.")


def _wrong(message: str, message_en: str) -> InvalidForm:
    return InvalidForm([FieldError(path="until", code="follow-up", message=message, message_en=message_en)])
