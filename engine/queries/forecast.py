"""What comes next (预测): in a case, after each decision that a task can get, and before a process is started.

Steps are marked by `engine.kernel.forecast`. Their people are whom the rules find today; where a rule reads what may still
change, or what only then is known, they are left open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import select

from engine.appliers.rounds import ballots
from engine.approvals import judge
from engine.authorization import may_start, standing
from engine.errors import NotFound
from engine.kernel.at_once import at_once
from engine.kernel.effects import Names
from engine.kernel.forecast import Ahead, Forecast, Mark, forecast, least_sure
from engine.kernel.model import ApprovalModel, Element, OutcomeModel
from engine.kernel.supposed import SupposedNames
from engine.queries.forecast_places import beyond, places, starts
from engine.queries.instance_rows import steps_now
from engine.queries.instances import find_visible
from engine.queries.registry import Query, Reader
from engine.queries.task_detail import find_task
from engine.queries.task_rows import outcomes_of
from engine.runtime import VOTES, Definition, policy_of
from engine.runtime.ahead import asked_ahead, writable_by_people
from engine.runtime.asking import EMPTY, Asking
from engine.runtime.operations import CAST_VOTES, choices
from engine.runtime.origin import CaseOrigin, case_origin
from engine.runtime.people import ONE_DECIDES, People
from engine.runtime.rights import role_of
from engine.store.tables import Person, ProcessDefinition, Round, Seat

NAMED_AT_MOST = 5
"""People of a step who are named; of the others their number is told."""
STEPS_AT_MOST = 40
FEW = 2
"""Steps to choose from of which none is sure, and which are still told before a start."""


@dataclass(frozen=True, kw_only=True)
class ForecastCase(Query["CaseForecast"]):
    """What has been done in a case, where it stands, and what may come."""

    instance: UUID


@dataclass(frozen=True, kw_only=True)
class ForecastTask(Query[tuple["OutcomeForecast", ...]]):
    """Where each decision of an open task would send the case."""

    task: UUID
    data: Mapping[str, Any] = field(default_factory=dict)
    """What its holder has filled in and not sent."""


@dataclass(frozen=True, kw_only=True)
class ForecastStart(Query[tuple["ForecastStep", ...]]):
    """What would come in a case that the reader starts in one of his chairs."""

    process_key: str
    capacity: UUID


@dataclass(frozen=True, kw_only=True)
class ForecastStep:
    """A step ahead."""

    element: str
    name: str
    name_en: str | None
    mark: Mark
    distance: int
    """1 comes next."""
    because: str | None
    waits: bool
    """Whether other branches have to come in first."""
    people: tuple[str, ...]
    """Names of the first who would be asked today."""
    people_count: int
    people_known: bool
    """False where it cannot be told yet who is asked."""
    mine: bool
    """Whether the reader alone would be asked."""
    automatic: str | None = None
    """What happens instead of asking: `pass`, `refuse`, `block`, or `administrator` where nobody is found."""


@dataclass(frozen=True, kw_only=True)
class DoneStep:
    """A step that was decided."""

    element: str
    name: str
    name_en: str | None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class CurrentStep:
    """A step that waits for its people."""

    name: str
    name_en: str
    people: str
    people_en: str


@dataclass(frozen=True, kw_only=True)
class CaseForecast:
    """Done, current and next."""

    done: tuple[DoneStep, ...]
    current: tuple[CurrentStep, ...]
    next: tuple[ForecastStep, ...]
    ends: Mark | None
    """How sure it is that the case ends without another step."""


@dataclass(frozen=True, kw_only=True)
class OutcomeForecast:
    """Where one decision sends the case."""

    outcome: str
    steps: tuple[ForecastStep, ...]
    """What comes next; what lies behind it is left out."""
    ends: Mark | None
    awaits: int
    """How many others have to speak before anything comes of it."""
    awaited: tuple[str, ...] = ()
    """Names of the events that the case waits for first, where no task comes at once."""


def forecast_case(query: ForecastCase, reader: Reader) -> CaseForecast:
    """Raises NotFound for what the reader may not see."""
    row = find_visible(reader, standing(reader.connection, reader.actor.person, reader.now), query.instance)
    definition = reader.definitions.get(row.definition)
    current = tuple(
        CurrentStep(name=step.step, name_en=step.step_en, people=step.holder, people_en=step.holder_en)
        for step in steps_now(reader, [row]).get(row.key, ())
    )
    done = tuple(_done(reader, definition, row.key))
    if row.state not in ("active", "incident", "suspended"):
        return CaseForecast(done=done, current=current, next=(), ends=None)
    case = case_origin(reader.connection, row.key)
    names = case.names(reader.connection, reader.definitions, reader.now, case.root_scope)
    here = places(reader, definition, case.key)
    found = forecast(
        definition.model,
        names,
        here.own,
        fields=writable_by_people(definition),
        to=_straight(reader, case.key),
        beyond=beyond(reader, definition, here.inside),
    )
    ahead = _Ahead(reader, definition, case, names)
    return CaseForecast(done=done, current=current, next=ahead.steps(found.steps), ends=found.ends)


def forecast_task(query: ForecastTask, reader: Reader) -> tuple[OutcomeForecast, ...]:
    """Raises NotFound for what the reader may not see; nothing is told of a task that has ended."""
    row = find_task(reader, standing(reader.connection, reader.actor.person, reader.now), query.task)
    if row.state not in ("open", "claimed"):
        return ()
    return _Decisions(reader, row, query.data).forecasts()


def forecast_start(query: ForecastStart, reader: Reader) -> tuple[ForecastStep, ...]:
    """Raises NotFound and NotAllowed as the start itself does."""
    latest = (ProcessDefinition.process_id == query.process_key, ProcessDefinition.latest.is_(True))
    key = reader.connection.execute(select(ProcessDefinition.key).where(*latest)).scalar_one_or_none()
    definition = None if key is None else reader.definitions.get(key)
    if definition is None or not definition.model.startable:
        raise NotFound(
            "no-process", "Expected to start process '{process}', but there is none to start by hand", process=query.process_key
        )
    who = standing(reader.connection, reader.actor.person, reader.now)
    chair = may_start(who, [starter.post for starter in definition.model.starters], query.capacity)
    case = CaseOrigin(
        key=0,
        definition=definition.key,
        state="active",
        root_scope=0,
        institution_code=chair.institution_code,
        number=None,
        started_by=reader.actor.person,
        started_at=reader.now,
    )
    given = {"starter": str(reader.actor.person), "starterInst": chair.institution_code, "starterPost": chair.post}
    names = SupposedNames(case.names(reader.connection, reader.definitions, reader.now, 0), given)
    begin, fields, further = starts(definition.model), writable_by_people(definition), beyond(reader, definition)
    steps = forecast(definition.model, names, begin, fields=fields, beyond=further).steps
    first = [step for step in steps if step.distance == 1 and step.because is None]
    sent = _sent(first[0].element, reader) if len(first) == 1 else None
    if sent is not None:
        name = first[0].element.id
        decided = SupposedNames(names, {name: sent})
        then = forecast(definition.model, decided, (name,), fields=fields, decided=(name,), beyond=further).steps
        steps = (first[0], *(replace(step, distance=step.distance + 1) for step in then if step.element.id != name))
    return _Ahead(reader, definition, case, names).steps(_line(steps))


def _sent(element: Element, reader: Reader) -> dict[str, Any] | None:
    """What a first step is decided with when it is sent on, where it has one way of that and one person takes it."""
    approval = element.approval or ApprovalModel()
    ways = [outcome.value for outcome in approval.outcomes if outcome.kind == "primary"]
    if len(ways) != 1 or approval.mode not in ONE_DECIDES or element.loop is not None:
        return None
    at, actor = reader.now.isoformat(), reader.actor
    return {"outcome": ways[0], "opinion": None, "by": str(actor.person), "byName": actor.name, "at": at}


def _line(steps: Sequence[Ahead]) -> list[Ahead]:
    """The steps from the next on that can be told in their order: the sure ones, else where there are few to choose from.

    Nothing is told of what lies behind a place where too much is open: a step that may come at any time would be named
    before the one that comes next.
    """
    told: list[Ahead] = []
    for _, group in groupby(sorted(steps, key=lambda step: step.distance), key=lambda step: step.distance):
        near = list(group)
        sure = [step for step in near if step.mark == "certain"]
        if not sure and len(near) > FEW:
            break
        told += sure or near
    return told


def _done(reader: Reader, definition: Definition, instance: int) -> Iterable[DoneStep]:
    decided = select(Round.element, Round.decided_at).where(Round.instance == instance, Round.state == "decided")
    for row in reader.connection.execute(decided.order_by(Round.decided_at, Round.key)):
        element = definition.model.elements.get(row.element)
        name, name_en = (element.name or element.id, element.name_en) if element is not None else (row.element, None)
        yield DoneStep(element=row.element, name=name, name_en=name_en, at=row.decided_at)


def _straight(reader: Reader, instance: int) -> dict[str, str]:
    """The open tasks that go straight back to the step that sent the case to them."""
    opened = select(Round.element, Round.returned).where(
        Round.instance == instance, Round.state == "open", Round.returned.is_not(None)
    )
    rows = reader.connection.execute(opened)
    return {row.element: row.returned["from"] for row in rows if row.returned and row.returned.get("resume") == "direct"}


class _Ahead:
    """The steps ahead of one case with their people."""

    def __init__(self, reader: Reader, definition: Definition, case: CaseOrigin, names: Names) -> None:
        self._reader, self._definition, self._case, self._names = reader, definition, case, names
        self._people = People(reader, case)

    def steps(self, ahead: Sequence[Ahead]) -> tuple[ForecastStep, ...]:
        """The records of these steps."""
        return tuple(self._step(step) for step in ahead[:STEPS_AT_MOST])

    def _step(self, step: Ahead) -> ForecastStep:
        starter, model = self._case.started_by, step.process or self._definition.model
        asked = asked_ahead(self._people, model, step.element, step.unsettled, self._names, starter)
        persons = () if asked is None or asked.reason is not None else asked.found.persons
        return ForecastStep(
            element=step.element.id,
            name=step.element.name or step.element.id,
            name_en=step.element.name_en,
            mark=step.mark,
            distance=step.distance,
            because=step.because,
            waits=step.waits,
            people=self._named(persons[:NAMED_AT_MOST]),
            people_count=len(persons),
            people_known=asked is not None,
            mine=persons == (self._reader.actor.person,),
            automatic=None if asked is None else _automatic(step.element, asked),
        )

    def _named(self, persons: Sequence[int]) -> tuple[str, ...]:
        found = select(Person.key, Person.name).where(Person.key.in_(persons))
        names = {row.key: row.name for row in self._reader.connection.execute(found)} if persons else {}
        return tuple(names[person] for person in persons if person in names)


def _automatic(element: Element, asked: Asking) -> str | None:
    if asked.reason is None:
        return "administrator" if asked.found.reason is not None else None
    return (element.approval or ApprovalModel()).automatic.empty if asked.reason == EMPTY else "pass"


class _SeatOfRound:
    """A seat as `role_of` wants it."""

    def __init__(self, kind: str, round: Any) -> None:
        self.kind, self.policy, self.resolved = kind, round.policy, round.resolved


class _Decisions:
    """The decisions that an open task can get."""

    def __init__(self, reader: Reader, row: Any, data: Mapping[str, Any]) -> None:
        self._reader, self._row = reader, row
        self._definition = reader.definitions.get(row.home)
        self._element = self._definition.model.elements[row.element]
        self._approval = self._element.approval or ApprovalModel()
        self._case = case_origin(reader.connection, row.instance)
        round_ = reader.connection.execute(select(*Round.__table__.columns).where(Round.key == row.round)).one()
        self._round = round_
        self._names = self._case.names(reader.connection, reader.definitions, reader.now, round_.scope)
        writable = writable_by_people(self._definition)(self._element)
        mine = row.state == "open" or row.assignee == reader.actor.person
        self._typed = {name: value for name, value in data.items() if mine and name in writable}
        here = places(reader, self._definition, row.instance) if row.home == self._case.definition else None
        self._places = [] if here is None else here.own
        self._beyond = beyond(reader, self._definition, None if here is None else here.inside)
        self._to = _straight(reader, row.instance)

    def forecasts(self) -> tuple[OutcomeForecast, ...]:
        """One for each outcome that can be chosen."""
        if self._element.loop is not None:
            # One of several side by side decides nothing alone.
            return ()
        person = self._row.assignee or self._reader.actor.person
        role = role_of(_SeatOfRound(self._row.kind, self._round), person)
        declared = choices(self._approval, self._row.kind, self._round.policy, role, person)
        found = declared if self._approval.outcomes else outcomes_of(self._reader, self._row.home, self._row.element)
        return tuple(self._of(outcome) for outcome in found)

    def _of(self, outcome: OutcomeModel) -> OutcomeForecast:
        decided, awaits = self._verdict(outcome)
        if decided is None:
            return OutcomeForecast(outcome=outcome.value, steps=(), ends=None, awaits=awaits)
        at, actor = self._reader.now.isoformat(), self._reader.actor
        decision = {"outcome": decided, "opinion": None, "by": str(actor.person), "byName": actor.name, "at": at}
        names = SupposedNames(self._names, {**self._typed, self._element.id: decision})
        found = self._found(names)
        next_ = [step for step in found.steps if step.distance == 1]
        ahead = _Ahead(self._reader, self._definition, self._case, names)
        steps, ends = ahead.steps(next_), found.ends
        if self._row.home != self._case.definition:
            # Where a called process ends, its caller goes on.
            steps, ends = (*steps, *self._behind_the_call(ends)), None
        return OutcomeForecast(outcome=outcome.value, steps=steps, ends=ends, awaits=0, awaited=found.awaited)

    def _behind_the_call(self, ends: Mark | None) -> tuple[ForecastStep, ...]:
        """What comes next in the case's own process when the called one, which this task belongs to, ends as surely as told."""
        caller = self._reader.definitions.get(self._case.definition)
        inside = places(self._reader, caller, self._case.key).inside
        calls = [name for name, stand in inside.items() if self._element.id in stand]
        if ends is None or len(calls) != 1:
            return ()
        names = self._case.names(self._reader.connection, self._reader.definitions, self._reader.now, self._case.root_scope)
        over = beyond(self._reader, caller, {calls[0]: ()})
        found = forecast(caller.model, names, calls, fields=writable_by_people(caller), beyond=over)
        near = [replace(step, mark=least_sure(step.mark, ends)) for step in found.steps if step.distance == 1]
        return _Ahead(self._reader, caller, self._case, names).steps(near)

    def _found(self, names: Names) -> Forecast:
        model, task, fields = self._definition.model, self._element.id, writable_by_people(self._definition)
        beside = [name for name in self._places if name != task]
        near = at_once(model, names, task, fields=fields, to=self._to, beside=beside, beyond=self._beyond)
        return near or forecast(
            model, names, (task,), fields=fields, decided=(task,), to=self._to, beside=beside, beyond=self._beyond
        )

    def _verdict(self, outcome: OutcomeModel) -> tuple[str | None, int]:
        """What the round would decide after this vote, and while it decides nothing, how many have to speak still."""
        if not self._round.several:
            return outcome.value, 0
        rows = select(*Seat.__table__.columns).where(Seat.round == self._round.key).order_by(Seat.key)
        seats = ballots(self._reader.connection.execute(rows).all(), {})
        if outcome.value == CAST_VOTES.value:
            # What the motions come to depends on more than this vote.
            return None, sum(seat.live for seat in seats) - 1
        vote = VOTES[outcome.kind]
        voted = [
            replace(seat, state="completed", vote=vote, outcome=outcome.value) if seat.key == self._row.key else seat
            for seat in seats
        ]
        verdict = judge(policy_of(self._reader.definitions, self._round), voted)
        return verdict.outcome, sum(seat.live for seat in voted)
