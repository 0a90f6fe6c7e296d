"""The clocks of a task: how long its people may take to answer, and to be done.

A seat keeps in `term` what its clocks were reckoned from: rule, calendar, whose hours, the number of the state of the
calendars, start, ladder, and every pause. From that, due dates and ladders can be reckoned anew at any time: after a
pause, and when the calendars have changed. A rule that is a date stays; its ladder above the date is counted.

    handling    from the moment the task is opened until it is done; `due_at` of the seat
    response    from the same moment until somebody takes it up; `response` within `term`, only where the model asks for it
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.orm import DeclarativeBase

from engine.appliers.jobs import JobScheduled, schedule, unschedule
from engine.calendar import Ladder, LadderStep, WorkingTime, find_ladder, fraction_point, ladder_steps
from engine.store.tables import Job, Lateness, Rung, Seat
from engine.store.unit_of_work import UnitOfWork
from engine.store.upsert import table_of

Ladders = Callable[[int], Mapping[str, Any] | None]
"""The ladders that a process definition, given by its key, brings itself."""
Pause = tuple[datetime, datetime]
HANDLING, RESPONSE = "handling", "response"
RUNNING = or_(Seat.state.in_(("open", "claimed")), and_(Seat.state == "waiting", Seat.paused_at.is_(None)))
"""Condition that the clocks of a seat with a due date run; they do while somebody gives its holder advice."""
SOON = 0.8
"""Share of a term after which a task is due soon."""


@dataclass(frozen=True, kw_only=True)
class Reckoned:
    """One clock as it is reckoned."""

    due_at: datetime
    soon_at: datetime
    provisional: bool
    steps: tuple[LadderStep, ...]
    """Its ladder in the order of time."""


@dataclass(frozen=True, kw_only=True)
class Clock:
    """What one clock is reckoned from."""

    rule: str
    """ISO 8601 duration, or a date."""
    calendar: str
    institution: str | None
    start: datetime
    ladder: Ladder
    pauses: Sequence[Pause] = ()

    def reckon(self, time: WorkingTime) -> Reckoned:
        """When it is due, soon, and when each step of its ladder is climbed. Raises Invalid and ValueError."""
        calendar = time.calendar(self.calendar, self.institution)
        provisional = False
        if self.rule.startswith("P"):
            plain = time.due(self.start, self.rule, self.calendar, self.institution)
            first_due, provisional = plain.at, plain.provisional
        else:
            first_due = datetime.fromisoformat(self.rule)
        soon = fraction_point(self.start, first_due, SOON, calendar, time.days)
        shape = replace(self.ladder, level2=None, level3=None)
        steps = ladder_steps(shape, self.start, first_due, calendar, time.days)
        due_at = self._after_pauses(first_due, time) if self.rule.startswith("P") else first_due
        moved = tuple(
            LadderStep(
                kind=step.kind,
                level=step.level,
                at=due_at if step.kind == "overdue" else self._after_pauses(step.at, time),
                percent=step.percent,
                provisional=step.provisional,
            )
            for step in steps
        )
        above = self._above(due_at, time)
        return Reckoned(
            due_at=due_at,
            soon_at=self._after_pauses(soon, time),
            provisional=provisional,
            steps=tuple(sorted((*moved, *above), key=lambda step: (step.at, step.level))),
        )

    def _above(self, due_at: datetime, time: WorkingTime) -> list[LadderStep]:
        """The levels above overdue, counted from the due date."""
        shape = replace(self.ladder, remind=(), remind_before=())
        calendar = time.calendar(self.calendar, self.institution)
        found = ladder_steps(shape, self.start, due_at, calendar, time.days, calendars=time.calendars_of(self.institution))
        rungs = {"level2": self.ladder.level2, "level3": self.ladder.level3}
        steps = []
        for step in found:
            rung = rungs.get(step.kind)
            if rung is not None:
                at = self._after_pauses(step.at, time, rung.calendar, since=due_at)
                steps.append(LadderStep(kind=step.kind, level=step.level, at=at, percent=None, provisional=step.provisional))
        return steps

    def _after_pauses(
        self, at: datetime, time: WorkingTime, calendar: str | None = None, since: datetime | None = None
    ) -> datetime:
        """`at`, later by the open time of each pause that began before it, and not before `since`."""
        for begun, ended in self.pauses:
            begun = max(begun, self.start)
            if at > begun and (since is None or begun >= since):
                at = time.put_off(at, begun, ended, calendar or self.calendar, self.institution).at
        return at


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A task whose due date is another one."""

    seat: int
    before: datetime
    after: datetime


