"""Where a rehearsal stands: tokens, ways taken, open tasks with their people, what falls due, what waits, what was said.

It may be asked of a rehearsal's own store only, whose history keeps the scope that each element ran in. Cases are numbered
in the order they began; nothing in the answer differs from one run of the same steps to the next.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select

from engine.assignment import NO_CANDIDATE
from engine.errors import NotFound
from engine.kernel.model import ApprovalModel, OutcomeModel
from engine.queries.registry import Query, Reader
from engine.queries.task_rows import outcomes_of
from engine.queries.timeline import TimelineItem, past_of
from engine.queries.ways import Ways
from engine.queries.why import Why, reasons
from engine.runtime import TaskPlace, task_form
from engine.runtime.origin import case_origin
from engine.store.tables import (
    ExternalTask,
    Incident,
    Job,
    Message,
    ProcessInstance,
    Round,
    Rung,
    Seat,
    Subscription,
    Token,
    Variable,
)

TASKS_AT_MOST = 60
"""Open tasks that are told with their forms."""
PEOPLE_AT_MOST = 20
LINES_AT_MOST = 300
ACTIVE = ("open", "claimed")


@dataclass(frozen=True, kw_only=True)
class GetRehearsed(Query["Rehearsed"]):
    """Where the rehearsal in this store stands."""


@dataclass(frozen=True, kw_only=True)
class RehearsedCase:
    """One case of the run."""

    number: int
    process: str
    name: str
    state: str
    institution: str | None


@dataclass(frozen=True, kw_only=True)
class Place:
    """How many tokens stand at an element of a case, and in which state."""

    element: str
    process: str
    instance: int
    state: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Passed:
    """How often an element was left, or a sequence flow taken."""

    id: str
    process: str
    count: int


@dataclass(frozen=True, kw_only=True)
class RehearsedTask:
    """One open task."""

    element: str
    name: str
    name_en: str | None
    process: str
    instance: int
    nth: int
    """Place among the open tasks of its element, from 0."""
    form: Mapping[str, Any] | None
    data: Mapping[str, Any]
    outcomes: tuple[OutcomeModel, ...]
    people: tuple[Why, ...]
    people_count: int
    due_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class RehearsedJob:
    """Something that will fall due."""

    element: str | None
    process: str | None
    kind: str
    due_at: datetime
    error: str | None


@dataclass(frozen=True, kw_only=True)
class Awaited:
    """What an element waits for: `message`, `signal`, `conditional`, `trigger` or `external`."""

    element: str
    process: str
    instance: int
    kind: str
    name: str | None


@dataclass(frozen=True, kw_only=True)
class RehearsedValue:
    """A variable of a case as a whole."""

    name: str
    process: str
    instance: int
    value: Any


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A message that has left a case. `state` is where it has got to."""

    name: str
    to: str | None
    state: str


@dataclass(frozen=True, kw_only=True)
class Stop:
    """An incident."""

    element: str | None
    process: str | None
    code: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the timeline, with the case that it is of."""

    instance: int
    item: TimelineItem


@dataclass(frozen=True, kw_only=True)
class Rehearsed:
    """Where the run stands."""

    at: datetime
    ended: bool
    cases: tuple[RehearsedCase, ...]
    tokens: tuple[Place, ...]
    passed: tuple[Passed, ...]
    flows: tuple[Passed, ...]
    tasks: tuple[RehearsedTask, ...]
    jobs: tuple[RehearsedJob, ...]
    waiting: tuple[Awaited, ...]
    variables: tuple[RehearsedValue, ...]
    messages: tuple[Sent, ...]
    timeline: tuple[Line, ...]
    incidents: tuple[Stop, ...]


def get_rehearsed(query: GetRehearsed, reader: Reader) -> Rehearsed:
    """Raises NotFound in a store that is not a rehearsal's."""
    if not reader.config.rehearsal:
        raise NotFound("no-rehearsal", "Expected the store of a rehearsal, but this is none")
    return _Run(reader).told()


