"""Checks that commands make before they act. What a caller may not know of does not exist for him (NotFound); what he may
see but not do is refused (NotAllowed).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import select

from engine.authorization.standing import Capacity, Standing, standing
from engine.authorization.visibility import sees_instance, sees_seat, takes_part
from engine.errors import Conflict, EngineError, NotAllowed, NotFound
from engine.records import Actor
from engine.store.base import Executes
from engine.store.tables import Candidate, Participant, Person, ProcessInstance, Round, Seat
from engine.store.unit_of_work import UnitOfWork


class SeatRow(Protocol):
    """What the checks need to know of a row of table `seat`."""

    @property
    def key(self) -> int: ...
    @property
    def id(self) -> UUID: ...
    @property
    def instance(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def assignee(self) -> int | None: ...
    @property
    def capacity(self) -> int | None: ...
    @property
    def ended_by(self) -> int | None: ...
    @property
    def ended_at(self) -> datetime | None: ...


def require_right(actor: Actor, right: str) -> None:
    """Raises NotAllowed unless the actor holds the system right, such as `operations`."""
    if right not in actor.rights:
        raise NotAllowed("right-missing", "Expected right '{right}', but {actor} does not hold it", right=right, actor=actor.name)


def require_visible_instance(connection: Executes, who: Standing, now: datetime, instance: int, name: UUID) -> None:
    """Raises NotFound unless the person may see the case, given by key and by its name outside."""
    if not sees_instance(connection, who, now, instance):
        raise NotFound("instance-not-found", "Expected to find case '{id}', but there is none that you may see", id=str(name))


def require_visible_seat(connection: Executes, who: Standing, now: datetime, seat: int, name: UUID) -> None:
    """Raises NotFound unless the person may open the task, given by key and by its name outside."""
    if not sees_seat(connection, who, now, seat):
        raise task_not_found(name)


def task_not_found(name: UUID) -> NotFound:
    """The refusal for a task that does not exist, or not for this caller."""
    return NotFound("task-not-found", "Expected to find task '{id}', but there is none that you may see", id=str(name))


def may_act_on_seat(work: UnitOfWork, seat: SeatRow) -> Capacity | None:
    """The chair in which the actor acts on a task that he holds or is offered; None for the system, which has no chair.

    A task offered to a post is acted on in that post. A person who holds a task by name acts in the chair he claimed it
    in, else in a chair at an institution of the case. Raises NotFound when the actor may not know of the task, NotAllowed
    (`not-yours`) when he sees it but it is another's, and Conflict when it was offered to him and somebody was first:
    `task-taken` while that person holds it, `task-closed` when it has ended.
    """
    if work.actor.person is None:
        return None
    who = standing(work.connection, work.actor.person, work.now)
    offered = _offered_to(work, who, seat)
    if not (offered or seat.assignee == who.person) or not _takes_part(work, who, seat.instance):
        raise _refusal(work, who, seat)
    if seat.assignee == who.person:
        return _holding_capacity(work, who, seat, offered)
    if seat.state != "open":
        raise _too_late(work, seat)
    return _offered_capacity(work, who, seat, offered)


def starting_capacities(who: Standing, posts: Collection[str]) -> tuple[Capacity, ...]:
    """The chairs in which a person may start a process that holders of `posts` may start. Only members start something new."""
    return tuple(chair for chair in who.capacities if chair.post in posts and chair.member)


def may_start(who: Standing, posts: Collection[str], appointment: UUID) -> Capacity:
    """The chair named by `appointment`, in which the person may start a process that holders of `posts` may start.

    Raises NotFound when it is none of his chairs today, NotAllowed when its post or its institution may not start.
    """
    chair = next((chair for chair in who.capacities if chair.id == appointment), None)
    if chair is None:
        raise NotFound("appointment-not-found", "Expected an appointment of your own, but '{id}' is none", id=str(appointment))
    if chair.post not in posts:
        raise NotAllowed("not-a-starter", "Expected a post that may start this, but '{post}' may not", post=chair.post)
    if not chair.member:
        raise NotAllowed(
            "not-a-member",
            "Expected a member of the community, but '{institution}' is none today",
            institution=chair.institution_code,
        )
    return chair


def _offered_to(work: UnitOfWork, who: Standing, seat: SeatRow) -> frozenset[str]:
    """The names under which the task is, or was, offered to the person."""
    query = select(Candidate.principal).where(Candidate.seat == seat.key, Candidate.principal.in_(who.principals))
    found = frozenset(work.connection.execute(query).scalars())
    if found or seat.state in ("open", "claimed"):
        return found
    # An ended task has no candidates any more; its round remembers whom it had asked.
    asked = select(Round.resolved).join(Seat, Seat.round == Round.key).where(Seat.key == seat.key)
    return frozenset(who.principals).intersection(work.connection.execute(asked).scalar_one().get("principals", ()))


def _takes_part(work: UnitOfWork, who: Standing, instance: int) -> bool:
    here = takes_part(who, work.now, ProcessInstance.key)
    return work.connection.execute(select(ProcessInstance.key).where(ProcessInstance.key == instance, here)).first() is not None


def _holding_capacity(work: UnitOfWork, who: Standing, seat: SeatRow, offered: frozenset[str]) -> Capacity:
    kept = next((chair for chair in who.capacities if chair.appointment == seat.capacity), None)
    return kept or _offered_capacity(work, who, seat, offered)


def _offered_capacity(work: UnitOfWork, who: Standing, seat: SeatRow, offered: frozenset[str]) -> Capacity:
    """The chair that the offer names; for an offer by name, the first at an institution of the case."""
    named = [chair for chair in who.capacities if offered.intersection(chair.principals)] or list(who.capacities)
    here = select(Participant.institution).where(Participant.instance == seat.instance)
    institutions = set(work.connection.execute(here).scalars())
    return next((chair for chair in named if chair.institution in institutions), named[0])


def _too_late(work: UnitOfWork, seat: SeatRow) -> Conflict:
    taken = seat.state == "claimed"
    person = seat.assignee if taken else seat.ended_by
    name = work.connection.execute(select(Person.name).where(Person.key == person)).scalar_one_or_none()
    return Conflict(
        "task-taken" if taken else "task-closed",
        "Expected task '{id}' to be open, but it is {state}",
        id=str(seat.id),
        state=seat.state,
        by=name,
        at=seat.ended_at.isoformat() if seat.ended_at else None,
    )


def _refusal(work: UnitOfWork, who: Standing, seat: SeatRow) -> EngineError:
    known = sees_seat(work.connection, who, work.now, seat.key) or sees_instance(work.connection, who, work.now, seat.instance)
    if not known:
        return task_not_found(seat.id)
    return NotAllowed("not-yours", "Expected a task of your own, but task '{id}' is another's", id=str(seat.id))
