"""One run on a store of its own: steps that people, other systems and the clock take, through the engine's own commands.

A step is a mapping as docs/reference/scenarios.md describes it. A task is completed by the person named, else by the one
who holds it, else by the first whom its rules found, and by the system where nobody was found. After every step all jobs
that are due are carried out. What the engine refuses is raised as it refuses it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import func, or_, select

from engine.calendar import CLIN
from engine.clock import VirtualClock, stopwatch
from engine.commands.external_task import (
    CompleteExternalTask,
    FetchExternalTasks,
    LockedExternalTask,
    ThrowExternalError,
    Topic,
    UnlockExternalTask,
)
from engine.commands.instance import MoveInstance, RunInstance, StartInstance
from engine.commands.message import BroadcastSignal, SendMessage
from engine.commands.task import CompleteTask
from engine.engine import Engine
from engine.errors import Conflict, EngineError, Invalid, NotFound
from engine.kernel.triggers import Fire, SetVariables, StartAdHoc
from engine.queries.calendars import ReckonTerm
from engine.records import SYSTEM, Actor
from engine.rehearsal.due_work import AT_ONCE, Failed, note_failure, pass_time, work_off
from engine.store.base import dump_json, load_json
from engine.store.tables import (
    Appointment,
    ExternalTask,
    Institution,
    Job,
    Person,
    ProcessDefinition,
    ProcessInstance,
    Round,
    Scope,
    Seat,
    Subscription,
)

WORKER = "rehearsal"
LOCK = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What one run may spend."""

    jobs: int = 5_000
    """More means a model that never comes to rest."""
    seconds: float | None = None
    """Of the wall clock; None is any time."""


