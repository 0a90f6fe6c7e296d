"""Whose work a task is: the actor's, or that of the principal for whom he acts; and who must keep out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engine.authorization import Capacity
from engine.runtime import Case, Runtime, require_apart
from engine.store.tables import Person
from engine.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Whose decision it is."""

    person: int | None
    name: str
    capacity: int | None
    evidence: str | None = None
    """Set when somebody else enters it on his behalf: what proves it."""
    agent: int | None = None
    """Key of the agent who decides for him."""


def holder(work: UnitOfWork, capacity: Capacity | None) -> int | None:
    """Key of the person whose work it is: the actor, or the principal for whom he acts as an agent."""
    return work.actor.person if capacity is None or capacity.on_behalf_of is None else capacity.on_behalf_of


def acting_for(capacity: Capacity | None) -> dict[str, Any]:
    """What history and audit add to an act of an agent."""
    return {} if capacity is None or capacity.on_behalf_of is None else {"on_behalf_of": capacity.on_behalf_of}


def signer_of(work: UnitOfWork, capacity: Capacity | None) -> Signer:
    """Whose decision it is when the actor decides in this chair."""
    if capacity is None or capacity.on_behalf_of is None:
        return Signer(person=work.actor.person, name=work.actor.name, capacity=None if capacity is None else capacity.appointment)
    query = select(Person.name).where(Person.key == capacity.on_behalf_of)
    name = f"{work.actor.name}（代{work.connection.execute(query).scalar_one()}）"
    return Signer(person=capacity.on_behalf_of, name=name, capacity=capacity.appointment, agent=work.actor.person)


def signed_for(signer: Signer) -> dict[str, Any]:
    """What history adds to a decision that somebody else has entered."""
    if signer.agent is not None:
        return {"on_behalf_of": signer.person}
    return {} if signer.evidence is None else {"to": signer.person, "evidence": signer.evidence}


def keep_apart(work: UnitOfWork, runtime: Runtime, case: Case, seat: Any, *persons: int | None) -> None:
    """Raises NotAllowed when one of these persons, by key, must not do a task, since he did another duty of the case."""
    keep_apart_of(work, runtime, case, seat, seat.element, *persons)


def keep_apart_of(work: UnitOfWork, runtime: Runtime, case: Case, seat: Any, activity: str, *persons: int | None) -> None:
    """The same for another activity of the process that the task belongs to."""
    element = runtime.definitions.get(seat.definition).model.elements.get(activity)
    approval = element.approval if element is not None else None
    if approval is not None and approval.apart:
        require_apart(work, case, approval, lambda: runtime.names(work, case, seat.scope), *persons)