def clocks_of(term: Mapping[str, Any], ladders: Mapping[str, Any] | None) -> dict[str, Clock]:
    """The clocks that a seat's `term` describes. Raises Invalid for a ladder that is not there any more."""
    pauses = tuple((datetime.fromisoformat(item["from"]), datetime.fromisoformat(item["to"])) for item in _pauses(term))
    shared = {
        "calendar": term["calendar"],
        "institution": term.get("institution"),
        "start": datetime.fromisoformat(term["start"]),
        "pauses": pauses,
    }
    found = {HANDLING: Clock(rule=str(term["rule"]), ladder=find_ladder(term["ladder"], ladders), **shared)}
    response = term.get("response")
    if response is not None:
        found[RESPONSE] = Clock(rule=str(response["rule"]), ladder=find_ladder(response["ladder"], ladders), **shared)
    return found


def rewrite(work: UnitOfWork, seats: Sequence[Any], ladders: Ladders, since: datetime | None = None) -> list[Moved]:
    """Reckons the clocks of these open seats anew; `since` is when they were stopped, if they go on now.

    `seats` are rows with key, due_at, soon_at, term, opened_at, level and the definition. A rung that was climbed and lies
    ahead again is to be climbed again. Returns the tasks whose due date is another one.
    """
    rungs = _rungs(work, [seat.key for seat in seats])
    changes = _Changes()
    for seat in seats:
        _rewrite(work, seat, ladders(seat.definition), rungs.get(seat.key, []), since, changes)
    _write(work, Seat, ("due_at", "soon_at", "term", "level"), changes.seats)
    _write(work, Rung, ("due_at", "done_at"), changes.rungs)
    for key, clock, level in changes.early:
        noted = (Lateness.seat == key, Lateness.clock == clock, Lateness.level == level, Lateness.withdrawn_at.is_(None))
        work.connection.execute(update(Lateness).where(*noted).values(withdrawn_at=work.now))
    reschedule(work, changes.touched)
    return changes.moved


def move_clocks(work: UnitOfWork, seat: int, to: int) -> None:
    """The ladder of a seat goes on at another one, which has taken its term over."""
    ahead = update(Rung).where(Rung.seat == seat, Rung.done_at.is_(None))
    work.connection.execute(ahead.values(seat=to))
    reschedule(work, (seat, to))


def stop_clocks(work: UnitOfWork, seat: int) -> None:
    """The ladder of a seat stands still; `rewrite` with the moment of the stop lets it go on."""
    unschedule(work, "rung", [seat])


def is_unanswered(seat: Any) -> bool:
    """Whether a seat's response clock runs: the model asks for one, and nobody has taken the task up."""
    response = (seat.term or {}).get("response")
    return response is not None and response["answered"] is None


def answer(work: UnitOfWork, seat: Any) -> None:
    """Somebody has taken a task up: its response clock ends. Only what the handling clock has climbed still counts."""
    if not is_unanswered(seat):
        return
    response = {**seat.term["response"], "answered": work.now.isoformat()}
    done = select(func.coalesce(func.max(Rung.level), 0)).where(
        Rung.seat == seat.key, Rung.clock == HANDLING, Rung.done_at.is_not(None)
    )
    work.connection.execute(delete(Rung).where(Rung.seat == seat.key, Rung.clock == RESPONSE, Rung.done_at.is_(None)))
    level = int(work.connection.execute(done).scalar_one())
    work.connection.execute(
        update(Seat).where(Seat.key == seat.key).values(term={**seat.term, "response": response}, level=level)
    )
    reschedule(work, [seat.key])