class Play:
    """One run. `engine` may be replaced by another one on the same store between two steps."""

    def __init__(
        self,
        engine: Engine,
        clock: VirtualClock,
        *,
        bounds: Bounds | None = None,
        failed: Failed = note_failure,
        at_once: int = AT_ONCE,
    ) -> None:
        self.engine = engine
        self.clock = clock
        self._bounds = bounds or Bounds()
        self._failed = failed
        self._at_once = at_once
        self._jobs = 0
        self._elapsed = stopwatch()

    def act(self, step: Mapping[str, Any]) -> None:
        """Does what a step says, and all that is due then. Raises what the engine refuses it with, Invalid for no step."""
        name = next((name for name in STEPS if name in step), None)
        if name is None:
            found = ", ".join(sorted(step))[:100]
            raise Invalid("rehearsal-step", "Expected a step of a rehearsal, but found the unknown step '{found}'", found=found)
        STEPS[name](self, step[name], step)
        self.settle()

    def settle(self) -> None:
        """Carries out every job that is due now, and what they make due in turn."""
        self._jobs = 0
        work_off(self.engine, WORKER, failed=self._failed, at_once=self._at_once, before=self._spend)

    def read(self, statement: Any) -> list[Any]:
        """What a statement finds in the run's store."""
        with self.engine.database.reading() as connection:
            return list(connection.execute(statement).all())

    def open_seats(self, at: str | None = None) -> list[Any]:
        """The open tasks, the oldest first, each with the process that it belongs to and whom its rules found.

        `at` leaves only those in cases of the institution of that code.
        """
        own = (Institution.code == at,) if at is not None else ()
        columns = (Seat.id, Seat.element, Seat.assignee, Round.resolved, ProcessDefinition.process_id.label("process"))
        return self.read(
            select(*columns)
            .join(Round, Round.key == Seat.round)
            .join(ProcessDefinition, ProcessDefinition.key == Round.definition)
            .join(ProcessInstance, ProcessInstance.key == Seat.instance)
            .outerjoin(Institution, Institution.key == ProcessInstance.institution)
            .where(Seat.state.in_(("open", "claimed")), *own)
            .order_by(Seat.opened_at, Seat.key)
        )

    def next_deadline(self) -> datetime | None:
        """When the next job of a case falls due, or of a process that the clock starts where no case has one."""
        for own in (Job.instance.is_not(None), Job.instance.is_(None)):
            found: datetime | None = self.read(select(func.min(Job.due_at)).where(Job.state == "pending", own))[0][0]
            if found is not None:
                return found
        return None

    def _spend(self) -> None:
        self._jobs += 1
        if self._jobs > self._bounds.jobs:
            message = "Expected the process to come to rest, but it does not after {limit} jobs"
            raise Invalid("rehearsal-jobs", message, limit=self._bounds.jobs)
        limit = self._bounds.seconds
        if limit is not None and self._elapsed() > limit:
            message = "Expected a rehearsal of at most {limit} seconds, but it takes longer"
            raise Invalid("rehearsal-time", message, limit=int(limit))

    def _start(self, process: str, step: Mapping[str, Any]) -> None:
        variables = exact(step.get("vars", {}))
        if step.get("by") is None:
            self.engine.execute(RunInstance(process_key=process, variables=variables, institution=step.get("at")))
            return
        person = self._person(str(step["by"]))
        chair = self._chair(cast(int, person.person), step)
        self.engine.execute(StartInstance(process_key=process, capacity=chair, variables=variables), person)

    def _start_by_message(self, name: str, step: Mapping[str, Any]) -> None:
        count = self._cases()
        self.engine.execute(SendMessage(name=name, payload=exact(step.get("vars", {})), to=step.get("at")))
        self.settle()
        if self._cases() == count:
            message = "Expected a process that message '{name}' starts, but there is none"
            raise Conflict("rehearsal-no-start", message, name=name[:100])

    def _complete(self, element: str, step: Mapping[str, Any]) -> None:
        named = [seat for seat in self.open_seats(step.get("at")) if seat.element == element]
        seats = [seat for seat in named if step.get("process") in (None, seat.process)]
        number = step.get("nth", 0)
        if len(seats) <= number:
            found = ", ".join(sorted(seat.element for seat in self.open_seats()))[:200]
            message = "Expected to complete '{element}', but there is no open task of it; open: {found}"
            raise Conflict("rehearsal-no-task", message, element=element[:100], found=found)
        seat = seats[number]
        command = CompleteTask(
            task=seat.id, outcome=step.get("outcome", "done"), data=exact(step.get("vars", {})), opinion=step.get("opinion")
        )
        self.engine.execute(command, self._who(seat, step.get("by")))

    def _message(self, message: Any, step: Mapping[str, Any]) -> None:
        given: Mapping[str, Any] = {"name": message, **step} if isinstance(message, str) else message
        correlation, to = given.get("correlation", {}), given.get("to")
        if step.get("element") is not None:
            correlation, to = self._waiting_for(given["name"], step["element"])
        payload = exact(given.get("vars", {}))
        sent = self.engine.execute(SendMessage(name=given["name"], payload=payload, correlation=correlation, to=to))
        if sent.state != "delivered":
            raise _not_awaited(given["name"])

    def _waiting_for(self, name: str, element: str) -> tuple[Mapping[str, Any], str | None]:
        """What a message must carry for the oldest one that waits for it at an element, and its institution."""
        found = self.read(
            select(Subscription.correlation, Institution.code)
            .join(ProcessInstance, ProcessInstance.key == Subscription.instance)
            .outerjoin(Institution, Institution.key == ProcessInstance.institution)
            .where(Subscription.kind == "message", Subscription.name == name, Subscription.element == element)
            .order_by(Subscription.key)
        )
        if not found:
            raise _not_awaited(name)
        return found[0].correlation, found[0].code

    def _signal(self, name: str, step: Mapping[str, Any]) -> None:
        self.engine.execute(BroadcastSignal(name=name, payload=exact(step.get("vars", {}))))

    def _external(self, element: str, step: Mapping[str, Any]) -> None:
        task = self._fetched(element, step.get("nth", 0))
        held: Mapping[str, Any] = {"task": task.id, "worker": WORKER, "lock_token": task.lock_token}
        variables = exact(step.get("vars", {}))
        if step.get("error") is not None:
            self.engine.execute(ThrowExternalError(**held, code=str(step["error"]), variables=variables))
        else:
            self.engine.execute(CompleteExternalTask(**held, variables=variables))

    def _fetched(self, element: str, number: int) -> LockedExternalTask:
        """The work that waits at an element, locked; the rest of its topic is given back."""
        offered = select(ExternalTask.id, ExternalTask.topic).where(ExternalTask.element == element)
        waiting = self.read(offered.order_by(ExternalTask.key))
        message = "Expected work for another system at '{element}', but none is offered"
        if len(waiting) <= number:
            raise Conflict("rehearsal-no-work", message, element=element[:100])
        topics = (Topic(name=waiting[number].topic, lock=LOCK),)
        found = self.engine.execute(FetchExternalTasks(worker=WORKER, topics=topics, limit=100))
        for other in found:
            if other.id != waiting[number].id:
                self.engine.execute(UnlockExternalTask(task=other.id, worker=WORKER, lock_token=other.lock_token))
        wanted = next((task for task in found if task.id == waiting[number].id), None)
        if wanted is None:
            raise Conflict("rehearsal-no-work", message, element=element[:100])
        return wanted

    def _trigger(self, element: str, step: Mapping[str, Any]) -> None:
        found = self.read(
            select(Subscription.key, ProcessInstance.id)
            .join(ProcessInstance, ProcessInstance.key == Subscription.instance)
            .where(Subscription.kind == "trigger", Subscription.element == element)
            .order_by(Subscription.key)
        )
        if not found:
            raise _not_waiting(element)
        trigger = Fire(subscription=found[0].key, payload=exact(step.get("vars", {})))
        self.engine.execute(MoveInstance(instance=found[0].id, trigger=trigger))

    def _advance_time(self, duration: str, step: Mapping[str, Any]) -> None:
        term = ReckonTerm(code=step.get("calendar") or CLIN.code, term=str(duration), institution=step.get("at"))
        target = self.engine.query(term).due_at
        pass_time(self.engine, self.clock, target, self.settle)

    def _to_next_deadline(self, wanted: Any, step: Mapping[str, Any]) -> None:
        self.settle()
        due = self.next_deadline()
        if due is None:
            raise Conflict("rehearsal-no-deadline", "Expected something to fall due, but nothing will")
        pass_time(self.engine, self.clock, max(due, self.clock.now()), self.settle)

    def _set_variables(self, variables: Mapping[str, Any], step: Mapping[str, Any]) -> None:
        for row in self.read(select(ProcessInstance.id).where(ProcessInstance.state == "active").order_by(ProcessInstance.key)):
            self.engine.execute(MoveInstance(instance=row.id, trigger=SetVariables(variables=exact(variables))))

    def _adhoc_start(self, element: str, step: Mapping[str, Any]) -> None:
        open_scopes = (
            select(Scope.key, ProcessInstance.id)
            .join(ProcessInstance, ProcessInstance.key == Scope.instance)
            .where(ProcessInstance.state == "active", Scope.kind == "subprocess")
            .order_by(Scope.key.desc())
        )
        for row in self.read(open_scopes):
            try:
                self.engine.execute(MoveInstance(instance=row.id, trigger=StartAdHoc(scope=row.key, element=element)))
            except EngineError:
                continue
            return
        raise _not_waiting(element)

    def _who(self, seat: Any, named: str | None) -> Actor:
        if named is not None:
            return self._person(named)
        persons = [seat.assignee] if seat.assignee is not None else seat.resolved.get("persons", [])
        rows = self.read(select(Person.key, Person.name).where(Person.key == persons[0])) if persons else []
        return Actor(person=rows[0].key, name=rows[0].name) if rows else SYSTEM

    def _person(self, staff_number: str) -> Actor:
        rows = self.read(select(Person.key, Person.name).where(Person.staff_number == staff_number))
        if not rows:
            message = "Expected somebody with staff number '{number}', but there is nobody"
            raise NotFound("rehearsal-nobody", message, number=staff_number[:40])
        return Actor(person=rows[0].key, name=rows[0].name)

    def _chair(self, person: int, step: Mapping[str, Any]) -> Any:
        """Id of the chair in which a person starts something: at `at`, in the post `post`, where these are given."""
        day = self.clock.now().date()
        chairs = (
            select(Appointment.id)
            .join(Institution, Institution.key == Appointment.institution)
            .where(Appointment.person == person, Appointment.from_date <= day)
            .where(or_(Appointment.to_date.is_(None), Appointment.to_date >= day))
        )
        for given, column in ((step.get("at"), Institution.code), (step.get("post"), Appointment.post)):
            if given is not None:
                chairs = chairs.where(column == given)
        rows = self.read(chairs.order_by(Appointment.key))
        if not rows:
            message = "Expected '{number}' to hold that post there, but he does not"
            raise NotFound("rehearsal-no-chair", message, number=str(step["by"])[:40])
        return rows[0].id

    def _cases(self) -> int:
        return int(self.read(select(func.count()).select_from(ProcessInstance))[0][0])


STEPS: Mapping[str, Callable[[Play, Any, Mapping[str, Any]], None]] = {
    "start": Play._start,
    "start_by_message": Play._start_by_message,
    "complete": Play._complete,
    "message": Play._message,
    "signal": Play._signal,
    "external": Play._external,
    "trigger": Play._trigger,
    "advance_time": Play._advance_time,
    "to_next_deadline": Play._to_next_deadline,
    "set_variables": Play._set_variables,
    "adhoc_start": Play._adhoc_start,
}
"""What a step may do, by the key that names it."""


def _not_awaited(name: str) -> Conflict:
    return Conflict("rehearsal-not-awaited", "Expected somebody to wait for message '{name}', but nobody does", name=name[:100])


def _not_waiting(element: str) -> Conflict:
    return Conflict("rehearsal-not-waiting", "Expected element '{element}' to wait, but it does not", element=element[:100])


def exact(variables: Mapping[str, Any]) -> dict[str, Any]:
    """The values with every fraction as an exact decimal."""
    loaded: dict[str, Any] = load_json(dump_json(dict(variables)))
    return loaded
