"""Hands a seat, or a draft, of a person who leaves on to his successor, and back again.

The seat itself stays: its term, its ladder, what was asked of others and its place in the round. Who acts later in it is
checked as anybody is who is given a task.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Row, and_, delete, or_, select, update

from engine.appliers.tasks import offer
from engine.approvals import LIVE
from engine.assignment import bars
from engine.assignment.people import Place
from engine.authorization import Capacity, capacities, institutions_taking_part, person_principal, sees_seat, standing, today
from engine.errors import Conflict, EngineError, Invalid
from engine.kernel.effects import Names
from engine.runtime.definitions import Definitions
from engine.runtime.names import CaseNames, reserved_names
from engine.runtime.rules import evaluated_apart
from engine.store.tables import (
    Appointment,
    Candidate,
    Draft,
    HeldDecision,
    Institution,
    ProcessInstance,
    Round,
    Seat,
)
from engine.store.unit_of_work import UnitOfWork

SEAT = (
    select(
        *(Seat.key, Seat.id, Seat.round, Seat.instance, Seat.element, Seat.name, Seat.state, Seat.assignee, Seat.capacity),
        *(Seat.revision, Round.definition, Round.scope, Round.resolved, Round.policy, Round.several),
        *(ProcessInstance.started_by, ProcessInstance.started_at, ProcessInstance.number, Institution.code),
        ProcessInstance.definition.label("home"),
    )
    .join(Round, Round.key == Seat.round)
    .join(ProcessInstance, ProcessInstance.key == Seat.instance)
    .outerjoin(Institution, Institution.key == ProcessInstance.institution)
)


def seat_row(place: Place, seat: int) -> Row[Any]:
    """The seat of that key with what its round says."""
    found: Row[Any] = place.connection.execute(SEAT.where(Seat.key == seat)).one()
    return found


def chair_for(place: Place, seat: Row[Any], successor: int, extra: Collection[int] = ()) -> int | None:
    """Key of the chair in which a successor would act on a seat: at the institution that it was held for, else at one of
    the case. None when he has only one of `extra`, institutions in which he is to sit when it is handed on.

    Raises Invalid `receiver` for who sits at no institution of the case.
    """
    here = institutions_taking_part(place.connection, place.now, seat.instance)
    chairs = [chair for chair in capacities(place.connection, successor, today(place.now)) if chair.institution in here]
    if not chairs and here.isdisjoint(extra):
        raise Invalid("receiver", "Expected a person of an institution of this case, but '{person}' is none", person=successor)
    return _nearest(place, seat, chairs).appointment if chairs else None


def _nearest(place: Place, seat: Row[Any], chairs: list[Capacity]) -> Capacity:
    held = select(Appointment.institution, Appointment.post).where(Appointment.key == seat.capacity)
    old = place.connection.execute(held).one_or_none()
    if old is None:
        return chairs[0]
    return min(chairs, key=lambda chair: (chair.institution != old.institution, chair.post != old.post))


def refuse_successor(place: Place, definitions: Definitions, seat: Row[Any], successor: int) -> None:
    """Raises Conflict for who has a part in the round already, NotAllowed for who must be kept apart from the task."""
    if is_held(place, seat.key):
        raise Conflict("handover-decided", "Expected a task that nobody has decided, but its decision is about to be sent")
    mine = (Seat.round == seat.round, Seat.assignee == successor)
    part = or_(Seat.state.in_(LIVE), and_(Seat.state == "completed", Seat.ending.is_(None)))
    if seat.several and place.connection.execute(select(Seat.key).where(*mine, part)).first() is not None:
        raise Conflict("already-asked", "Expected somebody who has no part in '{name}' yet, but he has", name=seat.name)
    element = definitions.get(seat.definition).model.elements.get(seat.element)
    approval = element.approval if element is not None else None
    if approval is not None and approval.apart:
        rules = evaluated_apart(approval.apart, _names(place, definitions, seat))
        for bar in bars(place, rules, [successor], case=seat.instance, starter=seat.started_by).values():
            raise bar.refusal()


def _names(place: Place, definitions: Definitions, seat: Row[Any]) -> Names:
    reserved = reserved_names(
        now=place.now,
        parameters=definitions.parameters(seat.home),
        institution=seat.code,
        number=seat.number,
        starter=seat.started_by,
        started_at=seat.started_at,
    )
    return CaseNames(place.connection, seat.scope, reserved)


def hand_on(work: UnitOfWork, seat: Row[Any], person: int, successor: int) -> dict[str, Any]:
    """Puts the successor in the person's place in an unfinished seat; returns what `hand_back` has to know."""
    chair = chair_for(work, seat, successor)
    old, new = person_principal(person), person_principal(successor)
    holds = seat.assignee == person
    joint = _is_offered(work, seat.key, new)
    offered = _replace_candidate(work, seat.key, old, new)
    _rename(work, seat, person, successor)
    values: dict[str, Any] = {"revision": seat.revision + 1}
    if holds:
        values |= {"assignee": successor, "capacity": chair}
    work.connection.execute(update(Seat).where(Seat.key == seat.key).values(values))
    drafted = _move_draft(work, seat.key, person, successor)
    work.wake(person, successor, *seat.resolved.get("persons", ()))
    undo = {"revision": seat.revision + 1, "held": holds, "capacity": seat.capacity}
    return {**undo, "offered": offered, "joint": joint, "drafted": drafted}


