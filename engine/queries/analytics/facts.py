"""The facts that all statistics of work are counted from: one row for each task that somebody has completed.

    waited   open seconds from the moment the task was offered until somebody took it
    worked   open seconds from then until it was done
    whole    both together
    share    open time from the start of its term until it was done, per cent of the whole term
    late     1 when it was done after it was due, 0 when not, None without a term

Open time is that of the calendar of the task's term, as its institution keeps it; a task without a term has plain time.
A decision that was entered afterwards counts for when it was really made. A pause of the clock is part of what was used and
of the term, since the due date was put off by it. The institution, the post and the department are those of the chair in
which it was done; what no person did counts for the institution that owns the case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import CTE, BigInteger, case, func, literal_column, select

from engine.calendar import TIME_ZONE
from engine.queries.analytics.open_time import OpenTime
from engine.queries.registry import Reader
from engine.runtime.returning import RETURN
from engine.store.prepared import bare_connection
from engine.store.statistics import json_seconds, json_text, seconds
from engine.store.tables import Appointment, Deployment, ProcessDefinition, ProcessInstance, Round, Seat

PER_CENT = 100


@dataclass(frozen=True, kw_only=True)
class Period:
    """Days of the county, the last one included."""

    first: date
    last: date

    @property
    def begin(self) -> datetime:
        """First instant of it."""
        return _midnight(self.first)

    @property
    def end(self) -> datetime:
        """First instant after it."""
        return _midnight(self.last + timedelta(days=1))

    def holds(self, column: Any) -> tuple[Any, ...]:
        """Conditions that an instant lies in it."""
        return column >= self.begin, column < self.end


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Whose work is counted."""

    definitions: tuple[int, ...]
    """Keys of the process definitions, every version of all processes of one folder."""
    institutions: tuple[int, ...] | None = None
    """Keys; None is every institution."""
    post: str | None = None
    step: tuple[str, str] | None = None
    """Process and element, by their ids in the model."""


@dataclass
class Facts:
    """The facts of one period, as a part of a statement."""

    reader: Reader
    period: Period
    wanted: Wanted
    dialect: str = field(init=False)
    time: OpenTime = field(init=False)

    def __post_init__(self) -> None:
        self.dialect = dialect_of(self.reader)
        self.time = OpenTime(dialect=self.dialect, time=self.reader.working_time, first=self.period.first, last=self.period.last)

    def cte(self) -> CTE:
        """One row a task, in which open seconds have been reckoned."""
        reckoned = self._reckoned()
        at = reckoned.c
        kept = [column for column in at if column.key not in _POINTS]
        waited, worked = _from_to(at.opened, at.taken), _from_to(at.taken, at.done)
        share = _from_to(at.start, at.done) * PER_CENT // func.nullif(_from_to(at.start, at.due), 0, type_=BigInteger())
        measures = (waited.label("waited"), worked.label("worked"), (waited + worked).label("whole"), share.label("share"))
        return _once(select(*kept, *measures).cte("fact"))

    def _reckoned(self) -> CTE:
        """The tasks with, in place of each point in time, the open seconds before it."""
        points = _once(self._points().cte("point"))
        kept = [column for column in points.c if column.key not in _POINTS]
        statement = select(*kept).select_from(points)
        for name in _POINTS:
            point = points.c[name]
            statement, day = self.time.join(statement, point, f"day_{name}")
            statement = statement.add_columns(self.time.before(points.c.calendar, point, day).label(name))
        return _once(statement.cte("reckoned"))

    def _points(self) -> Any:
        done = func.coalesce(Seat.occurred_at, Seat.ended_at)
        taken = case((Seat.claimed_at > done, done), else_=func.coalesce(Seat.claimed_at, done))
        opened, start = self._seconds(Seat.opened_at), json_seconds(self.dialect, Seat.term, "start")
        institution = func.coalesce(Appointment.institution, ProcessInstance.institution)
        code = json_text(self.dialect, Seat.term, "calendar")
        statement: Any = (
            select(
                Seat.key,
                Seat.instance,
                ProcessDefinition.process_id.label("process"),
                Seat.element,
                Seat.name,
                institution.label("institution"),
                Seat.capacity,
                Appointment.post,
                Appointment.department,
                Seat.outcome,
                Seat.level,
                case((Seat.outcome == RETURN.value, 1), else_=0).label("returned"),
                case((Seat.due_at.is_(None), None), (done > Seat.due_at, 1), else_=0).label("late"),
                self.time.calendar(code, json_text(self.dialect, Seat.term, "institution")).label("calendar"),
                func.coalesce(start, opened).label("start"),
                opened.label("opened"),
                self._seconds(taken).label("taken"),
                self._seconds(done).label("done"),
                self._seconds(Seat.due_at).label("due"),
            )
            .join(Round, Round.key == Seat.round)
            .join(ProcessDefinition, ProcessDefinition.key == Round.definition)
            .join(ProcessInstance, ProcessInstance.key == Seat.instance)
            .outerjoin(Appointment, Appointment.key == Seat.capacity)
            .where(Seat.state == literal_column("'completed'"), *self.period.holds(Seat.ended_at))
            .where(ProcessInstance.definition.in_(self.wanted.definitions))
        )
        if self.wanted.institutions is not None:
            statement = statement.where(institution.in_(self.wanted.institutions))
        if self.wanted.post is not None:
            statement = statement.where(Appointment.post == self.wanted.post)
        if self.wanted.step is not None:
            process, element = self.wanted.step
            statement = statement.where(Seat.element == element, ProcessDefinition.process_id == process)
        return statement

    def _seconds(self, instant: Any) -> Any:
        return seconds(self.dialect, instant)


_POINTS = ("start", "opened", "taken", "done", "due")


def _once(rows: CTE) -> CTE:
    """Has the database reckon these rows once, however often what follows names their columns."""
    return rows.prefix_with("MATERIALIZED")


def dialect_of(reader: Reader) -> str:
    """`sqlite` or `postgresql`."""
    return bare_connection(reader.connection).dialect.name


def definitions_of(reader: Reader, folder: str) -> Sequence[Any]:
    """Every version of every process that was deployed from a folder: `key`, `process_id`, `version`, `latest`, `name`."""
    table = ProcessDefinition
    statement = (
        select(table.key, table.process_id, table.version, table.latest, table.name)
        .join(Deployment, Deployment.key == table.deployment)
        .where(Deployment.name == folder)
        .order_by(table.key)
    )
    found: Sequence[Any] = reader.connection.execute(statement).all()
    return found


def whole_number(value: Any) -> Any:
    """A number of a database as an integer; None stays."""
    return None if value is None else int(value)


def _from_to(begun: Any, ended: Any) -> Any:
    """Open seconds between two points; 0 where the second is the earlier."""
    return case((ended <= begun, 0), else_=ended - begun)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=TIME_ZONE)
