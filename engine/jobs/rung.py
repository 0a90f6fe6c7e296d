"""A seat's ladder: remind its people, mark it overdue, copy the superior, give him the right to reassign, make it count."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select

from engine.appliers.clocks import clocks_of
from engine.appliers.jobs import JobScheduled, schedule
from engine.appliers.journal import Journal
from engine.appliers.quiet_hours import quiet_until
from engine.runtime import Act, Case, Runtime
from engine.runtime.escalation import OVERDUE_SEAT, copies_for, note_rung, tell_rung, told_by
from engine.runtime.lateness import record_lateness
from engine.store.prepared import Prepared
from engine.store.tables import Candidate, Copy, Rung, Seat
from engine.store.unit_of_work import UnitOfWork
from engine.store.writes import insert_of, update_of

AHEAD = Prepared(
    select(Rung.key, Rung.clock, Rung.kind, Rung.level, Rung.due_at)
    .where(Rung.seat == bindparam("seat"), Rung.done_at.is_(None))
    .order_by(Rung.due_at, Rung.level)
)
OFFERED = Prepared(select(Candidate.principal).where(Candidate.seat == bindparam("seat")))
CLIMBED, LEVEL, NEW_COPY = update_of(Rung, "done_at", "told"), update_of(Seat, "level"), insert_of(Copy)


def climb_rung(job: Row[Any], work: UnitOfWork, runtime: Runtime) -> None:
    """Climbs every rung of the seat that is due; after an outage only the highest one is told, the others are noted.

    People in their quiet hours get a reminder when these end. Nobody waits for what is urgent, or for what is overdue.
    """
    # The case of a job is locked before it is carried out.
    seats, rungs, offered = work.ask(
        OVERDUE_SEAT.question(seat=job.subject), AHEAD.question(seat=job.subject), OFFERED.question(seat=job.subject)
    )
    if not seats or seats[0].state not in ("open", "claimed"):
        return
    seat = seats[0]
    case = runtime.lock(work, seat.instance)
    due = [rung for rung in rungs if rung.due_at <= work.now]
    if due:
        _climb(work, runtime, case, seat, due, tuple(row.principal for row in offered))
    rest = [rung for rung in rungs if rung.due_at > work.now]
    if rest:
        schedule(work, [JobScheduled(kind="rung", subject=seat.key, due_at=rest[0].due_at, instance=seat.instance)])


def _climb(work: UnitOfWork, runtime: Runtime, case: Case, seat: Row[Any], due: list[Any], principals: tuple[str, ...]) -> None:
    top = max(due, key=lambda rung: (rung.level, rung.due_at))
    definition = runtime.definitions.get(seat.definition)
    urgent = clocks_of(seat.term, definition.parameters.get("ladders"))[top.clock].ladder.urgent
    asked = told_by(work, seat, top.kind, principals)
    quiet = {} if urgent or top.level else quiet_until(work, asked)
    told = tuple(person for person in asked if person not in quiet)
    climbed = [{"key": rung.key, "done_at": work.now, "told": list(told) if rung is top else []} for rung in due]
    work.write_all(CLIMBED, climbed)
    work.write(LEVEL, {"key": seat.key, "level": max(seat.level, *(rung.level for rung in due))})
    record_lateness(work, seat, due, principals)
    work.write_all(NEW_COPY, copies_for(work, seat, top.kind, told))
    _remind_later(work, seat, top, quiet)

    def noted(journal: Journal) -> None:
        for rung in due:
            note_rung(journal, seat, rung, told if rung is top else (), tuple(quiet) if rung is top else ())
        tell_rung(journal, definition, seat, top.clock, top.kind, told, urgent=urgent)

    runtime.note(work, case, Act(action="escalate", object=str(seat.id), data={"rung": top.kind, "clock": top.clock}), noted)
    work.wake(*seat.resolved["persons"], *told)


def _remind_later(work: UnitOfWork, seat: Row[Any], rung: Any, quiet: dict[int, datetime]) -> None:
    by_end: dict[datetime, list[int]] = {}
    for person, end in quiet.items():
        by_end.setdefault(end, []).append(person)
    jobs = [
        JobScheduled(
            kind="reminder",
            subject=seat.key,
            due_at=end,
            instance=seat.instance,
            payload={"clock": rung.clock, "persons": persons},
        )
        for end, persons in sorted(by_end.items())
    ]
    schedule(work, jobs)