def hand_back(work: UnitOfWork, seat: Row[Any], person: int, successor: int, undo: Mapping[str, Any]) -> None:
    """Gives a seat back that nobody has acted on since. Raises Conflict `handover-acted` where somebody has."""
    held = seat.assignee == successor if undo["held"] else seat.assignee is None
    if seat.state not in LIVE or not held or seat.revision != undo["revision"] or is_held(work, seat.key):
        raise acted()
    if undo["offered"] and not undo["joint"]:
        _replace_candidate(work, seat.key, person_principal(successor), person_principal(person))
    elif undo["offered"]:
        offer(work, seat.key, person_principal(person))
    _rename(work, seat, successor, person)
    values: dict[str, Any] = {"revision": seat.revision + 1}
    if undo["held"]:
        values |= {"assignee": person, "capacity": undo["capacity"]}
    work.connection.execute(update(Seat).where(Seat.key == seat.key).values(values))
    if undo["drafted"]:
        _move_draft(work, seat.key, successor, person)
    work.wake(person, successor, *seat.resolved.get("persons", ()))


def hand_draft_on(work: UnitOfWork, seat: Row[Any], person: int, successor: int) -> dict[str, Any]:
    """Gives what a person has typed into an open task of others to his successor, who must see the task."""
    if seat.state not in LIVE:
        raise acted()
    who = standing(work.connection, successor, work.now)
    if not sees_seat(work.connection, who, work.now, seat.key):
        raise Invalid("receiver", "Expected a person who sees this task, but '{person}' does not", person=successor)
    if not _move_draft(work, seat.key, person, successor):
        raise Conflict("draft-there", "Expected no draft of the successor's own, but there is one")
    return {}


def hand_draft_back(work: UnitOfWork, seat: Row[Any], person: int, successor: int) -> None:
    """Gives a draft back. Raises Conflict `handover-acted` when the task has ended or there is nothing left of it."""
    if seat.state not in LIVE or not _move_draft(work, seat.key, successor, person):
        raise acted()


def acted() -> EngineError:
    """The refusal to give back what somebody has acted on since it was handed on."""
    return Conflict("handover-acted", "Expected nobody to have acted on it since, but somebody has: it stays as it is")


def is_held(place: Place, seat: int) -> bool:
    """Whether a decision of the seat waits for some seconds to be sent."""
    waiting = select(HeldDecision.key).where(HeldDecision.seat == seat, HeldDecision.refusal.is_(None))
    return place.connection.execute(waiting).first() is not None


def _replace_candidate(work: UnitOfWork, seat: int, old: str, new: str) -> bool:
    """Offers the seat to another by name, where it was offered to the first; whether it was."""
    gone = work.connection.execute(delete(Candidate).where(Candidate.seat == seat, Candidate.principal == old)).rowcount
    if gone and not _is_offered(work, seat, new):
        offer(work, seat, new)
    return bool(gone)


def _is_offered(work: UnitOfWork, seat: int, principal: str) -> bool:
    known = select(Candidate.seat).where(Candidate.seat == seat, Candidate.principal == principal)
    return work.connection.execute(known).first() is not None


def _rename(work: UnitOfWork, seat: Row[Any], old: int, new: int) -> None:
    """Has the round remember the other as the one it asks, and as the one who presides."""
    resolved, policy = dict(seat.resolved), dict(seat.policy)
    if old in resolved.get("persons", ()):
        resolved["persons"] = list(dict.fromkeys(new if key == old else key for key in resolved["persons"]))
    names = (person_principal(old), person_principal(new))
    if names[0] in resolved.get("principals", ()):
        given = (names[1] if name == names[0] else name for name in resolved["principals"])
        resolved["principals"] = list(dict.fromkeys(given))
    if policy.get("chair") == old:
        policy["chair"] = new
    if (resolved, policy) != (dict(seat.resolved), dict(seat.policy)):
        work.connection.execute(update(Round).where(Round.key == seat.round).values(resolved=resolved, policy=policy))


def _move_draft(work: UnitOfWork, seat: int, old: int, new: int) -> bool:
    """Moves a draft unless the other has one of his own; whether it was moved."""
    there = select(Draft.seat).where(Draft.seat == seat, Draft.person == new)
    if work.connection.execute(there).first() is not None:
        return False
    moved = update(Draft).where(Draft.seat == seat, Draft.person == old).values(person=new)
    return bool(work.connection.execute(moved).rowcount)
