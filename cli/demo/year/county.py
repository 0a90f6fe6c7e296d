"""The clockwork of the invented year: cases begin, people act after a while, the clock does the rest.

What people do comes from the habits of each step. When they do it comes from the step's term: most are in time, some are
late, and some institutions are late more often than others. A step without a habit is an error, so that the year cannot
fall behind the diagrams.
"""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, select

from engine.calendar import TIME_ZONE, calendar_by_code, due, published_days
from engine.clock import VirtualClock
from engine.commands.attachment import AddAttachment
from engine.commands.instance import StartInstance
from engine.commands.job import ClaimJobs, ExecuteJob, FailJob
from engine.commands.task import ClaimTask, CompleteTask
from engine.engine import Engine
from engine.errors import EngineError, StepFailed
from engine.records import Actor
from engine.runtime.names import CaseNames
from engine.store.prepared import Among, Prepared
from engine.store.tables import (
    Appointment,
    Department,
    Institution,
    Job,
    Membership,
    Person,
    ProcessDefinition,
    ProcessInstance,
    Round,
    Seat,
)

WORKER = "year"
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92ef"
    "0000000049454e44ae426082"
)
"""One grey dot, for whoever has to hand in a photograph."""
USUAL_SHARE, SPREAD = 0.3, 0.75
"""Of a term that somebody needs in the middle, and how far people differ (log-normal): about one in twenty is late."""
TARDY: Mapping[str, float] = {"CH06": 1.9, "CH04": 1.25}
"""Institutions that need longer than others."""
PROMPT_SHARE = 0.9
"""Of a term that somebody needs at most who keeps to it."""
AT_ONCE = timedelta(hours=9)
"""A term shorter than this is not put off until offices open."""
UNHURRIED = timedelta(hours=2)
"""In the middle, for a step without a term."""
EFFORT, MOST_EFFORT = timedelta(minutes=18), timedelta(hours=3)
"""In the middle, and at most, from taking a task up to having done it; never more than half of the time that it waited."""

NEXT_JOB = Prepared(select(func.min(Job.due_at).label("at")).where(Job.state == "pending"))
_SEATS = (
    select(Seat.key, Seat.id, Seat.element, Seat.due_at, Seat.state, Seat.assignee, Round.scope, Round.resolved)
    .add_columns(ProcessDefinition.process_id, Institution.code)
    .join(Round, Round.key == Seat.round)
    .join(ProcessDefinition, ProcessDefinition.key == Round.definition)
    .join(ProcessInstance, ProcessInstance.key == Seat.instance)
    .outerjoin(Institution, Institution.key == ProcessInstance.institution)
    .order_by(Seat.key)
)
NEW_SEATS = Prepared(_SEATS.where(Seat.key > bindparam("seen")))
KNOWN_SEATS = Prepared(_SEATS.where(Among(Seat.key, "seats")))
LEFT_TO_OTHERS = frozenset({"task-not-found", "apart-element", "apart-starter"})
ASKED = ("open", "claimed")
"""States of a seat that waits for its people."""


@dataclass(frozen=True, kw_only=True)
class Act:
    """What somebody does at a step."""

    outcome: str = "done"
    data: Mapping[str, Any] | Callable[[datetime], Mapping[str, Any]] = field(default_factory=dict)
    """The form's fields; a function of the instant at which he acts when they tell of it."""
    opinion: str | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    """File fields, with the name of the picture that is put into each."""
    wait: timedelta | None = None
    """How long from now he waits for something outside the process; None: as people do with a term like this."""
    prompt: bool = False
    """Whether he keeps to the term however busy he is."""
    again: timedelta | None = None
    """Whether it is not time yet, and after how long he looks again."""
    never: bool = False
    """Whether nobody does it, and the clock decides."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step that waits for somebody."""

    key: int
    task: UUID
    process: str
    element: str
    institution: str
    scope: int
    asked: tuple[int, ...]
    """Keys of the people who are asked."""
    due_at: datetime | None
    values: Mapping[str, Any]
    """The case's variables as they are when he makes up his mind."""


Habit = Callable[["County", Step], Act]


def always(act: Act) -> Habit:
    """A step at which everybody does the same."""
    return lambda county, step: act


