"""Have somebody do one's work for a while (代理), and end that: a person for his own, who keeps the organisation for anybody.

The work stays the principal's: his agent sees it, does it in his chair and signs "B for A". Nothing is passed on twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import insert, select, update

from engine.appliers import audit
from engine.authorization import capacities, today
from engine.commands.keeping import RIGHT, Saved, institution_key, missing
from engine.commands.registry import Command
from engine.commands.texts import require_text
from engine.errors import Conflict, Invalid, NotAllowed
from engine.store.tables import Delegation, Person, ProcessDefinition
from engine.store.unit_of_work import UnitOfWork

LONGEST = timedelta(days=366)
REASON_LENGTH = 500


@dataclass(frozen=True, kw_only=True)
class Delegate(Command[Saved]):
    """Have `agent` do the work of `principal` for a time; the principal None is the actor himself."""

    agent: UUID
    principal: UUID | None = None
    from_at: datetime
    to_at: datetime
    reason: str
    institution: str | None = None
    """Code; only the work of chairs there."""
    processes: tuple[str, ...] | None = None
    """Keys of processes in the model; None is all."""


@dataclass(frozen=True, kw_only=True)
class EndDelegation(Command[Saved]):
    """End a delegation now. One that has ended stays so."""

    delegation: UUID


def delegate(command: Delegate, work: UnitOfWork, runtime: object) -> Saved:
    principal = work.actor.person if command.principal is None else _person(work, command.principal)
    if principal is None or (principal != work.actor.person and RIGHT not in work.actor.rights):
        raise NotAllowed("not-your-work", "Expected to delegate your own work, but it is another's")
    agent = _person(work, command.agent)
    require_text("reason", command.reason, REASON_LENGTH)
    _check_span(work, command)
    if agent == principal:
        raise Invalid("agent-self", "Expected somebody else as the agent, but it is the principal himself")
    institution = None if command.institution is None else institution_key(work, command.institution)
    _check_chairs(work, principal, agent, institution)
    _refuse_chain(work, command, agent)
    _check_processes(work, command.processes)
    id = uuid4()
    row = {
        "key": work.new_key(),
        "id": id,
        "principal": principal,
        "agent": agent,
        "institution": institution,
        "processes": None if command.processes is None else sorted(set(command.processes)),
        "from_at": command.from_at,
        "to_at": command.to_at,
        "reason": command.reason.strip(),
        "made_by": work.actor.person,
        "made_at": work.now,
    }
    work.connection.execute(insert(Delegation).values(row))
    span = {"from": command.from_at.isoformat(), "to": command.to_at.isoformat()}
    audit.record(work, "delegation-made", str(id), data={"principal": principal, "agent": agent, **span})
    work.wake(principal, agent)
    return Saved(id=id, changed=True)


def end_delegation(command: EndDelegation, work: UnitOfWork, runtime: object) -> Saved:
    columns = (Delegation.key, Delegation.principal, Delegation.agent, Delegation.from_at, Delegation.to_at)
    row = work.connection.execute(select(*columns).where(Delegation.id == command.delegation)).one_or_none()
    if row is None or (work.actor.person not in (row.principal, row.agent) and RIGHT not in work.actor.rights):
        raise missing("delegation", str(command.delegation))
    ended = max(work.now, row.from_at)
    if row.to_at <= ended:
        return Saved(id=command.delegation, changed=False)
    work.connection.execute(update(Delegation).where(Delegation.key == row.key).values(to_at=ended))
    audit.record(work, "delegation-ended", str(command.delegation))
    work.wake(row.principal, row.agent)
    return Saved(id=command.delegation, changed=True)


def _person(work: UnitOfWork, person: UUID) -> int:
    found = work.connection.execute(select(Person.key).where(Person.id == person, Person.active)).scalar_one_or_none()
    if found is None:
        raise missing("person", str(person))
    return found


def _check_span(work: UnitOfWork, command: Delegate) -> None:
    if not command.reason.strip():
        raise Invalid("delegation-reason", "Expected a reason, but there is none")
    if command.to_at <= command.from_at or command.to_at <= work.now or command.to_at - command.from_at > LONGEST:
        raise Invalid("delegation-span", "Expected a time of at most a year that is not over, but it is another")


def _check_chairs(work: UnitOfWork, principal: int, agent: int, institution: int | None) -> None:
    """The agent has to sit wherever the work is, else he would be given sight of another hospital."""
    own = {chair.institution: chair for chair in capacities(work.connection, principal, today(work.now))}
    meant = {key: chair for key, chair in own.items() if institution in (None, key)}
    if not meant:
        raise Invalid("delegation-empty", "Expected a chair of the principal there, but he has none")
    there = {chair.institution for chair in capacities(work.connection, agent, today(work.now))}
    strange = next((chair for key, chair in meant.items() if key not in there), None)
    if strange is not None:
        raise Invalid(
            "agent-elsewhere",
            "Expected an agent with a chair at '{institution}', but he has none there",
            institution=strange.institution_code,
        )


def _refuse_chain(work: UnitOfWork, command: Delegate, agent: int) -> None:
    """Whose own work is with somebody else then cannot take more on."""
    away = select(Delegation.key).where(
        Delegation.principal == agent, Delegation.from_at < command.to_at, Delegation.to_at > max(command.from_at, work.now)
    )
    if work.connection.execute(away).first() is not None:
        raise Conflict("agent-away", "Expected an agent who does his own work then, but his is delegated too")


def _check_processes(work: UnitOfWork, processes: tuple[str, ...] | None) -> None:
    if processes is None:
        return
    if not processes:
        raise Invalid("unknown-process", "Expected processes, or none named for all of them, but the list is empty", value="")
    known = set(
        work.connection.execute(select(ProcessDefinition.process_id).where(ProcessDefinition.process_id.in_(processes))).scalars()
    )
    for name in processes:
        if name not in known:
            raise Invalid("unknown-process", "Expected a deployed process, but '{value}' is none", value=name[:100])
