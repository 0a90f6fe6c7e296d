"""The work of a process as rows to be taken along: tasks with their measures, and the events of whole cases.

Both are read a few days at a time, so that a year never lies in memory at once. A person stands under a pseudonym that is
the same within one export and another in the next; his name is there for holders of the right `statistics:people`. Rows tell
more than figures do: without the right `statistics` they are those of the institutions that the reader oversees himself.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import aliased

from engine.errors import Invalid, NotFound
from engine.queries.analytics.facts import Facts, Period, Wanted, definitions_of
from engine.queries.analytics.reach import PEOPLE_RIGHT, RIGHT, reach_of
from engine.queries.registry import Query, Reader
from engine.store.tables import (
    Appointment,
    Department,
    Institution,
    Person,
    Post,
    ProcessDefinition,
    ProcessInstance,
    Round,
    Seat,
)

LONGEST = timedelta(days=366)
PORTION = timedelta(days=7)
PSEUDONYM = 10
"""Letters of a pseudonym."""


@dataclass(frozen=True, kw_only=True)
class ListWork(Query[tuple["WorkRow", ...]]):
    """The tasks that were completed in a part of the period, the earliest first."""

    folder: str
    first: date
    last: date
    salt: bytes
    """Of one export."""


@dataclass(frozen=True, kw_only=True)
class ListTraces(Query[tuple["Trace", ...]]):
    """The cases that began in a part of the period, with all that has been done in them since."""

    folder: str
    first: date
    last: date
    salt: bytes


@dataclass(frozen=True, kw_only=True)
class WorkRow:
    """One completed task. Lengths are open seconds of its calendar."""

    case: str
    """Document number of its case, else its key."""
    process: str
    step: str
    institution: str | None
    post: str | None
    department: str | None
    person: str | None
    opened_at: datetime
    taken_at: datetime | None
    done_at: datetime
    due_at: datetime | None
    waited: int | None
    worked: int | None
    share: int | None
    """Per cent of its term."""
    late: bool | None
    returned: bool
    level: int


@dataclass(frozen=True, kw_only=True)
class Event:
    """One completed task of a case."""

    process: str
    step: str
    name: str
    outcome: str | None
    institution: str | None
    post: str | None
    person: str | None
    opened_at: datetime
    taken_at: datetime | None
    done_at: datetime


@dataclass(frozen=True, kw_only=True)
class Trace:
    """One case."""

    case: str
    institution: str | None
    state: str
    events: tuple[Event, ...]


def portions(first: date, last: date) -> Iterator[tuple[date, date]]:
    """A period in weeks. Raises Invalid `period` for one that is none or too long."""
    if not timedelta(0) <= last - first < LONGEST:
        message = "Expected a period of at most {longest} days, but it is from {first} to {last}"
        raise Invalid("period", message, longest=LONGEST.days, first=first.isoformat(), last=last.isoformat())
    while first <= last:
        yield first, min(last, first + PORTION - timedelta(days=1))
        first += PORTION


def list_work(query: ListWork, reader: Reader) -> tuple[WorkRow, ...]:
    """Raises NotAllowed without a right to any of it, NotFound for a folder that is none."""
    wanted = _wanted(query.folder, reader)
    fact = Facts(reader, Period(first=query.first, last=query.last), wanted).cte().c
    taken = func.coalesce(Seat.occurred_at, Seat.ended_at)
    statement = (
        select(
            func.coalesce(ProcessInstance.number, cast(ProcessInstance.key, String)).label("case"),
            fact.process,
            fact.name.label("step"),
            Institution.short_name.label("institution"),
            Post.name.label("post"),
            Department.name.label("department"),
            Person.key.label("person_key"),
            Person.name.label("person"),
            Seat.opened_at,
            Seat.claimed_at,
            taken.label("done_at"),
            Seat.due_at,
            fact.waited,
            fact.worked,
            fact.share,
            fact.late,
            fact.returned,
            fact.level,
        )
        .join(Seat, Seat.key == fact.key)
        .join(ProcessInstance, ProcessInstance.key == fact.instance)
        .outerjoin(Institution, Institution.key == fact.institution)
        .outerjoin(Post, Post.code == fact.post)
        .outerjoin(Department, Department.key == fact.department)
        .outerjoin(Person, Person.key == Seat.ended_by)
        .order_by(taken, Seat.key)
    )
    shown = _People(reader, query.salt)
    return tuple(_work(row, shown) for row in reader.connection.execute(statement))


def list_traces(query: ListTraces, reader: Reader) -> tuple[Trace, ...]:
    """Raises what `list_work` raises."""
    wanted = _wanted(query.folder, reader)
    root = aliased(ProcessInstance)
    period = Period(first=query.first, last=query.last)
    statement: Any = (
        select(
            root.key.label("root"),
            root.number,
            root.state,
            root.institution.label("owner_key"),
            ProcessDefinition.process_id,
            Seat.element,
            Seat.name,
            Seat.outcome,
            Institution.short_name.label("institution"),
            Post.name.label("post"),
            Person.key.label("person_key"),
            Person.name.label("person"),
            Seat.opened_at,
            Seat.claimed_at,
            func.coalesce(Seat.occurred_at, Seat.ended_at).label("done_at"),
        )
        .select_from(root)
        .join(ProcessInstance, ProcessInstance.collaboration == root.key)
        .join(Seat, Seat.instance == ProcessInstance.key)
        .join(Round, Round.key == Seat.round)
        .join(ProcessDefinition, ProcessDefinition.key == Round.definition)
        .outerjoin(Appointment, Appointment.key == Seat.capacity)
        .outerjoin(Institution, Institution.key == func.coalesce(Appointment.institution, ProcessInstance.institution))
        .outerjoin(Post, Post.code == Appointment.post)
        .outerjoin(Person, Person.key == Seat.ended_by)
        .where(root.key == root.collaboration, root.definition.in_(wanted.definitions))
        .where(*period.holds(root.started_at), Seat.state == "completed")
        .order_by(root.key, func.coalesce(Seat.occurred_at, Seat.ended_at), Seat.key)
    )
    if wanted.institutions is not None:
        statement = statement.where(Institution.key.in_(wanted.institutions))
    shown, names = _People(reader, query.salt), _short_names(reader)
    traces: dict[int, list[Any]] = {}
    for row in reader.connection.execute(statement):
        traces.setdefault(row.root, []).append(row)
    return tuple(_trace(rows, shown, names) for rows in traces.values())


class _People:
    """Names of people as the reader may see them."""

    def __init__(self, reader: Reader, salt: bytes) -> None:
        self._named = PEOPLE_RIGHT in reader.actor.rights
        self._salt = salt

    def name(self, key: int | None, name: str | None) -> str | None:
        if key is None or self._named:
            return name
        return f"P-{hmac.new(self._salt, str(key).encode(), hashlib.sha256).hexdigest()[:PSEUDONYM]}"


def _wanted(folder: str, reader: Reader) -> Wanted:
    reach = reach_of(reader)
    definitions = definitions_of(reader, folder)
    if not definitions:
        raise NotFound("process-not-found", "Expected a deployed process, but found no '{process}'", process=folder)
    whole = bool(reader.actor.rights & {RIGHT, PEOPLE_RIGHT})
    return Wanted(definitions=tuple(row.key for row in definitions), institutions=None if whole else tuple(sorted(reach.own)))


def _work(row: Any, people: _People) -> WorkRow:
    return WorkRow(
        case=row.case,
        process=row.process,
        step=row.step,
        institution=row.institution,
        post=row.post,
        department=row.department,
        person=people.name(row.person_key, row.person),
        opened_at=row.opened_at,
        taken_at=row.claimed_at,
        done_at=row.done_at,
        due_at=row.due_at,
        waited=row.waited,
        worked=row.worked,
        share=row.share,
        late=None if row.late is None else bool(row.late),
        returned=bool(row.returned),
        level=row.level,
    )


def _trace(rows: Sequence[Any], people: _People, names: dict[int, str]) -> Trace:
    first = rows[0]
    return Trace(
        case=first.number or str(first.root),
        institution=names.get(first.owner_key),
        state=first.state,
        events=tuple(
            Event(
                process=row.process_id,
                step=row.element,
                name=row.name,
                outcome=row.outcome,
                institution=row.institution,
                post=row.post,
                person=people.name(row.person_key, row.person),
                opened_at=row.opened_at,
                taken_at=row.claimed_at,
                done_at=row.done_at,
            )
            for row in rows
        ),
    )


def _short_names(reader: Reader) -> dict[int, str]:
    return {row.key: row.short_name for row in reader.connection.execute(select(Institution.key, Institution.short_name))}