def ask_again(work: UnitOfWork, seat: Any, ladders: Mapping[str, Any] | None) -> None:
    """A task that was taken up was given back: its response clock runs on as if it had not stopped."""
    response = (seat.term or {}).get("response")
    if response is None or response["answered"] is None:
        return
    term = {**seat.term, "response": {**response, "answered": None}}
    steps = clocks_of(term, ladders)[RESPONSE].reckon(work.working_time).steps
    climbed = list(work.connection.execute(select(Rung.kind).where(Rung.seat == seat.key, Rung.clock == RESPONSE)).scalars())
    rows = []
    for step in steps:
        if step.kind in climbed:
            climbed.remove(step.kind)
            continue
        rows.append(_rung(work, seat.key, RESPONSE, step))
    if rows:
        work.connection.execute(insert(Rung), rows)
    work.connection.execute(update(Seat).where(Seat.key == seat.key).values(term=term))
    reschedule(work, [seat.key])


def steps_ahead(work: UnitOfWork, seat: Any, ladders: Mapping[str, Any] | None) -> list[tuple[str, LadderStep]]:
    """What the clocks of a seat that has ended have still ahead, each step with the name of its clock, should it go on.

    `seat` is a row with key and term. What it had climbed is behind it, and nobody is reminded of what has passed since.
    """
    if seat.term is None:
        return []
    climbed = Counter((rung.clock, rung.kind) for rung in _rungs(work, [seat.key]).get(seat.key, ()))
    found = []
    for name, clock in clocks_of(seat.term, ladders).items():
        if name == RESPONSE and not is_unanswered(seat):
            continue
        for step in clock.reckon(work.working_time).steps:
            if climbed[name, step.kind]:
                climbed[name, step.kind] -= 1
            elif step.kind != "remind" or step.at > work.now:
                found.append((name, step))
    return found


def restore(work: UnitOfWork, seats: Sequence[Any], ladders: Ladders) -> None:
    """The ladders of closed seats that are open again go on; `seats` are rows with key, term and the definition."""
    rows = [
        _rung(work, seat.key, name, step) for seat in seats for name, step in steps_ahead(work, seat, ladders(seat.definition))
    ]
    if rows:
        work.connection.execute(insert(Rung), rows)


def _rung(work: UnitOfWork, seat: int, clock: str, step: LadderStep) -> dict[str, Any]:
    rung = {"seat": seat, "clock": clock, "kind": step.kind, "level": step.level, "due_at": step.at}
    return {"key": work.new_key(), **rung, "done_at": None, "told": None}


def reschedule(work: UnitOfWork, seats: Iterable[int]) -> None:
    """Sets the job of each of these seats to the next step of its ladder, and makes or drops it where that is needed."""
    keys = sorted(set(seats))
    if not keys:
        return
    first = select(func.min(Rung.due_at)).where(Rung.seat == Job.subject, Rung.done_at.is_(None)).scalar_subquery()
    climbing = (Job.kind == "rung", Job.subject.in_(keys))
    known = {row.subject for row in work.connection.execute(select(Job.subject).where(*climbing))}
    ahead = (
        select(Rung.seat, Seat.instance, func.min(Rung.due_at).label("due_at"))
        .join(Seat, Seat.key == Rung.seat)
        .where(Rung.seat.in_(keys), Rung.done_at.is_(None))
        .group_by(Rung.seat, Seat.instance)
    )
    waiting = {row.seat: row for row in work.connection.execute(ahead)}
    unschedule(work, "rung", known - set(waiting))
    if known & set(waiting):
        work.connection.execute(update(Job).where(*climbing, Job.subject.in_(sorted(known & set(waiting)))).values(due_at=first))
    missing = [row for seat, row in waiting.items() if seat not in known]
    schedule(work, [JobScheduled(kind="rung", subject=row.seat, due_at=row.due_at, instance=row.instance) for row in missing])
    work.jobs_due = work.jobs_due or any(row.due_at <= work.now for row in waiting.values())