def decided(outcome: str, opinion: str | None = None, **data: Any) -> Habit:
    """A step at which everybody decides the same."""
    return always(Act(outcome=outcome, opinion=opinion, data=data))


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A case that somebody begins."""

    at: datetime
    act: Callable[[County], None]


class County:
    """The county while the year is lived."""

    def __init__(self, engine: Engine, clock: VirtualClock, *, seed: int, share: float) -> None:
        self.engine, self.clock, self.share = engine, clock, share
        self.random = Random(seed)
        self.counted: Counter[str] = Counter()
        """Started cases by process, decided steps and carried out jobs."""
        self.sent: dict[str, str] = {}
        """Order -> its delivery that is on the way, or was the last one."""
        self._habits: dict[tuple[str, str], Habit] = {}
        self._queue: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers, self._papers = itertools.count(), itertools.count(1)
        self._names: dict[int, str] = {}
        self._happened: set[str] = set()
        self._seen = 0
        self._waiting: set[int] = set()
        """Keys of seats whose turn has not come yet."""
        self._published = published_days()

    # --- what a chapter uses

    def learn(self, habits: Mapping[str, Mapping[str, Habit]]) -> None:
        """Takes up what people do at the steps of some processes."""
        self._habits.update({(process, step): habit for process, steps in habits.items() for step, habit in steps.items()})

    def expect(self, arrival: Arrival) -> None:
        """Something begins at an instant."""
        self._push(arrival.at, lambda: arrival.act(self))

    def start(self, process: str, post: str, institution: str, department: str | None = None) -> None:
        """Somebody who holds a post begins a case."""
        chair = self.random.choice(self.chairs(post, institution, department))
        self.engine.execute(StartInstance(process_key=process, capacity=chair.id), self._actor(chair.person))
        self.counted[process] += 1

    def once(self, event: str) -> bool:
        """Whether something that happens once a year has not happened yet; from then on it has."""
        fresh = event not in self._happened
        self._happened.add(event)
        return fresh

    def number(self) -> int:
        """The next number of a paper that somebody numbers by hand, from 1."""
        return next(self._papers)

    def chairs(self, post: str, institution: str, department: str | None = None) -> list[Any]:
        """The appointments to a post that are in force today."""
        today = self.clock.now().astimezone(TIME_ZONE).date()
        statement = (
            select(Appointment.id, Appointment.person, Department.code.label("department"))
            .join(Institution, Institution.key == Appointment.institution)
            .outerjoin(Department, Department.key == Appointment.department)
            .where(Institution.code == institution, Appointment.post == post, Appointment.from_date <= today)
            .where(Appointment.to_date.is_(None) | (Appointment.to_date >= today))
            .order_by(Appointment.key)
        )
        rows = self._rows(statement)
        return [row for row in rows if department is None or row.department == department]

    def joined(self, institution: str) -> bool:
        """Whether an institution, or the branch that a clinic belongs to, is a member of the community today."""
        today = self.clock.now().astimezone(TIME_ZONE).date()
        member = (
            select(Membership.key)
            .join(Institution, Institution.key == Membership.institution)
            .where(Institution.code == institution[:4], Membership.from_date <= today)
        )
        return bool(self._rows(member))

    def staff_number_of(self, person: int) -> str:
        """A person's staff number."""
        return str(self._rows(select(Person.staff_number).where(Person.key == person))[0].staff_number)

    def name_of(self, person: int) -> str:
        """A person's name."""
        if person not in self._names:
            self._names[person] = str(self._rows(select(Person.name).where(Person.key == person))[0].name)
        return self._names[person]

    # --- the clockwork

    def live(self, until: datetime) -> None:
        """Lives until an instant: whatever is due first happens first."""
        while True:
            self._notice()
            job = self._next_job()
            act = self._queue[0][0] if self._queue else None
            upcoming = min(filter(None, (job, act)), default=None)
            if upcoming is None or upcoming > until:
                break
            self.clock.set(max(upcoming, self.clock.now()))
            if job is not None and (act is None or job <= act):
                self._work()
            else:
                heapq.heappop(self._queue)[2]()
        self.clock.set(until)

    def _push(self, at: datetime, act: Callable[[], None]) -> None:
        heapq.heappush(self._queue, (at, next(self._numbers), act))

    def _next_job(self) -> datetime | None:
        with self.engine.database.reading() as connection:
            found: datetime | None = NEXT_JOB.value(connection)
        return found

    def _work(self) -> None:
        taken = self.engine.execute(ClaimJobs(worker=WORKER, limit=50))
        for job in taken:
            try:
                self.engine.execute(ExecuteJob(job=job.id, fence=job.fence))
            except EngineError as error:
                if error.code == "lease-lost":
                    # A job that was taken together with it has made it superfluous.
                    continue
                pauses = error.pauses if isinstance(error, StepFailed) else None
                failed = FailJob(job=job.id, fence=job.fence, error=f"{error.code}: {error}", final=False, pauses=pauses)
                self.engine.execute(failed)
            self.counted["jobs"] += 1

    def _notice(self) -> None:
        """Whoever is asked since the last look makes up his mind when and what."""
        with self.engine.database.reading() as connection:
            rows = NEW_SEATS.all(connection, seen=self._seen)
            self._seen = rows[-1].key if rows else self._seen
            if self._waiting:
                rows += KNOWN_SEATS.all(connection, seats=sorted(self._waiting))
            self._waiting = {row.key for row in rows if row.state == "waiting"}
            steps = [_step(connection, row) for row in rows if row.state in ASKED]
        for step in steps:
            self._plan(step)

    def _plan(self, step: Step) -> None:
        habit = self._habits.get((step.process, step.element))
        if habit is None:
            raise LookupError(f"Expected a habit for step '{step.element}' of '{step.process}', but the year has none")
        act = habit(self, step)
        if act.again is not None:
            self._push(self.clock.now() + act.again, lambda: self._look_again(step))
        elif not act.never:
            at = self._moment(step, act)
            self._push(self._taken_up(at), lambda: self._take_up(step))
            self._push(at, lambda: self._do(step, act))

    def _taken_up(self, at: datetime) -> datetime:
        """When somebody takes up what he has done at an instant: in the same open hours, where offices were open then."""
        now = self.clock.now()
        effort = min(EFFORT * self.random.lognormvariate(0, SPREAD), MOST_EFFORT, (at - now) / 2)
        taken = at - effort
        opened = due(taken, "PT1M", calendar_by_code("ADMIN"), self._published).at
        return min(opened, at - effort / 4) if taken < opened <= at else taken

    def _take_up(self, step: Step) -> None:
        """One of those who are asked takes the task, unless something has ended it or somebody holds it."""
        with self.engine.database.reading() as connection:
            row = self._asked(connection, step)
        if row is None or row.state != "open":
            return
        for person in self._by_chance(_people(row)):
            try:
                self.engine.execute(ClaimTask(task=step.task), self._actor(person))
            except EngineError as error:
                # Nobody who may take it is left when he should do it: that is told then.
                if error.code not in LEFT_TO_OTHERS:
                    raise
            else:
                return

    def _by_chance(self, people: Sequence[int]) -> list[int]:
        return self.random.sample(people, len(people))

    def _look_again(self, step: Step) -> None:
        with self.engine.database.reading() as connection:
            row = self._asked(connection, step)
            current = None if row is None else _step(connection, row)
        if current is not None:
            self._plan(current)

    def _asked(self, connection: Connection, step: Step) -> Any:
        """The seat with the people who are asked today, None when nobody is asked any more."""
        row = KNOWN_SEATS.first(connection, seats=[step.key])
        return row if row.state in ASKED else None

    def _moment(self, step: Step, act: Act) -> datetime:
        now = self.clock.now()
        if act.wait is not None:
            return now + act.wait
        share = self.random.lognormvariate(0, SPREAD) * TARDY.get(step.institution[:4], 1.0)
        if step.due_at is None:
            return self.working(now + UNHURRIED * share)
        term = max(step.due_at - now, timedelta(minutes=1))
        at = now + term * (min(share * USUAL_SHARE, PROMPT_SHARE) if act.prompt else share * USUAL_SHARE)
        if act.prompt and term >= AT_ONCE:
            return min(self.working(at), step.due_at - timedelta(minutes=1))
        return at if term < AT_ONCE else self.working(at)

    def working(self, at: datetime) -> datetime:
        """The instant itself when offices are open, else soon after they open again."""
        opening = due(at, "PT1M", calendar_by_code("ADMIN"), self._published).at
        return at if opening - at <= timedelta(minutes=2) else opening + timedelta(minutes=self.random.randint(1, 50))

    def _do(self, step: Step, act: Act) -> None:
        """He acts, unless something has ended the step meanwhile."""
        with self.engine.database.reading() as connection:
            row = self._asked(connection, step)
        if row is None:
            return
        now = self.clock.now()
        data = act.data(now) if callable(act.data) else act.data
        people = self._by_chance(_people(row))
        for number, person in enumerate(people, 1):
            try:
                self._complete(step, act, data, self._actor(person))
                break
            except EngineError as error:
                # Who has lost the chair since, or has signed the step before, leaves it to somebody else.
                if error.code in LEFT_TO_OTHERS and number < len(people):
                    continue
                error.add_note(f"at step {step.element} of {step.process} at {now}: {getattr(error, 'errors', '')}")
                raise
        self.counted["decisions"] += 1

    def _complete(self, step: Step, act: Act, data: Mapping[str, Any], actor: Actor) -> None:
        given = {**data, **{name: [self._attach(step, actor, name, file)] for name, file in act.files.items()}}
        self.engine.execute(CompleteTask(task=step.task, outcome=act.outcome, data=given, opinion=act.opinion), actor)

    def _attach(self, step: Step, actor: Actor, name: str, file: str) -> str:
        picture = AddAttachment(task=step.task, id=UUID(int=self.random.getrandbits(128)), field=name, name=file, content=PICTURE)
        return str(self.engine.execute(picture, actor).id)

    def _actor(self, person: int) -> Actor:
        return Actor(person=person, name=self.name_of(person), rights=frozenset())

    def _rows(self, statement: Any) -> list[Any]:
        with self.engine.database.reading() as connection:
            return list(connection.execute(statement).all())


def _people(row: Any) -> tuple[int, ...]:
    return (row.assignee,) if row.assignee is not None else tuple(row.resolved["persons"])


def _step(connection: Connection, row: Any) -> Step:
    return Step(
        key=row.key,
        task=row.id,
        process=row.process_id,
        element=row.element,
        institution=row.code or "",
        scope=row.scope,
        asked=_people(row),
        due_at=row.due_at,
        values=CaseNames(connection, row.scope, {}).all(),
    )
