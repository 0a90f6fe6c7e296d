"""The clocks of a suspended instance: its jobs stand still, and at the end the terms of its tasks go on where they stopped.

A term that was given as a date stays, and so does what was overdue already; what was still to come moves by the open time
of the suspension on its own calendar.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select, update
from sqlalchemy.orm import DeclarativeBase

from engine.calendar import Calendar, Ladder, calendar_by_code, due, find_ladder, published_days, put_off
from engine.store.tables import Job, Round, Rung, Seat
from engine.store.unit_of_work import UnitOfWork
from engine.store.upsert import table_of

Ladders = Callable[[int], Mapping[str, Any] | None]
"""The ladders that a process definition, given by its key, brings itself."""


def hold_jobs(work: UnitOfWork, instance: int) -> None:
    """Sets the waiting jobs of an instance aside. One that a worker has already is given back when it is to be carried out."""
    waiting = update(Job).where(Job.instance == instance, Job.state == "pending")
    work.connection.execute(waiting.values(state="suspended"))


def free_jobs(work: UnitOfWork, instance: int) -> None:
    """Lets the jobs of an instance that were set aside be taken again."""
    held = update(Job).where(Job.instance == instance, Job.state == "suspended")
    work.connection.execute(held.values(state="pending"))
    work.jobs_due = True


def put_off_terms(work: UnitOfWork, instance: int, since: datetime, ladders: Ladders) -> None:
    """Moves the due dates and ladders of an instance's open tasks, which had stood still since `since`."""
    seats = _running(work, instance)
    if not seats:
        return
    rungs: dict[int, list[Any]] = {}
    ahead = select(Rung.key, Rung.seat, Rung.kind, Rung.due_at).where(Rung.done_at.is_(None))
    for rung in work.connection.execute(ahead.where(Rung.seat.in_([seat.key for seat in seats])).order_by(Rung.due_at)):
        rungs.setdefault(rung.seat, []).append(rung)
    new_seats: list[dict[str, Any]] = []
    new_rungs: list[dict[str, Any]] = []
    for seat in seats:
        term = _Term(seat, since, work.now, ladders)
        new_seats.append(term.seat())
        new_rungs += [{"row_key": rung.key, "new_due_at": term.rung(rung)} for rung in rungs.get(seat.key, ())]
    _write(work, Seat, ("due_at", "soon_at", "term"), new_seats)
    _write(work, Rung, ("due_at",), new_rungs)
    if rungs:
        first = select(func.min(Rung.due_at)).where(Rung.seat == Job.subject, Rung.done_at.is_(None)).scalar_subquery()
        climbing = update(Job).where(Job.kind == "rung", Job.instance == instance, Job.subject.in_(rungs))
        work.connection.execute(climbing.values(due_at=first))


def _running(work: UnitOfWork, instance: int) -> list[Row[Any]]:
    columns = (Seat.key, Seat.due_at, Seat.soon_at, Seat.term, Seat.opened_at, Round.definition)
    running = (Seat.instance == instance, Seat.state.in_(("open", "claimed")), Seat.due_at.is_not(None))
    found = work.connection.execute(select(*columns).join(Round, Round.key == Seat.round).where(*running)).all()
    return [seat for seat in found if seat.term and str(seat.term["rule"]).startswith("P")]


class _Term:
    """The term of one task across a suspension."""

    def __init__(self, seat: Row[Any], since: datetime, until: datetime, ladders: Ladders) -> None:
        self._seat = seat
        self._since = max(since, seat.opened_at)
        self._until = until
        self._calendar = calendar_by_code(seat.term["calendar"])
        self._ladder: Ladder = find_ladder(seat.term["ladder"], ladders(seat.definition))
        self._days = published_days()
        self._provisional = bool(seat.term["provisional"])
        self._due: datetime = self._moved(seat.due_at, self._calendar)

    def _moved(self, at: datetime, calendar: Calendar) -> datetime:
        if at <= self._since:
            return at
        moved = put_off(at, self._since, self._until, calendar, self._days)
        self._provisional = self._provisional or moved.provisional
        return moved.at

    def seat(self) -> dict[str, Any]:
        """The new values of the task's row; the term remembers what it was put off by."""
        seat = self._seat
        soon = None if seat.soon_at is None else self._moved(seat.soon_at, self._calendar)
        pause = {"from": self._since.isoformat(), "to": self._until.isoformat(), "due": seat.due_at.isoformat()}
        pauses = [*seat.term.get("suspended", ()), pause]
        term = {**seat.term, "suspended": pauses, "provisional": self._provisional}
        return {"row_key": seat.key, "new_due_at": self._due, "new_soon_at": soon, "new_term": term}

    def rung(self, rung: Row[Any]) -> datetime:
        """When a step of the ladder that is still to come is climbed: those above overdue are counted from the due date."""
        above = {"level2": self._ladder.level2, "level3": self._ladder.level3}.get(rung.kind)
        if above is None:
            return self._moved(rung.due_at, self._calendar)
        calendar = calendar_by_code(above.calendar)
        if self._seat.due_at <= self._since:
            return self._moved(rung.due_at, calendar)
        return due(self._due, above.after, calendar, self._days).at


def _write(work: UnitOfWork, table: type[DeclarativeBase], columns: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    if rows:
        target = table_of(table)
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in columns}
        work.connection.execute(update(target).where(target.c.key == bindparam("row_key")).values(values), rows)