class _Run:
    """The rows of the run, read once."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._cases = self._rows(select(*ProcessInstance.__table__.columns).order_by(ProcessInstance.key))
        self._numbers = {case.key: number for number, case in enumerate(self._cases, 1)}
        self._ways = Ways(reader, self._cases)

    def told(self) -> Rehearsed:
        passed, flows = self._ways.passed()
        return Rehearsed(
            at=self._reader.now,
            ended=bool(self._cases) and all(case.state != "active" for case in self._cases),
            cases=tuple(self._case(case) for case in self._cases),
            tokens=tuple(self._tokens()),
            passed=_counted(passed),
            flows=_counted(flows),
            tasks=tuple(self._tasks()),
            jobs=tuple(self._jobs()),
            waiting=tuple(self._waiting()),
            variables=tuple(self._variables()),
            messages=tuple(self._messages()),
            timeline=tuple(self._timeline()),
            incidents=tuple(self._incidents()),
        )

    def _rows(self, statement: Any) -> list[Any]:
        return list(self._reader.connection.execute(statement).all())

    def _case(self, case: Any) -> RehearsedCase:
        model = self._reader.definitions.model(case.definition)
        return RehearsedCase(
            number=self._numbers[case.key],
            process=model.id,
            name=model.title or model.name or model.id,
            state=case.state,
            institution=self._ways.institution(case.institution),
        )

    def _tokens(self) -> Iterator[Place]:
        columns = (Token.instance, Token.element, Token.state, Token.scope)
        found: Counter[tuple[int, str, str, str]] = Counter()
        for row in self._rows(select(*columns).order_by(Token.key)):
            place = self._ways.process_of(row.instance, row.scope)
            found[self._numbers[row.instance], place, row.element, row.state] += 1
        for (instance, process, element, state), count in sorted(found.items()):
            yield Place(element=element, process=process, instance=instance, state=state, count=count)

    def _tasks(self) -> Iterator[RehearsedTask]:
        columns = (*Seat.__table__.columns, Round.definition, Round.scope, Round.resolved)
        rows = select(*columns).join(Round, Round.key == Seat.round).where(Seat.state.in_(ACTIVE))
        seen: Counter[str] = Counter()
        for row in self._rows(rows.order_by(Seat.opened_at, Seat.key).limit(TASKS_AT_MOST)):
            yield self._task(row, seen[row.element])
            seen[row.element] += 1

    def _task(self, row: Any, nth: int) -> RehearsedTask:
        model = self._reader.definitions.model(row.definition)
        element = model.elements[row.element]
        case = next(case for case in self._cases if case.key == row.instance)
        place = TaskPlace(
            home=row.definition,
            definition=case.definition,
            element=row.element,
            instance=row.instance,
            scope=row.scope,
            ended_at=None,
        )
        reader = self._reader
        form = task_form(reader.connection, reader.definitions, reader.now, place, writable=True, role=None)
        persons = [row.assignee] if row.assignee is not None else list(row.resolved.get("persons", ()))
        return RehearsedTask(
            element=row.element,
            name=row.name,
            name_en=element.name_en,
            process=model.id,
            instance=self._numbers[row.instance],
            nth=nth,
            form=None if form is None else form.view(),
            data={} if form is None else form.readable(),
            outcomes=outcomes_of(reader, row.definition, row.element),
            people=self._people(row, element.approval or ApprovalModel(), persons),
            people_count=len(persons),
            due_at=row.due_at,
        )

    def _people(self, row: Any, approval: ApprovalModel, persons: list[int]) -> tuple[Why, ...]:
        reader, case = self._reader, case_origin(self._reader.connection, row.instance)
        names = case.names(reader.connection, reader.definitions, reader.now, row.scope)
        nobody = row.reason == NO_CANDIDATE
        return reasons(reader, case, approval, names, persons[:PEOPLE_AT_MOST], nobody=nobody)

    def _jobs(self) -> Iterator[RehearsedJob]:
        timers = {row.key: row for row in self._rows(select(Subscription.key, Subscription.element, Subscription.scope))}
        asked = select(Seat.key, Seat.element, Round.scope).join(Round, Round.key == Seat.round)
        seats = {row.key: row for row in self._rows(asked)}
        tokens = {row.key: row for row in self._rows(select(Token.key, Token.element, Token.scope))}
        about: Mapping[str, Mapping[int, Any]] = {"timer": timers, "rung": seats, "reminder": seats, "continue": tokens}
        columns = (Job.kind, Job.subject, Job.instance, Job.due_at, Job.error)
        for row in self._rows(select(*columns).where(Job.state == "pending").order_by(Job.due_at, Job.key)):
            found = about.get(row.kind, {}).get(row.subject)
            outside = found is None or row.instance is None
            yield RehearsedJob(
                element=None if found is None else found.element,
                process=None if outside else self._ways.process_of(row.instance, cast(Any, found).scope),
                kind=self._rung(row) if row.kind == "rung" else row.kind,
                due_at=row.due_at,
                error=row.error,
            )

    def _rung(self, job: Any) -> str:
        """The rung that comes next, such as `remind` or `overdue`."""
        ahead = select(Rung.kind).where(Rung.seat == job.subject, Rung.done_at.is_(None)).order_by(Rung.due_at, Rung.level)
        kind: str | None = self._reader.connection.execute(ahead.limit(1)).scalar_one_or_none()
        return kind or "rung"

    def _waiting(self) -> Iterator[Awaited]:
        columns = (Subscription.instance, Subscription.kind, Subscription.name, Subscription.element, Subscription.scope)
        kinds = ("message", "signal", "conditional", "trigger")
        rows = self._rows(select(*columns, Subscription.key).where(Subscription.kind.in_(kinds)).order_by(Subscription.key))
        work = select(ExternalTask.instance, ExternalTask.element, ExternalTask.topic, Token.scope)
        outside = self._rows(work.join(Token, Token.key == ExternalTask.token).order_by(ExternalTask.key))
        for row in rows:
            yield self._awaited(row, row.kind, row.name)
        for row in outside:
            yield self._awaited(row, "external", row.topic)

    def _awaited(self, row: Any, kind: str, name: str | None) -> Awaited:
        return Awaited(
            element=row.element,
            process=self._ways.process_of(row.instance, row.scope),
            instance=self._numbers[row.instance],
            kind=kind,
            name=name,
        )

    def _variables(self) -> Iterator[RehearsedValue]:
        roots = {case.root_scope: case for case in self._cases}
        columns = (Variable.scope, Variable.name, Variable.value)
        for row in self._rows(select(*columns).where(Variable.scope.in_(list(roots))).order_by(Variable.scope, Variable.name)):
            case = roots[row.scope]
            process = self._reader.definitions.model(case.definition).id
            yield RehearsedValue(name=row.name, process=process, instance=self._numbers[case.key], value=row.value)

    def _messages(self) -> Iterator[Sent]:
        columns = (Message.name, Message.endpoint, Message.to_institution, Message.state)
        for row in self._rows(select(*columns).order_by(Message.key)):
            yield Sent(name=row.name, to=row.endpoint or self._ways.institution(row.to_institution), state=row.state)

    def _timeline(self) -> list[Line]:
        told = ((self._numbers[case.key], item) for case in self._cases for item in past_of(self._reader, case))
        lines = [Line(instance=number, item=item) for number, item in told]
        return sorted(lines, key=lambda line: line.item.at or self._reader.now)[-LINES_AT_MOST:]

    def _incidents(self) -> Iterator[Stop]:
        columns = (Incident.instance, Incident.token, Incident.element, Incident.code, Incident.message)
        for row in self._rows(select(*columns).where(Incident.state == "open").order_by(Incident.key)):
            process = self._ways.process_at(row.instance, row.token)
            yield Stop(element=row.element, process=process, code=row.code, message=row.message)


def _counted(found: Mapping[tuple[str, str], int]) -> tuple[Passed, ...]:
    return tuple(Passed(id=id, process=process, count=count) for (process, id), count in sorted(found.items()))
