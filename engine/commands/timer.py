"""Set a timer that runs to another time: an operator's act, with a reason that the audit trail keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from engine.appliers.journal import Journal
from engine.authorization import require_right
from engine.commands.operation import operated_case, required_reason
from engine.commands.registry import Command
from engine.errors import Conflict, Invalid
from engine.records import Done
from engine.runtime import Act, Runtime
from engine.store.tables import Job, Subscription
from engine.store.unit_of_work import UnitOfWork

FARTHEST = timedelta(days=3660)


@dataclass(frozen=True, kw_only=True)
class SetTimer(Command[Done]):
    """Have a timer of a case fire at another time; at once when that is over.

    It is no more reckoned anew when the calendars change, unless it recurs.
    """

    instance: UUID
    job: UUID
    due_at: datetime
    reason: str


def set_timer(command: SetTimer, work: UnitOfWork, runtime: Runtime) -> Done:
    """Raises NotAllowed, NotFound, Conflict `no-timer` when it has fired or is none, Invalid `timer-due`."""
    require_right(work.actor, "operations")
    case = operated_case(work, runtime, command.instance)
    reason = required_reason(command.reason)
    if command.due_at.tzinfo is None or command.due_at > work.now + FARTHEST:
        raise Invalid("timer-due", "Expected a time within ten years, but found {due}", due=command.due_at.isoformat())
    timers = (Job.id == command.job, Job.instance == case.key, Job.kind == "timer", Job.state == "pending")
    statement = (
        select(Job.key, Job.subject, Job.due_at, Subscription.element, Subscription.data)
        .join(Subscription, Subscription.key == Job.subject)
        .where(*timers)
    )
    timer = work.connection.execute(statement).one_or_none()
    if timer is None or case.state != "active":
        raise Conflict("no-timer", "Expected a timer that runs, but '{job}' is none", job=str(command.job))
    data = dict(timer.data)
    if "every" not in data:
        # What was set by hand is not moved by a calendar.
        data.pop("calendar", None)
    work.connection.execute(update(Subscription).where(Subscription.key == timer.subject).values(due=command.due_at, data=data))
    work.connection.execute(update(Job).where(Job.key == timer.key).values(due_at=command.due_at))
    work.jobs_due = work.jobs_due or command.due_at <= work.now
    said = {"before": timer.due_at.isoformat(), "after": command.due_at.isoformat(), "reason": reason}

    def noted(journal: Journal) -> None:
        journal.note("timer-set", element=timer.element, **said)

    runtime.note(work, case, Act(action="set-timer", object=timer.element, data=said), noted)
    return Done(instance=case.id, state=case.state)
