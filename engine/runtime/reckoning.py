"""What a change of the calendars does to what is pending: terms of tasks, their ladders, timers and timer starts.

Everything that was reckoned keeps what it was reckoned from, so it is reckoned again and moved where the answer is another
one. What moves in an instance is one revision of it, with the dates before and after in its history and its audit trail.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import bindparam, select, update

from engine.appliers.clocks import RUNNING, Moved, rewrite
from engine.appliers.journal import Journal
from engine.calendar import WorkingTime
from engine.errors import EngineError
from engine.kernel.timers import TimerFault, next_firing
from engine.runtime.case import Act, Case
from engine.runtime.runtime import Runtime
from engine.store.tables import Job, Round, Seat, Subscription
from engine.store.unit_of_work import UnitOfWork
from engine.store.upsert import table_of

SEATS_AT_ONCE = 500
"""Tasks of one instance that one transaction reckons anew."""
TIMER_START = "timer-start"


def reckon_instance(work: UnitOfWork, runtime: Runtime, case: Case) -> bool:
    """Reckons the pending dates of a locked instance by the calendars of this moment. True when some are left."""
    stale = _stale_seats(work, case.key)
    seats, rest = stale[:SEATS_AT_ONCE], stale[SEATS_AT_ONCE:]
    moved = rewrite(work, seats, lambda key: runtime.definitions.parameters(key).get("ladders"))
    timers = _move_timers(work, case.key, case.institution_code)
    if moved or timers:
        named = {seat.key: seat for seat in seats}
        act = Act(action="reckon", data={"calendarVersion": work.working_time.version, "moved": len(moved) + len(timers)})
        runtime.note(work, case, act, partial(_note, work.working_time.version, moved, named, timers))
        work.wake(*(seat.assignee for seat in seats), *(person for seat in seats for person in seat.resolved["persons"]))
    return bool(rest)


def reckon_timer_starts(work: UnitOfWork) -> int:
    """Moves the timers that start processes to when they are due by the calendars of this moment; returns how many moved."""
    columns = (Job.key, Job.due_at, Job.payload, Job.attempts)
    jobs = work.connection.execute(select(*columns).where(Job.kind == TIMER_START, Job.state == "pending").with_for_update())
    moved = 0
    for job in jobs.all():
        due_at = _due_of(job.payload, work.working_time, None)
        # One that has failed waits for its next try, and its time has come already.
        if due_at is None or due_at == job.due_at or job.attempts:
            continue
        payload = {**job.payload, "due": due_at.isoformat()}
        work.connection.execute(update(Job).where(Job.key == job.key).values(due_at=due_at, payload=payload))
        work.jobs_due = work.jobs_due or due_at <= work.now
        moved += 1
    return moved


def _stale_seats(work: UnitOfWork, instance: int) -> list[Any]:
    """Open tasks whose term was reckoned from another state of the calendars, one more than are done at once."""
    columns = (
        Seat.key,
        Seat.id,
        Seat.element,
        Seat.assignee,
        Seat.due_at,
        Seat.soon_at,
        Seat.term,
        Seat.opened_at,
        Seat.level,
        Round.definition,
        Round.resolved,
    )
    open_seats = (Seat.instance == instance, RUNNING, Seat.due_at.is_not(None))
    found = select(*columns).join(Round, Round.key == Seat.round).where(*open_seats).order_by(Seat.key)
    version = work.working_time.version
    stale = [seat for seat in work.connection.execute(found) if seat.term and seat.term.get("calendarVersion") != version]
    return stale[: SEATS_AT_ONCE + 1]


def _move_timers(work: UnitOfWork, instance: int, institution: str | None) -> list[tuple[str, datetime, datetime]]:
    """Moves the timers of an instance that keep a calendar; element, due before and after of each that moved."""
    columns = (Subscription.key, Subscription.element, Subscription.due, Subscription.data)
    timers = (Subscription.instance == instance, Subscription.kind == "timer", Subscription.due.is_not(None))
    moved, rows = [], []
    for timer in work.connection.execute(select(*columns).where(*timers).order_by(Subscription.key)):
        due_at = _due_of(timer.data, work.working_time, institution)
        if due_at is not None and due_at != timer.due:
            moved.append((timer.element, timer.due, due_at))
            rows.append({"timer": timer.key, "new_due": due_at})
    if rows:
        subscription, job = table_of(Subscription), table_of(Job)
        by_key = update(subscription).where(subscription.c.key == bindparam("timer"))
        work.connection.execute(by_key.values(due=bindparam("new_due")), rows)
        by_subject = update(job).where(job.c.kind == "timer", job.c.subject == bindparam("timer"))
        work.connection.execute(by_subject.values(due_at=bindparam("new_due")), rows)
        work.jobs_due = work.jobs_due or any(row["new_due"] <= work.now for row in rows)
    return moved


def _due_of(data: Mapping[str, Any], time: WorkingTime, institution: str | None) -> datetime | None:
    """When a timer with this data is due. None for one without a calendar, and for one that cannot be reckoned: it stays."""
    calendar, base = data.get("calendar"), data.get("base")
    if calendar is None or base is None:
        return None

    def due(term: str, code: str | None, start: datetime) -> datetime:
        return time.due(start, term, code or "CLIN", institution).at

    start = datetime.fromisoformat(base)
    try:
        if "fired" in data:
            firing = next_firing(start, data["every"], None, datetime.fromisoformat(data["fired"]), calendar, due)
            due_at = None if firing is None else firing.due
        else:
            due_at = due(data["term"], calendar, start) if "term" in data else None
        for begun, ended in data.get("pauses", ()):
            since, until = datetime.fromisoformat(begun), datetime.fromisoformat(ended)
            if due_at is not None and due_at > since:
                due_at = time.put_off(due_at, since, until, calendar, institution).at
    except (EngineError, TimerFault):
        return None
    return due_at


def _note(
    version: int,
    moved: list[Moved],
    seats: Mapping[int, Any],
    timers: list[tuple[str, datetime, datetime]],
    journal: Journal,
) -> None:
    for item in moved:
        seat = seats[item.seat]
        before, after = item.before.isoformat(), item.after.isoformat()
        journal.note("due-moved", element=seat.element, task=str(seat.id), before=before, after=after, calendarVersion=version)
    for element, before_at, after_at in timers:
        journal.note(
            "due-moved", element=element, before=before_at.isoformat(), after=after_at.isoformat(), calendarVersion=version
        )
