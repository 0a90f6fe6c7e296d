"""Checks that commands make before they act. What a caller may not know of does not exist for him (NotFound); what he may
see but not do is refused (NotAllowed).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import bindparam, select

from engine.authorization.standing import (
    CAPACITIES,
    NOBODY,
    Capacity,
    SeatPlace,
    Standing,
    chairs,
    delegated_to,
    standing,
    standing_in,
    today,
)
from engine.authorization.visibility import sees_instance, sees_seat
from engine.errors import Conflict, EngineError, NotAllowed, NotFound
from engine.records import Actor
from engine.store.base import Executes
from engine.store.prepared import Prepared, Question
from engine.store.tables import Candidate, Participant, Person, ProcessDefinition, ProcessInstance, Round, Seat
from engine.store.unit_of_work import UnitOfWork

ADMINISTRATORS = frozenset({"administrate", "secure", "audit"})
"""Rights of the system, the security and the audit administrator, held by three people and with no other right."""
_SEAT = Seat.id == bindparam("task")
OFFERED = Prepared(select(Candidate.principal).join(Seat, Seat.key == Candidate.seat).where(_SEAT))
CASE_OF = Prepared(
    select(ProcessInstance.started_by, ProcessDefinition.process_id)
    .join(ProcessDefinition, ProcessDefinition.key == ProcessInstance.definition)
    .where(ProcessInstance.key == bindparam("instance"))
)
TAKING_PART = Prepared(
    select(Participant.institution, Participant.until).join(Seat, Seat.instance == Participant.instance).where(_SEAT)
)


class SeatRow(SeatPlace, Protocol):
    """What the checks need to know of a row of table `seat`."""

    @property
    def key(self) -> int: ...
    @property
    def ended_by(self) -> int | None: ...
    @property
    def ended_at(self) -> datetime | None: ...


def require_right(actor: Actor, right: str) -> None:
    """Raises NotAllowed unless the actor holds the system right, such as `operations`."""
    if right not in actor.rights:
        raise NotAllowed("right-missing", "Expected right '{right}', but {actor} does not hold it", right=right, actor=actor.name)


def require_business(actor: Actor) -> None:
    """Raises NotAllowed for a system, security or audit administrator: they keep the house and do none of its business."""
    if actor.person is not None and not ADMINISTRATORS.isdisjoint(actor.rights):
        raise NotAllowed(
            "administrator-business", "Expected somebody who does business, but {actor} administrates", actor=actor.name
        )


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


@dataclass(frozen=True, kw_only=True)
class SeatAccess:
    """What decides whether the actor may act on a task."""

    standing: Standing
    offered: frozenset[str]
    """Names under which the task is offered to anybody."""
    open_to: frozenset[int]
    """Keys of the institutions that may see the case now."""
    known_to: frozenset[int]
    """Keys of the institutions that may see the case or could once."""


def access_questions(work: UnitOfWork, task: UUID) -> tuple[Question, ...]:
    """What has to be asked before `seat_access` can be told, to be asked together with the task itself."""
    return (
        CAPACITIES.question(person=work.actor.person, day=today(work.now)),
        OFFERED.question(task=task),
        TAKING_PART.question(task=task),
    )


def seat_access(work: UnitOfWork, answers: Sequence[Sequence[Any]]) -> SeatAccess:
    """What the answers to `access_questions` say."""
    capacities, offered, institutions = answers
    who = NOBODY if work.actor.person is None else standing_in(work.actor.person, chairs(capacities))
    return SeatAccess(
        standing=who,
        offered=frozenset(row.principal for row in offered),
        open_to=frozenset(row.institution for row in institutions if row.until is None or row.until > work.now),
        known_to=frozenset(row.institution for row in institutions),
    )


def may_act_on_seat(work: UnitOfWork, seat: SeatRow, access: SeatAccess | None = None) -> Capacity | None:
    """The chair in which the actor acts on a task that he holds or is offered; None for the system, which has no chair.

    A task offered to a post is acted on in that post. A person who holds a task by name acts in the chair he claimed it
    in, else in a chair at an institution of the case. Raises NotFound when the actor may not know of the task, NotAllowed
    (`not-yours`) when he sees it but it is another's, and Conflict when it was offered to him and somebody was first:
    `task-taken` while that person holds it, `task-closed` when it has ended.
    """
    if work.actor.person is None:
        return None
    require_business(work.actor)
    access = access or seat_access(work, work.ask(*access_questions(work, seat.id)))
    who = access.standing
    offered = _offered_to(work, access, seat)
    own = (offered and seat.state == "open") or seat.assignee == who.person
    acting = None if own else agent_capacity(work.connection, who, work.now, seat, access.offered, access.open_to)
    if acting is not None:
        return acting
    if not (offered or seat.assignee == who.person) or access.open_to.isdisjoint(who.institutions):
        raise _refusal(work, seat)
    if seat.assignee == who.person:
        kept = next((chair for chair in who.capacities if chair.appointment == seat.capacity), None)
        return kept or _offered_capacity(access, offered)
    if seat.state != "open":
        raise _too_late(work, seat)
    return _offered_capacity(access, offered)


def agent_capacity(
    connection: Executes, who: Standing, now: datetime, seat: SeatRow, offered: frozenset[str], open_to: frozenset[int]
) -> Capacity | None:
    """The principal's chair in which the actor may act on a seat as his agent; None when he is not.

    Raises NotAllowed `agent-is-starter` for a case that the agent has started himself.
    """
    if open_to.isdisjoint(who.institutions):
        return None
    for delegated in delegated_to(connection, who.person, now):
        chair = delegated.acting(seat, offered)
        case = None if chair is None else CASE_OF.first(connection, instance=seat.instance)
        if case is None or not delegated.covers(case.process_id):
            continue
        if case.started_by == who.person:
            raise NotAllowed(
                "agent-is-starter", "Expected a case that the agent has not started, but task '{id}' is of one", id=str(seat.id)
            )
        return chair
    return None


def acts_for(connection: Executes, who: Standing, holder: int | None, instance: int) -> bool:
    """Whether the actor is the agent of a person, given by key, in a case that he has not started himself."""
    reach = [delegated for delegated in who.delegated if delegated.chairs and delegated.principal == holder]
    case = CASE_OF.first(connection, instance=instance) if reach else None
    return case is not None and case.started_by != who.person and any(found.covers(case.process_id) for found in reach)


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


def _offered_to(work: UnitOfWork, access: SeatAccess, seat: SeatRow) -> frozenset[str]:
    """The names under which the task is, or was, offered to the person."""
    own = frozenset(access.standing.principals)
    found = access.offered & own
    if found or seat.state in ("open", "claimed"):
        return found
    # An ended task has no candidates any more; its round remembers whom it had asked.
    asked = select(Round.resolved).join(Seat, Seat.round == Round.key).where(Seat.key == seat.key)
    return own.intersection(work.connection.execute(asked).scalar_one().get("principals", ()))


def _offered_capacity(access: SeatAccess, offered: frozenset[str]) -> Capacity:
    """The chair that the offer names; for an offer by name, the first at an institution of the case."""
    own = access.standing.capacities
    named = [chair for chair in own if offered.intersection(chair.principals)] or list(own)
    return next((chair for chair in named if chair.institution in access.known_to), named[0])


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


def _refusal(work: UnitOfWork, seat: SeatRow) -> EngineError:
    who = standing(work.connection, work.actor.person, work.now)
    known = sees_seat(work.connection, who, work.now, seat.key) or sees_instance(work.connection, who, work.now, seat.instance)
    if not known:
        return task_not_found(seat.id)
    return NotAllowed("not-yours", "Expected a task of your own, but task '{id}' is another's", id=str(seat.id))
