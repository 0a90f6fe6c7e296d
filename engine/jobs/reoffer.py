"""Gives a task of somebody who has left to another, in a transaction of its own.

It goes to his agent, else to whoever sits in the same chair, else to who stands above that chair: the first of them who
may do it. A task that is not his any more is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Row, select

from engine.appliers.journal import Journal
from engine.approvals import LIVE
from engine.assignment.superiors import chairs_of, leaders, superiors
from engine.authorization import in_force, today
from engine.errors import EngineError
from engine.runtime import Act, Case, Runtime
from engine.runtime.handing_on import hand_on, refuse_successor, seat_row
from engine.runtime.holdings import tasks_of
from engine.store.tables import Appointment, Person, Seat
from engine.store.unit_of_work import UnitOfWork


def reoffer_task(job: Row[Any], work: UnitOfWork, runtime: Runtime) -> None:
    """Does it once: a task that has gone to another is his no more."""
    person, agent, reason = job.payload["person"], job.payload["agent"], job.payload["reason"]
    instance = work.connection.execute(select(Seat.instance).where(Seat.key == job.subject)).scalar_one_or_none()
    if instance is None:
        return
    case = runtime.lock(work, instance)
    seat = seat_row(work, job.subject)
    if seat.state not in LIVE or case.state != "active" or seat.key not in tasks_of(work, person):
        return
    for successor in _successors(work, seat, person, agent):
        if _given(work, runtime, seat, person, successor):
            _note(work, runtime, case, seat, (person, successor), reason)
            return


def _successors(work: UnitOfWork, seat: Row[Any], person: int, agent: int | None) -> Iterator[int]:
    """Who might do it instead, the nearest first, each once."""
    principals = seat.resolved.get("principals", ())
    chairs = chairs_of(work, person, seat.capacity, principals)
    found: dict[int, None] = {} if agent is None else {agent: None}
    for chair in chairs:
        same = (
            select(Appointment.person)
            .join(Person, Person.key == Appointment.person)
            .where(
                Appointment.post == chair.post,
                Appointment.institution == chair.institution,
                Person.active,
                *in_force(Appointment, today(work.now)),
            )
        )
        found.update(dict.fromkeys(work.connection.execute(same.order_by(Appointment.key)).scalars()))
    for above in (superiors, leaders):
        found.update(dict.fromkeys(above(work, assignee=person, capacity=seat.capacity, principals=principals)))
    return (successor for successor in found if successor != person)


def _given(work: UnitOfWork, runtime: Runtime, seat: Row[Any], person: int, successor: int) -> bool:
    try:
        with work.attempt():
            refuse_successor(work, runtime.definitions, seat, successor)
            hand_on(work, seat, person, successor)
            work.flush()
    except EngineError:
        return False
    return True


def _note(work: UnitOfWork, runtime: Runtime, case: Case, seat: Row[Any], persons: tuple[int, int], reason: str) -> None:
    data = {"from": persons[0], "to": persons[1]}
    runtime.note(work, case, Act(action="reoffer", object=str(seat.id), data=data), _noted(seat, persons, reason))


def _noted(seat: Row[Any], persons: tuple[int, int], reason: str) -> Callable[[Journal], None]:
    def noted(journal: Journal) -> None:
        facts = {"task": str(seat.id), "person": persons[0], "to": persons[1], "reason": reason, "handover": None}
        journal.note("task-handed-over", element=seat.element, data=facts)
        if seat.state != "waiting":
            text, text_en = f"“{seat.name}”交接给您", f"“{seat.name}” was handed over to you"
            journal.tell(persons[1], "task", text, text_en, seat=seat.key)

    return noted
