"""Who acts for whom: one's own delegations, or everybody's for who keeps the organisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from engine.queries.registry import Query, Reader
from engine.store.tables import Delegation, Institution, Person

RIGHT = "administrate"
ROWS_AT_MOST = 500


@dataclass(frozen=True, kw_only=True)
class DelegationRow:
    """One delegation."""

    id: UUID
    principal: UUID
    principal_name: str
    agent: UUID
    agent_name: str
    institution: str | None
    processes: list[str] | None
    from_at: datetime
    to_at: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class ListDelegations(Query[tuple[DelegationRow, ...]]):
    """Delegations that are in force or to come, newest first; those that are over too when `ended`."""

    ended: bool = False


def list_delegations(query: ListDelegations, reader: Reader) -> tuple[DelegationRow, ...]:
    principal, agent = aliased(Person), aliased(Person)
    who = (principal.id.label("principal"), principal.name.label("principal_name"))
    whom = (agent.id.label("agent"), agent.name.label("agent_name"), Institution.code.label("institution"))
    rows = (
        select(Delegation.id, *who, *whom, Delegation.processes, Delegation.from_at, Delegation.to_at, Delegation.reason)
        .join(principal, principal.key == Delegation.principal)
        .join(agent, agent.key == Delegation.agent)
        .outerjoin(Institution, Institution.key == Delegation.institution)
        .order_by(Delegation.from_at.desc(), Delegation.key.desc())
        .limit(ROWS_AT_MOST)
    )
    if RIGHT not in reader.actor.rights:
        me = reader.actor.person
        rows = rows.where(or_(Delegation.principal == me, Delegation.agent == me))
    if not query.ended:
        # One that was taken back before it began has no time left, though its day is still to come.
        rows = rows.where(Delegation.to_at > reader.now, Delegation.to_at > Delegation.from_at)
    return tuple(DelegationRow(**row._mapping) for row in reader.connection.execute(rows))
