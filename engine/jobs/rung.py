"""A seat's ladder: remind its people, mark it overdue, copy the superior, give him the right to reassign, make it count."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select

from engine.appliers.clocks import Clock, clocks_of
from engine.appliers.jobs import JobScheduled, schedule
from engine.appliers.journal import Journal
from engine.appliers.quiet_hours import quiet_until
from engine.runtime import Act, Case, Runtime
from engine.runtime.escalation import OVERDUE_SEAT, copies_for, note_rung, tell_rung, told_by
from engine.runtime.handing_up import HandedUp, hand_up, note_handed_up
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
    clocks = clocks_of(seat.term, definition.parameters.get("ladders"))
    urgent = clocks[top.clock].ladder.urgent
    asked = told_by(work, seat, top.kind, principals)
    quiet = {} if urgent or top.level else quiet_until(work, asked)
    told = tuple(person for person in asked if person not in quiet)
    climbed = [{"key": rung.key, "done_at": work.now, "told": list(told) if rung is top else []} for rung in due]
    work.write_all(CLIMBED, climbed)
    work.write(LEVEL, {"key": seat.key, "level": max(seat.level, *(rung.level for rung in due))})
    record_lateness(work, seat, due, principals)
    handed = _hand_up(work, runtime, seat, clocks, due, principals)
    away = () if handed is None or handed.to is None else (handed.to, *handed.before)
    work.write_all(NEW_COPY, copies_for(work, seat, top.kind, tuple(person for person in told if person not in away)))
    _remind_later(work, seat, top, quiet)

    def noted(journal: Journal) -> None:
        for rung in due:
            note_rung(journal, seat, rung, told if rung is top else (), tuple(quiet) if rung is top else ())
        # Who is told that he has the task, or has it no more, need not be told that it is late.
        rest = tuple(person for person in told if person not in away)
        tell_rung(journal, definition, seat, top.clock, top.kind, rest, urgent=urgent)
        if handed is not None:
            note_handed_up(journal, definition, seat, handed, urgent=urgent)

    data: dict[str, Any] = {"rung": top.kind, "clock": top.clock}
    if handed is not None:
        data |= {"to": handed.to, "before": list(handed.before)}
    runtime.note(work, case, Act(action="escalate", object=str(seat.id), data=data), noted)
    work.wake(*seat.resolved["persons"], *told, *away)


def _hand_up(
    work: UnitOfWork, runtime: Runtime, seat: Row[Any], clocks: Mapping[str, Clock], due: list[Any], principals: tuple[str, ...]
) -> HandedUp | None:
    """Hands the task over by the highest of these rungs that says so; None where none does."""
    for rung in sorted(due, key=lambda rung: (rung.level, rung.due_at), reverse=True):
        to = clocks[rung.clock].ladder.transfer(rung.kind)
        if to is not None:
            holders = told_by(work, seat, "remind", principals)
            above = [person for person in told_by(work, seat, rung.kind, principals) if person not in holders]
            return hand_up(work, runtime.definitions, seat.key, to, holders, above)
    return None


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