class _Changes:
    def __init__(self) -> None:
        self.seats: list[dict[str, Any]] = []
        self.rungs: list[dict[str, Any]] = []
        self.touched: list[int] = []
        self.moved: list[Moved] = []
        self.early: list[tuple[int, str, int]] = []
        """Seat, clock and level of what was late and is not."""


def _rewrite(
    work: UnitOfWork,
    seat: Any,
    ladders: Mapping[str, Any] | None,
    rungs: list[Any],
    since: datetime | None,
    changes: _Changes,
) -> None:
    time = work.working_time
    term = dict(seat.term)
    if since is not None:
        begun = max(since, seat.opened_at)
        pause = {"from": begun.isoformat(), "to": work.now.isoformat(), "due": seat.due_at.isoformat()}
        term["suspended"] = [*_pauses(term), pause]
    clocks = clocks_of(term, ladders)
    reckoned = {name: clock.reckon(time) for name, clock in clocks.items()}
    handling = reckoned[HANDLING]
    term.update(calendarVersion=time.version, provisional=handling.provisional)
    if RESPONSE in reckoned:
        term["response"] = {**term["response"], "due": reckoned[RESPONSE].due_at.isoformat()}
    level = 0
    for rung, step in _matched(rungs, reckoned):
        done = rung.done_at if step.at <= work.now else None
        if rung.level and rung.done_at is not None and done is None:
            changes.early.append((seat.key, rung.clock, rung.level))
        level = max(level, rung.level if done is not None else 0)
        changes.rungs.append({"row_key": rung.key, "new_due_at": step.at, "new_done_at": done})
    changes.touched.append(seat.key)
    changes.seats.append(
        {
            "row_key": seat.key,
            "new_due_at": handling.due_at,
            "new_soon_at": handling.soon_at,
            "new_term": term,
            "new_level": level,
        }
    )
    if handling.due_at != seat.due_at:
        changes.moved.append(Moved(seat=seat.key, before=seat.due_at, after=handling.due_at))


def _matched(rungs: list[Any], reckoned: Mapping[str, Reckoned]) -> Iterable[tuple[Any, LadderStep]]:
    """Each stored rung with the step that it stands for: reminders by their order, the others by their kind."""
    for name, clock in reckoned.items():
        own = sorted((rung for rung in rungs if rung.clock == name), key=lambda rung: (rung.due_at, rung.key))
        for kind in {step.kind for step in clock.steps}:
            steps = [step for step in clock.steps if step.kind == kind]
            stored = [rung for rung in own if rung.kind == kind]
            # Those that were answered in time are gone from the end of a ladder, never from its beginning.
            yield from zip(stored, steps, strict=False)


def _rungs(work: UnitOfWork, seats: list[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    if seats:
        columns = (Rung.key, Rung.seat, Rung.clock, Rung.kind, Rung.level, Rung.due_at, Rung.done_at)
        for rung in work.connection.execute(select(*columns).where(Rung.seat.in_(seats))):
            found.setdefault(rung.seat, []).append(rung)
    return found


def _pauses(term: Mapping[str, Any]) -> Sequence[Mapping[str, str]]:
    return tuple(term.get("suspended", ()))


def _write(work: UnitOfWork, table: type[DeclarativeBase], columns: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    if rows:
        target = table_of(table)
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in columns}
        work.connection.execute(update(target).where(target.c.key == bindparam("row_key")).values(values), rows)
